import LinearAlgebra

/// Takes the candidates on whose class several models, trained alike from different weights, agree
/// least: the largest 1 − (votes for the class named most often) / models.
///
/// Variation ratio of an ensemble (Beluch et al. 2018). It takes few values, so ties are broken by
/// chance unless asked otherwise. Where nothing is labeled the draw is blind.
///
/// `models` trainings, and a forward pass over the candidates for each.
package struct EnsembleVariationRatio: ScoringStrategy {
  /// At least 1; a single one agrees with itself, and the draw is then blind.
  package let models: Int
  package let acquisition: any AcquisitionSource
  package let ties: TieRule

  package init(
    models: Int = 3, acquisition: any AcquisitionSource, ties: TieRule = .random
  ) {
    self.models = models
    self.acquisition = acquisition
    self.ties = ties
  }

  /// - Throws: also `MethodError.range` below one model.
  package func appraise(_ candidates: [Int], in pool: Pool, using random: RandomSource) throws
    -> Appraisal
  {
    guard models >= 1 else {
      throw MethodError.range(name: "models", value: Double(models), allowed: "at least 1")
    }
    let progress = ProgressMeter.current
    var votes: [[Int]] = []
    for replica in 1...models {
      let model = try acquisition.fresh(on: pool.believed, of: pool, replica: replica)
      votes.append(try model.logits(of: candidates, in: pool).largestOfRows())
      progress.report("models", replica, of: models)
    }
    return Self.appraise(votes, classes: pool.classes)
  }

  /// What the votes say of each sample.
  /// - Parameter votes: `[model][sample]`, in 0 ..< classes.
  package static func appraise(_ votes: [[Int]], classes: Int) -> Appraisal {
    let most = (votes.first ?? []).indices.map { place in
      var counts = [Int](repeating: 0, count: classes)
      for member in votes { counts[member[place]] += 1 }
      return counts.max() ?? 0
    }
    let models = Double(votes.count)
    return Appraisal(scores: most.map { 1 - Double($0) / models }) { place in
      [.init("votes of the mode", Double(most[place])), .init("models", models)]
    }
  }
}
