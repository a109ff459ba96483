import LinearAlgebra

/// Suspects the labels that an ensemble under training names seldom.
///
/// DisagreeNet (Shwartz et al. 2022, arXiv 2210.00583): the share of the votes for the observed label,
/// over all heads and epochs, is near 1 for right labels and lower for wrong ones. Two beta
/// distributions are fitted to these shares, of the labeled samples alone; clean is what belongs to
/// the one with the larger mean, above a posterior of one half. The posterior is the quality, the
/// share the score. The evidence is "votes share", "most voted", the class that has most of the votes,
/// the lowest of several, and "posterior".
package struct DisagreeNet: NoiseFilter {
  package let ensemble: VotingHeads

  package init(_ ensemble: VotingHeads = VotingHeads()) { self.ensemble = ensemble }

  package var name: String { "disagreenet" }
  package var options: String { ensemble.options }

  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    try ensemble.validate()
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    let (features, notice) = try pool.judgedFeatures(ensemble.scale)
    if let notice {
      return .allClean(pool, by: self, threshold: 0.5, notices: [notice])
    }
    let votes = try ensemble.votes(on: pool, features, filter: name, key: random.key)
    let shares = pool.observed.enumerated().map { votes.share(of: $1, sample: $0) }
    let mixture = BetaMixture(of: shares)
    let posteriors = shares.map { mixture?.posteriorOfHigher($0) }
    let clean = posteriors.map { $0.map { $0 > 0.5 } ?? true }
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: clean,
      quality: zip(posteriors, clean).map { quality($0 ?? 1, clean: $1) }, scores: shares,
      threshold: 0.5,
      evidence: Evidence(
        votes.columns(shares) + [Evidence.Column("posterior", posteriors)]),
      notices: mixture == nil ? [Self.alike] : [])
  }

  private static let alike = "The ensemble treats all labels alike; all count as clean."
}
