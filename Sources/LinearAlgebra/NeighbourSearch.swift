import CKernels

/// The points nearer than a radius, for some rows: ascending ids, row after row in one array.
package struct NeighbourLists: Sendable, Equatable {
  /// The neighbours of the i-th row asked for are `ids[offsets[i]..<offsets[i + 1]]`.
  package private(set) var offsets: [Int] = [0]
  package private(set) var ids: [Int32] = []

  package var count: Int { offsets.count - 1 }
  package subscript(index: Int) -> ArraySlice<Int32> { ids[offsets[index]..<offsets[index + 1]] }

  fileprivate mutating func append(_ lists: [[Int32]]) {
    for list in lists {
      ids.append(contentsOf: list)
      offsets.append(ids.count)
    }
  }
}

/// Finds all points strictly nearer than a radius, exactly and without ever holding N × N values.
///
/// The answer is that of the double-precision formula of `PointSet.distance` for every pair: dot
/// products in `Float` decide what they can decide with certainty, the pairs in between are computed
/// in double. Hence edges are symmetric, a point is its own neighbour at every radius above 0, and
/// equal points have equal neighbours.
///
/// One call works on one thread and takes a few megabytes besides its result: callers run blocks of
/// `blockRows` rows side by side. O(rows · N · d).
package struct NeighbourSearch: Sendable {
  /// How many rows a block should have for the products to run at full speed.
  package static let blockRows = DistanceTile.rows

  package let points: PointSet

  package init(_ points: PointSet) { self.points = points }

  package init(_ matrix: Matrix, multipliers: [Double]? = nil, metric: Metric = .l2) {
    self.init(PointSet(matrix, multipliers: multipliers, metric: metric))
  }

  /// The neighbours of the points in `rows`, which are contiguous: the fastest form.
  /// - Parameter radius: at 0 or below (or not a number) a point has itself for its only neighbour.
  /// - Throws: `Interrupted`, looked for once per tile.
  /// - Precondition: rows of the set.
  package func neighbours(of rows: Range<Int>, within radius: Double) throws -> NeighbourLists {
    try neighbours(of: points, rows: rows, ids: Array(rows), radius: radius)
  }

  /// The neighbours of the points `rows`, in that order. Copies those rows.
  package func neighbours(of rows: [Int], within radius: Double) throws -> NeighbourLists {
    try neighbours(of: points.at(rows), rows: 0..<rows.count, ids: rows, radius: radius)
  }

  private func neighbours(of queries: PointSet, rows: Range<Int>, ids: [Int], radius: Double) throws
    -> NeighbourLists
  {
    var lists = NeighbourLists()
    guard radius > 0 else {
      lists.append(ids.map { [Int32($0)] })
      return lists
    }
    var tile = DistanceTile(queries: queries, points: points)
    for block in tiles(of: rows.count, size: DistanceTile.rows) {
      let shifted = block.lowerBound + rows.lowerBound..<block.upperBound + rows.lowerBound
      lists.append(try neighbours(ofBlock: shifted, within: radius, using: &tile))
    }
    return lists
  }

  private func neighbours(
    ofBlock rows: Range<Int>, within radius: Double, using tile: inout DistanceTile
  ) throws -> [[Int32]] {
    var lists = [[Int32]](repeating: [], count: rows.count)
    var found = [Int32](repeating: 0, count: DistanceTile.columns)
    for columns in tiles(of: points.count, size: DistanceTile.columns) {
      try Interrupt.check()
      tile.compute(rows: rows, columns: columns)
      let filter = DistanceFilter(columns: columns, of: points)
      for (offset, i) in rows.enumerated() {
        let count = entries(
          of: tile, offset, query: i, columns, below: radius, filter, into: &found)
        keepTrue(&found, count, radius: radius, query: i, of: tile.queries, in: &lists[offset])
      }
    }
    return lists
  }

  /// Writes the ids that may be neighbours into `found`, uncertain ones as their complement.
  private func entries(
    of tile: DistanceTile, _ offset: Int, query i: Int, _ columns: Range<Int>,
    below radius: Double, _ filter: DistanceFilter, into found: inout [Int32]
  ) -> Int {
    let queries = tile.queries
    let norm = queries.norms[i]
    let limits =
      queries.isOrdinary[i]
      ? filter.limits(
        below: points.metric.square(of: radius), norm: norm,
        slack: filter.slack(norm: norm, multiplier: queries.multipliers[i]))
      : (-.infinity, .infinity)
    return tile.withRow(offset, query: i) { row in
      withUnsafePointer(to: row) {
        ck_entries_below($0, limits.0, limits.1, Int32(columns.lowerBound), &found)
      }
    }
  }

  private func keepTrue(
    _ found: inout [Int32], _ count: Int, radius: Double, query i: Int, of queries: PointSet,
    in list: inout [Int32]
  ) {
    queries.matrix.elements.withUnsafeBufferPointer { x in
      points.matrix.elements.withUnsafeBufferPointer { y in
        for entry in found[..<count] {
          if entry >= 0 {
            list.append(entry)
          } else {
            let square = queries.squaredDistance(x, i, to: points, y, Int(~entry))
            if points.metric.distance(squared: square) < radius { list.append(~entry) }
          }
        }
      }
    }
  }
}
