import Glibc

/// The logarithm of the magnitude of a matrix's determinant: how much volume rows or columns span,
/// for matrices whose determinant itself would overflow. Minus infinity for a singular one.
///
/// By Gaussian elimination with the largest pivot of each column. O(order³).
/// - Parameter matrix: `order × order`, row by row, finite.
package func logMagnitudeOfDeterminant(_ matrix: [Double], order: Int) -> Double {
  precondition(matrix.count == order * order, "a determinant needs a square matrix")
  var rows = matrix
  var sum = 0.0
  for k in 0..<order {
    var pivot = k
    for i in k..<order where abs(rows[i * order + k]) > abs(rows[pivot * order + k]) { pivot = i }
    let value = rows[pivot * order + k]
    guard value != 0 else { return -.infinity }
    if pivot != k { for j in k..<order { rows.swapAt(k * order + j, pivot * order + j) } }
    sum += log(abs(value))
    for i in (k + 1)..<order {
      let factor = rows[i * order + k] / value
      for j in k..<order { rows[i * order + j] -= factor * rows[k * order + j] }
    }
  }
  return sum
}
