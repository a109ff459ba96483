import LinearAlgebra

extension LowBudgetAUM {
  /// How many samples get the class that does not exist.
  package enum Thresholds: Sendable, Hashable {
    /// As many as there are labels for each class: ⌈|L| / C⌉ unlabeled ones, or ⌊|L| / C⌋ labeled
    /// ones in each of two runs, at least 1.
    case auto
    /// This many, or as many as there are: all unlabeled samples, or half of the labeled ones.
    case count(Int)

    var text: String {
      switch self {
      case .auto: "auto"
      case .count(let count): "\(count)"
      }
    }
  }

  /// Where these samples come from.
  package enum ThresholdSource: String, Sendable, Hashable, CaseIterable {
    /// The unlabeled samples, all equally likely: no label is spent.
    case pool
    /// The unlabeled samples that are the nearest one to some labeled sample, all equally likely;
    /// where they are too few, all of them and others of the pool.
    case neighbours
    /// The labeled samples, as in the original: two runs with sets of them that have none in common,
    /// so that each sample is judged in at least one.
    case labeled
  }

  /// How many samples of `pool` get the class that does not exist in one run.
  package func thresholdCount(for pool: Pool) -> Int {
    let (labels, classes) = (pool.labeled.count, max(1, pool.classes))
    switch (thresholds, source) {
    case (.count(let count), _): return count
    case (.auto, .labeled): return max(1, labels / classes)
    case (.auto, _): return (labels + classes - 1) / classes
    }
  }
}

/// What one model is trained on to measure areas: the labeled set in the order of purchase, perhaps
/// with samples of the pool behind it.
struct AreaTask {
  /// Indices of the pool.
  let samples: [Int]
  /// One for each of `samples`; the number of classes for a class that does not exist.
  let labels: [Int]
  /// The places in `samples` of those with that class.
  let thresholds: [Int]
  /// The places of the labeled samples that are judged: all others of them.
  let judged: [Int]
}

/// Draws the samples that get the class that does not exist.
struct ThresholdDraw {
  private let pool: Pool
  private let count: Int
  private let source: LowBudgetAUM.ThresholdSource
  /// The candidates to be preferred, ascending.
  private let preferred: [Int]

  /// O(|L| · |U| · dimensions) for neighbours, on all threads.
  /// - Throws: `MethodError.needsEmbedding`; `Interrupted`.
  init(_ count: Int, from source: LowBudgetAUM.ThresholdSource, of pool: Pool) throws {
    self.pool = pool
    self.source = source
    switch source {
    case .labeled: self.count = min(count, pool.labeled.count / 2)
    case .pool, .neighbours: self.count = min(count, pool.candidateCount)
    }
    preferred = source == .neighbours ? try pool.nearestCandidates() : []
  }

  /// The models that one judgement needs: one, or two that make each other's thresholds.
  func tasks(using random: inout RandomSource) -> [AreaTask] {
    guard source == .labeled else { return [adding(unlabeled(using: &random))] }
    let drawn = random.sample(2 * count, of: Array(pool.labeled.indices))
    return [relabelling(drawn.prefix(count)), relabelling(drawn.suffix(count))]
  }

  private func unlabeled(using random: inout RandomSource) -> [Int] {
    let near = random.sample(min(count, preferred.count), of: preferred)
    guard near.count < count else { return near }
    let taken = Set(near)
    return near
      + random.sample(count - near.count, of: pool.candidates.filter { !taken.contains($0) })
  }

  private func adding(_ drawn: [Int]) -> AreaTask {
    let labels = pool.labeled.count
    return AreaTask(
      samples: pool.labeled + drawn, labels: pool.observed + drawn.map { _ in pool.classes },
      thresholds: Array(labels..<labels + drawn.count), judged: Array(0..<labels))
  }

  private func relabelling(_ drawn: ArraySlice<Int>) -> AreaTask {
    var labels = pool.observed
    for place in drawn { labels[place] = pool.classes }
    let taken = Set(drawn)
    return AreaTask(
      samples: pool.labeled, labels: labels, thresholds: Array(drawn),
      judged: labels.indices.filter { !taken.contains($0) })
  }
}

extension Pool {
  /// The candidates that are the nearest one, on unit rows, to some labeled sample; ascending. Of
  /// equally near ones the lowest counts.
  fileprivate func nearestCandidates() throws -> [Int] {
    let (features, candidates) = (try embedding.features, self.candidates)
    func points(_ samples: [Int]) -> PointSet {
      let rows = features.rows(at: samples)
      return PointSet(rows, multipliers: rows.unitMultipliers())
    }
    let nearest = try NearestSearch(points(candidates)).nearest(to: points(labeled))
    return Set(nearest).sorted().map { candidates[$0] }
  }
}
