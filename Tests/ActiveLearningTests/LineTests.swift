import ActiveLearning
import LinearAlgebra
import Testing

/// Ten points on a line, two of them with wrong labels: everything can be checked by hand.
@Suite struct `Ten points on a line` {
  let experiment: Experiment

  init() throws {
    let line: [Float] = [0, 0.1, 0.2, 0.3, 1.0, 1.1, 1.2, 2.0, 2.1, 3.0]
    let truth = [0, 0, 0, 0, 1, 1, 1, 0, 0, 1]
    var observed = truth
    observed[1] = 1
    observed[5] = 0
    experiment = try Experiment(
      Matrix(rows: 10, columns: 1, elements: line), normalization: .none, truth: truth,
      observed: observed, classes: 2)
  }

  let probCover = ProbCover(delta: 0.15, ties: .lowest)

  @Test func `have the degrees that one counts by hand`() throws {
    let graph = try experiment.pool.embedding.coverageGraph(radius: 0.15, memory: 1 << 20)
    #expect(graph.degrees == [2, 3, 3, 2, 2, 3, 2, 2, 2, 1])
    #expect(graph.edgeCount == 22)
  }

  @Test func `are covered by ProbCover in five picks`() throws {
    let selection = try experiment.select(probCover, 8)
    #expect(selection.samples == [1, 5, 7, 2, 9, 0, 3, 4])
    #expect(selection.scores == [3, 3, 2, 1, 1, 0, 0, 0])
    #expect(selection.exhausted == 3)
    #expect(selection.notices.count == 1)
    #expect(selection.shares == [8])
    #expect(selection.delta == 0.15)
    #expect(selection.verdicts.isEmpty)
    let graph = try experiment.pool.embedding.coverageGraph(radius: 0.15, memory: 1 << 20)
    let coverage = try (1...8).map { try graph.coverage(of: Array(selection.samples.prefix($0))) }
    #expect(coverage == [0.3, 0.6, 0.8, 0.9, 1, 1, 1, 1])
  }

  @Test func `are sampled again by NPC where a label is wrong`() throws {
    let selection = try experiment.select(
      NoiseAwareSampling(probCover, filter: experiment.ideal, share: 1), 8)
    #expect(selection.samples == [1, 2, 5, 4, 7, 0, 6, 9])
    #expect(selection.scores == [3, 3, 3, 2, 2, 1, 1, 1])
    let coverage = try (1...8).map {
      try experiment.cleanCoverage(selection.samples.prefix($0), radius: 0.15)
    }
    #expect(coverage == [0, 0.3, 0.3, 0.5, 0.7, 0.8, 0.9, 1])
    #expect(selection.verdicts.map(\.labeled.count) == Array(1...8))
    #expect(selection.verdicts.last?.suspected == [1, 5])
  }

  @Test func `are sampled again by NPC in shares of three`() throws {
    let selection = try experiment.select(
      NoiseAwareSampling(probCover, filter: experiment.ideal, share: 3), 9)
    #expect(selection.samples == [1, 5, 7, 2, 4, 0, 6, 9, 3])
    #expect(selection.scores == [3, 3, 2, 3, 2, 1, 1, 1, 0])
    #expect(selection.shares == [3, 3, 3])
    let coverage = try [3, 6, 9].map {
      try experiment.cleanCoverage(selection.samples.prefix($0), radius: 0.15)
    }
    #expect(coverage == [0.2, 0.8, 1])
  }

  @Test func `are judged after every purchase by the ideal filter unless told otherwise`() throws {
    let usual = try experiment.select(
      NoiseAwareSampling(probCover, filter: experiment.ideal), 5)
    #expect(usual.shares == [1, 1, 1, 1, 1])
    let blind = try experiment.select(NoiseAwareSampling(probCover, filter: KeepAll()), 5)
    #expect(blind.shares == [3, 2])
  }

  @Test func `go on in a second round where the first stopped`() throws {
    var split = experiment
    let strategy = NoiseAwareSampling(probCover, filter: experiment.ideal, share: 1)
    let first = try split.query(strategy, 3)
    let second = try split.query(strategy, 5)
    #expect(first.samples + second.samples == [1, 2, 5, 4, 7, 0, 6, 9])
    #expect(split.pool.labeled.count == 8)
    // The verdict of the first round was current, so nothing was judged before the first share.
    #expect(second.verdicts.count == 5)
  }

  @Test func `are judged first when the last verdict is another filter's`() throws {
    var session = experiment
    _ = try session.query(probCover, 3)
    let selection = try session.select(
      NoiseAwareSampling(probCover, filter: experiment.ideal, share: 2), 2)
    #expect(selection.verdicts.map(\.labeled.count) == [3, 5])
    #expect(selection.samples == [2, 4])
  }
}
