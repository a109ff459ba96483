import LinearAlgebra

/// Suspects the labels whose samples do not point where the others of their class point.
///
/// FINE (Kim et al. 2021, arXiv 2102.11628): features are standardised by the whole pool; a sample's
/// score is its squared projection onto the leading eigenvector of its observed class, and of a
/// mixture of two components fitted to the scores of the class the one with the larger mean is clean,
/// above a posterior of one half. A class with a single sample, or with equal scores, is clean. The
/// evidence is "score" and "posterior", none for such a class.
///
/// O(N · d) for the pool, and per class O(n · d · least + least³), `least` the lesser of its samples
/// n and the dimensions d.
package struct Fine: NoiseFilter {
  /// What the scores of a class are taken to be made of.
  package enum Mixture: String, Sendable, Hashable, CaseIterable {
    /// Two normal distributions.
    case gaussian
    /// Two beta distributions, after the least score is moved to 0 and the greatest to 1.
    case beta
  }

  package let mixture: Mixture
  package let scale: FeatureScale

  package init(mixture: Mixture = .gaussian, scale: FeatureScale = .auto) {
    self.mixture = mixture
    self.scale = scale
  }

  package var name: String { "fine" }
  package var options: String { "mixture=\(mixture.rawValue) scale=\(scale.text)" }

  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    // A scale out of range is an error, too, where it would not be used.
    _ = try pool.embedding.scaled(rows: [], scale: scale)
    if let notice = pool.tooFewToJudge {
      return .allClean(pool, by: self, threshold: 0.5, notices: [notice])
    }
    let rows = try features(of: pool.embedding)
    let standard = StandardisedColumns(of: rows)
    let count = pool.labeled.count
    var scores = [Double](repeating: 0, count: count)
    var posteriors = [Double?](repeating: nil, count: count)
    for places in pool.placesOfClasses where !places.isEmpty {
      try Interrupt.check()
      let own = try projections(of: rows.rows(at: places.map { pool.labeled[$0] }), standard)
      let shares = Fine.posteriors(of: own, mixture: mixture)
      for (position, place) in places.enumerated() {
        scores[place] = own[position]
        posteriors[place] = shares?[position]
      }
    }
    return verdict(on: pool, scores: scores, posteriors: posteriors)
  }

  /// How probable it is for each score of a class that it comes from the component with the larger
  /// mean; nil where all scores are equal, or fewer than two.
  package static func posteriors(of scores: [Double], mixture: Mixture) -> [Double]? {
    guard let least = scores.min(), let greatest = scores.max(),
      // Equal rows have scores that differ by rounding.
      greatest - least > 1e-9 * greatest
    else { return nil }
    switch mixture {
    case .gaussian:
      return GaussianMixture(of: scores).map { scores.map($0.posteriorOfHigher) }
    case .beta:
      let shares = scores.map { ($0 - least) / (greatest - least) }
      return BetaMixture(of: shares, margin: 1e-8).map { shares.map($0.posteriorOfHigher) }
    }
  }

  /// A factor for all rows changes nothing once they are standardised, so those are taken as loaded.
  private func features(of embedding: Embedding) throws -> Matrix {
    scale == .unit
      ? try embedding.scaled(embedding.features, scale: .unit) : embedding.features
  }

  private func projections(of rows: Matrix, _ standard: StandardisedColumns) throws -> [Double] {
    do {
      return try standard.squaredProjections(of: rows)
    } catch let error as PCAError {
      throw MethodError.refused(reason: Fine.reason(error))
    }
  }

  private static func reason(_ error: PCAError) -> String {
    switch error {
    case .tooLarge(let order, let largest):
      "fine would need the eigenvectors of a matrix of order \(order), above \(largest)"
    case .notFinite: "the features are not finite numbers"
    default: "the eigenvectors of a class could not be computed"
    }
  }

  private func verdict(on pool: Pool, scores: [Double], posteriors: [Double?]) -> Verdict {
    let clean = posteriors.map { $0.map { $0 > 0.5 } ?? true }
    let notice = "No class has samples that can be told apart; all labels count as clean."
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: clean,
      quality: zip(posteriors, clean).map { quality($0 ?? 1, clean: $1) }, scores: scores,
      threshold: 0.5,
      evidence: Evidence([
        Evidence.Column("score", scores), Evidence.Column("posterior", posteriors),
      ]), notices: posteriors.allSatisfy { $0 == nil } ? [notice] : [])
  }
}
