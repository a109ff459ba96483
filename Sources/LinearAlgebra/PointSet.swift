import CKernels

/// The rows of a matrix as points: each times a multiplier of its own, distances by a metric.
///
/// Multipliers stand in for a scaled copy of the matrix: with `Matrix.unitMultipliers` the points are
/// the unit rows, and a row of zeros stays one. The points are *defined* as the double-precision
/// products of elements and multipliers, and so are their distances; `Float` is used only to find
/// out fast which pairs need not be looked at.
package struct PointSet: Sendable {
  package let matrix: Matrix
  package let metric: Metric
  /// One per row. For `cosine` always those of the unit rows.
  package let multipliers: [Double]
  /// The lengths of the points, in double.
  let norms: [Double]
  /// Whether `Float` arithmetic on a row can neither overflow nor lose itself in underflow, so that
  /// the bound of `DistanceFilter` holds. All pairs of other rows are computed in double.
  let isOrdinary: [Bool]
  /// What the kernels read: multipliers, and squared lengths (not a number where not ordinary).
  let floatMultipliers: [Float]
  let floatSquares: [Float]

  package var count: Int { matrix.rows }
  package var dimensions: Int { matrix.columns }

  /// - Parameters:
  ///   - multipliers: one per row, finite and not negative; all 1 if left out. `cosine` looks at
  ///     directions alone and does not use them.
  ///   - rowNorms: those of the matrix, where they are known already.
  /// - Precondition: as many multipliers and norms as rows.
  package init(
    _ matrix: Matrix, multipliers: [Double]? = nil, rowNorms known: [Double]? = nil,
    metric: Metric = .l2
  ) {
    let rowNorms = known ?? matrix.rowNorms()
    precondition(rowNorms.count == matrix.rows, "a point set needs one norm per row")
    let given = multipliers ?? [Double](repeating: 1, count: matrix.rows)
    let factors = metric == .cosine ? rowNorms.map(reciprocal) : given
    precondition(factors.count == matrix.rows, "a point set needs one multiplier per row")
    self.matrix = matrix
    self.metric = metric
    self.multipliers = factors
    norms = zip(rowNorms, factors).map { $0 * $1 }
    isOrdinary = zip(rowNorms, factors).map {
      $0 == 0 ? metric == .l2 : ordinary.contains($0) && ordinary.contains($1)
    }
    floatMultipliers = zip(rowNorms, factors).map { $0 == 0 ? 0 : Float($1) }
    floatSquares = zip(norms, isOrdinary).map { $1 ? Float($0 * $0) : .nan }
  }

  /// The distance of point `i` to point `j` of `other`, in double; no bit changes when the two change
  /// places, and equal points are at distance 0. O(dimensions).
  /// - Precondition: both sets have the same dimensions and metric.
  package func distance(_ i: Int, to other: PointSet, _ j: Int) -> Double {
    matrix.elements.withUnsafeBufferPointer { own in
      other.matrix.elements.withUnsafeBufferPointer { others in
        metric.distance(squared: squaredDistance(own, i, to: other, others, j))
      }
    }
  }

  /// All distances to the points of `other`, `count × other.count` doubles, row by row. For small
  /// sets: the double-precision formula for every pair, one thread.
  package func distances(to other: PointSet) -> [Double] {
    matrix.elements.withUnsafeBufferPointer { own in
      other.matrix.elements.withUnsafeBufferPointer { others in
        (0..<count * other.count).map { pair in
          let (i, j) = pair.quotientAndRemainder(dividingBy: other.count)
          return metric.distance(squared: squaredDistance(own, i, to: other, others, j))
        }
      }
    }
  }

  /// The points `indices`, in that order, as a set of their own.
  package func at(_ indices: [Int]) -> PointSet {
    PointSet(
      matrix.rows(at: indices), multipliers: indices.map { multipliers[$0] }, metric: metric)
  }

  /// The square under the metric's distance, on buffers that the caller holds open.
  func squaredDistance(
    _ own: UnsafeBufferPointer<Float>, _ i: Int, to other: PointSet,
    _ others: UnsafeBufferPointer<Float>, _ j: Int
  ) -> Double {
    if metric == .cosine, norms[i] == 0 || other.norms[j] == 0 {
      return norms[i] == other.norms[j] ? 0 : 2
    }
    guard dimensions > 0, let x = own.baseAddress, let y = others.baseAddress else { return 0 }
    return ck_squared_distance(
      x + i * dimensions, multipliers[i], y + j * dimensions, other.multipliers[j], dimensions)
  }
}

extension Matrix {
  /// The multipliers that make each row one of length 1: one over its norm, 0 for a row of zeros.
  package func unitMultipliers() -> [Double] { rowNorms().map(reciprocal) }
}

/// One over a norm; 0 for 0, so that a row of zeros stays one.
private func reciprocal(_ norm: Double) -> Double { norm == 0 ? 0 : 1 / norm }

/// Norms and multipliers with which no product of two rows comes near the limits of `Float`.
private let ordinary = 1e-9...1e9
