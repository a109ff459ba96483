extension Matrix {
  /// Rows of the result that one thread computes at a time; the tiles do not depend on the number
  /// of threads, so neither do the sums.
  private static let productTile = 256

  /// The matrix product with `right`, on all threads.
  /// - Precondition: `columns == right.rows`.
  package func product(_ right: Matrix) throws -> Matrix {
    precondition(columns == right.rows, "the inner dimensions of a product must agree")
    return try tiledProduct(right, transposed: false, width: right.columns)
  }

  /// The product with the transpose of `right`: entry (i, j) is the dot product of row i here and
  /// row j there. On all threads.
  /// - Precondition: `columns == right.columns`.
  package func product(transposed right: Matrix) throws -> Matrix {
    precondition(columns == right.columns, "the inner dimensions of a product must agree")
    return try tiledProduct(right, transposed: true, width: right.rows)
  }

  private func tiledProduct(_ right: Matrix, transposed: Bool, width: Int) throws -> Matrix {
    var result = Matrix(zeros: rows, width)
    let tile = Matrix.productTile
    try elements.withUnsafeBufferPointer { left in
      try right.elements.withUnsafeBufferPointer { others in
        try result.elements.withUnsafeMutableBufferPointer { products in
          guard let left = left.baseAddress, let others = others.baseAddress,
            let products = products.baseAddress
          else { return }
          // Each tile writes rows of its own, and the buffers outlive the loop.
          nonisolated(unsafe) let (a, b, c) = (left, others, products)
          try Parallel.forEach((rows + tile - 1) / tile) { index in
            let first = index * tile
            OpenBLAS.product(
              Block(a + first * columns, leading: columns),
              Block(b, leading: right.columns, transposed: transposed),
              into: c + first * width, leading: width,
              rows: min(tile, rows - first), inner: columns, columns: width)
          }
        }
      }
    }
    return result
  }
}
