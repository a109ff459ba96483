import ActiveLearning
import LinearAlgebra
import Testing

private func answers(
  _ model: some NoiseModel, _ truth: [Int], classes: Int, groups: [Int]? = nil,
  embedding: Embedding? = nil, seed: Int = 0
) throws -> [Int] {
  var random = model.stream(seed: seed)
  return try model.corrupt(
    NoiseTask(labels: truth, classes: classes, groups: groups, embedding: embedding),
    using: &random)
}

@Suite struct `Asymmetric noise` {
  private let truth = (0..<1000).map { $0 % 10 }

  @Test func `takes a class for its successor`() throws {
    let observed = try answers(AsymmetricNoise(rate: 0.3, map: .next), truth, classes: 10)
    let wrong = zip(truth, observed).filter { $0 != $1 }
    #expect(wrong.count == 300)
    #expect(wrong.allSatisfy { $1 == ($0 + 1) % 10 })
  }

  @Test func `by the pool leaves unmapped classes right, realised it does not draw them`() throws {
    let pool = try answers(AsymmetricNoise(rate: 0.4, map: .cifar10), truth, classes: 10)
    let mapped = [2: 0, 3: 5, 5: 3, 4: 7, 9: 1]
    let wrong = zip(truth, pool).filter { $0 != $1 }
    #expect(wrong.allSatisfy { mapped[$0] == $1 })
    #expect(abs(wrong.count - 200) < 40)
    let realised = try answers(
      AsymmetricNoise(rate: 0.4, map: .cifar10, basis: .realised), truth, classes: 10)
    #expect(zip(truth, realised).count { $0 != $1 } == 400)
    #expect(throws: MethodError.self) {
      try answers(
        AsymmetricNoise(rate: 0.6, map: .cifar10, basis: .realised), truth, classes: 10)
    }
  }

  @Test func `stays within a superclass, round it`() throws {
    let groups = [1, 0, 1, 0, 1, 2]
    #expect(try ClassMap.superclass.targets(classes: 6, groups: groups) == [2, 3, 4, 1, 0, 5])
    for groups in [nil, [0, 1], [0, 0, 0, 0, 0, -1]] {
      #expect(throws: MethodError.self) {
        try ClassMap.superclass.targets(classes: 6, groups: groups)
      }
    }
  }

  @Test func `the pairs of CIFAR-100 are forty swaps and twenty classes that stay`() throws {
    let targets = try ClassMap.cifar100pairs.targets(classes: 100, groups: nil)
    #expect(targets.indices.allSatisfy { targets[targets[$0]] == $0 })
    #expect(targets.indices.count { targets[$0] == $0 } == 20)
  }

  @Test func `a map that does not fit is refused`() {
    for map in [
      ClassMap.cifar10, .cifar100pairs, .pairs([.init(from: 0, to: 3)]),
      .pairs([.init(from: -1, to: 0)]), .pairs([.init(from: 0, to: 1), .init(from: 0, to: 2)]),
    ] {
      #expect(throws: MethodError.self) { try map.targets(classes: 3, groups: nil) }
    }
  }
}

@Suite struct `Confusion noise` {
  @Test func `shares wrong labels out by confusion and draws them from the rows`() throws {
    let truth = (0..<900).map { $0 % 3 }
    // Class 0 is confused half of the time, always with 2; class 1 never; class 2 a quarter.
    let matrix: [[Double]] = [[5, 0, 5], [0, 10, 0], [1, 1, 6]]
    let observed = try answers(ConfusionNoise(rate: 0.25, matrix: matrix), truth, classes: 3)
    let wrong = (0..<3).map { c in
      zip(truth, observed).filter { $0 == c && $1 != c }.map { $1 }
    }
    #expect(wrong.map(\.count) == [150, 0, 75])
    #expect(wrong[0].allSatisfy { $0 == 2 })
    #expect(abs(wrong[2].count { $0 == 0 } - 37) < 20)
  }

