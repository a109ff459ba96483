import LinearAlgebra

/// Covers as much of the pool as possible with balls around the labeled samples: each pick is a
/// candidate whose ball holds the most samples that nothing covers yet.
///
/// Greedy maximum coverage (Yehuda et al. 2022, arXiv 2205.11320); it reaches 1 − 1/e of the best
/// cover. Once everything is covered all candidates gain 0 and the tie rule decides.
///
/// Costs one pass over all pairs (N² · d) per radius, and then per pick its ball and those of the
/// samples it covers.
package struct ProbCover: CoverageStrategy {
  /// The balls' radius, in the units of the embedding's metric.
  package let delta: Double
  package let ties: TieRule
  /// Bytes that the lists of neighbours may take.
  package let memory: Int

  private var work: Work?

  private struct Work: Sendable {
    let embedding: Embedding
    var cover: GreedyCover
    /// Ascending.
    var candidates: [Int]
  }

  package init(delta: Double, ties: TieRule = .random, memory: Int = 1 << 30) {
    self.delta = delta
    self.ties = ties
    self.memory = memory
  }

  package var radius: Double? { delta }

  package mutating func begin(clean: [Int], suspected: [Int], in pool: Pool) throws {
    var work = try takeWork(for: pool.embedding)
    try work.cover.cover(exactlyBy: clean)
    work.candidates = pool.candidates
    self.work = work
  }

  package mutating func next(using random: inout RandomSource) throws -> Pick {
    guard let work, let place = best(in: work, using: &random) else {
      throw MethodError.budget(requested: 1, available: 0)
    }
    let sample = work.candidates[place]
    let gain = work.cover.gains[sample]
    self.work?.candidates.remove(at: place)
    try self.work?.cover.cover(alsoBy: sample)
    return Pick(sample: sample, score: Double(gain))
  }

  /// The state of the last share, without a second owner so that changing it copies nothing.
  private mutating func takeWork(for embedding: Embedding) throws -> Work {
    if let work, work.embedding === embedding {
      self.work = nil
      return work
    }
    let graph = try embedding.coverageGraph(radius: delta, memory: memory)
    return Work(embedding: embedding, cover: GreedyCover(graph), candidates: [])
  }

  /// The place among the candidates of one that gains most.
  private func best(in work: Work, using random: inout RandomSource) -> Int? {
    var most: Int32 = -1
    var places: [Int] = []
    for (place, sample) in work.candidates.enumerated() {
      let gain = work.cover.gains[sample]
      if gain > most {
        most = gain
        places.removeAll(keepingCapacity: true)
      }
      if gain == most { places.append(place) }
    }
    guard ties == .random, places.count > 1 else { return places.first }
    return places[random.integer(below: places.count)]
  }
}
