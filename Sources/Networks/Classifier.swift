import LinearAlgebra

/// A trained model that names a class for each row of features.
package protocol Classifier: Sendable {
  /// As the user calls it.
  var name: String { get }
  /// One class per row.
  func predictions(for features: Matrix) throws -> [Int]
  /// rows × classes, each row summing to 1; nil for a model that only names classes.
  func probabilities(of features: Matrix) throws -> Matrix?
  /// How well the model does on rows whose true labels are known.
  func evaluate(on features: Matrix, labels: [Int], classes: Int) throws -> Evaluation
}

extension Classifier {
  package func probabilities(of features: Matrix) throws -> Matrix? { nil }

  package func evaluate(on features: Matrix, labels: [Int], classes: Int) throws -> Evaluation {
    try Evaluation(predictions: predictions(for: features), labels: labels, classes: classes)
  }
}
