/// k-means by a few points at a time, for many clusters (Sculley 2010, "Web-scale k-means clustering").
///
/// A batch of 5,000 points draws each centre towards the mean of those of its points that are nearest
/// to it, with a weight of one over the number of points the centre has met. An epoch is one shuffle of
/// all points, cut into batches. It ends when the inertia of the batches, smoothed, has found no new
/// minimum for 10 batches, or after 100 epochs. The first centres are drawn from three batches of
/// points. Where clusters are empty in the end, Lloyd's steps follow until none is.
struct MiniBatches {
  private static let size = 5000
  private static let epochs = 100
  private static let patience = 10

  private let points: PointSet
  private let clusters: Int

  init(_ points: PointSet, clusters: Int) {
    self.points = points
    self.clusters = clusters
  }

  func fit(using random: inout RandomSource) throws -> KMeans.Clustering {
    let meter = ProgressMeter.current
    var centres = try start(using: &random)
    var met = [Int](repeating: 0, count: centres.count)
    var record = InertiaRecord(points: points.count, batch: min(Self.size, points.count))
    var steps = 0
    epochs: for epoch in 0..<Self.epochs {
      meter.report("k-means", epoch + 1, of: Self.epochs)
      let order = random.shuffled(Array(0..<points.count))
      for range in tiles(of: order.count, size: Self.size) {
        let batch = points.at(Array(order[range]))
        let labels = try centres.labels(of: batch)
        let inertia = try centres.squares(of: batch, labels).reduce(0, +) / Double(batch.count)
        centres = try centres.drawn(to: batch, labels, met: &met)
        steps += 1
        record.add(inertia)
        if record.sinceMinimum >= Self.patience { break epochs }
      }
    }
    return try finished(centres, steps)
  }

  private func start(using random: inout RandomSource) throws -> Centroids {
    let count = min(points.count, max(3 * Self.size, 3 * clusters))
    guard count < points.count else {
      var seeding = KMeansSeeding(points)
      return Centroids(of: points, try seeding.seeds(clusters, using: &random))
    }
    let sample = points.at(random.sample(count, of: Array(0..<points.count)))
    var seeding = KMeansSeeding(sample)
    return Centroids(of: sample, try seeding.seeds(clusters, using: &random))
  }

  private func finished(_ centres: Centroids, _ steps: Int) throws -> KMeans.Clustering {
    var (centres, steps) = (centres, steps)
    var labels = try centres.labels(of: points)
    for _ in 0..<Self.patience where ClusterMembers(labels, count: centres.count).hasEmpty {
      centres = try centres.moved(to: points, labels)
      labels = try centres.labels(of: points)
      steps += 1
    }
    return try centres.clustering(of: points, labels, steps)
  }
}

/// The mean inertia of the points of batches, smoothed exponentially over about half an epoch.
private struct InertiaRecord {
  /// The weight of the newest batch.
  private let weight: Double
  private var isFirst = true
  private var smoothed: Double?
  private var minimum = Double.infinity
  /// How many batches ago the least value was.
  private(set) var sinceMinimum = 0

  init(points: Int, batch: Int) {
    weight = min(1, 2 * Double(batch) / Double(points + 1))
  }

  /// The first batch says only how good the centres were that were drawn, and does not count.
  mutating func add(_ inertia: Double) {
    guard !isFirst else {
      isFirst = false
      return
    }
    let value = smoothed.map { (1 - weight) * $0 + weight * inertia } ?? inertia
    smoothed = value
    sinceMinimum = value < minimum ? 0 : sinceMinimum + 1
    minimum = min(minimum, value)
  }
}
