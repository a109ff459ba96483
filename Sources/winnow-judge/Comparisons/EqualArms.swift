import ActiveLearning
import LinearAlgebra

/// Several arms that are the same method under other seeds: whoever finds a winner among them is
/// wrong.
struct EqualArms {
  /// values[arm][seed].
  let values: [[Double]]

  /// Draws from the bank with replacement, so that the arms are equal to the last bit, not just
  /// nearly: each value of each has the same distribution.
  /// - Parameter number: which comparison this is; its draws depend on nothing else but `seed`.
  init(_ bank: [Double], arms: Int, seeds: Int, number: Int, seed: Int) {
    var random = RandomSource(
      RandomKey(seed: seed, role: .evaluation, round: number, method: "comparisons"))
    values = (0..<arms).map { _ in
      (0..<seeds).map { _ in bank[random.integer(below: bank.count)] }
    }
  }

  /// The first `seeds` seeds of the first two arms.
  func comparison(_ seeds: Int, sequential: Bool) throws -> PairedComparison {
    try comparison(of: 1, seeds, sequential: sequential)
  }

  /// The first `seeds` seeds of every arm but the first, which is the baseline of all.
  func comparisons(_ seeds: Int, sequential: Bool) throws -> [PairedComparison] {
    try (1..<values.count).map { try comparison(of: $0, seeds, sequential: sequential) }
  }

  private func comparison(
    of arm: Int, _ seeds: Int, sequential: Bool
  ) throws -> PairedComparison {
    try PairedComparison(
      a: Array(values[arm].prefix(seeds)), b: Array(values[0].prefix(seeds)),
      sequential: sequential)
  }
}

/// A way to look at a comparison, and whether it was promised to be wrong in no more than 5 %.
struct Practice: Sendable {
  let title: String
  let isPromised: Bool
  /// Whether this practice finds a winner.
  let findsWinner: @Sendable (EqualArms) throws -> Bool

  /// One look after `seeds` seeds.
  static func fixed(_ seeds: Int) -> Practice {
    Practice(title: "t-interval, \(seeds) seeds fixed", isPromised: true) {
      try $0.comparison(seeds, sequential: false).verdict.isWinner
    }
  }

  /// Looks after each of `looks`, and stops at the first winner.
  static func watched(_ looks: [Int], _ words: String, sequential: Bool) -> Practice {
    let interval = sequential ? "sequential" : "t-interval"
    return Practice(title: "\(interval), watched \(words)", isPromised: sequential) { arms in
      try looks.contains { try arms.comparison($0, sequential: sequential).verdict.isWinner }
    }
  }

  /// Three arms against one baseline, one look.
  static func several(_ seeds: Int, corrected: Bool) -> Practice {
    let words = corrected ? "with Holm" : "without Holm"
    return Practice(title: "3 arms, \(seeds) seeds, \(words)", isPromised: corrected) { arms in
      let all = try arms.comparisons(seeds, sequential: false)
      let verdicts = corrected ? PairedComparison.verdicts(all) : all.map(\.verdict)
      return verdicts.contains(where: \.isWinner)
    }
  }

  /// Three arms against one baseline, looked at after each of `looks`.
  static func severalWatched(_ looks: [Int], _ words: String) -> Practice {
    Practice(title: "3 arms, sequential with Holm, \(words)", isPromised: true) { arms in
      try looks.contains {
        try PairedComparison.verdicts(arms.comparisons($0, sequential: true))
          .contains(where: \.isWinner)
      }
    }
  }
}

extension ComparisonVerdict {
  var isWinner: Bool {
    if case .better = self { true } else { false }
  }
}
