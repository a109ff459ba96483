import Foundation
import LinearAlgebra

/// Two methods under the same seeds: which is better, if one can tell.
///
/// Both arms of a pair have the same oracle, initial weights and test split, so what they have in
/// common cancels in the difference A − B. The number of seeds is fixed before anyone looks; whoever
/// wants to add seeds while looking takes the sequential form.
package struct PairedComparison: Sendable, Hashable {
  /// With fewer seeds nothing is decided.
  package static let leastSeeds = 10
  /// The probability of a false winner.
  package static let level = 0.05

  /// One value per seed, in the same order.
  package let a: [Double]
  package let b: [Double]
  /// A − B per seed. Values within 1e-9 of each other, relative to the larger, are equal: their
  /// difference is 0, a tie.
  package let differences: Repeats
  /// Differences below this do not matter, in the metric's unit.
  package let epsilon: Double
  /// Whether the interval and the p-value may be looked at after every seed.
  package let sequential: Bool
  /// Whether the smaller value is the better one, as for a loss.
  package let lowerIsBetter: Bool

  /// O(n).
  /// - Parameters:
  ///   - a: a metric of the first arm, one value per seed.
  ///   - b: the same of the second arm, under the same seeds in the same order.
  ///   - epsilon: the least difference that matters, above 0.
  /// - Throws: `MethodError.refused` if there are no seeds, an arm has more than the other or a value
  ///   is not finite; `MethodError.range` for epsilon.
  package init(
    a: [Double], b: [Double], epsilon: Double = 0.01, sequential: Bool = false,
    lowerIsBetter: Bool = false
  ) throws(MethodError) {
    guard a.count == b.count else {
      throw .refused(
        reason: "the arms are not paired: one has \(a.count) seeds, the other \(b.count)")
    }
    guard epsilon > 0, epsilon.isFinite else {
      throw .range(name: "epsilon", value: epsilon, allowed: "above 0")
    }
    differences = try Repeats(zip(a, b).map(Self.difference))
    self.a = a
    self.b = b
    self.epsilon = epsilon
    self.sequential = sequential
    self.lowerIsBetter = lowerIsBetter
  }

  private static func difference(_ a: Double, _ b: Double) -> Double {
    abs(a - b) <= 1e-9 * max(abs(a), abs(b)) ? 0 : a - b
  }

  /// The number of pairs.
  package var seeds: Int { differences.count }
}

extension PairedComparison {
  /// Where the mean difference lies with 95 % confidence: the t-interval, or in the sequential form
  /// the always-valid one. Nil for a single seed; in the sequential form for less than `leastSeeds`.
  package var interval: Interval? {
    guard sequential else { return differences.band(.ci) }
    guard let error = differences.standardError, seeds >= Self.leastSeeds else { return nil }
    let reach = AlwaysValidT.standard.multiplier(seeds) * error
    return Interval(around: differences.mean, reaching: reach)
  }

  /// How probable it would be, were the arms equal, that they differ at least this much: by the
  /// t-test, or in the sequential form at any time up to now or later. Below .05 exactly where the
  /// interval excludes 0; nil where there is no interval.
  package var pValue: Double? {
    guard let error = differences.standardError, interval != nil else { return nil }
    guard differences.mean != 0 else { return 1 }
    let t = abs(differences.mean) / error
    return sequential
      ? AlwaysValidT.standard.pValue(t, count: seeds)
      : StudentT(degrees: seeds - 1).twoSidedTail(t)
  }

  /// The share of seeds under which A is the better one; a tie counts as half.
  package var winRate: Double {
    let wins = differences.values.count { lowerIsBetter ? $0 < 0 : $0 > 0 }
    let ties = differences.values.count { $0 == 0 }
    return (Double(wins) + Double(ties) / 2) / Double(seeds)
  }

  /// The interquartile means of A, of B and of the differences, with bootstrap intervals. All three
  /// resample the same seeds, so that pairs stay pairs.
  /// - Parameter random: a stream of the role `evaluation`.
  /// - Throws: `Interrupted`.
  package func interquartileMeans(
    resamples: Int = InterquartileMean.resamples, using random: inout RandomSource
  ) throws -> (a: InterquartileMean, b: InterquartileMean, difference: InterquartileMean) {
    let start = random
    func estimate(_ values: [Double]) throws -> InterquartileMean {
      random = start
      return try .estimate([values], resamples: resamples, using: &random)
    }
    return (try estimate(a), try estimate(b), try estimate(differences.values))
  }
}

extension PairedComparison {
  /// What this comparison comes to, on its own.
  package var verdict: ComparisonVerdict {
    verdict(isDecided: interval.map { !$0.contains(0) } ?? false)
  }

  /// What several comparisons with the same baseline come to: Holm's correction of their p-values
  /// decides which of them have a winner. One that has too few seeds counts among the several.
  package static func verdicts(_ comparisons: [PairedComparison]) -> [ComparisonVerdict] {
    guard comparisons.count > 1 else { return comparisons.map(\.verdict) }
    let adjusted = Holm.adjusted(comparisons.map { $0.pValue ?? 1 })
    return zip(comparisons, adjusted).map { $0.verdict(isDecided: $1 < level) }
  }

  private func verdict(isDecided: Bool) -> ComparisonVerdict {
    guard seeds >= Self.leastSeeds, let interval else {
      return .tooFewSeeds(found: seeds, least: Self.leastSeeds)
    }
    if isDecided { return .better((differences.mean > 0) != lowerIsBetter ? .a : .b) }
    if interval.isWithin(epsilon) { return .noDifference(above: epsilon) }
    return .undecided(seeds: seeds, needed: seedsNeeded(for: epsilon))
  }

  /// How many seeds a fresh run needs, its number fixed beforehand, to find a difference of this size
  /// with a probability of 80 %, should it scatter like this one: ⌈((1.96 + 0.84) · s / size)²⌉, and
  /// no less than are needed for a verdict.
  package func seedsNeeded(for size: Double) -> Int {
    let ratio = (1.96 + 0.84) * (differences.deviation ?? 0) / size
    let seeds = (ratio * ratio - 1e-9).rounded(.up)
    // A number of seeds that nobody could run is as good as any other.
    return max(Self.leastSeeds, seeds < 1e15 ? Int(seeds) : Int(1e15))
  }
}
