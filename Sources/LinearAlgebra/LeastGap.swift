import Synchronization

extension PointSet {
  /// The least distance between two points that differ; nil where no two do.
  ///
  /// Points closer than a millionth of the longest one are taken for the same: so much the rounding of
  /// features to `Float` moves rows that are multiples of each other apart when they are brought to
  /// one length. count² · d / 2 operations, all threads.
  /// - Throws: `Interrupted`.
  package func leastGap() throws -> Double? {
    let side = SquaredDistanceTile.side
    let blocks = tiles(of: count, size: side)
    let slack = SquaredDistanceTile.slack(of: self)
    let same = 1e-12 * longest * longest
    let least = Mutex(Double.infinity)
    try Parallel.forEach(blocks.count) { index in
      var tile = SquaredDistanceTile(self)
      let rows = WidePoints(self, Array(blocks[index]))
      var found = least.withLock { $0 }
      for columns in blocks[index...] {
        tile.compute(rows: rows, columns: columns)
        for (place, i) in blocks[index].enumerated() {
          tile.withRow(place) { squares in
            for (square, j) in zip(squares, columns) where j > i && square < found + slack {
              let exact = self.square(i, j)
              if exact > same { found = min(found, exact) }
            }
          }
        }
      }
      least.withLock { $0 = min($0, found) }
    }
    let square = least.withLock { $0 }
    return square < .infinity ? distance(ofSquare: square) : nil
  }
}
