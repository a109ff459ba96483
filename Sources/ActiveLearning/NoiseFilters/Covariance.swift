import LinearAlgebra

/// How the rows of a small matrix vary: between features (divisor rows − 1), or, where there are fewer
/// rows than features, between the rows themselves, each centred by its own mean (divisor features −
/// 1). What two filters call the spread of some samples.
struct Covariance {
  /// The number of features, or of rows where those are fewer.
  let order: Int
  /// `order × order`, row by row.
  let values: [Double]

  /// O(rows · features · order).
  init(of matrix: Matrix) {
    let betweenRows = matrix.rows < matrix.columns
    let (inner, centred) = Covariance.centred(matrix, betweenRows: betweenRows)
    let order = betweenRows ? matrix.rows : matrix.columns
    let leading = betweenRows ? inner : order
    var values = [Double](repeating: 0, count: order * order)
    centred.withUnsafeBufferPointer { rows in
      guard let start = rows.baseAddress else { return }
      OpenBLAS.product(
        Block(start, leading: leading, transposed: !betweenRows),
        Block(start, leading: leading, transposed: betweenRows), into: &values, leading: order,
        rows: order, inner: inner, columns: order)
    }
    let divisor = Double(max(1, inner - 1))
    self.order = order
    self.values = values.map { $0 / divisor }
  }

  /// The sum of the variances alone, and the order. O(rows · features).
  static func trace(of matrix: Matrix) -> (value: Double, order: Int) {
    let betweenRows = matrix.rows < matrix.columns
    let (inner, centred) = centred(matrix, betweenRows: betweenRows)
    let squares = centred.reduce(0) { $0 + $1 * $1 }
    return (squares / Double(max(1, inner - 1)), betweenRows ? matrix.rows : matrix.columns)
  }

  /// The matrix less the means over what the products will run over, and how many those are.
  private static func centred(
    _ matrix: Matrix, betweenRows: Bool
  ) -> (inner: Int, values: [Double]) {
    let (n, d) = (matrix.rows, matrix.columns)
    var values = matrix.elements.map(Double.init)
    let columnMeans = betweenRows ? [] : matrix.columnMeans()
    for i in 0..<n {
      let row = i * d..<(i + 1) * d
      let mean = betweenRows ? values[row].reduce(0, +) / Double(max(1, d)) : 0
      for j in 0..<d { values[i * d + j] -= betweenRows ? mean : columnMeans[j] }
    }
    return (betweenRows ? d : n, values)
  }
}
