/// Parts points into clusters so that each lies near the mean of its own: k-means.
///
/// The first centres are drawn by k-means++ (Arthur and Vassilvitskii 2007), each the best of
/// 2 + ⌊ln K⌋ draws; one start. Lloyd's iterations then move each centre to the mean of the points
/// nearest to it, at most 300 times, until no point changes its cluster or the squared steps of all
/// centres together are at most `tolerance` times the mean variance of the features. A cluster that
/// has lost all its points takes the one that is farthest from its own centre. The mini-batch
/// variant (Sculley 2010) moves the centres by 5,000 points at a time.
///
/// Distances are Euclidean ones of the points as `PointSet` defines them, and each point belongs to
/// the centre that is nearest by the double-precision formula, the lowest where several are: neither
/// the number of threads nor the processor changes a label of given centres. Centres are means in
/// double, rounded to `Float`.
package struct KMeans: Sendable, Hashable {
  /// How the centres are improved.
  package enum Algorithm: String, Sendable, Hashable, Codable, CaseIterable {
    /// `lloyd` for up to 50 clusters, `minibatch` for more.
    case auto
    /// By all points at each step: N · d · K operations, at most 300 times.
    case lloyd
    /// By 5,000 points at each step, for at most 100 passes over all of them.
    case minibatch
  }

  /// Points, parted.
  package struct Clustering: Sendable, Equatable {
    /// One row per cluster.
    package let centres: Matrix
    /// The cluster of each point.
    package let labels: [Int32]
    /// The sum of the squared distances of the points to the centres of their clusters.
    package let inertia: Double
    /// How often the centres were moved.
    package let iterations: Int
  }

  /// How many clusters are asked for. As many are made, but at least one and no more than there are
  /// points; where fewer points than that are distinct, some clusters stay empty.
  package let clusters: Int
  package let algorithm: Algorithm
  /// At 0, Lloyd's iterations go on until no point changes its cluster.
  package let tolerance: Double

  /// Stores the settings.
  package init(clusters: Int, algorithm: Algorithm = .auto, tolerance: Double = 1e-4) {
    self.clusters = clusters
    self.algorithm = algorithm
    self.tolerance = tolerance
  }

  /// Parts the rows of a matrix as they are.
  /// - Throws: `Interrupted`.
  package func fit(
    points: Matrix, using random: inout RandomSource
  ) throws -> Clustering {
    try fit(PointSet(points), using: &random)
  }

  /// Parts points: with the multipliers of unit rows, the unit rows; their metric does not matter.
  ///
  /// N · d · K · (2 + ln K) operations for the first centres, and N · d · K for each step; all
  /// threads, O(N · ln K + K · d) memory.
  /// - Throws: `Interrupted`.
  package func fit(
    _ points: PointSet, using random: inout RandomSource
  ) throws -> Clustering {
    let points = points.plain
    let count = min(max(1, clusters), points.count)
    if algorithm == .minibatch || (algorithm == .auto && count > 50) {
      return try MiniBatches(points, clusters: count).fit(using: &random)
    }
    var seeding = KMeansSeeding(points)
    let seeds = try seeding.seeds(count, using: &random)
    return try lloyd(points, from: Centroids(of: points, seeds))
  }

  /// Lloyd's iterations from these centres, one row each, instead of drawn ones.
  /// - Throws: `Interrupted`.
  /// - Precondition: there is a centre, and it has as many columns as the points.
  package func fit(_ points: PointSet, from centres: Matrix) throws -> Clustering {
    precondition(centres.rows > 0, "points cannot be parted into no clusters")
    precondition(centres.columns == points.dimensions, "centres have the points' dimensions")
    return try lloyd(points.plain, from: Centroids(centres))
  }

  private static let steps = 300

  private func lloyd(_ points: PointSet, from start: Centroids) throws -> Clustering {
    let meter = ProgressMeter.current
    let enough = try tolerance * points.meanVariance()
    var centres = start
    var labels: [Int32] = []
    var step = 0
    while true {
      step += 1
      meter.report("k-means", step, of: Self.steps)
      let last = labels
      labels = try centres.labels(of: points)
      let next = try centres.moved(to: points, labels)
      let way = next.squaredSteps(from: centres)
      centres = next
      if labels == last { return try centres.clustering(of: points, labels, step) }
      if way <= enough || step == Self.steps {
        // The centres have moved since the points were assigned.
        labels = try centres.labels(of: points)
        return try centres.clustering(of: points, labels, step)
      }
    }
  }
}

extension PointSet {
  /// The same points under the Euclidean metric.
  fileprivate var plain: PointSet {
    metric == .l2 ? self : PointSet(matrix, multipliers: multipliers)
  }

  /// The mean over the features of their variance (divisor: the points); 0 without points.
  fileprivate func meanVariance() throws -> Double {
    guard count > 0, dimensions > 0 else { return 0 }
    let whole = try Centroids(Matrix(zeros: 1, dimensions))
      .moved(to: self, [Int32](repeating: 0, count: count))
    let square = whole.elements.reduce(0) { $0 + $1 * $1 }
    let mean = norms.reduce(0) { $0 + $1 * $1 } / Double(count)
    return max(0, mean - square) / Double(dimensions)
  }
}
