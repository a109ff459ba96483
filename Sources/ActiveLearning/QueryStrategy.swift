import LinearAlgebra

/// Chooses which samples to have labeled, and buys their labels.
///
/// An initialiser only stores options; data, labels and randomness are handed in.
package protocol QueryStrategy: Sendable {
  /// Chooses `count` distinct candidates of `pool` and buys their labels.
  ///
  /// - Parameter random: a stream whose key holds the seed, the role `query`, the round, share 0
  ///   and the strategy's name.
  /// - Throws: `MethodError.budget` if `count` is below 1 or above the number of candidates;
  ///   `Interrupted`.
  func select(
    _ count: Int, from pool: Pool, buying purchases: inout Purchases,
    using random: inout RandomSource
  ) throws -> Selection
}

/// Chooses one sample after the other so that the chosen ones cover the pool.
///
/// Only these can be made noise-aware: they are told which labeled samples count.
package protocol CoverageStrategy: QueryStrategy {
  /// The ball radius in force, nil for strategies without one.
  var radius: Double? { get }
  /// What the next query on this labeled set should know.
  var memory: StrategyMemory? { get }

  /// Starts a share: `clean` samples cover, `suspected` ones neither cover nor may be chosen.
  ///
  /// The two lists together are the labeled set of `pool`. Called again with the same pool's
  /// embedding it pays only for what has changed.
  mutating func begin(clean: [Int], suspected: [Int], in pool: Pool) throws

  /// Chooses the next candidate, which then covers for the rest of the share.
  mutating func next(using random: inout RandomSource) throws -> Pick
}

extension CoverageStrategy {
  package var memory: StrategyMemory? { nil }

  /// A coverage strategy on its own: all of the labeled set covers, nothing is suspected.
  package func select(
    _ count: Int, from pool: Pool, buying purchases: inout Purchases,
    using random: inout RandomSource
  ) throws -> Selection {
    try pool.requireCandidates(count)
    var strategy = self
    try strategy.begin(clean: pool.labeled, suspected: [], in: pool)
    let picks = try strategy.picks(count, using: &random)
    let labels = try purchases.buy(picks.map(\.sample), share: 0)
    return Selection(
      picks: picks, labels: labels, shares: [count], exhausted: picks.exhausted,
      delta: strategy.radius, memory: strategy.memory)
  }

  /// The next `count` picks of the share that was begun.
  mutating func picks(_ count: Int, using random: inout RandomSource) throws -> [Pick] {
    let progress = ProgressMeter.current
    var picks: [Pick] = []
    for done in 0..<count {
      try Interrupt.check()
      picks.append(try next(using: &random))
      progress.report("picks", done + 1, of: count)
    }
    return picks
  }
}

extension [Pick] {
  /// How many of these picks of a coverage strategy gained nothing.
  var exhausted: Int { count { $0.score == 0 } }
}

extension Pool {
  /// - Throws: `MethodError.budget` unless 1 ≤ count ≤ the number of candidates.
  func requireCandidates(_ count: Int) throws(MethodError) {
    guard 1 <= count, count <= candidateCount else {
      throw .budget(requested: count, available: candidateCount)
    }
  }
}

/// Which of several equally good candidates is chosen.
package enum TieRule: String, Sendable, Hashable, CaseIterable {
  /// One of them, each equally likely.
  case random
  /// The one with the lowest index.
  case lowest
}
