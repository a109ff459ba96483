import ActiveLearning
import LinearAlgebra
import Networks
import Testing

@Suite struct `A filter` {
  /// A random labeled set of a pool of six classes, and the truth about it.
  static func labeled(
    _ count: Int, rate: Double, classes: Int = 6, seed: Int = 1
  ) throws -> (experiment: Experiment, right: [Bool]) {
    let (features, truth) = clusters(400, classes: classes, dimensions: 8, seed: seed)
    let observed = try noisy(truth, classes: classes, rate: rate, seed: seed)
    var experiment = try Experiment(features, truth: truth, observed: observed, classes: classes)
    if count > 0 { _ = try experiment.query(RandomSampling(), count) }
    return (experiment, experiment.pool.labeled.map { truth[$0] == observed[$0] })
  }

  static let kinds = ["none", "ideal", "aum"]

  static func filter(_ name: String, _ experiment: Experiment) -> any NoiseFilter {
    switch name {
    case "ideal": experiment.ideal
    case "aum": LowBudgetAUM()
    default: KeepAll()
    }
  }

  @Test(arguments: kinds, [1, 2, 5, 6, 60, 400])
  func `says one thing about every label`(name: String, count: Int) throws {
    let (experiment, _) = try Self.labeled(count, rate: 0.3)
    let verdict = try judge(experiment, by: Self.filter(name, experiment))
    #expect(verdict.filter == name)
    #expect(verdict.labeled == experiment.pool.labeled)
    #expect(verdict.clean.count == count)
    #expect(verdict.scores.count == count)
    #expect(verdict.quality.count == count)
    #expect(verdict.quality.allSatisfy { (0...1).contains($0) })
    if let threshold = verdict.threshold {
      #expect(verdict.clean == verdict.quality.map { $0 >= threshold })
    }
  }

  @Test(arguments: kinds)
  func `needs a label`(name: String) throws {
    let (experiment, _) = try Self.labeled(0, rate: 0.3)
    #expect(throws: MethodError.needsLabels) {
      try judge(experiment, by: Self.filter(name, experiment))
    }
  }

  @Test(arguments: kinds)
  func `says the same twice, and after a detour`(name: String) throws {
    let (experiment, _) = try Self.labeled(50, rate: 0.3)
    let filter = Self.filter(name, experiment)
    let verdict = try judge(experiment, by: filter)
    #expect(try judge(experiment, by: filter) == verdict)
    let judged = experiment.pool.judged(verdict)
    var random = filter.stream(seed: experiment.seed, labeled: 50)
    #expect(try filter.judge(judged, using: &random) == verdict)
  }

  @Test func `draws by seed, name and number of labels alone`() {
    let key = LowBudgetAUM(epochs: 3, repeats: 2).stream(seed: 5, labeled: 40).key
    #expect(key == RandomKey(seed: 5, role: .filter, method: "aum/|L|=40"))
  }

  @Test func `with the truth is right about everything`() throws {
    let (experiment, right) = try Self.labeled(80, rate: 0.4)
    let verdict = try judge(experiment, by: experiment.ideal)
    #expect(verdict.clean == right)
    #expect(FilterMetrics(clean: verdict.clean, trulyClean: right).cleanF1 == 1)
  }

  @Test func `that keeps all suspects nothing`() throws {
    let (experiment, _) = try Self.labeled(20, rate: 0.4)
    let verdict = try judge(experiment, by: KeepAll())
    #expect(verdict.suspected.isEmpty)
    #expect(verdict.quality == [Double](repeating: 1, count: 20))
    #expect(verdict.threshold == nil)
  }

  @Test func `knows the truth of labeled samples alone`() throws {
    let truth = LabeledTruth([5, 6, 7, 8])
    let pool = try Pool(
      embedding: Embedding(Matrix(zeros: 4, 1)), classes: 9, labeled: [2, 0], observed: [0, 0])
    #expect(try truth.labels(of: pool) == [7, 5])
    #expect(throws: MethodError.noSuchSample(2, count: 1)) {
      try LabeledTruth([5]).labels(of: pool)
    }
  }

  private func judge(_ experiment: Experiment, by filter: any NoiseFilter) throws -> Verdict {
    var random = filter.stream(seed: experiment.seed, labeled: experiment.pool.labeled.count)
    return try filter.judge(experiment.pool, using: &random)
  }
}

@Suite struct `The low-budget filter` {
  @Test func `finds most wrong labels of well separated classes`() throws {
    var worth: [Double] = []
    for seed in 1...5 {
      let (experiment, right) = try `A filter`.labeled(120, rate: 0.4, seed: seed)
      let verdict = try judge(experiment, LowBudgetAUM())
      let metrics = FilterMetrics(clean: verdict.clean, trulyClean: right)
      worth.append(metrics.cleanF1 - metrics.keepAllF1)
      #expect(metrics.cleanPrecision > 0.85)
    }
    #expect(worth.reduce(0, +) / 5 > 0.1)
  }

  @Test(arguments: [(10, 10, 1), (11, 10, 2), (200, 10, 20), (1, 10, 1)])
  func `takes as many threshold samples as there are labels for a class`(
    labels: Int, classes: Int, count: Int
  ) throws {
    let pool = try Pool(
      embedding: Embedding(Matrix(zeros: 300, 1)), classes: classes, labeled: Array(0..<labels),
      observed: [Int](repeating: 0, count: labels))
    #expect(LowBudgetAUM().thresholdCount(for: pool) == count)
    #expect(LowBudgetAUM(thresholds: .count(7)).thresholdCount(for: pool) == 7)
  }

