import LinearAlgebra

/// Takes, again and again, the candidate that is farthest from everything that covers: the greedy
/// 2-approximation of k centers, on the features that a model sees in its last layer.
///
/// Core-set (Sener and Savarese 2018, arXiv 1708.00489). Euclidean distances; those within 1e-9 of
/// the largest, relatively, are ties. Where nothing is labeled the share is drawn at random; where
/// all labels are suspected its first sample is, and the others go on from there.
///
/// |L| · N · d operations to begin with. A pick costs O(N) and the distances of those candidates alone
/// that might be the farthest, by what is known of them: (|L| + B) · N · d at worst, and far less on
/// data with structure. O(N) memory besides the features.
package struct CoreSet: CoverageStrategy {
  /// Where the features come from.
  package enum Features: Sendable {
    /// The pool's embedding on this scale: what the last layer of a linear probe sees.
    case embedding(FeatureScale)
    /// One row per sample of the pool.
    case rows(Matrix)
  }

  package let features: Features
  package let ties: TieRule

  private var work: Work?

  private struct Work: Sendable {
    let embedding: Embedding?
    var cover: NearestCoverers
    /// Ascending.
    var candidates: [Int] = []
    var start = Start.covered
  }

  /// What the next pick has to go by.
  private enum Start: Sendable {
    /// Nothing is labeled: this share is drawn at random.
    case blind
    /// Something is labeled, but nothing covers: one random sample, then the others by it.
    case uncovered
    case covered
  }

  package init(_ features: Features = .embedding(.auto), ties: TieRule = .lowest) {
    self.features = features
    self.ties = ties
  }

  package var radius: Double? { nil }

  /// - Throws: also `MethodError.range` for a scale that is none, `MethodError.needsEmbedding`.
  /// - Precondition: a matrix has one row for each sample.
  package mutating func begin(clean: [Int], suspected: [Int], in pool: Pool) throws {
    var work = try takeWork(for: pool)
    _ = try work.cover.cover(exactlyBy: clean)
    work.candidates = pool.candidates
    work.start = !clean.isEmpty ? .covered : suspected.isEmpty ? .blind : .uncovered
    self.work = work
  }

  package mutating func next(using random: inout RandomSource) throws -> Pick {
    guard var work, !work.candidates.isEmpty else {
      throw MethodError.budget(requested: 1, available: 0)
    }
    self.work = nil
    let pick =
      try work.start == .covered
      ? farthest(in: &work, using: &random) : drawn(from: &work, using: &random)
    if work.start == .uncovered {
      try work.cover.cover(alsoBy: pick.sample)
      work.start = .covered
    } else {
      work.cover.cover(unseenBy: pick.sample)
    }
    self.work = work
    return pick
  }

  private func drawn(from work: inout Work, using random: inout RandomSource) -> Pick {
    let place = random.integer(below: work.candidates.count)
    return Pick(sample: work.candidates.remove(at: place), score: nil)
  }

  /// Distances this close to the largest, relatively, count as equal to it.
  private static let tolerance = 1e-9

  private func farthest(
    in work: inout Work, using random: inout RandomSource
  ) throws -> Pick {
    try work.cover.settleFarthest(of: work.candidates, within: Self.tolerance)
    let distances = work.candidates.map { work.cover.squares[$0].squareRoot() }
    let floor = (distances.max() ?? 0) * (1 - Self.tolerance)
    let places = distances.indices.filter { distances[$0] >= floor }
    let place = ties == .random ? places[random.integer(below: places.count)] : places[0]
    let reason = PickReason(
      tied: places.count,
      runnerUp: best(of: distances, without: place).map {
        .init(sample: work.candidates[$0], score: distances[$0])
      })
    return Pick(
      sample: work.candidates.remove(at: place), score: distances[place], reason: reason)
  }

  /// The place of the largest distance but one, the first of equal ones.
  private func best(of distances: [Double], without place: Int) -> Int? {
    var best: Int?
    for other in distances.indices where other != place {
      if best.map({ distances[other] > distances[$0] }) ?? true { best = other }
    }
    return best
  }

  /// The state of the last share, without a second owner so that changing it copies nothing.
  private mutating func takeWork(for pool: Pool) throws -> Work {
    switch features {
    case .rows(let matrix):
      precondition(matrix.rows == pool.count, "one row per sample")
      if let work {
        self.work = nil
        return work
      }
      return Work(embedding: nil, cover: NearestCoverers(PointSet(matrix)))
    case .embedding(let scale):
      let embedding = try pool.embedding
      if let work, work.embedding === embedding {
        self.work = nil
        return work
      }
      let rows = try embedding.scaled(embedding.features, scale: scale)
      return Work(embedding: embedding, cover: NearestCoverers(PointSet(rows)))
    }
  }
}
