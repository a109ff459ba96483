import ActiveLearning
import LinearAlgebra
import Testing

/// What holds for every filter, asked of those by neighbours, centroids, directions, ensembles and
/// density.
@Suite struct `Each of the other filters` {
  static let kinds: [any NoiseFilter] = [
    NearestNeighbours(), NearestNeighbours(k: 3, includeSelf: true), Centroids(), Fine(),
    Fine(mixture: .beta, scale: .unit), DisagreeNet(), MaxAgreementPrediction(), IMCOD(), DBSCAN(),
  ]

  @Test(arguments: kinds, [1, 2, 5, 6, 60, 400])
  func `says one thing about every label`(filter: any NoiseFilter, count: Int) throws {
    let (experiment, _) = try `A filter`.labeled(count, rate: 0.3)
    expectSound(try judge(experiment.pool, by: filter), of: experiment.pool, by: filter)
  }

  @Test(arguments: kinds)
  func `needs a label`(filter: any NoiseFilter) throws {
    let (experiment, _) = try `A filter`.labeled(0, rate: 0.3)
    #expect(throws: MethodError.needsLabels) { try judge(experiment.pool, by: filter) }
  }

  @Test(arguments: kinds)
  func `does not judge one label, nor one class`(filter: any NoiseFilter) throws {
    let (single, _) = try `A filter`.labeled(1, rate: 0.3)
    let same = try Pool(
      embedding: single.pool.embedding, classes: 6, labeled: Array(0..<30),
      observed: [Int](repeating: 4, count: 30))
    for pool in [single.pool, same] {
      let verdict = try judge(pool, by: filter)
      #expect(verdict.suspected.isEmpty)
      #expect(verdict.quality.allSatisfy { $0 == 1 })
      #expect(verdict.notices.count == 1)
    }
  }

  /// Degenerate geometry: no distance, no direction, no spread, one feature, fewer samples than
  /// features, and pairs of equal samples with different labels.
  @Test(arguments: kinds)
  func `takes whatever the samples are`(filter: any NoiseFilter) throws {
    let equal = Matrix(rows: 40, columns: 3, elements: [Float](repeating: 2, count: 120))
    let pairs = clusters(20, classes: 3, dimensions: 5).features
    let shapes = [
      Matrix(zeros: 40, 3), equal, pairs.rows(at: (0..<40).map { $0 / 2 }),
      clusters(40, classes: 3, dimensions: 1).features,
      clusters(40, classes: 3, dimensions: 90).features,
      Matrix(rows: 40, columns: 1, elements: (0..<40).map { $0 < 20 ? 1e-20 : 1e15 }),
    ]
    for features in shapes {
      for (count, classes) in [(2, 2), (12, 3), (40, 3), (40, 70)] {
        let pool = try Pool(
          embedding: Embedding(features), classes: classes, labeled: Array(0..<count),
          observed: (0..<count).map { ($0 * 7 + $0 / 5) % classes })
        expectSound(try judge(pool, by: filter), of: pool, by: filter)
      }
    }
  }

  @Test(arguments: kinds)
  func `says the same twice, and after a detour`(filter: any NoiseFilter) throws {
    let (experiment, _) = try `A filter`.labeled(50, rate: 0.3)
    let verdict = try judge(experiment.pool, by: filter)
    #expect(try judge(experiment.pool, by: filter) == verdict)
    #expect(try judge(experiment.pool.judged(verdict), by: filter) == verdict)
  }

  @Test(arguments: kinds)
  func `says the same on one thread and on more`(filter: any NoiseFilter) throws {
    let (experiment, _) = try `A filter`.labeled(300, rate: 0.3)
    let several = try judge(experiment.pool, by: filter)
    let before = Parallel.threads
    defer { Parallel.threads = before }
    Parallel.threads = 1
    #expect(try judge(experiment.pool, by: filter) == several)
  }

  @Test(arguments: kinds)
  func `refuses a scale that is none`(filter: any NoiseFilter) throws {
    let (experiment, _) = try `A filter`.labeled(40, rate: 0.3)
    let scale = FeatureScale.meanNorm(-1)
    let bad: any NoiseFilter =
      switch filter.name {
      case "knn": NearestNeighbours(scale: scale)
      case "centroids": Centroids(scale: scale)
      case "fine": Fine(scale: scale)
      case "disagreenet": DisagreeNet(VotingHeads(scale: scale))
      case "map": MaxAgreementPrediction(VotingHeads(scale: scale))
      case "imcod": IMCOD(scale: scale)
      default: DBSCAN(scale: scale)
      }
    #expect(throws: MethodError.range(name: "scale", value: -1, allowed: "above 0")) {
      try judge(experiment.pool, by: bad)
    }
  }

  @Test(
    arguments: [
      Centroids(), DisagreeNet(), MaxAgreementPrediction(), NearestNeighbours(),
    ] as [any NoiseFilter])
  func `is worth more than no filter on well separated classes`(filter: any NoiseFilter) throws {
    var worth: [Double] = []
    for seed in 1...5 {
      let (experiment, right) = try `A filter`.labeled(120, rate: 0.4, seed: seed)
      let verdict = try judge(experiment.pool, by: filter)
      let metrics = FilterMetrics(clean: verdict.clean, trulyClean: right)
      worth.append(metrics.cleanF1 - metrics.keepAllF1)
    }
    #expect(worth.reduce(0, +) / 5 > 0.1, "\(worth)")
  }

  @Test func `writes its options in one way`() {
    let ensemble = "heads=10 epochs=300 lr=0.01 batch=64 agreement=0.9 scale=auto"
    #expect(NearestNeighbours().options == "k=auto include_self=false scale=auto")
    #expect(
      NearestNeighbours(k: 5, includeSelf: true, scale: .raw).options
        == "k=5 include_self=true scale=raw")
    #expect(Centroids().options == "scale=auto")
    #expect(Fine(mixture: .beta, scale: .unit).options == "mixture=beta scale=unit")
    #expect(DisagreeNet().options == ensemble)
    #expect(MaxAgreementPrediction().options == ensemble)
    #expect(IMCOD(t: 0.01).options == "t=0.01 scale=auto")
    #expect(DBSCAN(scale: .meanNorm(3)).options == "scale=3")
  }

  private func expectSound(
    _ verdict: Verdict, of pool: Pool, by filter: any NoiseFilter,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let count = pool.labeled.count
    #expect(verdict.filter == filter.name, sourceLocation: sourceLocation)
    #expect(verdict.options == filter.options, sourceLocation: sourceLocation)
    #expect(verdict.labeled == pool.labeled, sourceLocation: sourceLocation)
    #expect(
      [verdict.clean.count, verdict.quality.count, verdict.scores.count] == [count, count, count],
      sourceLocation: sourceLocation)
    #expect(
      verdict.quality.allSatisfy { (0...1).contains($0) }, sourceLocation: sourceLocation)
    if let threshold = verdict.threshold {
      #expect(
        verdict.clean == verdict.quality.map { $0 >= threshold }, sourceLocation: sourceLocation)
    }
  }
}

/// A verdict with the stream that a session would use.
func judge(_ pool: Pool, by filter: any NoiseFilter, seed: Int = 7) throws -> Verdict {
  var random = filter.stream(seed: seed, labeled: pool.labeled.count)
  return try filter.judge(pool, using: &random)
}

/// A pool of which everything is labeled, with labels from a reference vector.
func labeledPool(_ features: Matrix, observed: [Int], classes: Int = 10) throws -> Pool {
  try Pool(
    embedding: Embedding(features, normalization: .none), classes: classes,
    labeled: Array(0..<features.rows), observed: observed)
}
