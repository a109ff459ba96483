/// Suspects the labels that are not what an ensemble under training names most often.
///
/// MAP, max agreement prediction (Stern et al. 2023, arXiv 2310.11077): a label is clean if it has
/// most of the sample's votes over all heads and epochs; of several such classes the lowest counts.
/// The quality is the label's share of the votes. The evidence is "votes share" and "most voted".
package struct MaxAgreementPrediction: VotingFilter {
  package let ensemble: VotingHeads

  package init(_ ensemble: VotingHeads = VotingHeads()) { self.ensemble = ensemble }

  package var name: String { "map" }
  package var threshold: Double? { nil }

  package func verdict(on pool: Pool, by votes: EpochVotes, shares: [Double]) -> Verdict {
    Verdict(
      filter: name, options: options, labeled: pool.labeled,
      clean: pool.observed.enumerated().map { votes.mostVoted(sample: $0) == $1 },
      quality: shares, scores: shares, threshold: threshold,
      evidence: Evidence(votes.columns(shares)))
  }
}
