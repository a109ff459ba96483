/// The mean and the standard deviation of each column of a matrix (divisor rows), to bring features of
/// different sizes to one: (x − mean) / deviation. A column of equal values has deviation 1.
package struct StandardisedColumns: Sendable, Equatable {
  package let mean: [Double]
  package let deviation: [Double]

  /// Two passes in double. O(rows · columns).
  package init(of matrix: Matrix) {
    let d = matrix.columns
    let mean = matrix.columnMeans()
    var squares = [Double](repeating: 0, count: d)
    // Rounding of the mean must not give a column of equal values a deviation.
    var varies = [Bool](repeating: false, count: d)
    matrix.elements.withUnsafeBufferPointer { values in
      for i in 0..<matrix.rows {
        for j in 0..<d {
          let difference = Double(values[i * d + j]) - mean[j]
          squares[j] += difference * difference
          if values[i * d + j] != values[j] { varies[j] = true }
        }
      }
    }
    self.mean = mean
    deviation = zip(squares, varies).map { square, varies in
      varies ? (square / Double(max(1, matrix.rows))).squareRoot() : 1
    }
  }

  /// For each row of a matrix ⟨u, x⟩², where x is the standardised row and u the direction in which
  /// the rows, not centred, point most: the leading eigenvector of Σ x xᵀ.
  ///
  /// Where there are fewer rows than columns, it is had from the rows' products with each other.
  /// O(rows · columns · least + least³), where `least` is the lesser of the two.
  /// - Throws: `PCAError`; `Interrupted`.
  /// - Precondition: as many columns as this has.
  package func squaredProjections(of matrix: Matrix) throws -> [Double] {
    precondition(matrix.columns == mean.count, "as many columns as were standardised")
    let order = min(matrix.rows, matrix.columns)
    guard order > 0 else { return [Double](repeating: 0, count: matrix.rows) }
    guard order <= SymmetricEigenvectors.largestOrder else {
      throw PCAError.tooLarge(order: order, largest: SymmetricEigenvectors.largestOrder)
    }
    return matrix.rows < matrix.columns
      ? try projectionsFromRows(matrix) : try projectionsFromColumns(matrix)
  }

  /// With X Xᵀ v = λ v the direction is Xᵀ v / √λ, and the projections are √λ v.
  private func projectionsFromRows(_ matrix: Matrix) throws -> [Double] {
    var sum = SymmetricSum(order: matrix.rows)
    for columns in tiles(of: matrix.columns, size: 1024) {
      try Interrupt.check()
      let block = block(of: matrix, rows: 0..<matrix.rows, columns: columns)
      try sum.add(block, inner: columns.count, transposed: false)
    }
    let eigen = try leading(sum)
    return eigen.vector.map { max(0, eigen.value) * $0 * $0 }
  }

  private func projectionsFromColumns(_ matrix: Matrix) throws -> [Double] {
    let d = matrix.columns
    let blocks = tiles(of: matrix.rows, size: 1024)
    var sum = SymmetricSum(order: d)
    for rows in blocks {
      try Interrupt.check()
      let block = block(of: matrix, rows: rows, columns: 0..<d)
      try sum.add(block, inner: rows.count, transposed: true)
    }
    let direction = try leading(sum).vector
    return blocks.flatMap { rows in
      let block = block(of: matrix, rows: rows, columns: 0..<d)
      return rows.indices.map { row -> Double in
        let first = (row - rows.lowerBound) * d
        var product = 0.0
        for j in 0..<d { product += direction[j] * block[first + j] }
        return product * product
      }
    }
  }

  private func leading(_ sum: SymmetricSum) throws -> (value: Double, vector: [Double]) {
    let diagonal = (0..<sum.order).reduce(0) { $0 + sum.values[$1 * sum.order + $1] }
    guard diagonal.isFinite else { throw PCAError.notFinite }
    let eigen = try SymmetricEigenvectors(lower: sum.values, order: sum.order)
    return (eigen.values[0], Array(eigen.vectors.prefix(sum.order)))
  }

  /// `rows.count × columns.count` standardised values, row by row.
  private func block(of matrix: Matrix, rows: Range<Int>, columns: Range<Int>) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(rows.count * columns.count)
    for i in rows {
      for j in columns {
        values.append((Double(matrix.elements[i * matrix.columns + j]) - mean[j]) / deviation[j])
      }
    }
    return values
  }
}
