import Foundation
import LinearAlgebra

/// Takes the candidates on which a model with active dropout disagrees with itself.
///
/// Each pass drops other values; the passes stand in for draws from the posterior of the weights. BALD
/// (Houlsby et al. 2011, arXiv 1112.5745) takes the largest H(mean p) − mean H(p), what the passes
/// could learn from the label; DBAL (Gal, Islam and Ghahramani 2017, arXiv 1703.02910) the largest
/// H(mean p). In bits; BALD with log₂(p + 1e-6), DBAL with 0 log 0 = 0. Scores within 1e-9,
/// relatively, are ties. Where nothing is labeled the draw is blind.
///
/// `passes` forward passes over the candidates; 20 · candidates · classes bytes.
package struct BayesianDisagreement: ScoringStrategy {
  package enum Rule: String, Sendable, Hashable, CaseIterable {
    case bald, dbal
  }

  package let rule: Rule
  /// At least 1.
  package let passes: Int
  package let acquisition: any AcquisitionSource
  package let ties: TieRule

  /// - Parameter acquisition: one whose models have dropout.
  package init(
    rule: Rule, passes: Int = 25, acquisition: any AcquisitionSource, ties: TieRule = .lowest
  ) {
    self.rule = rule
    self.passes = passes
    self.acquisition = acquisition
    self.ties = ties
  }

  /// - Throws: also `MethodError.range` below one pass, `.refused` for a model without dropout.
  package func appraise(_ candidates: [Int], in pool: Pool, using random: RandomSource) throws
    -> Appraisal
  {
    guard passes >= 1 else {
      throw MethodError.range(name: "passes", value: Double(passes), allowed: "at least 1")
    }
    let model = try acquisition.model(for: pool)
    guard model.dropout > 0 else {
      throw MethodError.refused(
        reason: "\(rule.rawValue) needs a model with dropout, and \"\(model.name)\" has none: "
          + "train linear dropout=0.5")
    }
    let progress = ProgressMeter.current
    var sum = DropoutPasses(rule)
    for pass in 1...passes {
      // Each pass has a stream of its own: how many there are does not change what one of them drops.
      var draws = random.derived { $0.method += "/pass=\(pass)" }
      let logits = try model.logits(of: candidates, in: pool, dropping: &draws)
      try sum.add(Probabilities(logits: logits))
      progress.report("passes", pass, of: passes)
    }
    return sum.appraisal
  }
}

/// What several passes over the same samples say together.
package struct DropoutPasses: Sendable {
  private let rule: BayesianDisagreement.Rule
  private var count = 0
  private var classes = 0
  /// Of the probabilities, row by row.
  private var sums: [Double] = []
  /// Of the entropies of each row.
  private var entropies: [Double] = []

  /// Rows that one thread counts in between two looks at the interrupt flag.
  private static let step = 1024

  package init(_ rule: BayesianDisagreement.Rule) { self.rule = rule }

  /// Counts one pass in.
  /// - Precondition: as many rows and classes as in the passes before.
  package mutating func add(_ pass: Probabilities) throws {
    if count == 0 {
      classes = pass.classes
      sums = [Double](repeating: 0, count: pass.values.count)
      entropies = [Double](repeating: 0, count: pass.count)
    }
    precondition(pass.values.count == sums.count, "all passes see the same samples")
    count += 1
    let (rows, classes, rule) = (pass.count, classes, rule)
    try sums.withUnsafeMutableBufferPointer { sums in
      try entropies.withUnsafeMutableBufferPointer { entropies in
        // Each step writes rows of its own.
        nonisolated(unsafe) let (sums, entropies) = (sums, entropies)
        try Parallel.forEach((rows + Self.step - 1) / Self.step) { index in
          for row in index * Self.step..<min((index + 1) * Self.step, rows) {
            for i in row * classes..<(row + 1) * classes { sums[i] += pass.values[i] }
            entropies[row] += rule.entropy(pass.row(row))
          }
        }
      }
    }
  }

  /// The score of each sample and its two terms.
  package var appraisal: Appraisal {
    let totals = entropies.indices.map { rule.entropy(mean(of: $0)) }
    let expected = entropies.map { $0 / Double(count) }
    let scores = rule == .bald ? zip(totals, expected).map { $0 - $1 } : totals
    return Appraisal(scores: scores) { place in
      [.init("H(mean p)", totals[place]), .init("mean H(p)", expected[place])]
    }
  }

  private func mean(of row: Int) -> [Double] {
    sums[row * classes..<(row + 1) * classes].map { $0 / Double(count) }
  }
}

extension BayesianDisagreement.Rule {
  /// In bits, as the rule defines it.
  fileprivate func entropy(_ row: some Collection<Double>) -> Double {
    switch self {
    case .bald: row.reduce(0) { $0 - $1 * log2($1 + 1e-6) }
    case .dbal: Probabilities.entropy(row)
    }
  }
}
