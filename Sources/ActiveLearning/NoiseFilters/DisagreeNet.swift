import LinearAlgebra

/// Suspects the labels that an ensemble under training names seldom.
///
/// DisagreeNet (Shwartz et al. 2022, arXiv 2210.00583): the share of the votes for the observed label,
/// over all heads and epochs, is near 1 for right labels and lower for wrong ones. Two beta
/// distributions are fitted to these shares, of the labeled samples alone; clean is what belongs to
/// the one with the larger mean, above a posterior of one half. The posterior is the quality, the
/// share the score. The evidence is "votes share", "most voted", the class that has most of the votes,
/// the lowest of several, and "posterior".
package struct DisagreeNet: VotingFilter {
  package let ensemble: VotingHeads

  package init(_ ensemble: VotingHeads = VotingHeads()) { self.ensemble = ensemble }

  package var name: String { "disagreenet" }
  package var threshold: Double? { 0.5 }

  package func verdict(on pool: Pool, by votes: EpochVotes, shares: [Double]) -> Verdict {
    let mixture = BetaMixture(of: shares)
    let posteriors = shares.map { mixture?.posteriorOfHigher($0) }
    let clean = posteriors.map { $0.map { $0 > 0.5 } ?? true }
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: clean,
      quality: zip(posteriors, clean).map { quality($0 ?? 1, clean: $1) }, scores: shares,
      threshold: threshold,
      evidence: Evidence(
        votes.columns(shares) + [Evidence.Column("posterior", posteriors)]),
      notices: mixture == nil ? [Self.alike] : [])
  }

  private static let alike = "The ensemble treats all labels alike; all count as clean."
}
