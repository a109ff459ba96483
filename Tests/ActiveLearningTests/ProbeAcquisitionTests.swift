import ActiveLearning
import LinearAlgebra
import Networks
import Testing

@Suite struct `The linear probe that strategies ask` {
  private func pool(_ count: Int = 80, labels: Int = 12) throws -> Pool {
    let (features, truth) = clusters(count, classes: 3, dimensions: 5)
    return try Pool(
      embedding: Embedding(features), classes: 3, labeled: Array(0..<labels),
      observed: Array(truth[0..<labels]))
  }

  private func head(_ pool: Pool, seed: Int, method: String = "linear") throws -> LinearHead {
    var stream = RandomSource(RandomKey(seed: seed, role: .initialWeights, method: method))
    return LinearHead(
      classes: pool.classes, dimensions: try pool.embedding.dimensions, using: &stream)
  }

  private func asked(_ source: ProbeAcquisition, _ pool: Pool, clean: [Int]) throws -> ProbeModel {
    try #require(source.model(for: pool, clean: clean) as? ProbeModel)
  }

  @Test func `is the head that was trained last, where there is one`() throws {
    let pool = try pool()
    let trained = try head(pool, seed: 99)
    for untrained in [false, true] {
      let source = ProbeAcquisition(
        trained: trained, untrained: untrained, settings: SGDSettings(dropout: 0.25), scale: .raw,
        seed: 1, round: 1)
      let model = try asked(source, pool, clean: [])
      #expect(model.head == trained)
      #expect(model.dropout == 0.25)
      #expect(model.name == "linear")
      let rows = try pool.embedding.scaled(rows: [5, 3], scale: .raw)
      #expect(try model.penultimate(of: [5, 3], in: pool) == rows)
      #expect(try model.logits(of: [5, 3], in: pool) == trained.logits(of: rows))
    }
  }

  @Test func `is trained as train linear would, on the labels believed clean`() throws {
    let pool = try pool()
    let settings = SGDSettings(epochs: 7, batch: 4, learningRate: 0.1)
    let clean = [7, 1, 4, 2, 11]
    var weights = RandomSource(RandomKey(seed: 5, role: .initialWeights, method: "linear"))
    var batches = RandomSource(RandomKey(seed: 5, role: .batches, round: 3, method: "linear"))
    let (expected, _) = try LinearProbe.fit(
      pool.embedding.scaled(rows: clean, scale: .meanNorm(2)),
      labels: pool.observed(of: clean), classes: 3, settings: settings, weights: &weights,
      batches: &batches)
    let source = ProbeAcquisition(settings: settings, scale: .meanNorm(2), seed: 5, round: 3)
    #expect(try asked(source, pool, clean: clean).head == expected.head)
    #expect(try asked(source, pool, clean: [1, 2]).head != expected.head)
  }

  @Test func `has its initial weights where it shall not be trained`() throws {
    let pool = try pool()
    let source = ProbeAcquisition(untrained: true, seed: 5, round: 3)
    #expect(try asked(source, pool, clean: [1]).head == head(pool, seed: 5))
    let next = ProbeAcquisition(untrained: true, seed: 5, round: 4)
    #expect(try asked(next, pool, clean: [1, 2]).head == head(pool, seed: 5))
  }

  @Test func `starts each replica from weights of its own, the same in every round`() throws {
    let pool = try pool()
    func fresh(_ replica: Int, epochs: Int = 0, round: Int = 1) throws -> LinearHead {
      let source = ProbeAcquisition(
        trained: try head(pool, seed: 8), untrained: true,
        settings: SGDSettings(epochs: epochs, batch: 2), seed: 4, round: round)
      let model = try source.fresh(on: [1, 2, 3, 4], of: pool, replica: replica)
      return try #require(model as? ProbeModel).head
    }
    #expect(try fresh(0) == head(pool, seed: 4))
    #expect(try fresh(2) == head(pool, seed: 4, method: "linear/replica=2"))
    #expect(try fresh(1) != fresh(2))
    #expect(try fresh(1, round: 5) == fresh(1))
    #expect(try fresh(1, epochs: 3, round: 5) != fresh(1, epochs: 3))
    #expect(try fresh(1, epochs: 3) == fresh(1, epochs: 3))
  }

  @Test func `asks about many samples as about each alone`() throws {
    let pool = try pool(8_200)
    let model = try asked(ProbeAcquisition(untrained: true, seed: 2, round: 1), pool, clean: [0])
    let samples = Array((0..<8_200).reversed())
    let found = try model.logits(of: samples, in: pool)
    let naive = samples.map { sample in
      (0..<3).map { c in
        zip(pool.scaledRow(sample), model.head.weights.row(c)).reduce(Double(model.head.biases[c]))
        {
          $0 + $1.0 * Double($1.1)
        }
      }
    }
    #expect(found.rows == 8_200)
    #expect(isClose(found.elements.map(Double.init), naive.flatMap(\.self), within: 1e-5))
    #expect(try model.logits(of: [], in: pool).rows == 0)
  }

