import CKernels

/// Finds for each query the nearest of some reference points, exactly.
///
/// The answer is that of the double-precision formula of `PointSet.distance` for every pair, the
/// lowest position among equally near points; as in `NeighbourSearch`, products in `Float` only rule
/// out what certainly is farther. All threads; O(queries · references · d).
package struct NearestSearch: Sendable {
  package let references: PointSet

  package init(_ references: PointSet) { self.references = references }

  /// The position of the reference nearest to each query; none where there are no references.
  /// - Throws: `Interrupted`, looked for once per tile.
  /// - Precondition: the queries have the references' dimensions and metric.
  package func nearest(to queries: PointSet) throws -> [Int] {
    guard references.count > 0 else { return [] }
    var result = [Int](repeating: 0, count: queries.count)
    let blocks = tiles(of: queries.count, size: DistanceTile.rows)
    try result.withUnsafeMutableBufferPointer { buffer in
      // Each block writes entries of its own.
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach(blocks.count) { index in
        let found = try nearest(toBlock: blocks[index], of: queries)
        for (i, best) in zip(blocks[index], found) { target[i] = best.position }
      }
    }
    return result
  }

  private struct Best {
    var position = 0
    var square = Double.infinity
  }

  private func nearest(toBlock rows: Range<Int>, of queries: PointSet) throws -> [Best] {
    var tile = DistanceTile(queries: queries, points: references)
    var best = [Best](repeating: Best(), count: rows.count)
    var found = [Int32](repeating: 0, count: DistanceTile.columns)
    for columns in tiles(of: references.count, size: DistanceTile.columns) {
      try Interrupt.check()
      tile.compute(rows: rows, columns: columns)
      let filter = DistanceFilter(columns: columns, of: references)
      for (offset, i) in rows.enumerated() {
        let count = possible(
          of: tile, offset, query: i, columns, better: best[offset], filter, &found)
        improve(&best[offset], with: found[..<count], query: i, of: queries)
      }
    }
    return best
  }

  /// Writes the complements of the ids that may be nearer than `better` and all else in the tile.
  private func possible(
    of tile: DistanceTile, _ offset: Int, query i: Int, _ columns: Range<Int>,
    better best: Best, _ filter: DistanceFilter, _ found: inout [Int32]
  ) -> Int {
    let queries = tile.queries
    let slack = filter.slack(norm: queries.norms[i], multiplier: queries.multipliers[i])
    let own = queries.norms[i] * queries.norms[i]
    return tile.withRow(offset, query: i) { row in
      withUnsafePointer(to: row) {
        // The least entry is at most `slack` below its true value, and another one may be the true
        // least although it seems to be as much above.
        let bound = min(best.square - own, Double(ck_least_entry($0)) + slack)
        let outer = queries.isOrdinary[i] ? Float(bound + slack).nextUp : .infinity
        return ck_entries_below($0, -.infinity, outer, Int32(columns.lowerBound), &found)
      }
    }
  }

  private func improve(
    _ best: inout Best, with entries: ArraySlice<Int32>, query i: Int, of queries: PointSet
  ) {
    queries.matrix.elements.withUnsafeBufferPointer { x in
      references.matrix.elements.withUnsafeBufferPointer { y in
        for entry in entries {
          let square = queries.squaredDistance(x, i, to: references, y, Int(~entry))
          if square < best.square { best = Best(position: Int(~entry), square: square) }
        }
      }
    }
  }
}
