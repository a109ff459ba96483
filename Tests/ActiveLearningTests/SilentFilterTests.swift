import ActiveLearning
import LinearAlgebra
import Testing

/// A filter that cannot say anything says so, and calls everything clean.
@Suite struct `A filter with nothing to go by` {
  /// All that look at features, with the options that change what they look at.
  static let kinds: [any NoiseFilter] = [
    LowBudgetAUM(), LowBudgetAUM(source: .neighbours), LowBudgetAUM(source: .labeled),
    LowBudgetAUM(thresholds: .count(1000), source: .labeled, repeats: 2),
    CrossValidation(), CrossValidation(trainOn: .complement),
    CrossValidation(trainOn: .complement, votes: .heldout), NearestNeighbours(),
    NearestNeighbours(k: 2, includeSelf: true), Centroids(), Fine(), Fine(mixture: .beta),
    DisagreeNet(), MaxAgreementPrediction(), IMCOD(), DBSCAN(), ConfidentLearning(),
    ConfidentLearning(rule: .lowSelfConfidence), MomentumFilter(CrossValidation(), momentum: 0.5),
  ]

  /// The same reading features as they are.
  static let raw: [any NoiseFilter] = [
    LowBudgetAUM(scale: .raw), LowBudgetAUM(source: .neighbours, scale: .raw),
    LowBudgetAUM(source: .labeled, scale: .raw), CrossValidation(scale: .raw),
    NearestNeighbours(scale: .raw), Centroids(scale: .raw), Fine(scale: .raw),
    DisagreeNet(VotingHeads(scale: .raw)), MaxAgreementPrediction(VotingHeads(scale: .raw)),
    IMCOD(scale: .raw), DBSCAN(scale: .raw), ConfidentLearning(scale: .raw),
  ]

  private static let model = ConfidentLearning(model: GivenModel(logits: Matrix(zeros: 60, 3)))

  @Test(arguments: kinds + [KeepAll(), Ideal(truth: LabeledTruth([])), model])
  func `refuses an empty labeled set`(filter: any NoiseFilter) throws {
    let (features, _) = clusters(60, classes: 3, dimensions: 4)
    let pool = try Pool(embedding: Embedding(features), classes: 3)
    #expect(throws: MethodError.needsLabels) { try judge(pool, by: filter) }
  }

  @Test(arguments: kinds + [model], [[5], [5, 8, 0, 33, 41, 20, 21, 22, 23, 24, 25]])
  func `is silent about one label, and about one class`(
    filter: any NoiseFilter, labeled: [Int]
  ) throws {
    let (features, _) = clusters(60, classes: 3, dimensions: 4)
    let pool = try Pool(
      embedding: Embedding(features), classes: 3, labeled: labeled,
      observed: labeled.map { _ in 2 })
    expectSilence(try judge(pool, by: filter), of: pool)
  }

  @Test(arguments: kinds, [0, 1])
  func `is silent where all samples are the same`(filter: any NoiseFilter, value: Float) throws {
    let features = Matrix(
      rows: 40, columns: 3, elements: [Float](repeating: value, count: 120))
    for labels in [(0..<40).map { $0 % 3 }, (0..<40).map { $0 == 11 ? 2 : 0 }] {
      let pool = try labeledPool(features, observed: labels, classes: 3)
      expectSilence(try judge(pool, by: filter), of: pool)
      let part = try Pool(
        embedding: pool.embedding, classes: 3, labeled: Array(0..<12),
        observed: Array(labels.prefix(12)))
      expectSilence(try judge(part, by: filter), of: part)
    }
  }

  @Test func `is silent about unit rows that are the same`() throws {
    let features = Matrix(rows: 12, columns: 1, elements: (1...12).map { Float(1 << $0) })
    let pool = try labeledPool(features, observed: (0..<12).map { $0 % 2 }, classes: 2)
    expectSilence(try judge(pool, by: CrossValidation(scale: .unit)), of: pool)
    #expect(try judge(pool, by: CrossValidation()).notices.isEmpty)
  }

  @Test(
    arguments: [
      (NearestNeighbours(), 8, 3), (IMCOD(), 2, 3), (IMCOD(), 19, 20), (DBSCAN(), 4, 3),
    ] as [(any NoiseFilter, Int, Int)])
  func `is silent below the number of labels that its rule needs`(
    filter: any NoiseFilter, labels: Int, classes: Int
  ) throws {
    let (features, _) = clusters(60, classes: 3, dimensions: 4)
    func pool(_ count: Int) throws -> Pool {
      try Pool(
        embedding: Embedding(features), classes: classes, labeled: Array(0..<count),
        observed: (0..<count).map { $0 % 2 })
    }
    expectSilence(try judge(pool(labels), by: filter), of: try pool(labels))
    #expect(try judge(pool(labels + 1), by: filter).notices.isEmpty)
  }

  @Test(arguments: kinds)
  func `with two labels of many classes says something sound`(filter: any NoiseFilter) throws {
    let (features, _) = clusters(60, classes: 3, dimensions: 4)
    let pool = try Pool(
      embedding: Embedding(features), classes: 100, labeled: [7, 3], observed: [99, 0])
    let verdict = try judge(pool, by: filter)
    #expect(isSound(verdict))
  }

  /// Rows so long that a fit runs away are an error that says so, and never a verdict of no numbers.
  @Test(arguments: raw + kinds, [Float.nan, .infinity, 3e38, 1e30, 1e15])
  func `has a sound verdict or none`(filter: any NoiseFilter, value: Float) throws {
    var features = clusters(60, classes: 3, dimensions: 4).features
    for (j, sign) in [Float(1), -1, 1, -1].enumerated() { features[7, j] = sign * value }
    let pool = try Pool(
      embedding: Embedding(features), classes: 3, labeled: Array(0..<40),
      observed: (0..<40).map { $0 * 7 % 3 })
    do {
      let verdict = try judge(pool, by: filter)
      #expect(isSound(verdict))
      #expect(value.isFinite)
    } catch let error as MethodError {
      switch error {
      case .refused: #expect(!value.isFinite)
      case .diverged(let method, let rate): #expect(method == filter.name && rate > 0)
      default: Issue.record("\(error)")
      }
    }
  }

  private func expectSilence(
    _ verdict: Verdict, of pool: Pool, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(verdict.labeled == pool.labeled, sourceLocation: sourceLocation)
    #expect(verdict.suspected.isEmpty, sourceLocation: sourceLocation)
    #expect(verdict.quality.allSatisfy { $0 == 1 }, sourceLocation: sourceLocation)
    #expect(verdict.notices.count == 1, sourceLocation: sourceLocation)
  }

  private func isSound(_ verdict: Verdict) -> Bool {
    let threshold = verdict.threshold ?? 0
    let agrees = zip(verdict.clean, verdict.quality).allSatisfy { $0 == ($1 >= threshold) }
    let numbers = verdict.scores + (verdict.evidence?.columns ?? []).flatMap(\.values)
    return verdict.quality.allSatisfy { (0...1).contains($0) }
      && numbers.allSatisfy { $0?.isFinite ?? true } && (agrees || verdict.threshold == nil)
  }
}
