/// A matrix of floats less its column means, read in double, block by block.
struct CentredMatrix {
  static let blockRows = 1024
  private static let blockColumns = 1024

  let matrix: Matrix
  let mean: [Double]

  init(_ matrix: Matrix) { self.init(matrix, mean: matrix.columnMeans()) }

  init(_ matrix: Matrix, mean: [Double]) {
    self.matrix = matrix
    self.mean = mean
  }

  /// `rows.count × columns.count` doubles, row by row.
  func block(rows: Range<Int>, columns: Range<Int>) -> [Double] {
    let width = columns.count
    return [Double](unsafeUninitializedCapacity: rows.count * width) { result, count in
      matrix.elements.withUnsafeBufferPointer { values in
        mean.withUnsafeBufferPointer { mean in
          for (offset, i) in rows.enumerated() {
            let source = i * matrix.columns + columns.lowerBound
            let target = offset * width
            for j in 0..<width {
              result[target + j] = Double(values[source + j]) - mean[columns.lowerBound + j]
            }
          }
        }
      }
      count = rows.count * width
    }
  }

  /// The sum over the rows of the products of all pairs of columns, `columns × columns`.
  func scatterMatrix() throws -> SymmetricSum {
    let blocks = tiles(of: matrix.rows, size: CentredMatrix.blockRows)
    return try sum(over: blocks, order: matrix.columns, transposed: true) {
      block(rows: $0, columns: 0..<matrix.columns)
    }
  }

  /// The sum over the columns of the products of all pairs of rows, `rows × rows`.
  func gramMatrix() throws -> SymmetricSum {
    let blocks = tiles(of: matrix.columns, size: CentredMatrix.blockColumns)
    return try sum(over: blocks, order: matrix.rows, transposed: false) {
      block(rows: 0..<matrix.rows, columns: $0)
    }
  }

  private func sum(
    over blocks: [Range<Int>], order: Int, transposed: Bool, block: (Range<Int>) -> [Double]
  ) throws -> SymmetricSum {
    let progress = ProgressMeter.current
    var sum = SymmetricSum(order: order)
    for (index, range) in blocks.enumerated() {
      try Interrupt.check()
      try sum.add(block(range), inner: range.count, transposed: transposed)
      progress.report("principal components", index + 1, of: blocks.count)
    }
    return sum
  }

  /// `count` rows of weighted sums of the centred rows: `weights` (`count × rows`) times the matrix.
  func directions(weights: [Double], count: Int) throws -> [Double] {
    let (n, d) = (matrix.rows, matrix.columns)
    var result = [Double](repeating: 0, count: count * d)
    for columns in tiles(of: d, size: CentredMatrix.blockColumns) {
      try Interrupt.check()
      let block = block(rows: 0..<n, columns: columns)
      weights.withUnsafeBufferPointer { weights in
        block.withUnsafeBufferPointer { block in
          result.withUnsafeMutableBufferPointer { result in
            guard let weights = weights.baseAddress, let block = block.baseAddress,
              let target = result.baseAddress
            else { return }
            OpenBLAS.product(
              Block(weights, leading: n), Block(block, leading: columns.count),
              into: target + columns.lowerBound, leading: d,
              rows: count, inner: n, columns: columns.count)
          }
        }
      }
    }
    return result
  }
}

extension Matrix {
  /// The mean of each column, summed in double; zeros where there are no rows.
  package func columnMeans() -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    elements.withUnsafeBufferPointer { values in
      for i in 0..<rows {
        let row = i * columns
        for j in 0..<columns { sums[j] += Double(values[row + j]) }
      }
    }
    return sums.map { $0 / Double(max(1, rows)) }
  }
}