  @Test func `is strictest in the worst of its repeats`() throws {
    let (experiment, _) = try `A filter`.labeled(60, rate: 0.4)
    let single = try judge(experiment, LowBudgetAUM())
    let one = try judge(experiment, LowBudgetAUM(repeats: 1))
    let three = try judge(experiment, LowBudgetAUM(repeats: 3))
    #expect(one == single)
    #expect(zip(three.quality, single.quality).allSatisfy { $0 <= $1 })
    #expect(zip(three.clean, single.clean).allSatisfy { !$0 || $1 })
    #expect(three.clean != single.clean)
  }

  @Test func `takes what is left when the pool runs out`() throws {
    let (experiment, _) = try `A filter`.labeled(399, rate: 0.3)
    #expect(try judge(experiment, LowBudgetAUM()).notices.isEmpty)
    let (all, _) = try `A filter`.labeled(400, rate: 0.3)
    let verdict = try judge(all, LowBudgetAUM())
    #expect(verdict.suspected.isEmpty)
    #expect(verdict.notices.count == 1)
  }

  @Test func `does not judge one label, nor one class`() throws {
    let (single, _) = try `A filter`.labeled(1, rate: 0.3)
    let verdict = try judge(single, LowBudgetAUM())
    #expect(verdict.clean == [true])
    #expect(verdict.notices.count == 1)
    let pool = try Pool(
      embedding: single.pool.embedding, classes: 6, labeled: [0, 1, 2], observed: [4, 4, 4])
    var experiment = single
    experiment.pool = pool
    #expect(try judge(experiment, LowBudgetAUM()).quality == [1, 1, 1])
  }

  @Test(arguments: [
    LowBudgetAUM(epochs: 0), LowBudgetAUM(percentile: 101), LowBudgetAUM(percentile: .nan),
    LowBudgetAUM(learningRate: 0), LowBudgetAUM(learningRate: .infinity), LowBudgetAUM(batch: 0),
    LowBudgetAUM(batch: 1 << 40), LowBudgetAUM(thresholds: .count(0)), LowBudgetAUM(repeats: 0),
    LowBudgetAUM(scale: .meanNorm(-1)),
  ])
  func `refuses options beyond their range`(filter: LowBudgetAUM) throws {
    let (experiment, _) = try `A filter`.labeled(20, rate: 0.3)
    let error = #expect(throws: MethodError.self) { try judge(experiment, filter) }
    guard case .range = error else {
      Issue.record("not a range error: \(String(describing: error))")
      return
    }
  }

  /// The definition word for word, with the streams that the draws are documented to come from.
  @Test func `is one linear fit with unlabeled samples of a class that does not exist`() throws {
    let (experiment, _) = try `A filter`.labeled(50, rate: 0.3)
    let pool = experiment.pool
    let method = "aum/|L|=50"
    var draws = RandomSource(RandomKey(seed: 7, role: .filter, method: method))
    var weights = RandomSource(RandomKey(seed: 7, role: .initialWeights, method: "aum"))
    var order = RandomSource(RandomKey(seed: 7, role: .batches, method: method))

    let drawn = draws.sample(9, of: pool.candidates)
    let features = try pool.embedding.scaled(rows: pool.labeled + drawn)
    let labels = pool.observed + [Int](repeating: 6, count: 9)
    var head = LinearHead(classes: 7, dimensions: 8, using: &weights)
    var record = MarginRecord(labels: labels)
    let settings = SGDSettings(
      epochs: 40, batch: 64, learningRate: 0.1, weightDecay: 1e-4, schedule: .constant)
    _ = try LinearTraining(settings).run(&head, on: features, labels: labels, using: &order) {
      record.record($0, $1)
    }
    let areas = try record.areas { try head.logits(of: features.rows(at: $0)) }
    let expected = AreaJudgement(
      areas: Array(areas.prefix(50)), thresholds: Array(areas.suffix(9)), percentile: 80)

    let verdict = try judge(experiment, LowBudgetAUM())
    #expect(verdict.scores == expected.areas)
    #expect(verdict.clean == expected.clean)
    #expect(verdict.quality == expected.quality)
  }

  @Test func `says so when training runs away`() throws {
    let (experiment, _) = try `A filter`.labeled(60, rate: 0.3)
    #expect(throws: MethodError.diverged(method: "aum", learningRate: 1e30)) {
      try judge(experiment, LowBudgetAUM(learningRate: 1e30))
    }
  }

  @Test func `writes its options in one way`() {
    #expect(
      LowBudgetAUM().options
        == "epochs=40 percentile=80 lr=0.1 batch=64 thresholds=auto "
        + "threshold_from=pool repeats=1 scale=auto")
    #expect(
      LowBudgetAUM(
        percentile: 99.5, thresholds: .count(3), source: .labeled, scale: .meanNorm(2)
      ).options
        == "epochs=40 percentile=99.5 lr=0.1 batch=64 thresholds=3 "
        + "threshold_from=labeled repeats=1 scale=2")
  }

  private func judge(_ experiment: Experiment, _ filter: LowBudgetAUM) throws -> Verdict {
    var random = filter.stream(seed: experiment.seed, labeled: experiment.pool.labeled.count)
    return try filter.judge(experiment.pool, using: &random)
  }
}
