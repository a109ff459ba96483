import CKernels
import LinearAlgebra

/// The loss that tells two views of one image from the views of all others: normalised temperature-scaled
/// cross-entropy (Chen et al. 2020, A simple framework for contrastive learning of visual
/// representations, arXiv 2002.05709).
///
/// Of 2n rows, row i and row i + n come from one image. With z the rows divided by their norms, the
/// loss of a pair is −log(exp(⟨z_i, z_j⟩/τ) / Σ_{k≠i} exp(⟨z_i, z_k⟩/τ)), averaged over all 2n rows.
package struct ContrastiveLoss: Sendable, Equatable {
  /// τ, above 0.
  package let temperature: Double

  package init(temperature: Double) { self.temperature = temperature }

  /// What a batch came to.
  package struct Value: Sendable, Equatable {
    package let loss: Double
    /// The share of the rows whose other view is nearer than the 2n − 2 views of others; one that is
    /// equally near does not count against it.
    package let nearest: Double
  }

  /// Computes the loss, and its gradient with respect to the rows as they are, not yet of norm 1.
  ///
  /// Time in proportion to rows² · columns, memory to rows². A row of zeros is similar to none, and
  /// has no gradient.
  /// - Parameter rows: an even number of them, at least 4.
  /// - Throws: `Interrupted`.
  package func differentiate(_ rows: Matrix) throws -> (value: Value, gradient: Matrix) {
    precondition(rows.rows >= 4 && rows.rows.isMultiple(of: 2), "two views of several images")
    let (unit, norms) = Self.normalised(rows)
    var similarities = try unit.product(transposed: unit)
    let value = turnIntoGradient(&similarities)
    // Each similarity occurs in the rows of both.
    Self.addTranspose(&similarities)
    let ofUnit = try similarities.product(unit)
    return (value, Self.throughNorm(ofUnit, unit, norms))
  }

  /// Turns each row of similarities into the gradient of the mean loss with respect to them.
  private func turnIntoGradient(_ similarities: inout Matrix) -> Value {
    let count = similarities.rows
    let sharpness = Float(1 / temperature)
    var loss = 0.0
    var nearest = 0
    for i in 0..<count {
      let other = (i + count / 2) % count
      similarities.elements.withUnsafeMutableBufferPointer { all in
        guard let row = all.baseAddress.map({ $0 + i * count }) else { return }
        // Nobody is compared with itself.
        row[i] = -.greatestFiniteMagnitude
        nearest += row[ck_position_of_largest(row, count)] <= row[other] ? 1 : 0
        for j in 0..<count where j != i { row[j] *= sharpness }
        loss += ck_softmax_gradient(row, count, other, sharpness / Float(count), row)
      }
    }
    return Value(loss: loss / Double(count), nearest: Double(nearest) / Double(count))
  }

  private static func addTranspose(_ square: inout Matrix) {
    let count = square.rows
    for i in 0..<count {
      for j in 0..<i {
        let sum = square.elements[i * count + j] + square.elements[j * count + i]
        square.elements[i * count + j] = sum
        square.elements[j * count + i] = sum
      }
      square.elements[i * count + i] *= 2
    }
  }

  private static func normalised(_ rows: Matrix) -> (unit: Matrix, norms: [Float]) {
    var unit = rows
    var norms = [Float](repeating: 0, count: rows.rows)
    let columns = rows.columns
    for i in 0..<rows.rows {
      let row = i * columns..<(i + 1) * columns
      let norm = Float(
        row.reduce(0.0) { $0 + Double(rows.elements[$1] * rows.elements[$1]) }
          .squareRoot())
      norms[i] = norm
      for at in row { unit.elements[at] = norm > 0 ? rows.elements[at] / norm : 0 }
    }
    return (unit, norms)
  }

  /// (g − z⟨z, g⟩) / norm for each row: what lies along the row does not turn it.
  private static func throughNorm(_ gradient: Matrix, _ unit: Matrix, _ norms: [Float]) -> Matrix {
    var result = gradient
    let columns = gradient.columns
    for i in 0..<gradient.rows {
      let row = i * columns..<(i + 1) * columns
      let along = Float(
        row.reduce(0.0) { $0 + Double(gradient.elements[$1] * unit.elements[$1]) })
      for at in row {
        let turning = gradient.elements[at] - along * unit.elements[at]
        result.elements[at] = norms[i] > 0 ? turning / norms[i] : 0
      }
    }
    return result
  }
}
