import LinearAlgebra

/// Suspects the labels that are not what an ensemble under training names most often.
///
/// MAP, max agreement prediction (Stern et al. 2023, arXiv 2310.11077): a label is clean if it has
/// most of the sample's votes over all heads and epochs; of several such classes the lowest counts.
/// The quality is the label's share of the votes. The evidence is "votes share" and "most voted".
package struct MaxAgreementPrediction: NoiseFilter {
  package let ensemble: VotingHeads

  package init(_ ensemble: VotingHeads = VotingHeads()) { self.ensemble = ensemble }

  package var name: String { "map" }
  package var options: String { ensemble.options }

  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    try ensemble.validate()
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    let (features, notice) = try pool.judgedFeatures(ensemble.scale)
    if let notice {
      return .allClean(pool, by: self, threshold: nil, notices: [notice])
    }
    let votes = try ensemble.votes(on: pool, features, filter: name, key: random.key)
    let shares = pool.observed.enumerated().map { votes.share(of: $1, sample: $0) }
    return Verdict(
      filter: name, options: options, labeled: pool.labeled,
      clean: pool.observed.enumerated().map { votes.mostVoted(sample: $0) == $1 },
      quality: shares, scores: shares, threshold: nil,
      evidence: Evidence(votes.columns(shares)))
  }
}
