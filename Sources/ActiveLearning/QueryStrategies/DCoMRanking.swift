import LinearAlgebra

/// Ranks the samples of a pool by how many uncovered ones are near them and by how unsure a model is
/// of them, weighted by competence.
struct CompetenceRanking: Sendable {
  private let graph: CoverageGraph
  private let competence: Double
  /// Whether a sample is labeled or was picked.
  private var isTaken: [Bool]
  private var isCovered: [Bool]
  /// Per sample: the uncovered ones in its ball; 0 for labeled samples.
  private var degrees: [Int32]
  /// Per sample, 0 for those that are taken.
  private var unsure: [Double]

  /// - Parameters:
  ///   - uncertainty: per sample, any scale; nil makes the competence 0.
  ///   - competence: of a covered share.
  /// - Throws: `Interrupted`.
  init(
    _ graph: CoverageGraph, isLabeled: [Bool], isCovered: [Bool], uncertainty: [Double]?,
    competence: (Double) -> Double
  ) throws {
    self.graph = graph
    self.isCovered = isCovered
    isTaken = isLabeled
    let scaled = uncertainty.map { Spread($0).scaled($0) }
    unsure = scaled ?? [Double](repeating: 0, count: graph.count)
    degrees = try Self.degrees(in: graph, isCovered)
    for sample in isLabeled.indices where isLabeled[sample] {
      unsure[sample] = 0
      degrees[sample] = 0
    }
    self.competence =
      uncertainty == nil ? 0 : competence(ratio(isCovered.count { $0 }, graph.count))
  }

  /// Chooses `count` candidates, each of which covers its ball before the next is chosen.
  /// - Throws: `Interrupted`.
  /// - Precondition: there are as many candidates.
  mutating func picks(
    _ count: Int, ties: TieRule, using random: inout RandomSource
  ) throws -> [Pick] {
    let progress = ProgressMeter.current
    var picks: [Pick] = []
    for done in 0..<count {
      try Interrupt.check()
      picks.append(try next(ties: ties, using: &random))
      progress.report("picks", done + 1, of: count)
    }
    return picks
  }

  private mutating func next(ties: TieRule, using random: inout RandomSource) throws -> Pick {
    let candidates = isTaken.indices.filter { !isTaken[$0] }
    let spread = Spread(unsure)
    let scores = scores(of: candidates, unsure: spread)
    let best = scores.reduce(-.infinity, max)
    let tied = scores.indices.filter { scores[$0] >= best - 1e-9 * abs(best) }
    let isDrawn = ties == .random && tied.count > 1
    let place = tied[isDrawn ? random.integer(below: tied.count) : 0]
    let others = tied.count > 1 ? tied : Array(scores.indices)
    let next = others.filter { $0 != place }.max { scores[$0] < scores[$1] }
    let sample = candidates[place]
    let terms = [
      PickReason.Term("competence", competence),
      PickReason.Term("degree", Double(degrees[sample])),
      PickReason.Term("uncertainty", spread.scaled(unsure[sample])),
    ]
    let runnerUp = next.map { PickReason.RunnerUp(sample: candidates[$0], score: scores[$0]) }
    let reason = PickReason(
      tied: tied.count, runnerUp: runnerUp, covered: try take(sample), terms: terms)
    return Pick(sample: sample, score: scores[place], reason: reason)
  }

  private func scores(of candidates: [Int], unsure spread: Spread) -> [Double] {
    let degreeSpread = Spread(degrees.map(Double.init))
    return candidates.map { x in
      let score =
        competence * spread.scaled(unsure[x])
        + (1 - competence) * degreeSpread.scaled(Double(degrees[x]))
      return score.isNaN ? -Double.infinity : score
    }
  }

  /// Covers the ball of a sample; what nothing covered before.
  private mutating func take(_ sample: Int) throws -> [Int] {
    isTaken[sample] = true
    unsure[sample] = 0
    var fresh: [Int] = []
    try graph.forEachBall(of: [sample]) { _, ball in
      fresh = ball.map(Int.init).filter { !isCovered[$0] }
    }
    // By symmetry, the samples that lose y are those in y's own ball. Those of labeled samples are
    // 0 and no one asks for them; they must not fall below that.
    try graph.forEachBall(of: fresh) { _, ball in
      for x in ball where degrees[Int(x)] > 0 { degrees[Int(x)] -= 1 }
    }
    for y in fresh { isCovered[y] = true }
    return fresh
  }

  /// From the balls of the covered samples or from those of the others, whichever are fewer.
  private static func degrees(in graph: CoverageGraph, _ isCovered: [Bool]) throws -> [Int32] {
    let covered = isCovered.indices.filter { isCovered[$0] }
    guard 2 * covered.count > graph.count else {
      var degrees = graph.degrees
      try graph.forEachBall(of: covered) { _, ball in for x in ball { degrees[Int(x)] -= 1 } }
      return degrees
    }
    var degrees = [Int32](repeating: 0, count: graph.count)
    let others = isCovered.indices.filter { !isCovered[$0] }
    try graph.forEachBall(of: others) { _, ball in for x in ball { degrees[Int(x)] += 1 } }
    return degrees
  }
}

/// The least and the largest of some values, to bring them to 0 … 1.
private struct Spread {
  private let least: Double
  private let width: Double

  init(_ values: [Double]) {
    least = values.reduce(.infinity, min)
    width = values.reduce(-.infinity, max) - least
  }

  /// 0 where all values are equal.
  func scaled(_ value: Double) -> Double { width > 0 ? (value - least) / width : 0 }

  func scaled(_ values: [Double]) -> [Double] { values.map { scaled($0) } }
}
