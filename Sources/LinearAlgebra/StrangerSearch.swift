import CKernels
import Synchronization

/// Finds how far points are from the nearest point of another group, exactly.
///
/// The answer is that of the double-precision formula of `PointSet.distance` for every pair; as in
/// `NearestSearch`, products in `Float` only rule out what certainly is farther. All threads;
/// O(rows · N · d), and a few megabytes for each thread.
package struct StrangerSearch: Sendable {
  package let points: PointSet
  /// One for each point.
  package let groups: [Int]

  /// - Precondition: one group for each point.
  package init(_ points: PointSet, groups: [Int]) {
    precondition(groups.count == points.count, "one group per point")
    self.points = points
    self.groups = groups
  }

  /// The distance of each of the points `rows` to the nearest point of another group; infinity where
  /// there is no other group. Nil is all points.
  /// - Throws: `Interrupted`, looked for once per tile.
  package func distances(of rows: [Int]? = nil) throws -> [Double] {
    let rows = rows ?? Array(0..<points.count)
    var result = [Double](repeating: .infinity, count: rows.count)
    let blocks = tiles(of: rows.count, size: DistanceTile.rows)
    let meter = ProgressMeter.current
    let done = Atomic<Int>(0)
    try result.withUnsafeMutableBufferPointer { buffer in
      // Each block writes entries of its own.
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach(blocks.count) { index in
        let squares = try leastSquares(of: Array(rows[blocks[index]]))
        for (place, square) in zip(blocks[index], squares) {
          target[place] = points.metric.distance(squared: square)
        }
        let blocksDone = done.wrappingAdd(1, ordering: .relaxed).newValue
        meter.report("nearest strangers", blocksDone, of: blocks.count)
      }
    }
    return result
  }

  private func leastSquares(of rows: [Int]) throws -> [Double] {
    var tile = DistanceTile(queries: points.at(rows), points: points)
    // Rows of one group, one after the other, have the same strangers.
    let order = rows.indices.sorted { groups[rows[$0]] < groups[rows[$1]] }
    var least = [Double](repeating: .infinity, count: rows.count)
    var strangers = Strangers()
    for columns in tiles(of: points.count, size: DistanceTile.columns) {
      try Interrupt.check()
      tile.compute(rows: 0..<rows.count, columns: columns)
      let filter = DistanceFilter(columns: columns, of: points)
      strangers.group = nil
      for place in order {
        strangers.leaveOut(groups[rows[place]], of: columns, in: self)
        let found = strangers.possible(at: place, of: tile, columns, below: least[place], filter)
        for entry in found where groups[Int(~entry)] != groups[rows[place]] {
          least[place] = min(least[place], points.square(rows[place], Int(~entry)))
        }
      }
    }
    return least
  }
}

/// The points of a tile's columns that are not of some group.
private struct Strangers {
  /// Nil where the columns are new.
  var group: Int?
  /// The squared lengths of the columns, infinity for those of the group.
  private var squares = [Float](repeating: 0, count: DistanceTile.columns)
  private var found = [Int32](repeating: 0, count: DistanceTile.columns)

  mutating func leaveOut(_ group: Int, of columns: Range<Int>, in search: StrangerSearch) {
    guard group != self.group else { return }
    self.group = group
    for (place, point) in columns.enumerated() {
      squares[place] =
        search.groups[point] == group ? .infinity : search.points.floatSquares[point]
    }
  }

  /// The complements of the ids that may be nearer to the query at `place` than `least` and all else
  /// in the tile.
  mutating func possible(
    at place: Int, of tile: DistanceTile, _ columns: Range<Int>, below least: Double,
    _ filter: DistanceFilter
  ) -> ArraySlice<Int32> {
    let queries = tile.queries
    let norm = queries.norms[place]
    let slack = filter.slack(norm: norm, multiplier: queries.multipliers[place])
    let isOrdinary = queries.isOrdinary[place]
    let count = tile.withRow(place, query: place) { row in
      squares.withUnsafeBufferPointer { squares in
        var strangers = row
        strangers.squares = squares.baseAddress
        return withUnsafePointer(to: strangers) {
          // The least entry is at most `slack` below its true value, and another one may be the
          // true least although it seems to be as much above.
          let bound = min(least - norm * norm, Double(ck_least_entry($0)) + slack)
          let outer = isOrdinary ? Float(bound + slack).nextUp : .infinity
          return ck_entries_below($0, -.infinity, outer, Int32(columns.lowerBound), &found)
        }
      }
    }
    return found[..<count]
  }
}
