import CKernels

extension Matrix {
  /// Cross-entropy of a batch of logits, one row each: writes the gradient of its mean with respect
  /// to the logits, (softmax(row) − one-hot(label)) / rows, into `gradients`.
  /// - Returns: the mean cross-entropy, summed in double; 0 for no rows.
  /// - Precondition: one label per row, each a column; `gradients` has the shape of the logits.
  package func softmaxGradient(labels: [Int], into gradients: inout Matrix) -> Double {
    precondition(labels.count == rows && gradients.rows == rows && gradients.columns == columns)
    precondition(labels.allSatisfy { (0..<columns).contains($0) }, "labels name columns")
    let weight = 1 / Float(max(1, rows))
    var loss = 0.0
    elements.withUnsafeBufferPointer { logits in
      gradients.elements.withUnsafeMutableBufferPointer { gradients in
        guard let logits = logits.baseAddress, let gradients = gradients.baseAddress else { return }
        for (row, label) in labels.enumerated() {
          let first = row * columns
          loss += ck_softmax_gradient(logits + first, columns, label, weight, gradients + first)
        }
      }
    }
    return loss / Double(max(1, rows))
  }
}
