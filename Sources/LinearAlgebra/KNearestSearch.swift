import CKernels

/// Finds for each query the k nearest of some reference points, exactly.
///
/// The answer is that of the double-precision formula of `PointSet.distance` for every pair; as in
/// `NeighbourSearch`, products in `Float` only rule out what certainly is farther. All threads;
/// O(queries · references · d) and k inserts per query in the worst case.
package struct KNearestSearch: Sendable {
  /// The points among which neighbours are looked for.
  package let references: PointSet

  /// Stores the points.
  package init(_ references: PointSet) { self.references = references }

  /// The positions of the `count` references nearest to each query, by ascending distance, the lower
  /// position first among equally near ones; fewer where there are not as many references. A query
  /// that is itself a reference is among its own neighbours.
  /// - Throws: `Interrupted`, looked for once per tile.
  /// - Precondition: `count` is not negative, and the queries have the references' dimensions and
  ///   metric.
  package func nearest(_ count: Int, to queries: PointSet) throws -> [[Int]] {
    precondition(count >= 0, "a number of neighbours is not negative")
    var result = [[Int]](repeating: [], count: queries.count)
    guard count > 0, references.count > 0 else { return result }
    let blocks = tiles(of: queries.count, size: DistanceTile.rows)
    try result.withUnsafeMutableBufferPointer { buffer in
      // Each block writes entries of its own.
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach(blocks.count) { index in
        let found = try nearest(count, toBlock: blocks[index], of: queries)
        for (i, list) in zip(blocks[index], found) { target[i] = list.map(\.position) }
      }
    }
    return result
  }

  private struct Neighbour {
    let position: Int
    let square: Double
  }

  private func nearest(
    _ count: Int, toBlock rows: Range<Int>, of queries: PointSet
  ) throws -> [[Neighbour]] {
    var tile = DistanceTile(queries: queries, points: references)
    var lists = [[Neighbour]](repeating: [], count: rows.count)
    var found = [Int32](repeating: 0, count: DistanceTile.columns)
    for columns in tiles(of: references.count, size: DistanceTile.columns) {
      try Interrupt.check()
      tile.compute(rows: rows, columns: columns)
      let filter = DistanceFilter(columns: columns, of: references)
      for (offset, i) in rows.enumerated() {
        let farthest = lists[offset].count == count ? lists[offset][count - 1].square : .infinity
        let entries = possible(
          of: tile, offset, query: i, columns, nearer: farthest, filter, &found)
        insert(found[..<entries], query: i, of: queries, into: &lists[offset], count)
      }
    }
    return lists
  }

  /// Writes the complements of the ids in the tile that may be nearer than `farthest`.
  private func possible(
    of tile: DistanceTile, _ offset: Int, query i: Int, _ columns: Range<Int>,
    nearer farthest: Double, _ filter: DistanceFilter, _ found: inout [Int32]
  ) -> Int {
    let queries = tile.queries
    let slack = filter.slack(norm: queries.norms[i], multiplier: queries.multipliers[i])
    let bound = farthest - queries.norms[i] * queries.norms[i] + slack
    let outer = queries.isOrdinary[i] ? Float(bound).nextUp : .infinity
    return tile.withRow(offset, query: i) { row in
      withUnsafePointer(to: row) {
        ck_entries_below($0, -.infinity, outer, Int32(columns.lowerBound), &found)
      }
    }
  }

  /// Keeps the list sorted, and no longer than `count`. Positions come in ascending order, so one
  /// that is as near as another belongs behind it.
  private func insert(
    _ entries: ArraySlice<Int32>, query i: Int, of queries: PointSet,
    into list: inout [Neighbour], _ count: Int
  ) {
    queries.matrix.elements.withUnsafeBufferPointer { x in
      references.matrix.elements.withUnsafeBufferPointer { y in
        for entry in entries {
          let position = Int(~entry)
          let square = queries.squaredDistance(x, i, to: references, y, position)
          if list.count == count {
            guard square < list[count - 1].square else { continue }
            list.removeLast()
          }
          var place = list.count
          while place > 0, square < list[place - 1].square { place -= 1 }
          list.insert(Neighbour(position: position, square: square), at: place)
        }
      }
    }
  }
}
