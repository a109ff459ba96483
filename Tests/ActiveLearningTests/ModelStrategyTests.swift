import ActiveLearning
import LinearAlgebra
import Networks
import Testing

/// What all strategies that ask a model have to keep to.
@Suite struct `Strategies that ask a model` {
  static let names = [
    "uncertainty", "margin", "entropy", "badge", "badge power=1", "bald", "dbal", "ensemble_var_r",
    "direct", "direct annotators=20 min_budget=60",
  ]

  static func strategy(_ name: String, round: Int = 1, seed: Int = 7) -> any QueryStrategy {
    let source = ProbeAcquisition(
      settings: SGDSettings(epochs: 4, batch: 8, dropout: 0.5), seed: seed, round: round)
    return switch name {
    case "uncertainty": Uncertainty(measure: .leastConfident, acquisition: source)
    case "margin": Uncertainty(measure: .margin, acquisition: source)
    case "entropy": Uncertainty(measure: .entropy, acquisition: source)
    case "badge": Badge(acquisition: source)
    case "badge power=1": Badge(acquisition: source, power: 1)
    case "bald": BayesianDisagreement(rule: .bald, passes: 3, acquisition: source)
    case "dbal": BayesianDisagreement(rule: .dbal, passes: 3, acquisition: source)
    case "ensemble_var_r": EnsembleVariationRatio(acquisition: source)
    case "direct": Direct(acquisition: source)
    default: Direct(annotators: 20, minBudget: 60, acquisition: source)
    }
  }

  private func select(_ name: String, _ count: Int, _ experiment: Experiment) throws -> Selection {
    try experiment.select(
      Self.strategy(name, round: experiment.round, seed: experiment.seed), count)
  }

  @Test(arguments: names)
  func `spend exactly the budget, whatever it is`(name: String) throws {
    var (features, truth) = clusters(43, classes: 5, dimensions: 3)
    for k in 0..<3 {
      features[9, k] = 0
      for copy in 20..<26 { features[copy, k] = features[2, k] }
    }
    var experiment = try Experiment(features, truth: truth, classes: 5)
    _ = try experiment.query(RandomSampling(), 6)
    for count in 1...37 {
      let selection = try select(name, count, experiment)
      #expect(Set(selection.samples).count == count)
      #expect(selection.samples.allSatisfy { !experiment.pool.isLabeled[$0] })
      #expect(selection.shares.reduce(0, +) == count)
      #expect(selection.picks.allSatisfy { $0.score != nil && $0.reason?.terms.isEmpty == false })
      #expect(selection.picks.allSatisfy { ($0.reason?.tied ?? 0) >= 1 })
    }
    for count in [0, -1, 38] {
      #expect(throws: MethodError.budget(requested: count, available: 37)) {
        _ = try select(name, count, experiment)
      }
    }
  }

  @Test(arguments: names)
  func `draw as random sampling does where nothing is labeled`(name: String) throws {
    let (features, truth) = clusters(30, classes: 3, dimensions: 3)
    let experiment = try Experiment(features, truth: truth, classes: 3)
    for count in [1, 7, 30] {
      let selection = try select(name, count, experiment)
      #expect(selection.picks == (try experiment.select(RandomSampling(), count)).picks)
      #expect(selection.shares == [count])
      #expect(selection.picks.allSatisfy { $0.score == nil && $0.reason == nil })
    }
  }

  @Test(arguments: names)
  func `work with one class, and with more classes than samples`(name: String) throws {
    for classes in [1, 2, 50] {
      let features = clusters(20, classes: 2, dimensions: 3).features
      var experiment = try Experiment(
        features, truth: [Int](repeating: classes - 1, count: 20), classes: classes)
      _ = try experiment.query(RandomSampling(), 1)
      for count in [1, 4, 19] {
        #expect(Set(try select(name, count, experiment).samples).count == count)
      }
    }
  }

  @Test(arguments: names)
  func `choose the same on one thread and on four, and something else under another seed`(
    name: String
  ) throws {
    let (features, truth) = clusters(2500, classes: 4, dimensions: 6, spread: 1)
    let usual = Parallel.threads
    defer { Parallel.threads = usual }
    var runs: [[Pick]] = []
    for (threads, seed) in [(1, 7), (4, 7), (4, 8)] {
      Parallel.threads = threads
      var experiment = try Experiment(features, truth: truth, classes: 4)
      _ = try experiment.query(RandomSampling(), 10)
      experiment.seed = seed
      runs.append(try select(name, 40, experiment).picks)
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0] != runs[2])
  }

  @Test(arguments: names)
  func `see no label that was not bought`(name: String) throws {
    let (features, truth) = clusters(150, classes: 4, dimensions: 4, spread: 1)
    var first = try Experiment(features, truth: truth, classes: 4)
    _ = try first.query(RandomSampling(), 12)
    let expected = try select(name, 30, first)
    let known = Set(first.pool.labeled + expected.samples)
    let changed = truth.indices.map { known.contains($0) ? truth[$0] : (truth[$0] + 1) % 4 }
    var second = try Experiment(features, truth: changed, observed: changed, classes: 4)
    second.pool = first.pool
    second.round = first.round
    #expect(try select(name, 30, second).picks == expected.picks)
  }

  @Test(arguments: names)
  func `train on all labels where all of them are suspected`(name: String) throws {
    let (features, truth) = clusters(60, classes: 3, dimensions: 4)
    var experiment = try Experiment(features, truth: truth, classes: 3)
    _ = try experiment.query(RandomSampling(), 9)
    let expected = try select(name, 11, experiment)
    func judged(_ clean: Bool) -> Pool {
      experiment.pool.judged(
        Verdict(
          filter: "test", options: "", labeled: experiment.pool.labeled,
          clean: [Bool](repeating: clean, count: 9), quality: [Double](repeating: 1, count: 9),
          scores: [Double?](repeating: nil, count: 9), threshold: nil))
    }
    for clean in [true, false] {
      experiment.pool = judged(clean)
      #expect(try select(name, 11, experiment).picks == expected.picks)
    }
  }

  @Test func `need an embedding for the probe`() throws {
    let pool = try Pool(count: 9, embedding: nil, classes: 2, labeled: [3], observed: [0])
    for name in Self.names {
      #expect(throws: MethodError.needsEmbedding) { _ = try pool.select(Self.strategy(name), 2) }
    }
  }

  @Test func `stop promptly when interrupted`() async {
    await #expect(processExitsWith: .success) {
      let (features, truth) = clusters(300, classes: 4, dimensions: 4)
      var experiment = try Experiment(features, truth: truth, classes: 4)
      _ = try experiment.query(RandomSampling(), 10)
      for (name, work) in [
        ("margin", "epochs"), ("direct", "probabilities"), ("badge", "picks"), ("bald", "passes"),
        ("ensemble_var_r", "models"), ("direct", "classes"),
      ] {
        nonisolated(unsafe) var steps = 0
        let meter = ProgressMeter { what, _, _ in
          if what == work {
            steps += 1
            Interrupt.request()
          }
        }
        let strategy = `Strategies that ask a model`.strategy(name)
        #expect(throws: Interrupted.self) {
          try ProgressMeter.$current.withValue(meter) {
            _ = try experiment.select(strategy, 20)
          }
        }
        #expect(steps == 1)
        Interrupt.clear()
      }
    }
  }
}
