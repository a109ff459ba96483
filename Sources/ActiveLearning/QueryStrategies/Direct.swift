import Foundation
import LinearAlgebra

/// Looks, class by class, for the place where the class ends in the order of the model's margins, and
/// takes candidates around it: robust where classes are rare and labels are wrong.
///
/// DIRECT (Nuggehalli et al. 2023, arXiv 2312.09196). A first part of the budget narrows, with labels
/// bought in between, the range in which each cut may lie; the rest is spent around the cuts that agree
/// best with all labels known by then, each class in its turn. Where nothing is labeled the draw is
/// blind.
///
/// The score of a pick is p_c − max p for the class c it was taken for. O(C · N log N) time, 12 · C · N
/// bytes.
package struct Direct: QueryStrategy {
  /// How many labels are bought at once in the first part, at least 1.
  package let annotators: Int
  /// How many labels each class gets in the first part, at least 1; half of its part of the budget where
  /// that is less.
  package let minBudget: Int
  package let acquisition: any AcquisitionSource

  package init(
    annotators: Int = 5, minBudget: Int = 1, acquisition: any AcquisitionSource
  ) {
    self.annotators = annotators
    self.minBudget = minBudget
    self.acquisition = acquisition
  }

  /// - Throws: also `MethodError.range` for options below 1.
  package func select(
    _ count: Int, from pool: Pool, buying purchases: inout Purchases,
    using random: inout RandomSource
  ) throws -> Selection {
    try validate()
    try pool.requireCandidates(count)
    guard !pool.labeled.isEmpty else {
      return try RandomSampling().select(count, from: pool, buying: &purchases, using: &random)
    }
    let model = try acquisition.model(for: pool)
    let probabilities = try Probabilities(of: model, Array(0..<pool.count), in: pool)
    var search = CutSearch(try ClassLines(probabilities), pool: pool, annotators: annotators)
    let plan = plan(for: count, counts: pool.classCounts)
    for c in plan.classes {
      try search.narrow(c, spending: plan.each, from: &purchases, using: &random)
    }
    let turns = random.shuffled(Array(0..<pool.classes))
    try search.surround(turns, spending: count - search.spent, from: &purchases)
    return search.selection
  }

  /// Which classes get how many labels each in the first part: those with the fewest observed labels,
  /// the one with most of them first. O(C log C).
  package func plan(for budget: Int, counts: [Int]) -> (classes: [Int], each: Int) {
    let order = counts.indices.sorted {
      counts[$0] != counts[$1] ? counts[$0] > counts[$1] : $0 < $1
    }
    let half = budget / max(1, counts.count) / 2
    guard half >= minBudget else { return (order, half) }
    return (order.suffix(budget / 2 / minBudget), minBudget)
  }

  private func validate() throws(MethodError) {
    for (name, value) in [("annotators", annotators), ("min_budget", minBudget)] where value < 1 {
      throw .range(name: name, value: Double(value), allowed: "at least 1")
    }
  }
}

extension Pool {
  /// How many labeled samples were observed to be of each class.
  fileprivate var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classes)
    for label in observed { counts[label] += 1 }
    return counts
  }
}

