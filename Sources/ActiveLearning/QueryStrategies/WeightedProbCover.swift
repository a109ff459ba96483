import LinearAlgebra

/// ProbCover that samples again where labels were suspected, but less eagerly than NPC does: what
/// lies in the ball of a suspected sample counts only as much as the next label is likely to be
/// clean.
///
/// Weighted NPC (Shafir, Hacohen and Weinshall 2025, arXiv 2504.04506), once it is wrapped in
/// `NoiseAwareSampling`. With ĉ for the share of clean ones among the labeled samples, an uncovered
/// sample that lies in r balls of suspected ones counts 1 if r = 0, else ĉ, or ĉ to the power of r.
/// Scores are made of the whole numbers of samples for each r, so that equal numbers give equal
/// scores; those within 1e-9 of the largest, relatively, are ties. Where nothing is suspected it is
/// `ProbCover`, and it costs as much, besides the balls of the suspected samples.
package struct WeightedProbCover: CoverageStrategy {
  private var cover: ScheduledCover

  /// - Parameters:
  ///   - delta: the balls' radius at first, in the units of the embedding's metric.
  ///   - factor: whether each suspected sample discounts its ball once more.
  ///   - memory: bytes that the lists of neighbours may take.
  ///   - schedule: how the radius changes.
  package init(
    delta: Double, factor: Bool = false, ties: TieRule = .random, memory: Int = 1 << 30,
    schedule: DeltaSchedule = .constant
  ) {
    cover = ScheduledCover(
      delta: delta, ties: ties, listMemory: memory, schedule: schedule,
      discount: factor ? .each : .once)
  }

  package var radius: Double? { cover.state.current }
  package var memory: StrategyMemory? { cover.memory }

  package mutating func begin(clean: [Int], suspected: [Int], in pool: Pool) throws {
    try cover.begin(clean: clean, suspected: suspected, in: pool)
  }

  package mutating func next(using random: inout RandomSource) throws -> Pick {
    try cover.next(using: &random)
  }
}
