import LinearAlgebra

/// Takes the candidates of which a model is least sure.
///
/// Uncertainty sampling (Lewis and Gale 1994; Scheffer, Decomain and Wrobel 2001 for the margin;
/// Settles 2009, §3.1). Candidates that score alike within 1e-9, relatively, are ties. Where nothing
/// is labeled the draw is blind.
///
/// One forward pass over the candidates and a sort; 8 · candidates · classes bytes.
package struct Uncertainty: ScoringStrategy {
  /// What being unsure means, for a row of probabilities p1 ≥ p2 ≥ …
  package enum Measure: String, Sendable, Hashable, CaseIterable {
    /// 1 − p1, large.
    case leastConfident
    /// p1 − p2, small.
    case margin
    /// −Σ p log₂ p in bits, large.
    case entropy
  }

  package let measure: Measure
  package let acquisition: any AcquisitionSource
  package let ties: TieRule

  package init(
    measure: Measure, acquisition: any AcquisitionSource, ties: TieRule = .lowest
  ) {
    self.measure = measure
    self.acquisition = acquisition
    self.ties = ties
  }

  package func appraise(_ candidates: [Int], in pool: Pool, using random: RandomSource) throws
    -> Appraisal
  {
    let model = try acquisition.model(for: pool)
    let rows = try Probabilities(of: model, candidates, in: pool)
    return measure.appraise(rows)
  }
}

extension Uncertainty.Measure {
  /// What it says of each row; a margin is said as it is and ranked by its smallness.
  package func appraise(_ rows: Probabilities) -> Appraisal {
    switch self {
    case .leastConfident:
      Appraisal(scores: rows.map(Probabilities.leastConfidence)) { largest(in: rows.row($0)) }
    case .margin:
      Appraisal(
        scores: rows.map { -Probabilities.margin($0) }, saying: { 0 - $0 },
        terms: { largest(in: rows.row($0)) })
    case .entropy:
      Appraisal(scores: rows.map(Probabilities.entropy)) { place in
        [.init("entropy", Probabilities.entropy(rows.row(place)))] + largest(in: rows.row(place))
      }
    }
  }

  private func largest(in row: ArraySlice<Double>) -> [PickReason.Term] {
    let (p1, p2) = Probabilities.topTwo(row)
    return [.init("p1", p1), .init("p2", p2)]
  }
}
