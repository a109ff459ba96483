import Foundation
import LinearAlgebra

/// What logistic regression minimises, and its gradient, over rows of floats, summed in double:
/// (½ ‖weights‖² / strength + the sum of the cross-entropies) / rows. Intercepts are free.
///
/// With one output there are two classes, and the one score is that of class 1 against class 0;
/// else there is a score for each class. The parameters are the weights, outputs × dimensions, and
/// then the intercepts.
///
/// Works on all threads, block by block; neither blocks nor sums depend on the number of threads.
/// One evaluation is O(rows · dimensions · outputs), and allocates one block for each task.
struct LogisticObjective {
  private static let blockRows = 256
  private static let blockColumns = 128

  private let features: Matrix
  private let targets: [Int]
  private let outputs: Int
  private let strength: Double
  private let rowBlocks: [Range<Int>]
  private let columnBlocks: [Range<Int>]
  /// rows × outputs: the scores, and then the derivatives of the cross-entropies by them.
  private var residuals: [Double]
  /// The sum of the cross-entropies of each block of rows.
  private var losses: [Double]

  /// - Parameter targets: one for each row, in 0 ..< outputs; 0 or 1 where there is one output.
  init(_ features: Matrix, targets: [Int], outputs: Int, strength: Double) {
    self.features = features
    self.targets = targets
    self.outputs = outputs
    self.strength = strength
    rowBlocks = blocks(of: features.rows, size: Self.blockRows)
    columnBlocks = blocks(of: features.columns, size: Self.blockColumns)
    residuals = [Double](repeating: 0, count: features.rows * outputs)
    losses = [Double](repeating: 0, count: rowBlocks.count)
  }

  /// The value at `parameters`; writes the gradient there.
  /// - Throws: `Interrupted`, looked for once per block.
  mutating func evaluate(_ parameters: [Double], _ gradient: inout [Double]) throws -> Double {
    try computeResiduals(parameters)
    try computeGradient(&gradient)
    let weights = outputs * features.columns
    let (n, decay) = (Double(features.rows), 1 / strength)
    var penalty = 0.0
    for i in 0..<weights {
      penalty += parameters[i] * parameters[i]
      gradient[i] = (gradient[i] + decay * parameters[i]) / n
    }
    for i in weights..<gradient.count { gradient[i] /= n }
    return (0.5 * decay * penalty + losses.reduce(0, +)) / n
  }

  /// Scores, and from them residuals and losses: a task for each block of rows.
  private mutating func computeResiduals(_ parameters: [Double]) throws {
    let (features, targets, outputs) = (features, targets, outputs)
    let (rowBlocks, columnBlocks) = (rowBlocks, columnBlocks)
    try parameters.withUnsafeBufferPointer { parameters in
      try residuals.withUnsafeMutableBufferPointer { residuals in
        try losses.withUnsafeMutableBufferPointer { losses in
          // Each task writes to rows and to a loss of its own, and the buffers outlive the loop.
          nonisolated(unsafe) let (parameters, residuals, losses) = (parameters, residuals, losses)
          try Parallel.forEach(rowBlocks.count) { index in
            let rows = rowBlocks[index]
            let part = UnsafeMutableBufferPointer(
              rebasing: residuals[rows.lowerBound * outputs..<rows.upperBound * outputs])
            score(features, rows, columnBlocks, parameters, into: part)
            losses[index] =
              outputs == 1
              ? binaryLoss(part, targets[rows]) : softmaxLoss(part, targets[rows], outputs)
          }
        }
      }
    }
  }

