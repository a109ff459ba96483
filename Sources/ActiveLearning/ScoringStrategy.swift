import LinearAlgebra

/// A strategy that asks a model about all candidates, scores each of them once, and takes the best.
///
/// Where nothing is labeled yet there is no model to ask: then it draws blindly.
package protocol ScoringStrategy: QueryStrategy {
  /// Which of equally good candidates are taken.
  var ties: TieRule { get }

  /// Scores `candidates`, which ascend.
  ///
  /// - Parameter random: the stream of the query, to derive others from; ties are broken with the
  ///   numbers of this one.
  func appraise(_ candidates: [Int], in pool: Pool, using random: RandomSource) throws -> Appraisal
}

/// What a strategy thinks of candidates.
package struct Appraisal: Sendable {
  /// One for each candidate; the largest are chosen.
  package let scores: [Double]
  /// What a pick is said to have scored, given its score.
  package let saying: @Sendable (Double) -> Double
  /// What the score of the candidate at a place is made of.
  package let terms: @Sendable (_ place: Int) -> [PickReason.Term]

  package init(
    scores: [Double], saying: @escaping @Sendable (Double) -> Double = { $0 },
    terms: @escaping @Sendable (_ place: Int) -> [PickReason.Term]
  ) {
    self.scores = scores
    self.saying = saying
    self.terms = terms
  }
}

extension ScoringStrategy {
  package func select(
    _ count: Int, from pool: Pool, buying purchases: inout Purchases,
    using random: inout RandomSource
  ) throws -> Selection {
    try pool.requireCandidates(count)
    guard !pool.labeled.isEmpty else {
      return try RandomSampling().select(count, from: pool, buying: &purchases, using: &random)
    }
    let candidates = pool.candidates
    let appraisal = try appraise(candidates, in: pool, using: random)
    let picks = best(count, of: candidates, by: appraisal, using: &random)
    let labels = try purchases.buy(picks.map(\.sample), share: 0)
    return Selection(picks: picks, labels: labels, shares: [count])
  }

  private func best(
    _ count: Int, of candidates: [Int], by appraisal: Appraisal, using random: inout RandomSource
  ) -> [Pick] {
    let places = Dictionary(uniqueKeysWithValues: zip(candidates, candidates.indices))
    return Ranking.best(
      count, of: candidates, by: appraisal.scores, ties: ties, using: &random,
      saying: appraisal.saying
    ).map { pick in places[pick.sample].map { pick.explained(by: appraisal.terms($0)) } ?? pick }
  }
}

extension Pick {
  /// The same pick, with what its score was made of.
  func explained(by terms: [PickReason.Term]) -> Pick {
    var reason = reason
    reason?.terms = terms
    return Pick(sample: sample, score: score, reason: reason)
  }
}

extension AcquisitionSource {
  /// The model to ask about `pool`.
  /// - Throws: what the source throws; `MethodError.needsLabels` where nothing is labeled.
  package func model(for pool: Pool) throws -> any AcquisitionModel {
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    return try model(for: pool, clean: pool.believed)
  }
}

extension Pool {
  /// What a model is trained on: the labeled samples that count as clean, or all of them where every
  /// one is suspected, because a model has to be trained on something.
  package var believed: [Int] {
    let clean = presumed.clean
    return clean.isEmpty ? labeled : clean
  }
}