  @Test func `remainders are dealt out largest first, and nobody gives more than it has`() throws {
    #expect(
      try ConfusionNoise.dealt(10, by: [1, 1, 1], room: [9, 9, 9]) == [4, 3, 3])
    #expect(try ConfusionNoise.dealt(10, by: [3, 1, 0], room: [5, 9, 9]) == [5, 5, 0])
    #expect(try ConfusionNoise.dealt(7, by: [1, 0, 0], room: [3, 2, 2]) == [3, 2, 2])
    #expect(throws: MethodError.self) {
      try ConfusionNoise.dealt(8, by: [1, 1, 1], room: [3, 2, 2])
    }
  }

  @Test func `a class that is never confused gives every other alike where it has to`() throws {
    let truth = [Int](repeating: 1, count: 3000)
    let observed = try answers(
      ConfusionNoise(rate: 1, matrix: [[1, 0, 0], [0, 0, 0], [0, 0, 1]]), truth, classes: 3)
    #expect(!observed.contains(1))
    #expect(abs(observed.count { $0 == 0 } - 1500) < 150)
  }

  @Test(arguments: [
    [[1.0, 0]], [[1, 0], [0, 1], [0, 0]], [[1, -1], [0, 1]], [[1, .nan], [0, 1]],
  ])
  func `a matrix that is none is refused`(matrix: [[Double]]) {
    #expect(throws: MethodError.self) {
      try answers(ConfusionNoise(rate: 0.1, matrix: matrix), [0, 1], classes: 2)
    }
  }
}

@Suite struct `Noise by instance` {
  private let truth = (0..<2000).map { $0 % 4 }

  private func embedding() -> Embedding {
    var random = RandomSource(RandomKey(seed: 1, role: .data, method: "rows"))
    let values = (0..<2000 * 8).map { _ in Float(random.normal()) }
    return Embedding(Matrix(rows: 2000, columns: 8, elements: values))
  }

  @Test(arguments: [0.2, 0.5])
  func `realises about its rate, the same under one seed`(rate: Double) throws {
    let embedding = embedding()
    let model = InstanceNoise(rate: rate)
    let observed = try answers(model, truth, classes: 4, embedding: embedding)
    let realised = Double(zip(truth, observed).count { $0 != $1 }) / 2000
    #expect(abs(realised - rate) < 0.04)
    #expect(try answers(model, truth, classes: 4, embedding: embedding) == observed)
    #expect(try answers(model, truth, classes: 4, embedding: embedding, seed: 1) != observed)
    let shared = try answers(
      InstanceNoise(rate: rate, shared: true), truth, classes: 4, embedding: embedding)
    #expect(shared != observed)
  }

  @Test func `equal rows of one class are mostly taken for the same class`() throws {
    let same = Embedding(
      Matrix(rows: 2000, columns: 8, elements: [Float](repeating: 1, count: 16_000)))
    let observed = try answers(InstanceNoise(rate: 0.5), truth, classes: 4, embedding: same)
    for c in 0..<4 {
      let wrong = zip(truth, observed).filter { $0 == c && $1 != c }.map { $1 }
      let most = (0..<4).map { label in wrong.count { $0 == label } }.max() ?? 0
      #expect(Double(most) > 0.5 * Double(wrong.count))
    }
  }

  @Test func `needs features and a second class`() {
    #expect(throws: MethodError.needsEmbedding) {
      try answers(InstanceNoise(rate: 0.5), truth, classes: 4)
    }
    #expect(throws: MethodError.self) {
      try answers(
        InstanceNoise(rate: 0.5), [Int](repeating: 0, count: 2000), classes: 1,
        embedding: embedding())
    }
  }
}

@Suite struct `Inclusive symmetric noise` {
  @Test func `draws over all classes, so that some labels stay right`() throws {
    let truth = (0..<20_000).map { $0 % 10 }
    let observed = try answers(SymmetricNoise(rate: 0.5, inclusive: true), truth, classes: 10)
    let realised = Double(zip(truth, observed).count { $0 != $1 }) / 20_000
    #expect(abs(realised - 0.45) < 0.01)
  }
}
