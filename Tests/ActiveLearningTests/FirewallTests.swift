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
