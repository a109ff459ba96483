import Foundation
import LinearAlgebra

/// Names the class of rows of features by linear scores, as sure as the labels allow: multinomial
/// logistic regression at its optimum, without randomness or learning rate.
///
/// Minimises ½ ‖weights‖² + strength · the sum of the cross-entropies; the intercepts are not
/// penalised, and classes that are not among the labels get the probability 0. For two classes there
/// is one weight vector, so that its penalty counts once; for one class there is nothing to fit, and
/// its probability is 1. The same objective as scikit-learn's, solved further than its defaults do.
///
/// A fit takes up to 500 steps of L-BFGS, each O(rows · dimensions · classes).
package struct LogisticRegression: Classifier {
  package let name = "logistic"
  /// The number of classes, with those that are not among the labels.
  package let classes: Int
  /// The classes among the labels, ascending: what the rows of `head` stand for.
  package let observed: [Int]
  /// A row of weights and a bias for each observed class; where there are two, one row for the
  /// second against the first; where there is one, none.
  package let head: LinearHead
  /// How many steps the fit took.
  package let iterations: Int
  /// What was minimised, at the end.
  package let objective: Double
  /// The largest component, by magnitude, of the gradient of objective / (rows · strength) at the
  /// end: at most 1e-6, unless the steps or the digits ran out.
  package let slope: Double

  /// Finds the optimum.
  /// - Parameter strength: what the sum of the cross-entropies is multiplied by, above 0: the
  ///   inverse of the regularisation.
  /// - Throws: `NetworkError`; `Interrupted`, looked for many times per step.
  package static func fit(
    _ features: Matrix, labels: [Int], classes: Int, strength: Double = 1
  ) throws -> LogisticRegression {
    try checkLabels(labels, rows: features.rows, classes: classes)
    guard strength > 0, strength.isFinite else {
      throw NetworkError.setting(name: "strength", value: strength, allowed: "above 0")
    }
    let observed = Set(labels).sorted()
    let places = Dictionary(uniqueKeysWithValues: observed.enumerated().map { ($1, $0) })
    let targets = labels.map { places[$0] ?? 0 }
    let outputs = observed.count > 2 ? observed.count : observed.count - 1
    let start = [Double](repeating: 0, count: outputs * (features.columns + 1))
    var minimum = LimitedMemoryBFGS.Minimum(point: start, value: 0, slope: 0, iterations: 0)
    if outputs > 0 {
      var objective = LogisticObjective(
        features, targets: targets, outputs: outputs, strength: strength)
      minimum = try LimitedMemoryBFGS().minimum(from: start) { point, gradient in
        try objective.evaluate(point, &gradient)
      }
    }
    guard minimum.slope.isFinite else {
      let value = features.elements.first { !$0.isFinite } ?? .nan
      throw NetworkError.setting(name: "features", value: Double(value), allowed: "finite numbers")
    }
    return LogisticRegression(
      classes: classes, observed: observed,
      head: head(minimum.point, outputs: outputs, dimensions: features.columns),
      iterations: minimum.iterations,
      objective: minimum.value * Double(features.rows) * strength, slope: minimum.slope)
  }

  private static func head(_ point: [Double], outputs: Int, dimensions: Int) -> LinearHead {
    LinearHead(
      weights: Matrix(
        rows: outputs, columns: dimensions,
        elements: point.prefix(outputs * dimensions).map { Float($0) }),
      biases: point.suffix(outputs).map { Float($0) })
  }

  /// rows × observed classes; the largest is the most probable class.
  private func scores(of features: Matrix) throws -> Matrix {
    let logits = try head.logits(of: features)
    guard observed.count <= 2 else { return logits }
    var scores = Matrix(zeros: features.rows, observed.count)
    if observed.count == 2 { for i in 0..<features.rows { scores[i, 1] = logits[i, 0] } }
    return scores
  }

  /// The most probable class of each row, the lowest where several are equal.
  package func predictions(for features: Matrix) throws -> [Int] {
    try scores(of: features).largestOfRows().map { observed[$0] }
  }

  /// rows × classes.
  package func probabilities(of features: Matrix) throws -> Matrix? {
    try classProbabilities(of: features)
  }

  /// The same for those who know that this model has them.
  package func classProbabilities(of features: Matrix) throws -> Matrix {
    let scores = try scores(of: features)
    var probabilities = Matrix(zeros: features.rows, classes)
    for i in 0..<features.rows {
      let row = scores.row(i).map(Double.init)
      let total = logSumExp(row[...])
      for (place, label) in observed.enumerated() {
        probabilities[i, label] = Float(exp(row[place] - total))
      }
    }
    return probabilities
  }
}