  /// The residuals times the features: a task for each block of columns.
  private func computeGradient(_ gradient: inout [Double]) throws {
    let (features, outputs) = (features, outputs)
    let (rowBlocks, columnBlocks) = (rowBlocks, columnBlocks)
    try residuals.withUnsafeBufferPointer { residuals in
      try gradient.withUnsafeMutableBufferPointer { gradient in
        guard let source = residuals.baseAddress, let target = gradient.baseAddress else { return }
        // Each task writes to columns of its own, and the buffers outlive the loop.
        nonisolated(unsafe) let (from, to) = (source, target)
        try Parallel.forEach(columnBlocks.count) { index in
          let columns = columnBlocks[index]
          for rows in rowBlocks {
            withWidened(features, rows, columns) { block in
              OpenBLAS.product(
                Block(from + rows.lowerBound * outputs, leading: outputs, transposed: true),
                Block(block, leading: columns.count), into: to + columns.lowerBound,
                leading: features.columns, rows: outputs, inner: rows.count,
                columns: columns.count, adding: rows.lowerBound > 0)
            }
          }
        }
        let intercepts = outputs * features.columns
        for output in 0..<outputs {
          var sum = 0.0
          for i in stride(from: output, to: residuals.count, by: outputs) { sum += residuals[i] }
          gradient[intercepts + output] = sum
        }
      }
    }
  }
}

/// Intercepts + features · weightsᵀ for some rows.
private func score(
  _ features: Matrix, _ rows: Range<Int>, _ columnBlocks: [Range<Int>],
  _ parameters: UnsafeBufferPointer<Double>, into scores: UnsafeMutableBufferPointer<Double>
) {
  let d = features.columns
  let outputs = scores.count / max(1, rows.count)
  for i in scores.indices { scores[i] = parameters[outputs * d + i % outputs] }
  guard let weights = parameters.baseAddress, let result = scores.baseAddress else { return }
  for columns in columnBlocks {
    withWidened(features, rows, columns) { block in
      OpenBLAS.product(
        Block(block, leading: columns.count),
        Block(weights + columns.lowerBound, leading: d, transposed: true), into: result,
        leading: outputs, rows: rows.count, inner: columns.count, columns: outputs, adding: true)
    }
  }
}

/// Replaces scores by the derivatives of the cross-entropy: softmax − one-hot.
/// - Returns: the sum of the cross-entropies.
private func softmaxLoss(
  _ scores: UnsafeMutableBufferPointer<Double>, _ targets: ArraySlice<Int>, _ outputs: Int
) -> Double {
  var loss = 0.0
  for (row, target) in targets.enumerated() {
    let range = row * outputs..<(row + 1) * outputs
    var largest = scores[range.lowerBound]
    for i in range { largest = max(largest, scores[i]) }
    let own = scores[range.lowerBound + target] - largest
    var sum = 0.0
    for i in range {
      scores[i] = exp(scores[i] - largest)
      sum += scores[i]
    }
    for i in range { scores[i] /= sum }
    scores[range.lowerBound + target] -= 1
    loss += log(sum) - own
  }
  return loss
}

/// The same for two classes and one score.
private func binaryLoss(
  _ scores: UnsafeMutableBufferPointer<Double>, _ targets: ArraySlice<Int>
) -> Double {
  var loss = 0.0
  for (row, target) in targets.enumerated() {
    let score = scores[row]
    // log(1 + exp(±score)), written so that it does not overflow.
    let against = target == 1 ? -score : score
    loss += max(0, against) + log1p(exp(-abs(score)))
    scores[row] = 1 / (1 + exp(-score)) - Double(target)
  }
  return loss
}

/// Hands over a block of `features` as doubles, row by row.
private func withWidened(
  _ features: Matrix, _ rows: Range<Int>, _ columns: Range<Int>,
  _ body: (UnsafePointer<Double>) -> Void
) {
  let width = columns.count
  withUnsafeTemporaryAllocation(of: Double.self, capacity: rows.count * width) { block in
    features.elements.withUnsafeBufferPointer { values in
      for (row, i) in rows.enumerated() {
        let start = i * features.columns + columns.lowerBound
        for j in 0..<width {
          block.initializeElement(at: row * width + j, to: Double(values[start + j]))
        }
      }
    }
    if let start = block.baseAddress { body(start) }
  }
}

private func blocks(of count: Int, size: Int) -> [Range<Int>] {
  stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
}
