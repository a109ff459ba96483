import CKernels

/// A dense matrix of 32-bit floats, stored row by row: one row per sample, one column per feature.
///
/// Copies share their storage until one of them is written to, so passing a pool's embedding
/// around costs nothing.
package struct Matrix: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  /// `rows * columns` values; row `i` is `elements[i * columns ..< (i + 1) * columns]`.
  package var elements: [Float]

  /// - Precondition: `elements.count == rows * columns`.
  package init(rows: Int, columns: Int, elements: [Float]) {
    precondition(elements.count == rows * columns, "a matrix needs rows × columns elements")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  package init(zeros rows: Int, _ columns: Int) {
    self.init(
      rows: rows, columns: columns, elements: [Float](repeating: 0, count: rows * columns))
  }

  package subscript(row: Int, column: Int) -> Float {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  package func row(_ index: Int) -> ArraySlice<Float> {
    elements[index * columns..<(index + 1) * columns]
  }

  /// The rows at `indices`, in that order, each times `scale`. Copies `indices.count × columns`.
  package func rows(at indices: [Int], scale: Float = 1) -> Matrix {
    var gathered = [Float]()
    gathered.reserveCapacity(indices.count * columns)
    for index in indices { gathered.append(contentsOf: row(index)) }
    if scale != 1 { for i in gathered.indices { gathered[i] *= scale } }
    return Matrix(rows: indices.count, columns: columns, elements: gathered)
  }

  /// The Euclidean norm of each row, summed in `Double`.
  package func rowNorms() -> [Double] {
    elements.withUnsafeBufferPointer { values in
      guard let start = values.baseAddress else { return [Double](repeating: 0, count: rows) }
      return (0..<rows).map { ck_squared_norm(start + $0 * columns, columns).squareRoot() }
    }
  }

  /// The column of the largest value of each row, the lowest where several are equal; 0 for a row
  /// without columns.
  package func largestOfRows() -> [Int] {
    elements.withUnsafeBufferPointer { values in
      guard let start = values.baseAddress else { return [Int](repeating: 0, count: rows) }
      return (0..<rows).map { ck_position_of_largest(start + $0 * columns, columns) }
    }
  }
}
