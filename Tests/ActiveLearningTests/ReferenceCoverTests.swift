import ActiveLearning
import LinearAlgebra
import TestSupport
import Testing

/// Vectors computed independently by NumPy; ties go to the lowest index.
@Suite struct `The reference vectors of coverage` {
  @Test(arguments: [("d04", 0.4), ("d06", 0.6), ("d08", 0.8)], ["cold", "warm"])
  func `are met by ProbCover`(radius: (tag: String, delta: Double), start: String) throws {
    let reference = try Reference("prob_cover")
    let key = "\(radius.tag)_\(start)"
    let graph = try graph(of: reference, radius: radius.delta)
    #expect(try graph.degrees.map(Int.init) == reference.ints("\(radius.tag)_degrees"))
    let labeled = start == "warm" ? try reference.ints("labeled") : []
    try expectCover(reference, key: key, delta: radius.delta, labeled: labeled)
  }

  @Test func `are met by ProbCover past the point where all is covered`() throws {
    try expectCover(try Reference("prob_cover"), key: "d10_cold", delta: 1, labeled: [])
  }

  private func expectCover(
    _ reference: Reference, key: String, delta: Double, labeled: [Int]
  ) throws {
    let features = try reference.matrix("features")
    let pool = try Pool(
      embedding: Embedding(features), classes: 10, labeled: labeled,
      observed: labeled.map { _ in 0 })
    let expected = try reference.ints("\(key)_picks")
    for memory in [1 << 20, 0] {
      var purchases = Purchases(
        oracle: Oracle(observed: [Int](repeating: 0, count: features.rows)),
        alreadyLabeled: labeled, limit: expected.count)
      var random = RandomSource(RandomKey(seed: 0, role: .query))
      let selection = try ProbCover(delta: delta, ties: .lowest, memory: memory)
        .select(expected.count, from: pool, buying: &purchases, using: &random)
      #expect(selection.samples == expected)
      #expect(try selection.scores == reference.doubles("\(key)_degrees"))
      let graph = try pool.embedding.coverageGraph(radius: delta, memory: memory)
      let coverage = try expected.indices.map {
        try graph.coverage(of: labeled + expected[...$0])
      }
      #expect(try isClose(coverage, reference.doubles("\(key)_coverage"), within: 1e-6))
    }
  }

  @Test(arguments: [("npc1", 1), ("npc7", 7), ("npc10", 10)])
  func `are met by NPC with the ideal filter`(key: String, share: Int) throws {
    let reference = try Reference("noise_aware_cover")
    let delta = try reference.scalar("delta")
    let experiment = try Experiment(
      reference.matrix("features"), truth: reference.ints("true_labels"),
      observed: reference.ints("observed_labels"), classes: 10)
    let strategy = NoiseAwareSampling(
      ProbCover(delta: delta, ties: .lowest), filter: experiment.ideal, share: share)
    let selection = try experiment.select(strategy, 60)
    #expect(try selection.samples == reference.ints("\(key)_picks"))
    #expect(try selection.scores == reference.doubles("\(key)_degrees"))
    let ends = selection.shares.indices.map { selection.shares[...$0].reduce(0, +) }
    let coverage = try ends.map {
      try experiment.cleanCoverage(selection.samples.prefix($0), radius: delta)
    }
    #expect(try isClose(coverage, reference.doubles("\(key)_clean_coverage"), within: 1e-5))
  }

  @Test func `are met by the gains that NPC sees after thirteen labels`() throws {
    let reference = try Reference("noise_aware_cover")
    var cover = GreedyCover(try graph(of: reference, radius: try reference.scalar("delta")))
    try cover.cover(exactlyBy: reference.ints("labeled_clean"))
    let labeled = try Set(reference.ints("labeled"))
    let gains = cover.gains.enumerated().map { labeled.contains($0) ? -1 : Double($1) }
    #expect(try gains == reference.doubles("npc_degrees"))
  }

  private func graph(of reference: Reference, radius: Double) throws -> CoverageGraph {
    try Embedding(reference.matrix("features")).coverageGraph(radius: radius, memory: 1 << 20)
  }
}

func isClose(_ found: [Double], _ expected: [Double], within tolerance: Double) -> Bool {
  found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance }
}
