import LinearAlgebra

/// One linear layer: features in, one logit per class out.
package struct LinearHead: Sendable, Equatable {
  /// classes × dimensions.
  package var weights: Matrix
  /// One per class.
  package var biases: [Float]

  package var classes: Int { weights.rows }
  package var dimensions: Int { weights.columns }

  /// - Precondition: one bias per row of weights.
  package init(weights: Matrix, biases: [Float]) {
    precondition(biases.count == weights.rows, "a linear head needs one bias per class")
    self.weights = weights
    self.biases = biases
  }

  /// Weights, row by row, and then biases drawn uniformly between ±1/√dimensions.
  package init(classes: Int, dimensions: Int, using random: inout RandomSource) {
    let bound = 1 / Double(max(1, dimensions)).squareRoot()
    let values = (0..<classes * dimensions + classes).map { _ in
      Float((2 * random.uniform() - 1) * bound)
    }
    self.init(
      weights: Matrix(
        rows: classes, columns: dimensions, elements: Array(values.prefix(classes * dimensions))),
      biases: Array(values.suffix(classes)))
  }

  /// rows × classes: features · weightsᵀ + biases.
  /// - Throws: `NetworkError.columns`; `Interrupted`.
  package func logits(of features: Matrix) throws -> Matrix {
    guard features.columns == dimensions else {
      throw NetworkError.columns(found: features.columns, expected: dimensions)
    }
    var logits = try features.product(transposed: weights)
    for i in 0..<logits.rows {
      for c in 0..<classes { logits.elements[i * classes + c] += biases[c] }
    }
    return logits
  }
}

extension LinearHead {
  /// The head as bytes, all little-endian: classes and dimensions as 32-bit integers, the weights
  /// row by row and the biases as 32-bit floats.
  package var encoded: [UInt8] {
    let sizes = [UInt32(classes), UInt32(dimensions)]
    let numbers = sizes + (weights.elements + biases).map(\.bitPattern)
    return numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
  }

  /// The head that `encoded` describes.
  /// - Throws: `NetworkError.storedWeights` unless the bytes are exactly those of one head.
  package init(decoding bytes: [UInt8]) throws(NetworkError) {
    guard bytes.count >= 8 else { throw .storedWeights(bytes: bytes.count, expected: nil) }
    let (classes, dimensions) = (Int(word(0, of: bytes)), Int(word(1, of: bytes)))
    let (weightCount, overflows) = classes.multipliedReportingOverflow(by: dimensions)
    guard !overflows, weightCount < Int(UInt32.max) else {
      throw .storedWeights(bytes: bytes.count, expected: nil)
    }
    let expected = 4 * (2 + weightCount + classes)
    guard bytes.count == expected else {
      throw .storedWeights(bytes: bytes.count, expected: expected)
    }
    let values = (2..<bytes.count / 4).map { Float(bitPattern: word($0, of: bytes)) }
    self.init(
      weights: Matrix(
        rows: classes, columns: dimensions, elements: Array(values.prefix(weightCount))),
      biases: Array(values.suffix(classes)))
  }
}

/// The `index`-th little-endian 32-bit number.
private func word(_ index: Int, of bytes: [UInt8]) -> UInt32 {
  (0..<4).reduce(0) { $0 | UInt32(bytes[4 * index + $1]) << (8 * UInt32($1)) }
}