  @Test func `drops input values with the odds asked for, and makes up for them`() throws {
    let pool = try pool(5000)
    let model = ProbeModel(
      LinearHead(
        weights: Matrix(rows: 1, columns: 5, elements: [1, 0, 0, 0, 0]), biases: [0]),
      dropout: 0.3)
    var random = RandomSource(RandomKey(seed: 1, role: .query))
    var copy = random
    let samples = Array(0..<5000)
    let found = try model.logits(of: samples, in: pool, dropping: &random)
    let plain = try model.logits(of: samples, in: pool)
    let masks = samples.map { _ in (0..<5).map { _ in copy.uniform() < 0.3 }[0] }
    for i in samples {
      let expected = masks[i] ? 0 : plain.elements[i] / 0.7
      #expect(abs(found.elements[i] - expected) < 1e-5)
    }
    #expect(abs(Double(masks.count { $0 }) / 5000 - 0.3) < 0.03)
    #expect(random.next() == copy.next())
    let whole = ProbeModel(model.head)
    #expect(try whole.logits(of: samples, in: pool, dropping: &random) == plain)
  }

  @Test func `says what keeps it from being trained or asked`() throws {
    let pool = try pool()
    let source = ProbeAcquisition(seed: 1, round: 1)
    #expect(throws: MethodError.needsLabels) { _ = try source.model(for: pool, clean: []) }
    let bare = try Pool(count: 5, embedding: nil, classes: 3, labeled: [0], observed: [1])
    for source in [source, ProbeAcquisition(untrained: true, seed: 1, round: 1)] {
      #expect(throws: MethodError.needsEmbedding) { _ = try source.model(for: bare, clean: [0]) }
    }
    let empty = try Pool(embedding: pool.embedding, classes: 3)
    #expect(throws: MethodError.needsLabels) { _ = try source.model(for: empty) }
    let scale = ProbeAcquisition(scale: .meanNorm(-1), seed: 1, round: 1)
    #expect(throws: MethodError.range(name: "scale", value: -1, allowed: "above 0")) {
      _ = try scale.model(for: pool, clean: [0])
    }
    let setting = ProbeAcquisition(settings: SGDSettings(batch: 0), seed: 1, round: 1)
    #expect(throws: NetworkError.self) { _ = try setting.model(for: pool, clean: [0]) }
    let wild = ProbeAcquisition(
      settings: SGDSettings(learningRate: 1e30), seed: 1, round: 1)
    #expect(throws: MethodError.diverged(method: "linear", learningRate: 1e30)) {
      _ = try wild.model(for: pool, clean: [0, 1, 2])
    }
  }

  @Test func `refuses a head for other features or classes`() throws {
    let pool = try pool()
    for (classes, dimensions) in [(4, 5), (3, 6)] {
      let head = LinearHead(
        weights: Matrix(zeros: classes, dimensions),
        biases: [Float](repeating: 0, count: classes))
      let source = ProbeAcquisition(trained: head, seed: 1, round: 1)
      let reason =
        "the model was trained for \(classes) classes and \(dimensions) features, "
        + "and the pool has 3 and 5"
      #expect(throws: MethodError.refused(reason: reason)) {
        _ = try source.model(for: pool, clean: [0])
      }
    }
  }

  @Test func `believes the labels that are not suspected, or all where all are`() throws {
    let pool = try pool(20, labels: 4)
    func judged(_ clean: [Bool]) -> Pool {
      pool.judged(
        Verdict(
          filter: "test", options: "", labeled: pool.labeled, clean: clean,
          quality: [1, 1, 1, 1], scores: [nil, nil, nil, nil], threshold: nil))
    }
    #expect(pool.believed == [0, 1, 2, 3])
    #expect(judged([true, false, true, false]).believed == [0, 2])
    #expect(judged([false, false, false, false]).believed == [0, 1, 2, 3])
    let source = ProbeAcquisition(settings: SGDSettings(epochs: 2), seed: 1, round: 1)
    let all = try #require(source.model(for: pool) as? ProbeModel)
    let suspected = judged([false, false, false, false])
    #expect(try #require(source.model(for: suspected) as? ProbeModel).head == all.head)
    let some = judged([true, false, true, false])
    #expect(try #require(source.model(for: some) as? ProbeModel).head != all.head)
  }
}

extension Pool {
  /// A row as the default scale has it, in double.
  fileprivate func scaledRow(_ sample: Int) -> [Double] {
    guard let embedding = try? embedding else { return [] }
    return embedding.features.row(sample).map { Double($0) * Double(embedding.scaleFactor) }
  }
}
