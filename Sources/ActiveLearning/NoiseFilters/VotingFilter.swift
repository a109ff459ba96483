import LinearAlgebra

/// A filter that judges by what the heads of an ensemble said while they were trained.
package protocol VotingFilter: NoiseFilter {
  var ensemble: VotingHeads { get }
  /// The quality from which on a label is clean; nil where the quality alone does not tell.
  var threshold: Double? { get }

  /// - Parameter shares: of the votes, those for the observed label, in the order of purchase.
  func verdict(on pool: Pool, by votes: EpochVotes, shares: [Double]) -> Verdict
}

extension VotingFilter {
  package var options: String { ensemble.options }

  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    try ensemble.validate()
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    let (features, notice) = try pool.judgedFeatures(ensemble.scale)
    if let notice {
      return .allClean(pool, by: self, threshold: threshold, notices: [notice])
    }
    let votes = try ensemble.votes(on: pool, features, filter: name, key: random.key)
    let shares = pool.observed.enumerated().map { votes.share(of: $1, sample: $0) }
    return verdict(on: pool, by: votes, shares: shares)
  }
}
