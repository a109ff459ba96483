/// Adds up B · Bᵀ over blocks B, in double: how covariance and Gram matrices come about from a matrix
/// that is only ever converted block by block.
///
/// Only the lower triangle (row ≥ column) of the result is meaningful. The order of the additions
/// does not depend on the number of threads.
struct SymmetricSum {
  private static let tile = 256

  let order: Int
  /// `order × order`, row by row.
  private(set) var values: [Double]

  init(order: Int) {
    self.order = order
    values = [Double](repeating: 0, count: order * order)
  }

  /// Adds the products of the `order` rows of `block`, each `inner` long; if `transposed`, of its
  /// `order` columns, each `inner` long. On all threads. O(order² · inner).
  mutating func add(_ block: [Double], inner: Int, transposed: Bool) throws {
    let order = order
    let pairs = tilePairs()
    try block.withUnsafeBufferPointer { block in
      try values.withUnsafeMutableBufferPointer { sums in
        guard let block = block.baseAddress, let sums = sums.baseAddress else { return }
        // Each pair of tiles is a part of `sums` that no other pair touches.
        nonisolated(unsafe) let (start, result) = (block, sums)
        try Parallel.forEach(pairs.count) { index in
          let (rows, columns) = pairs[index]
          let leading = transposed ? order : inner
          let step = transposed ? 1 : inner
          OpenBLAS.product(
            Block(start + rows.lowerBound * step, leading: leading, transposed: transposed),
            Block(start + columns.lowerBound * step, leading: leading, transposed: !transposed),
            into: result + rows.lowerBound * order + columns.lowerBound, leading: order,
            rows: rows.count, inner: inner, columns: columns.count, adding: true)
        }
      }
    }
  }

  private func tilePairs() -> [(Range<Int>, Range<Int>)] {
    let ranges = tiles(of: order, size: SymmetricSum.tile)
    return ranges.indices.flatMap { row in (0...row).map { (ranges[row], ranges[$0]) } }
  }
}
