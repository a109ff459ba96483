import CKernels

/// Dot products of a block of query rows with a range of columns, and what they say about distances.
///
/// Not shared between threads: it holds the buffer that each tile overwrites, a few megabytes.
struct DistanceTile {
  static let rows = 512
  static let columns = 1024

  let queries: PointSet
  let points: PointSet
  private var dots = [Float](repeating: 0, count: DistanceTile.rows * DistanceTile.columns)
  private var range = 0..<0
  private var leading = 0

  init(queries: PointSet, points: PointSet) {
    self.queries = queries
    self.points = points
  }

  /// Fills the buffer: `rows` of the queries against `columns` of the points.
  /// - Precondition: no more rows and columns than a tile has.
  mutating func compute(rows: Range<Int>, columns: Range<Int>) {
    precondition(rows.count <= DistanceTile.rows && columns.count <= DistanceTile.columns)
    range = columns
    leading = columns.count
    let d = points.dimensions
    queries.matrix.elements.withUnsafeBufferPointer { x in
      points.matrix.elements.withUnsafeBufferPointer { y in
        dots.withUnsafeMutableBufferPointer { dots in
          guard let x = x.baseAddress, let y = y.baseAddress, let dots = dots.baseAddress else {
            return  // no dimensions: the buffer keeps its zeros
          }
          let x0 = x + rows.lowerBound * d
          let y0 = y + columns.lowerBound * d
          if rows.count == 1 {
            OpenBLAS.product(
              Block(y0, leading: d), vector: x0, into: dots, rows: columns.count, columns: d)
          } else {
            OpenBLAS.product(
              Block(x0, leading: d), Block(y0, leading: d, transposed: true), into: dots,
              leading: columns.count, rows: rows.count, inner: d, columns: columns.count)
          }
        }
      }
    }
  }

  /// The same from the rounded points, of which both are ranges.
  /// - Precondition: the queries are the points; both ranges begin at a multiple of `rows`.
  mutating func compute(rounded: RoundedPoints, rows: Range<Int>, columns: Range<Int>) {
    precondition(rows.count <= DistanceTile.rows && columns.count <= DistanceTile.columns)
    range = columns
    leading = DistanceTile.columns
    dots.withUnsafeMutableBufferPointer { dots in
      guard let dots = dots.baseAddress else { return }
      rounded.products(rows, columns, into: dots, leading: DistanceTile.columns)
    }
  }

  /// Calls `body` with the kernels' view of query `i`, the `offset`-th row of the tile.
  func withRow<Result>(_ offset: Int, query i: Int, _ body: (ck_distances) -> Result) -> Result {
    dots.withUnsafeBufferPointer { dots in
      points.floatMultipliers.withUnsafeBufferPointer { multipliers in
        points.floatSquares.withUnsafeBufferPointer { squares in
          body(
            ck_distances(
              dots: dots.baseAddress.map { $0 + offset * leading },
              multipliers: multipliers.baseAddress.map { $0 + range.lowerBound },
              squares: squares.baseAddress.map { $0 + range.lowerBound },
              count: range.count, factor: -2 * queries.floatMultipliers[i]))
        }
      }
    }
  }
}

/// `0..<count` in consecutive ranges of at most `size`.
func tiles(of count: Int, size: Int) -> [Range<Int>] {
  stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
}
