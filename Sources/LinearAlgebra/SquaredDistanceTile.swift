import CKernels

/// Some points of a set in double precision, ready for products: the rows of a
/// `SquaredDistanceTile`.
package struct WidePoints: Sendable {
  /// Which points of the set these are.
  package let indices: [Int]
  /// `indices.count × dimensions`, row by row.
  fileprivate var elements: [Double]
  /// The squared lengths; not a number for a point whose pairs are all left to the exact formula.
  fileprivate var squares: [Double]

  /// Copies the points `indices` of `points`, 8 · dimensions bytes each.
  package init(_ points: PointSet, _ indices: [Int]) {
    self.indices = indices
    elements = [Double](repeating: 0, count: indices.count * points.dimensions)
    squares = [Double](repeating: 0, count: indices.count)
    for (place, index) in indices.enumerated() {
      squares[place] = points.widen(index, into: &elements, at: place * points.dimensions)
    }
  }
}

/// Squared distances of a block of points to a range of others, in double at the speed of BLAS.
///
/// An entry comes from |u|² + |v|² − 2 u · v and is within `slack` of the one that
/// `PointSet.square` defines. Where it is so small that this would be felt after a square root, it
/// is that one: equal points are at exactly 0. Who compares an entry with a limit settles entries
/// nearer to it than `slack` by `PointSet.square`.
///
/// Not shared between threads: it holds the buffers that each block overwrites, a megabyte or two.
/// The points are widened block by block, so there never is a copy of all of them in double.
package struct SquaredDistanceTile: Sendable {
  /// The most rows and columns of a block.
  package static let side = 256

  private let points: PointSet
  /// Squares below this times the sum of the two lengths' are computed by the exact formula.
  private let near: Double

  private var others: [Double]
  private var otherSquares: [Double]
  private var entries: [Double]
  private var width = 0

  package init(_ points: PointSet) {
    self.points = points
    near = 1e5 * Self.roundings(points)
    others = [Double](repeating: 0, count: Self.side * points.dimensions)
    otherSquares = [Double](repeating: 0, count: Self.side)
    entries = [Double](repeating: 0, count: Self.side * Self.side)
  }

  /// A bound on the error of the entries for `points`.
  ///
  /// 2 γ |u| |v| for the product of d terms, with γ = d ε / (1 − d ε) and ε = 2⁻⁵³ (Higham 2002,
  /// §3.1), as much for the two lengths, and some roundings more; and what underflow may take.
  package static func slack(of points: PointSet) -> Double {
    roundings(points) * (points.longest * points.longest + 0x1p-960)
  }

  private static func roundings(_ points: PointSet) -> Double {
    Double(points.dimensions + 8) * 0x1p-50
  }

  /// Fills the block with the distances of `rows` to the points `columns`.
  /// - Precondition: neither has more than `side` points; both are of this tile's set.
  package mutating func compute(rows: WidePoints, columns: Range<Int>) {
    precondition(rows.indices.count <= Self.side && columns.count <= Self.side)
    width = columns.count
    for (place, index) in columns.enumerated() {
      otherSquares[place] = points.widen(index, into: &others, at: place * points.dimensions)
    }
    multiply(rows)
    settle(rows, columns)
  }

  /// The squared distances of the row at `place` to the columns, as many as those.
  package func withRow<Result>(
    _ place: Int, _ body: (UnsafeBufferPointer<Double>) throws -> Result
  ) rethrows -> Result {
    try entries.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[place * width..<(place + 1) * width]))
    }
  }

  /// The same, for who settles them in their place.
  package mutating func withMutableRow<Result>(
    _ place: Int, _ body: (UnsafeMutableBufferPointer<Double>) throws -> Result
  ) rethrows -> Result {
    let row = place * width..<(place + 1) * width
    return try entries.withUnsafeMutableBufferPointer {
      try body(UnsafeMutableBufferPointer(rebasing: $0[row]))
    }
  }

  private mutating func multiply(_ rows: WidePoints) {
    let d = points.dimensions
    rows.elements.withUnsafeBufferPointer { x in
      others.withUnsafeBufferPointer { y in
        entries.withUnsafeMutableBufferPointer { result in
          guard let x = x.baseAddress, let y = y.baseAddress, let result = result.baseAddress
          else { return }  // no dimensions: the buffer keeps its zeros
          OpenBLAS.product(
            Block(x, leading: d), Block(y, leading: d, transposed: true), into: result,
            leading: width, rows: rows.indices.count, inner: d, columns: width)
        }
      }
    }
  }

  /// Turns products into squares.
  private mutating func settle(_ rows: WidePoints, _ columns: Range<Int>) {
    let (near, width, points) = (near, width, points)
    otherSquares.withUnsafeBufferPointer { squares in
      entries.withUnsafeMutableBufferPointer { entries in
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.side) { places in
          guard let start = entries.baseAddress else { return }
          for (place, i) in rows.indices.enumerated() {
            let row = start + place * width
            let close = ck_squares_of_dots(
              rows.squares[place], squares.baseAddress, near, width, row, places.baseAddress)
            for column in places.prefix(close).lazy.map(Int.init) {
              row[column] = points.square(i, columns.lowerBound + column)
            }
          }
        }
      }
    }
  }
}

extension PointSet {
  /// The square under the distance of two points of this set, exactly as `distance` sees it: of the
  /// points for `l2`, of the unit points for `cosine`. O(dimensions).
  package func square(_ i: Int, _ j: Int) -> Double {
    matrix.elements.withUnsafeBufferPointer { squaredDistance($0, i, to: self, $0, j) }
  }

  /// The distance that belongs to a value of `square`.
  package func distance(ofSquare square: Double) -> Double { metric.distance(squared: square) }

  /// The value of `square` that belongs to a distance.
  package func square(ofDistance distance: Double) -> Double { metric.square(of: distance) }

  /// The length of the longest point; 0 of an empty set.
  package var longest: Double { norms.max() ?? 0 }

  /// Writes point `i` in double to `target[start...]` and returns its squared length.
  fileprivate func widen(_ i: Int, into target: inout [Double], at start: Int) -> Double {
    let sum = matrix.elements.withUnsafeBufferPointer { elements in
      target.withUnsafeMutableBufferPointer { target in
        guard dimensions > 0, let row = elements.baseAddress, let target = target.baseAddress
        else { return 0.0 }
        return ck_widen(row + i * dimensions, multipliers[i], dimensions, target + start)
      }
    }
    // A row of zeros has no direction: what its cosine distances are is for `square` to say.
    return metric == .cosine && norms[i] == 0 ? .nan : sum
  }
}
