import LinearAlgebra

/// Makes a coverage strategy aware of wrong labels: it buys in shares, has a noise filter judge
/// what it has, and covers with the samples that are judged clean. A region whose representative
/// is suspected stays uncovered and is sampled again.
///
/// NPC (Shafir, Hacohen and Weinshall 2025, arXiv 2504.04506) is this around `ProbCover`.
///
/// A suspected sample stays labeled, is never bought again, covers nothing, and is still a target
/// to be covered. All verdicts are made anew after each share. Inside a share a pick counts as
/// clean: its label is not known yet.
package struct NoiseAwareSampling: QueryStrategy {
  private let strategy: any CoverageStrategy
  private let filter: any NoiseFilter
  private let share: Int?
  private let remainder: Budget.Remainder
  private let dropout: Bool

  /// - Parameters:
  ///   - share: how many labels are bought between two judgements, at least 1; all of them if they
  ///     are fewer. Nil is one for each class, or a single one if the filter knows the truth.
  ///   - remainder: where the labels go that do not fill a share.
  ///   - dropout: whether some suspected samples, drawn anew for each share, cover all the same.
  package init(
    _ strategy: any CoverageStrategy, filter: any NoiseFilter, share: Int? = nil,
    remainder: Budget.Remainder = .first, dropout: Bool = false
  ) {
    self.strategy = strategy
    self.filter = filter
    self.share = share
    self.remainder = remainder
    self.dropout = dropout
  }

  package func select(
    _ count: Int, from pool: Pool, buying purchases: inout Purchases,
    using random: inout RandomSource
  ) throws -> Selection {
    try pool.requireCandidates(count)
    let sizes = try shares(of: count, classes: pool.classes)
    var run = Run(strategy: strategy, filter: filter, dropsOut: dropout, pool: pool)
    try run.judgeIfStale(seed: random.key.seed)
    for (index, size) in sizes.enumerated() {
      var stream = random.derived { $0.share = index }
      try run.buy(size, share: index, from: &purchases, using: &stream)
      try run.judge(seed: random.key.seed)
      run.closeShare()
    }
    return run.selection(shares: sizes)
  }

  private func shares(of count: Int, classes: Int) throws(MethodError) -> [Int] {
    let size = share ?? (filter.knowsTruth ? 1 : min(classes, count))
    guard size >= 1 else {
      throw .range(name: "share", value: Double(size), allowed: "at least 1")
    }
    return Budget.shares(of: count, size: size, remainder: remainder)
  }
}

/// One query under way: the pool as it grows, and what was chosen and judged.
private struct Run {
  var strategy: any CoverageStrategy
  let filter: any NoiseFilter
  let dropsOut: Bool
  var pool: Pool
  var picks: [Pick] = []
  var verdicts: [Verdict] = []
  var beliefs: [Belief] = []
  var skipped = 0

  init(
    strategy: any CoverageStrategy, filter: any NoiseFilter, dropsOut: Bool, pool: Pool
  ) {
    self.strategy = strategy
    self.filter = filter
    self.dropsOut = dropsOut
    self.pool = pool
  }

  mutating func buy(
    _ size: Int, share: Int, from purchases: inout Purchases, using random: inout RandomSource
  ) throws {
    var (clean, suspected) = pool.presumed
    if dropsOut {
      var draws = random.derived { $0.method += "/dropout" }
      (clean, suspected) = NoiseDropout.apply(clean: clean, suspected: suspected, using: &draws)
    }
    try strategy.begin(clean: clean, suspected: suspected, in: pool)
    let chosen = try strategy.picks(size, using: &random)
    let samples = chosen.map(\.sample)
    pool = try pool.adding(samples, labels: try purchases.buy(samples, share: share))
    picks += chosen
  }

  mutating func judgeIfStale(seed: Int) throws {
    let isCurrent = pool.verdict?.isCurrent(for: pool, filter: filter) ?? false
    if !pool.labeled.isEmpty && !isCurrent { try judge(seed: seed) }
  }

  /// Below one label for each class earlier verdicts stand: a fit on so few would be a guess.
  mutating func judge(seed: Int) throws {
    guard pool.labeled.count >= pool.classes || filter.knowsTruth else {
      skipped += 1
      return
    }
    var stream = filter.stream(seed: seed, labeled: pool.labeled.count)
    let verdict = try filter.judge(pool, using: &stream)
    pool = pool.judged(verdict)
    verdicts.append(verdict)
  }

  mutating func closeShare() {
    beliefs.append(Belief(labeled: pool.labeled.count, suspected: pool.presumed.suspected))
  }

  func selection(shares: [Int]) -> Selection {
    var notices: [String] = []
    if skipped > 0 {
      notices.append(
        "With fewer labels than the \(pool.classes) classes the filter did not judge; "
          + "earlier verdicts stand, and labels without one count as clean.")
    }
    for notice in verdicts.flatMap(\.notices) where !notices.contains(notice) {
      notices.append(notice)
    }
    return Selection(
      picks: picks, labels: Array(pool.observed.suffix(picks.count)), shares: shares,
      verdicts: verdicts, beliefs: beliefs, exhausted: picks.exhausted,
      delta: strategy.radius, memory: strategy.memory, notices: notices)
  }
}
