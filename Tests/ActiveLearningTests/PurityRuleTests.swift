import ActiveLearning
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `The purity rule` {
  @Test func `meets the reference vectors`() throws {
    let reference = try Reference("delta_curves")
    // The rows have length 1 but for rounding, and are taken as they are.
    let embedding = Embedding(try reference.matrix("features"), normalization: .none)
    let curve = try PurityCurve.of(embedding, groups: reference.ints("pseudo_labels"))
    let strangers = try reference.doubles("nearest_stranger").sorted()
    #expect(isClose(curve.distances, strangers, within: 1e-12))
    let purity = try reference.doubles("purity_radii").map { curve.purity(at: $0) }
    #expect(try isClose(purity, reference.doubles("purity"), within: 1e-12))
    for (key, rule) in [
      ("purity_choice", PurityRule()), ("purity_choice_090", PurityRule(alpha: 0.9)),
      ("purity_choice_reference", PurityRule(support: .reference)),
    ] {
      let choice = try rule.choose(from: curve, metric: .l2)
      #expect(try abs(choice.delta - reference.scalar(key)) < 1e-9)
      #expect(choice.purity == curve.purity(at: choice.delta))
      #expect(choice.isPure)
    }
  }

  static let line = Embedding(
    Matrix(rows: 10, columns: 1, elements: [0, 0.1, 0.2, 0.3, 1.0, 1.1, 1.2, 2.0, 2.1, 3.0]),
    normalization: .none)
  static let groups = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]

  @Test func `counts pure balls as one does by hand`() throws {
    let curve = try PurityCurve.of(Self.line, groups: Self.groups)
    let purity = [0.15, 0.75, 0.85, 0.95, 1.05].map { curve.purity(at: $0) }
    #expect(purity == [1, 0.8, 0.4, 0.2, 0.1])
    // Any numbers will do for groups.
    let other = try PurityCurve.of(Self.line, groups: Self.groups.map { 7 - 1000 * $0 })
    #expect(other.distances == curve.distances)
  }

  @Test func `takes the largest radius that is pure enough, or says that none is`() throws {
    let curve = try PurityCurve.of(Self.line, groups: Self.groups)
    // As a number of 32 bits 1 − 0.3 is below 0.7.
    #expect(try PurityRule(alpha: 0.9).choose(from: curve, metric: .l2).delta == 0.68)
    #expect(try PurityRule(alpha: 0).choose(from: curve, metric: .l2).delta == 1.1)
    #expect(
      try PurityRule(alpha: 0, support: .reference).choose(from: curve, metric: .l2).delta == 0.6)
    #expect(try PurityRule(alpha: 0).choose(from: curve, metric: .cosine).delta == 0.5)
    let copies = Embedding(Matrix(zeros: 4, 2))
    let mixed = try PurityCurve.of(copies, groups: [0, 1, 0, 1])
    #expect(mixed.purity(at: 0.02) == 0)
    let choice = try PurityRule().choose(from: mixed, metric: .l2)
    #expect(choice.delta == 0.02)
    #expect(!choice.isPure)
    #expect(choice.purity == 0)
  }

  @Test func `finds every ball pure where there is one group`() throws {
    let curve = try PurityCurve.of(Self.line, groups: [Int](repeating: 3, count: 10))
    #expect(curve.distances.allSatisfy { $0 == .infinity })
    #expect(try PurityRule().choose(from: curve, metric: .l2).delta == 1.1)
    let choice = try PurityRule().choose(for: Self.line, classes: 1)
    #expect(choice.delta == 1.1)
  }

  @Test(arguments: [1, 2, 511, 513, 1030, 1600], Metric.allCases)
  func `equals the naive answer at sizes that divide no tile`(count: Int, metric: Metric) throws {
    let (features, labels) = clusters(count, classes: 4, dimensions: 6, seed: count)
    for groups in [labels, (0..<count).map { $0 / 600 }, Array(0..<count)] {
      try expectNaive(Embedding(features, metric: metric), groups)
    }
  }

  /// Duplicates across groups, rows of zeros, rows that `Float` cannot square.
  @Test(arguments: Metric.allCases, Normalization.allCases)
  func `equals it for rows of any length`(metric: Metric, normalization: Normalization) throws {
    var (features, labels) = clusters(600, classes: 5, dimensions: 3)
    for k in 0..<3 {
      for zero in [0, 5, 599] { features[zero, k] = 0 }
      for (row, size) in [(7, Float(1e30)), (8, 1e-30), (520, 1e25), (9, 1e6)] {
        features[row, k] *= size
      }
      for copy in 30..<45 { features[copy, k] = features[2, k] }
    }
    try expectNaive(
      Embedding(features, metric: metric, normalization: normalization), labels)
  }

  private func expectNaive(_ embedding: Embedding, _ groups: [Int]) throws {
    let points = embedding.points
    let distances = points.distances(to: points)
    let expected = (0..<points.count).map { x in
      (0..<points.count).reduce(Double.infinity) {
        groups[$1] == groups[x] ? $0 : min($0, distances[x * points.count + $1])
      }
    }
    let search = StrangerSearch(points, groups: groups)
    #expect(try search.distances() == expected)
    let some = [points.count - 1, 0]
    #expect(try search.distances(of: some) == some.map { expected[$0] })
    #expect(try PurityCurve.of(embedding, groups: groups).distances == expected.sorted())
  }

  @Test func `finds the clusters by itself, the same ones each time`() throws {
    let (features, labels) = clusters(400, classes: 4, dimensions: 8, spread: 0.05)
    let embedding = Embedding(features)
    let rule = PurityRule()
    let choice = try rule.choose(for: embedding, classes: 4)
    let truth = try PurityCurve.of(embedding, groups: labels)
    #expect(choice.curve.distances == truth.distances)
    #expect(choice.delta > 0.2)
    let (mixed, _) = clusters(400, classes: 4, dimensions: 3, spread: 0.6)
    let first = try rule.choose(for: Embedding(mixed), classes: 6)
    let second = try rule.choose(for: Embedding(mixed), classes: 6)
    #expect(first.curve.distances == second.curve.distances)
  }

  @Test func `looks at a tenth of a large pool, among all of it`() throws {
    let (features, labels) = clusters(2000, classes: 4, dimensions: 8, spread: 0.05)
    let embedding = Embedding(features)
    let whole = try PurityCurve.of(embedding, groups: labels).distances
    let part = try PurityRule(largePool: 2000).curve(of: embedding, classes: 4).distances
    #expect(part.count == 200)
    #expect(Set(part).isSubset(of: Set(whole)))
    let all = try PurityRule(largePool: 2001).curve(of: embedding, classes: 4).distances
    #expect(all == whole)
  }

  @Test func `survives pools of one and more classes than samples`() throws {
    for (count, classes) in [(1, 1), (1, 5), (3, 10), (2, 0)] {
      let (features, _) = clusters(count, classes: 2, dimensions: 3)
      let choice = try PurityRule().choose(for: Embedding(features), classes: classes)
      #expect(choice.curve.distances.count == count)
    }
  }

  @Test(arguments: [-0.1, 1.1, Double.nan])
  func `refuses an alpha that is no share`(alpha: Double) throws {
    let curve = try PurityCurve.of(Self.line, groups: Self.groups)
    #expect(throws: MethodError.self) {
      try PurityRule(alpha: alpha).choose(from: curve, metric: .l2)
    }
    #expect(throws: MethodError.self) {
      try PurityRule(alpha: alpha).choose(for: Self.line, classes: 2)
    }
  }

  @Test func `refuses groups that are not one for each sample`() {
    #expect(throws: MethodError.labelCount(found: 2, expected: 10)) {
      try PurityCurve.of(Self.line, groups: [1, 2])
    }
    #expect(throws: MethodError.noSuchSample(10, count: 10)) {
      try PurityCurve.of(Self.line, groups: Self.groups, samples: [10])
    }
  }
}
