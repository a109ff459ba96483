import LinearAlgebra

/// Draws samples blindly: each set of candidates is equally likely.
package struct RandomSampling: QueryStrategy {
  package init() {}

  package func select(
    _ count: Int, from pool: Pool, buying purchases: inout Purchases,
    using random: inout RandomSource
  ) throws -> Selection {
    try pool.requireCandidates(count)
    let samples = random.sample(count, of: pool.candidates)
    let labels = try purchases.buy(samples, share: 0)
    return Selection(
      picks: samples.map { Pick(sample: $0, score: nil) }, labels: labels, shares: [count])
  }
}
