import LinearAlgebra

/// Chooses a radius where nobody knows one: the largest at which most balls are pure, with the
/// clusters of the pool in place of its classes.
///
/// The rule of ProbCover (Yehuda et al. 2022, arXiv 2205.11320), with the nearest sample of another
/// cluster instead of all balls. No label is looked at. k-means with one cluster per class; then one
/// pass over all pairs, N² · d. The same pool gives the same radius for ever: the random stream is
/// the rule's own.
package struct PurityRule: Sendable, Hashable {
  /// The share of the balls that has to be pure.
  package let alpha: Double
  package let support: DeltaSupport
  /// From this size on a random tenth of the pool makes the clusters and is looked at.
  package let largePool: Int

  package init(
    alpha: Double = 0.95, support: DeltaSupport = .full, largePool: Int = 500_000
  ) {
    self.alpha = alpha
    self.support = support
    self.largePool = largePool
  }

  /// A radius and how it came to be.
  package struct Choice: Sendable {
    package let delta: Double
    /// The share of pure balls at this radius.
    package let purity: Double
    /// False where not even the smallest radius, this one, has as many as asked for.
    package let isPure: Bool
    package let curve: PurityCurve
  }

  /// The radius for a pool with so many classes.
  /// - Throws: `MethodError.range` for an alpha that is no share; `Interrupted`.
  package func choose(for embedding: Embedding, classes: Int) throws -> Choice {
    try requireShare()
    return try choose(from: curve(of: embedding, classes: classes), metric: embedding.metric)
  }

  /// The radius for a curve that is known already.
  /// - Throws: `MethodError.range` for an alpha that is no share.
  package func choose(from curve: PurityCurve, metric: Metric) throws(MethodError) -> Choice {
    try requireShare()
    let values = support.values(for: metric)
    let pure = values.last { curve.purity(at: $0) >= alpha }
    let delta = pure ?? values[0]
    return Choice(
      delta: delta, purity: curve.purity(at: delta), isPure: pure != nil, curve: curve)
  }

  /// The purity of the pool's balls with its clusters for groups; from the embedding's archive where
  /// it is there.
  /// - Throws: `Interrupted`.
  package func curve(of embedding: Embedding, classes: Int) throws -> PurityCurve {
    let distances = try embedding.archived(name(classes)) {
      try newCurve(of: embedding, classes: classes).distances
    }
    return PurityCurve(distances: distances)
  }

  /// Whether the curve is in the embedding's archive.
  package func isKnown(for embedding: Embedding, classes: Int) -> Bool {
    embedding.archive?.bytes(named: name(classes)) != nil
  }

  /// Means are rounded as the processor does it.
  private func name(_ classes: Int) -> String {
    "purity \(classes) \(largePool) kernels=\(Kernels.name) blas=\(OpenBLAS.coreName)"
  }

  private func newCurve(of embedding: Embedding, classes: Int) throws -> PurityCurve {
    var random = RandomSource(RandomKey(seed: 0, role: .data, method: "purity"))
    // Distances between means and points are Euclidean ones, of the unit rows under `cosine`.
    let points = PointSet(embedding.points.matrix, multipliers: embedding.points.multipliers)
    let kMeans = KMeans(clusters: classes, algorithm: .lloyd)
    guard points.count >= largePool else {
      let groups = try kMeans.fit(points, using: &random).labels
      return try PurityCurve.of(embedding, groups: groups.map(Int.init))
    }
    let sample = random.sample(points.count / 10, of: Array(0..<points.count)).sorted()
    let centres = try kMeans.fit(points.at(sample), using: &random).centres
    // The others are the strangers that a ball may hold: fewer would make it seem purer.
    let groups = try NearestSearch(PointSet(centres)).nearest(to: points)
    return try PurityCurve.of(embedding, groups: groups, samples: sample)
  }

  private func requireShare() throws(MethodError) {
    guard (0...1).contains(alpha) else {
      throw .range(name: "alpha", value: alpha, allowed: "0 to 1")
    }
  }
}