/// One query under way: what is known of the pool as it grows, and what was bought.
package struct CutSearch: Sendable {
  private let lines: ClassLines
  private let annotators: Int
  /// Of each sample of the pool, -1 where it is not labeled.
  private var labels: [Int32]
  private var unlabeled: Int
  private var picks: [Pick] = []
  private var bought: [Int] = []
  private var shares: [Int] = []

  package init(_ lines: ClassLines, pool: Pool, annotators: Int) {
    self.lines = lines
    self.annotators = annotators
    var labels = [Int32](repeating: -1, count: pool.count)
    for (sample, label) in zip(pool.labeled, pool.observed) { labels[sample] = Int32(label) }
    self.labels = labels
    unlabeled = pool.candidateCount
  }

  /// How many labels were bought.
  package var spent: Int { picks.count }

  package var selection: Selection { Selection(picks: picks, labels: bought, shares: shares) }

  /// Buys up to `budget` labels of samples between which the cut of class `c` must lie, some at a time,
  /// each time in a narrower range.
  package mutating func narrow(
    _ c: Int, spending budget: Int, from purchases: inout Purchases,
    using random: inout RandomSource
  ) throws {
    var left = min(budget, unlabeled)
    guard left > 0 else { return }
    var line = lines.line(of: c, labels: labels)
    var range = line.versionSpace
    while left > 0 {
      try Interrupt.check()
      let open = line.unlabeled(from: range.first, through: range.last)
      let step = min(annotators, left)
      let drawn = random.sample(min(step, open.count), of: open)
      guard !drawn.isEmpty else { return }
      let other = open.first { !drawn.contains($0) }
      let chance = Double(drawn.count) / Double(open.count)
      let picks = drawn.map { pick(c, range, line, at: $0, of: open.count, chance, other) }
      line.learn(try buy(picks, from: &purchases), at: drawn, of: c)
      let rest = open.count - drawn.count
      if rest > 0 {
        let target = target(of: rest, rounds: left / annotators)
        range = line.narrowed(range, open: rest, to: target, using: &random)
      }
      left -= step
    }
  }

  /// How many of `rest` unlabeled samples stay in the range: so few that after as many rounds as there
  /// are still to come about one is left.
  private func target(of rest: Int, rounds: Int) -> Int {
    let divisor = rounds > 1 ? pow(Double(rest), 1 / Double(rounds)) : 1
    return Int((Double(rest) / divisor - 1e-9).rounded(.up))
  }

  /// Buys `budget` labels around the best cuts of the classes, each an equal part of it in its turn.
  ///
  /// All of it is spent: each line holds the whole pool, so a turn ends early only where nothing is left.
  /// - Parameter turns: the classes, each once.
  package mutating func surround(
    _ turns: [Int], spending budget: Int, from purchases: inout Purchases
  ) throws {
    let progress = ProgressMeter.current
    let classes = turns.count
    for (turn, c) in turns.enumerated() {
      try Interrupt.check()
      let quota = budget * (turn + 1) / classes - budget * turn / classes
      if quota > 0 {
        let line = lines.line(of: c, labels: labels)
        let cut = line.bestCut
        // One more than is bought: each is the runner-up of the one before it.
        let positions = line.around(cut, quota + 1)
        let picks = positions.indices.prefix(quota).map { pick(c, cut, line, positions, $0) }
        _ = try buy(picks, from: &purchases)
      }
      progress.report("classes", turn + 1, of: classes)
    }
  }

  /// A purchase step of its own.
  private mutating func buy(_ chosen: [Pick], from purchases: inout Purchases) throws -> [Int] {
    let found = try purchases.buy(chosen.map(\.sample), share: shares.count)
    for (pick, label) in zip(chosen, found) { labels[pick.sample] = Int32(label) }
    unlabeled -= chosen.count
    picks += chosen
    bought += found
    shares.append(chosen.count)
    return found
  }
}

/// Why samples are chosen.
extension CutSearch {
  private func margin(_ sample: Int, _ c: Int) -> (p: Double, largest: Double, score: Double) {
    let row = lines.probabilities.row(sample)
    let (p, largest) = (row[row.startIndex + c], Probabilities.topTwo(row).p1)
    return (p, largest, p - largest)
  }

  private func terms(_ sample: Int, _ c: Int, _ position: Int) -> [PickReason.Term] {
    let (p, largest, _) = margin(sample, c)
    return [
      .init("class", Double(c)), .init("p of the class", p), .init("p1", largest),
      .init("position", Double(position)),
    ]
  }

  /// One of those drawn, each as likely as the others, from the `tied` open positions of a range;
  /// `other` was not.
  private func pick(
    _ c: Int, _ range: (first: Int, last: Int), _ line: ClassLine, at position: Int, of tied: Int,
    _ chance: Double, _ other: Int?
  ) -> Pick {
    let (sample, other) = (line.samples[position], other.map { line.samples[$0] })
    return Pick(
      sample: sample, score: margin(sample, c).score,
      reason: PickReason(
        tied: tied, runnerUp: other.map { .init(sample: $0, score: margin($0, c).score) },
        terms: terms(sample, c, position) + [
          .init("I", Double(range.first)), .init("J", Double(range.last)),
        ], rule: .drawn(probability: chance)))
  }

  /// One of those around a cut, `index` in the order in which they were met.
  private func pick(
    _ c: Int, _ cut: Int, _ line: ClassLine, _ positions: [Int], _ index: Int
  ) -> Pick {
    let sample = line.samples[positions[index]]
    let next = index + 1 < positions.count ? line.samples[positions[index + 1]] : nil
    return Pick(
      sample: sample, score: margin(sample, c).score,
      reason: PickReason(
        tied: 1, runnerUp: next.map { .init(sample: $0, score: margin($0, c).score) },
        terms: terms(sample, c, positions[index]) + [.init("threshold", Double(cut))],
        rule: .inTurn))
  }
}
