import Foundation
import LinearAlgebra

/// How the radius of a strategy's balls changes while labels come in.
///
/// The rules look at the degrees that the samples would have at each radius of a support, once what
/// the coverers cover is left out: a radius tells much where the degrees differ much. They are
/// applied before a pick whenever the number of labels, those of the share under way included, is
/// above 0 and a multiple of the number of classes.
/// The rules are those of the implementation that goes with Shafir, Hacohen and Weinshall 2025
/// (arXiv 2504.04506).
package struct DeltaSchedule: Sendable, Hashable {
  /// What the next radius is made of. The raw values are the users' words.
  package enum Rule: String, Sendable, Hashable, Codable, CaseIterable {
    /// It never changes.
    case constant
    /// From the first radius down to 0.02, in step with the labeled share of the pool.
    case linearDescent = "linear_descent"
    /// The same, but nearly all of the way while the first tenth of the pool is labeled.
    case exponentialDescent = "exponential_descent"
    /// The radius at which the degrees deviate most from their mean; the largest of equals.
    case maxStd = "max_std"
    /// That with the largest entropy of the degrees; the largest of equals.
    case maxEntropy = "max_entropy"
    /// `maxStd` among the radii that are not above the one in force.
    case maxStdSmaller = "max_std_smaller"
    /// `maxEntropy` among the radii that are not above the one in force.
    case maxEntropySmaller = "max_entropy_smaller"
    /// The radius with the largest degree; the largest of equals.
    case maxSupportSizeTakeMax = "max_support_size_take_max"
    /// The radius with the largest degree; the smallest of equals.
    case maxSupportSizeTakeMin = "max_support_size_take_min"
    /// `maxSupportSizeTakeMin`, but only once the last pick found no degree of 2 or more.
    case maxDegreeAfterBelow2TakeMin = "max_deg_after_lt_2_take_min"
    /// The same for 3.
    case maxDegreeAfterBelow3TakeMin = "max_deg_after_lt_3_take_min"
    /// The same for 4.
    case maxDegreeAfterBelow4TakeMin = "max_deg_after_lt_4_take_min"
  }

  /// How far one step goes from the radius in force, δ, to the one that the rule says, δ'.
  package enum Softening: String, Sendable, Hashable, Codable, CaseIterable {
    /// All of the way.
    case none
    /// Half of it.
    case average
    /// The part (v' − v) / v' of it, v and v' what the rule makes large at the two radii.
    case improvement
  }

  package let rule: Rule
  package let softening: Softening
  /// Whether only labeled samples that count as clean are coverers to the rule, and not all.
  package let considersNoise: Bool
  /// What the last query on this labeled set handed back.
  package let remembered: DeltaMemory?

  /// The radius stays what it is.
  package static let constant = DeltaSchedule()

  package init(
    _ rule: Rule = .constant, softening: Softening = .none, considersNoise: Bool = false,
    remembered: DeltaMemory? = nil
  ) {
    self.rule = rule
    self.softening = softening
    self.considersNoise = considersNoise
    self.remembered = remembered
  }

  /// Whether a softening was asked for that means nothing to the rule.
  package var ignoresSoftening: Bool { softening != .none && rule.statistic == nil }
}

extension DeltaSchedule {
  /// Where a strategy begins whose first radius is `delta`: a new one starts afresh.
  func start(at delta: Double) -> DeltaMemory {
    if let remembered, remembered.initial == delta { return remembered }
    return DeltaMemory(initial: delta, current: delta)
  }

  /// The radius for the next pick.
  ///
  /// - Parameters:
  ///   - labeledShare: of the pool, the picks of the present share included.
  ///   - degrees: what the degrees are like at some ascending radii. Called at most once.
  func radius(
    after memory: DeltaMemory, labeledShare: Double, metric: Metric,
    degrees: (_ radii: [Double]) throws -> [DegreeStatistics]
  ) rethrows -> Double {
    switch rule {
    case .constant: return memory.current
    case .linearDescent: return descent(from: memory.initial, by: 1 - labeledShare)
    case .exponentialDescent:
      return descent(from: memory.initial, by: Self.fading(labeledShare))
    default:
      if let least = rule.keepsFrom, memory.lastDegree.map({ $0 >= least }) ?? true {
        return memory.current
      }
      return try best(after: memory, metric: metric, degrees: degrees)
    }
  }

  private func descent(from initial: Double, by rest: Double) -> Double {
    rest * initial + (1 - rest) * DeltaSupport.step
  }

  /// What is left of the first radius when `share` of the pool is labeled: 1 of nothing, 0 of all.
  static func fading(_ share: Double) -> Double {
    let rate = 10.0
    return (exp(-rate) - exp(-rate * share)) / (exp(-rate) - 1)
  }

  private func best(
    after memory: DeltaMemory, metric: Metric, degrees: ([Double]) throws -> [DegreeStatistics]
  ) rethrows -> Double {
    guard let statistic = rule.statistic else { return memory.current }
    let support = DeltaSupport.full.values(for: metric, including: memory.current)
    let limit = rule.onlyShrinks ? memory.current + DeltaSupport.tolerance : .infinity
    let radii = support.filter { $0 <= limit }
    let values = try degrees(radii).map(statistic)
    guard let most = values.max() else { return memory.current }
    let leaders = radii.indices.filter { values[$0] >= most - 1e-9 * most }
    guard let best = rule.takesSmallest ? leaders.first : leaders.last,
      let current = radii.firstIndex(where: { $0 >= memory.current - DeltaSupport.tolerance })
    else { return memory.current }
    // The radius in force may be off the support's by a rounding.
    if best == current { return memory.current }
    let way = part(from: values[current], to: values[best])
    return way * radii[best] + (1 - way) * memory.current
  }

  private func part(from value: Double, to best: Double) -> Double {
    switch softening {
    case .none: 1
    case .average: 0.5
    case .improvement: best == 0 ? 1 : (best - value) / best
    }
  }
}

extension DeltaSchedule.Rule {
  /// What it makes as large as it can be; nil for those that do not look at degrees.
  fileprivate var statistic: ((DegreeStatistics) -> Double)? {
    switch self {
    case .constant, .linearDescent, .exponentialDescent: nil
    case .maxStd, .maxStdSmaller: { $0.deviation }
    case .maxEntropy, .maxEntropySmaller: { $0.entropy }
    default: { Double($0.largest) }
    }
  }

  fileprivate var onlyShrinks: Bool { self == .maxStdSmaller || self == .maxEntropySmaller }

  fileprivate var takesSmallest: Bool { self == .maxSupportSizeTakeMin || keepsFrom != nil }

  /// The largest degree at the last pick with which the radius stays.
  fileprivate var keepsFrom: Int? {
    switch self {
    case .maxDegreeAfterBelow2TakeMin: 2
    case .maxDegreeAfterBelow3TakeMin: 3
    case .maxDegreeAfterBelow4TakeMin: 4
    default: nil
    }
  }
}
