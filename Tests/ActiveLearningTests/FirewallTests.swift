import ActiveLearning
import LinearAlgebra
import Testing

/// Strategies and filters see no label that was not bought: changing all others changes nothing.
@Suite struct `Labels that were not bought` {
  @Test(arguments: ["random", "probcover", "npc aum", "npc ideal", "npc none"])
  func `change no pick and no verdict`(name: String) throws {
    let (features, truth) = clusters(260, classes: 5, dimensions: 6)
    let observed = try noisy(truth, classes: 5, rate: 0.4)
    let first = try Experiment(features, truth: truth, observed: observed, classes: 5)
    let expected = try run(name, first)

    var random = RandomSource(RandomKey(seed: 99, role: .evaluation))
    for _ in 0..<3 {
      let bought = Set(expected.pool.labeled)
      let others = (0..<260).filter { !bought.contains($0) }
      let shuffled = random.shuffled(others)
      var (otherTruth, otherObserved) = (truth, observed)
      for (target, source) in zip(others, shuffled) {
        otherTruth[target] = truth[source]
        otherObserved[target] = (observed[source] + 1) % 5
      }
      #expect(otherTruth != truth && otherObserved != observed)
      let second = try Experiment(
        features, truth: otherTruth, observed: otherObserved, classes: 5)
      let found = try run(name, second)
      #expect(found.pool.labeled == expected.pool.labeled)
      #expect(found.pool.observed == expected.pool.observed)
      #expect(found.verdicts == expected.verdicts)
    }
  }

  /// Three rounds, and all that is visible of them.
  private func run(
    _ name: String, _ experiment: Experiment
  ) throws -> (pool: Pool, verdicts: [Verdict]) {
    var experiment = experiment
    var verdicts: [Verdict] = []
    for count in [12, 20, 8] {
      let selection = try query(name, count, in: &experiment)
      verdicts += selection.verdicts
    }
    #expect(verdicts.isEmpty == !name.hasPrefix("npc"))
    return (experiment.pool, verdicts)
  }

  private func query(
    _ name: String, _ count: Int, in experiment: inout Experiment
  ) throws -> Selection {
    let probCover = ProbCover(delta: 0.4)
    return switch name {
    case "random": try experiment.query(RandomSampling(), count)
    case "probcover": try experiment.query(probCover, count)
    case "npc aum":
      try experiment.query(NoiseAwareSampling(probCover, filter: LowBudgetAUM()), count)
    case "npc ideal":
      try experiment.query(NoiseAwareSampling(probCover, filter: experiment.ideal), count)
    default: try experiment.query(NoiseAwareSampling(probCover, filter: KeepAll()), count)
    }
  }
}

@Suite struct `Noise-aware sampling` {
  @Test func `does not judge below one label for each class`() throws {
    let (features, truth) = clusters(200, classes: 5, dimensions: 6)
    let observed = try noisy(truth, classes: 5, rate: 0.4)
    var experiment = try Experiment(features, truth: truth, observed: observed, classes: 5)
    let strategy = NoiseAwareSampling(
      ProbCover(delta: 0.4), filter: LowBudgetAUM(), share: 2, remainder: .last)
    let first = try experiment.query(strategy, 4)
    #expect(first.verdicts.isEmpty)
    #expect(first.notices.count == 1)
    let second = try experiment.query(strategy, 5)
    #expect(second.shares == [2, 2, 1])
    #expect(second.verdicts.map(\.labeled.count) == [6, 8, 9])
  }

  @Test func `keeps the last verdict for the next query of the same filter`() throws {
    let (features, truth) = clusters(200, classes: 5, dimensions: 6)
    let observed = try noisy(truth, classes: 5, rate: 0.4)
    var experiment = try Experiment(features, truth: truth, observed: observed, classes: 5)
    let probCover = ProbCover(delta: 0.4)
    _ = try experiment.query(NoiseAwareSampling(probCover, filter: LowBudgetAUM()), 10)
    let same = try experiment.select(NoiseAwareSampling(probCover, filter: LowBudgetAUM()), 10)
    #expect(same.verdicts.map(\.labeled.count) == [15, 20])
    let other = try experiment.select(
      NoiseAwareSampling(probCover, filter: LowBudgetAUM(epochs: 10)), 10)
    #expect(other.verdicts.map(\.labeled.count) == [10, 15, 20])
  }

  @Test func `covers more of the pool with right labels than ProbCover does`() throws {
    var gains: [Double] = []
    for seed in 1...10 {
      let (features, truth) = clusters(400, classes: 5, dimensions: 4, seed: seed)
      let observed = try noisy(truth, classes: 5, rate: 0.5, seed: seed)
      let experiment = try Experiment(features, truth: truth, observed: observed, classes: 5)
      let probCover = ProbCover(delta: 0.25)
      let aware = NoiseAwareSampling(probCover, filter: experiment.ideal)
      gains.append(
        try experiment.cleanCoverage(experiment.select(aware, 40).samples, radius: 0.25)
          - experiment.cleanCoverage(experiment.select(probCover, 40).samples, radius: 0.25))
    }
    #expect(gains.reduce(0, +) / 10 > 0.02)
  }
}
