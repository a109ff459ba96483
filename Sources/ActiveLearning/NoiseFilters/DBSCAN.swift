import LinearAlgebra

/// Suspects the labels of samples that lie in no crowd.
///
/// Experimental, for comparison: each labeled sample's row gets one more feature, a step times the
/// index of its label among the observed ones, and the outliers of DBSCAN (Ester et al. 1996) are
/// suspected. The radius A is the trace of the covariance of the rows (between the rows where they are
/// fewer than the features), D that matrix's order, the step 10 · A / D; a core has 5 samples within
/// the radius, itself included. The score is the number of samples within the radius; with "radius" it
/// is the evidence, as "neighbours within".
///
/// A radius that is a variance does not scale as distances do: the verdict depends on the features'
/// size. Fewer than 5 labels have no core and are all clean. O(|L|² · dimensions) twice, all threads.
package struct DBSCAN: NoiseFilter {
  private static let coreSize = 5

  package let scale: FeatureScale

  package init(scale: FeatureScale = .auto) { self.scale = scale }

  package var name: String { "dbscan" }
  package var options: String { "scale=\(scale.text)" }

  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    let (features, notice) = try pool.judgedFeatures(scale)
    if let notice = notice ?? nothingToSay(about: pool) {
      return .allClean(pool, by: self, threshold: 0.5, notices: [notice])
    }
    let spread = Covariance.trace(of: features)
    let step = 10 * spread.value / Double(max(1, spread.order))
    let points = PointSet(DBSCAN.extend(features, labels: pool.observed, step: step))
    let crowds = try Crowds(of: points, within: spread.value, coreSize: DBSCAN.coreSize)
    let sizes = crowds.sizes.map(Double.init)
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: crowds.belongs,
      quality: crowds.belongs.map { $0 ? 1 : 0 }, scores: sizes, threshold: 0.5,
      evidence: Evidence([
        Evidence.Column("neighbours within", sizes),
        Evidence.Column("radius", sizes.map { _ in spread.value }),
      ]))
  }

  private func nothingToSay(about pool: Pool) -> String? {
    guard pool.labeled.count < DBSCAN.coreSize else { return nil }
    return "Fewer than \(DBSCAN.coreSize) labels make no crowd; all count as clean."
  }

  /// The rows with one more feature for the label.
  private static func extend(_ features: Matrix, labels: [Int], step: Double) -> Matrix {
    let indices = Dictionary(
      uniqueKeysWithValues: Set(labels).sorted().enumerated().map { ($1, $0) })
    var elements: [Float] = []
    elements.reserveCapacity(features.rows * (features.columns + 1))
    for (row, label) in labels.enumerated() {
      elements.append(contentsOf: features.row(row))
      elements.append(Float(step * Double(indices[label] ?? 0)))
    }
    return Matrix(rows: features.rows, columns: features.columns + 1, elements: elements)
  }
}

/// Which points are in a cluster of DBSCAN: cores, and those near one.
private struct Crowds {
  /// How many points are within the radius of each, itself included.
  let sizes: [Int]
  /// False for outliers.
  let belongs: [Bool]

  init(of points: PointSet, within radius: Double, coreSize: Int) throws {
    // The search looks for points strictly nearer than a radius.
    let radius = radius.nextUp
    let all = Array(0..<points.count)
    let sizes = try Crowds.each(all, of: points, within: radius) { $0.count }
    let outside = all.filter { sizes[$0] < coreSize }
    let reached = try Crowds.each(outside, of: points, within: radius) { neighbours in
      neighbours.contains { sizes[Int($0)] >= coreSize } ? 1 : 0
    }
    var belongs = [Bool](repeating: true, count: points.count)
    for (point, reached) in zip(outside, reached) { belongs[point] = reached == 1 }
    self.sizes = sizes
    self.belongs = belongs
  }

  /// What `measure` says of the neighbours of each of some points; lists are held for a block at a
  /// time.
  private static func each(
    _ rows: [Int], of points: PointSet, within radius: Double,
    _ measure: @Sendable (ArraySlice<Int32>) -> Int
  ) throws -> [Int] {
    let search = NeighbourSearch(points)
    let size = NeighbourSearch.blockRows
    var result = [Int](repeating: 0, count: rows.count)
    try result.withUnsafeMutableBufferPointer { buffer in
      // Each block writes entries of its own.
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach((rows.count + size - 1) / size) { index in
        let block = rows[index * size..<min((index + 1) * size, rows.count)]
        let lists = try search.neighbours(of: Array(block), within: radius)
        for offset in 0..<block.count { target[index * size + offset] = measure(lists[offset]) }
      }
    }
    return result
  }
}
