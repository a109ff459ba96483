import COpenBLAS

/// All eigenvalues and eigenvectors of a symmetric matrix, the largest first.
struct SymmetricEigenvectors {
  /// The largest order taken on: beyond it the work space alone has many gigabytes.
  static let largestOrder = 16_384

  /// Descending.
  let values: [Double]
  /// Vector `k` is `vectors[k * order ..< (k + 1) * order]`, of length 1.
  let vectors: [Double]

  /// Divide and conquer (LAPACK's dsyevd), in double, on one thread. O(order³) time; it cannot be
  /// interrupted.
  /// - Parameter lower: `order × order`, row by row; only entries with row ≥ column are read.
  /// - Precondition: `order` is at most `largestOrder`.
  init(lower: [Double], order: Int) throws {
    precondition(order <= SymmetricEigenvectors.largestOrder && lower.count == order * order)
    var matrix = lower
    var values = [Double](repeating: 0, count: order)
    var size = Int32(order)
    var leading = Int32(max(1, order))
    var workCount = Int32(1 + 6 * order + 2 * order * order)
    var integerCount = Int32(3 + 5 * order)
    var work = [Double](repeating: 0, count: Int(workCount))
    var integers = [Int32](repeating: 0, count: Int(integerCount))
    var failure: Int32 = 0
    // LAPACK stores by columns: our lower triangle is its upper one, its columns are our rows.
    dsyevd_(
      "V", "U", &size, &matrix, &leading, &values, &work, &workCount, &integers, &integerCount,
      &failure)
    guard failure == 0 else { throw PCAError.noConvergence }
    self.values = values.reversed()
    vectors = (0..<order).reversed().flatMap { matrix[$0 * order..<($0 + 1) * order] }
  }
}
