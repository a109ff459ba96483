import LinearAlgebra

/// Covers as much of the pool as possible with balls around the labeled samples: each pick is a
/// candidate whose ball holds the most samples that nothing covers yet.
///
/// Greedy maximum coverage (Yehuda et al. 2022, arXiv 2205.11320); it reaches 1 − 1/e of the best
/// cover. Once everything is covered all candidates gain 0 and the tie rule decides.
///
/// Costs one pass over all pairs (N² · d) per radius, and then per pick its ball and those of the
/// samples it covers. A schedule that looks at degrees costs one pass more, and after that, whenever the
/// number of labels is a multiple of the number of classes, the distances of the samples whose nearest
/// labeled one has changed.
package struct ProbCover: CoverageStrategy {
  private var cover: ScheduledCover

  /// - Parameters:
  ///   - delta: the balls' radius at first, in the units of the embedding's metric.
  ///   - memory: bytes that the lists of neighbours may take.
  ///   - schedule: how the radius changes.
  package init(
    delta: Double, ties: TieRule = .random, memory: Int = 1 << 30,
    schedule: DeltaSchedule = .constant
  ) {
    cover = ScheduledCover(delta: delta, ties: ties, listMemory: memory, schedule: schedule)
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
