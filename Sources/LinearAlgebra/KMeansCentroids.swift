/// The centres of clusters, and what one step of k-means does with them.
struct Centroids: Sendable {
  let dimensions: Int
  /// One row per cluster, in double: steps can be shorter than floats tell apart.
  private(set) var elements: [Double]

  /// The rows of a matrix.
  init(_ centres: Matrix) {
    dimensions = centres.columns
    count = centres.rows
    elements = centres.elements.map(Double.init)
  }

  /// Some of the points.
  init(of points: PointSet, _ indices: [Int]) {
    dimensions = points.dimensions
    count = indices.count
    elements = indices.flatMap { index in
      points.matrix.row(index).map { points.multipliers[index] * Double($0) }
    }
  }

  /// The number of clusters.
  let count: Int

  /// The centres as they are compared with points.
  var matrix: Matrix {
    Matrix(rows: count, columns: dimensions, elements: elements.map(Float.init))
  }

  /// The nearest centre to each point, the lowest where several are.
  func labels(of points: PointSet) throws -> [Int32] {
    try NearestSearch(PointSet(matrix)).nearest(to: points).map(Int32.init)
  }

  /// The sum over all centres of the square of how far they moved.
  func squaredSteps(from last: Centroids) -> Double {
    zip(elements, last.elements).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  func clustering(
    of points: PointSet, _ labels: [Int32], _ iterations: Int
  ) throws -> KMeans.Clustering {
    let inertia = try squares(of: points, labels).reduce(0, +)
    return KMeans.Clustering(
      centres: matrix, labels: labels, inertia: inertia, iterations: iterations)
  }

  /// The square of each point's distance to the centre of its cluster.
  func squares(of points: PointSet, _ labels: [Int32]) throws -> [Double] {
    let centres = PointSet(matrix)
    let step = 1024
    var result = [Double](repeating: 0, count: points.count)
    try result.withUnsafeMutableBufferPointer { buffer in
      // Each step writes entries of its own.
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach((points.count + step - 1) / step) { index in
        for i in index * step..<min((index + 1) * step, points.count) {
          let distance = points.distance(i, to: centres, Int(labels[i]))
          target[i] = distance * distance
        }
      }
    }
    return result
  }

  /// The means of the clusters. One without points takes the point that is farthest from its own
  /// centre, the lowest where several are, unless that one would leave an empty cluster behind.
  func moved(to points: PointSet, _ labels: [Int32]) throws -> Centroids {
    var members = ClusterMembers(labels, count: count)
    if members.hasEmpty {
      let squares = try squares(of: points, labels)
      members = ClusterMembers(Self.filled(labels, members, farthest: squares), count: count)
    }
    return moved(to: try means(of: points, members), members) { _, _ in 1 }
  }

  /// Moves each centre towards the mean of its points, by the share that they are of all points it
  /// has met; `met` counts those.
  func drawn(to points: PointSet, _ labels: [Int32], met: inout [Int]) throws -> Centroids {
    let members = ClusterMembers(labels, count: count)
    let means = try means(of: points, members)
    let before = met
    for cluster in 0..<count { met[cluster] += members[cluster].count }
    return moved(to: means, members) { cluster, size in
      Double(size) / Double(before[cluster] + size)
    }
  }

  private func moved(
    to means: [Double], _ members: ClusterMembers, share: (_ cluster: Int, _ size: Int) -> Double
  ) -> Centroids {
    var result = self
    for cluster in 0..<count where !members[cluster].isEmpty {
      let share = share(cluster, members[cluster].count)
      for k in cluster * dimensions..<(cluster + 1) * dimensions {
        result.elements[k] =
          share == 1 ? means[k] : elements[k] + share * (means[k] - elements[k])
      }
    }
    return result
  }

  /// Summed in ascending order of the points, whoever sums; zeros for an empty cluster.
  private func means(of points: PointSet, _ members: ClusterMembers) throws -> [Double] {
    let d = dimensions
    var means = [Double](repeating: 0, count: count * d)
    try points.matrix.elements.withUnsafeBufferPointer { rows in
      try means.withUnsafeMutableBufferPointer { buffer in
        // Each cluster writes a row of its own, and the buffers outlive the loop.
        nonisolated(unsafe) let (source, target) = (rows, buffer)
        try Parallel.forEach(count) { cluster in
          let ids = members[cluster]
          for id in ids {
            let (row, factor) = (Int(id) * d, points.multipliers[Int(id)])
            for k in 0..<d { target[cluster * d + k] += factor * Double(source[row + k]) }
          }
          for k in 0..<d { target[cluster * d + k] /= Double(max(1, ids.count)) }
        }
      }
    }
    return means
  }

  /// The labels after each empty cluster has taken a point.
  private static func filled(
    _ labels: [Int32], _ members: ClusterMembers, farthest squares: [Double]
  ) -> [Int32] {
    var labels = labels
    var sizes = (0..<members.count).map { members[$0].count }
    var empty = sizes.indices.filter { sizes[$0] == 0 }[...]
    // A point on its centre has nothing to gain by leaving it.
    let order = squares.indices.filter { squares[$0] > 0 }.sorted {
      squares[$0] != squares[$1] ? squares[$0] > squares[$1] : $0 < $1
    }
    for point in order where sizes[Int(labels[point])] > 1 {
      guard let cluster = empty.popFirst() else { break }
      sizes[Int(labels[point])] -= 1
      sizes[cluster] = 1
      labels[point] = Int32(cluster)
    }
    return labels
  }
}

/// Which points belong to each cluster, ascending.
package struct ClusterMembers: Sendable {
  private let offsets: [Int]
  private let ids: [Int32]

  /// - Parameters:
  ///   - labels: the cluster of each point, in 0 ..< count.
  ///   - count: the number of clusters.
  package init(_ labels: [Int32], count: Int) {
    var offsets = [Int](repeating: 0, count: count + 1)
    for label in labels { offsets[Int(label) + 1] += 1 }
    for cluster in 0..<count { offsets[cluster + 1] += offsets[cluster] }
    var next = offsets
    var ids = [Int32](repeating: 0, count: labels.count)
    for (point, label) in labels.enumerated() {
      ids[next[Int(label)]] = Int32(point)
      next[Int(label)] += 1
    }
    self.offsets = offsets
    self.ids = ids
  }

  /// The number of clusters.
  package var count: Int { offsets.count - 1 }

  /// The points of a cluster.
  package subscript(cluster: Int) -> ArraySlice<Int32> {
    ids[offsets[cluster]..<offsets[cluster + 1]]
  }

  /// Whether some cluster has no points.
  package var hasEmpty: Bool { (0..<count).contains { self[$0].isEmpty } }
}
