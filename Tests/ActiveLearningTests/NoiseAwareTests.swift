import ActiveLearning
import LinearAlgebra
import Synchronization
import Testing

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

  @Test func `gives each share a stream of its own`() throws {
    let (features, truth) = clusters(50, classes: 5, dimensions: 6)
    let experiment = try Experiment(features, truth: truth, classes: 5)
    let recorder = KeyRecorder()
    let strategy = NoiseAwareSampling(recorder, filter: KeepAll(), share: 2, remainder: .last)
    #expect(try experiment.select(strategy, 5).samples == [0, 1, 2, 3, 4])
    let expected = [0, 0, 1, 1, 2].map {
      RandomKey(seed: 7, role: .query, round: 1, share: $0, method: "test")
    }
    #expect(recorder.keys.withLock { $0 } == expected)
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

/// Chooses the lowest candidates and remembers which streams it was handed.
private final class KeyRecorder: CoverageStrategy {
  let keys = Mutex<[RandomKey]>([])
  private let candidates = Mutex<[Int]>([])

  var radius: Double? { nil }

  func begin(clean: [Int], suspected: [Int], in pool: Pool) {
    candidates.withLock { $0 = pool.candidates }
  }

  func next(using random: inout RandomSource) -> Pick {
    keys.withLock { [key = random.key] in $0.append(key) }
    return Pick(sample: candidates.withLock { $0.removeFirst() }, score: nil)
  }
}
