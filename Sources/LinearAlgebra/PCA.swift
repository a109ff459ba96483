/// Why principal components cannot be had.
package enum PCAError: Error, Equatable {
  /// `asked` directions, where 1 to `largest` (the lesser of rows and columns) can be given.
  case dimensions(asked: Int, largest: Int)
  /// Rows and columns both exceed what an eigenvalue problem in memory can take.
  case tooLarge(order: Int, largest: Int)
  /// Rows to project have another number of columns than those that were fitted.
  case columns(found: Int, expected: Int)
  /// Some value of the matrix is infinite or not a number.
  case notFinite
  /// The eigenvalue routine gave up.
  case noConvergence
}

/// Turns many features into few: the directions along which the rows of a matrix vary most.
///
/// The rows are centred by their mean; the directions are the leading eigenvectors of the covariance,
/// or, where there are more columns than rows, come from those of the rows' Gram matrix. The entry of
/// largest magnitude of each direction is positive (the first of them, where several are within
/// 1e-9). Everything is summed in double.
package struct PCA: Sendable, Equatable {
  /// Of the fitted rows, one value per column.
  package let mean: [Double]
  /// `variances.count × mean.count`, row by row: each row a direction of length 1, orthogonal to the
  /// others.
  package let directions: [Double]
  /// Along each direction, descending, with divisor (rows − 1).
  package let variances: [Double]
  /// Over all columns, with the same divisor: what the variances are shares of.
  package let totalVariance: Double

  package var dimensions: Int { variances.count }

  /// Fits the directions to the rows of `matrix`. O(rows · columns · least + least³), where `least`
  /// is the lesser of rows and columns; memory least² doubles, four times.
  /// - Throws: `PCAError`; `Interrupted`.
  package static func fit(_ matrix: Matrix, dimensions: Int) throws -> PCA {
    let order = min(matrix.rows, matrix.columns)
    guard dimensions >= 1, dimensions <= order else {
      throw PCAError.dimensions(asked: dimensions, largest: order)
    }
    guard order <= SymmetricEigenvectors.largestOrder else {
      throw PCAError.tooLarge(order: order, largest: SymmetricEigenvectors.largestOrder)
    }
    let centred = CentredMatrix(matrix)
    let isWide = matrix.columns > matrix.rows
    let sum = isWide ? try centred.gramMatrix() : try centred.scatterMatrix()
    let diagonal = (0..<order).reduce(0) { $0 + sum.values[$1 * order + $1] }
    guard diagonal.isFinite else { throw PCAError.notFinite }
    let eigen = try SymmetricEigenvectors(lower: sum.values, order: order)
    var directions = Array(eigen.vectors.prefix(dimensions * order))
    if isWide {
      directions = try centred.directions(weights: directions, count: dimensions)
      let negligible = eigen.values[0] * 1e-12
      let sound = eigen.values.prefix(dimensions).prefix { $0 > negligible }.count
      orthonormalise(&directions, sound: sound, count: dimensions, length: matrix.columns)
    }
    orient(&directions, length: matrix.columns)
    let divisor = Double(max(1, matrix.rows - 1))
    return PCA(
      mean: centred.mean, directions: directions,
      variances: eigen.values.prefix(dimensions).map { max(0, $0) / divisor },
      totalVariance: diagonal / divisor)
  }

  /// The coordinates of the rows along the directions, `rows × dimensions`, from the same mean.
  /// - Throws: `PCAError.columns`; `Interrupted`.
  package func project(_ matrix: Matrix) throws -> Matrix {
    guard matrix.columns == mean.count else {
      throw PCAError.columns(found: matrix.columns, expected: mean.count)
    }
    let centred = CentredMatrix(matrix, mean: mean)
    let blocks = tiles(of: matrix.rows, size: CentredMatrix.blockRows)
    var result = Matrix(zeros: matrix.rows, dimensions)
    let width = dimensions
    try result.elements.withUnsafeMutableBufferPointer { elements in
      // Each block writes rows of its own.
      nonisolated(unsafe) let target = elements
      try Parallel.forEach(blocks.count) { index in
        let coordinates = coordinates(of: centred, rows: blocks[index])
        let first = blocks[index].lowerBound * width
        for i in coordinates.indices { target[first + i] = Float(coordinates[i]) }
      }
    }
    return result
  }

  private func coordinates(of centred: CentredMatrix, rows: Range<Int>) -> [Double] {
    let d = mean.count
    let block = centred.block(rows: rows, columns: 0..<d)
    var result = [Double](repeating: 0, count: rows.count * dimensions)
    block.withUnsafeBufferPointer { block in
      directions.withUnsafeBufferPointer { axes in
        guard let start = block.baseAddress, let axes = axes.baseAddress else { return }
        OpenBLAS.product(
          Block(start, leading: d), Block(axes, leading: d, transposed: true), into: &result,
          leading: dimensions, rows: rows.count, inner: d, columns: dimensions)
      }
    }
    return result
  }
}

/// Brings the rows of `directions` to length 1. Those after the first `sound`, along which the data
/// do not vary, are replaced by what is left of unit vectors once the others are taken out of them.
private func orthonormalise(
  _ directions: inout [Double], sound: Int, count: Int, length: Int
) {
  for k in 0..<sound { normalise(&directions[k * length..<(k + 1) * length]) }
  var column = 0
  for k in sound..<count {
    let rest = remainder(of: directions, first: k, length: length, from: &column)
    directions.replaceSubrange(k * length..<(k + 1) * length, with: rest)
  }
}

/// The first unit vector, from `column` on, of which a good part is left once the first `count`
/// directions are taken out of it: that part, at length 1.
private func remainder(
  of directions: [Double], first count: Int, length: Int, from column: inout Int
) -> [Double] {
  var rest = [Double](repeating: 0, count: length)
  while column < length {
    rest = [Double](repeating: 0, count: length)
    rest[column] = 1
    column += 1
    // Twice, because once leaves rounding errors as large as a short remainder.
    for _ in 0..<2 { for other in 0..<count { remove(directions, other, from: &rest) } }
    if rest.reduce(0, { $0 + $1 * $1 }) > 1e-6 { break }
  }
  normalise(&rest[...])
  return rest
}

private func normalise(_ vector: inout ArraySlice<Double>) {
  let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  guard norm > 0 else { return }
  for i in vector.indices { vector[i] /= norm }
}

private func remove(_ directions: [Double], _ index: Int, from vector: inout [Double]) {
  let first = index * vector.count
  var product = 0.0
  for i in vector.indices { product += directions[first + i] * vector[i] }
  for i in vector.indices { vector[i] -= product * directions[first + i] }
}

/// Turns each direction so that its entry of largest magnitude is positive.
private func orient(_ directions: inout [Double], length: Int) {
  for first in stride(from: 0, to: directions.count, by: length) {
    let row = first..<first + length
    let largest = directions[row].reduce(0) { max($0, abs($1)) }
    guard let leading = row.first(where: { abs(directions[$0]) >= largest * (1 - 1e-9) }),
      directions[leading] < 0
    else { continue }
    for i in row { directions[i] = -directions[i] }
  }
}
