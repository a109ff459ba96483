import Foundation
import LinearAlgebra

/// A linear layer trained on the labeled samples' features: how good the representation and the
/// labels are. Expects the scaled rows.
package struct LinearProbe: Classifier {
  package let name = "linear"
  package let head: LinearHead

  /// A probe that was trained before.
  package init(_ head: LinearHead) { self.head = head }

  /// Trains a probe from fresh weights.
  /// - Parameters:
  ///   - weights: the stream of the initial weights; it must not depend on the round.
  ///   - batches: the stream of the shuffles.
  /// - Returns: the probe, and the mean training loss of each epoch.
  /// - Throws: `NetworkError`, also where losses or weights are no longer finite; `Interrupted`.
  package static func fit(
    _ features: Matrix, labels: [Int], classes: Int, settings: SGDSettings = SGDSettings(),
    weights: inout RandomSource, batches: inout RandomSource
  ) throws -> (probe: LinearProbe, losses: [Double]) {
    var head = LinearHead(classes: classes, dimensions: features.columns, using: &weights)
    let losses = try LinearTraining(settings).run(
      &head, on: features, labels: labels, using: &batches)
    guard (head.weights.elements + head.biases).allSatisfy(\.isFinite),
      losses.allSatisfy(\.isFinite)
    else { throw NetworkError.diverged(learningRate: settings.learningRate) }
    return (LinearProbe(head), losses)
  }

  /// The class with the largest logit, the lowest where several are equal.
  package func predictions(for features: Matrix) throws -> [Int] {
    try head.logits(of: features).largestOfRows()
  }

  package func probabilities(of features: Matrix) throws -> Matrix? {
    var logits = try head.logits(of: features)
    let k = logits.columns
    for i in 0..<logits.rows {
      let row = logits.row(i).map(Double.init)
      let total = logSumExp(row[...])
      for c in 0..<k { logits[i, c] = Float(exp(row[c] - total)) }
    }
    return logits
  }

  package func evaluate(on features: Matrix, labels: [Int], classes: Int) throws -> Evaluation {
    try Evaluation(logits: head.logits(of: features), labels: labels)
  }
}
