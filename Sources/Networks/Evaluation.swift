import Foundation
import LinearAlgebra

/// How a model does on rows whose true labels are known.
package struct Evaluation: Sendable, Equatable, Codable {
  /// The share of rows whose class was named rightly.
  package let accuracy: Double
  /// Mean cross-entropy; nil for a model without probabilities.
  package let loss: Double?
  /// The accuracy among the rows of each class; nil for a class without rows.
  package let perClass: [Double?]
  /// `confusion[true][named]`, counts.
  package let confusion: [[Int]]

  /// - Throws: `NetworkError` if there are no rows, or a class lies outside 0..<classes.
  package init(predictions: [Int], labels: [Int], classes: Int) throws(NetworkError) {
    try self.init(predictions: predictions, labels: labels, classes: classes, loss: nil)
  }

  /// The class named is the one with the largest logit, the lowest where several are equal; the loss
  /// is summed in double.
  /// - Parameter logits: rows × classes.
  package init(logits: Matrix, labels: [Int]) throws(NetworkError) {
    try checkLabels(labels, rows: logits.rows, classes: logits.columns)
    var sum = 0.0
    for (i, label) in labels.enumerated() {
      let row = logits.row(i).map(Double.init)
      sum += logSumExp(row[...]) - row[label]
    }
    try self.init(
      predictions: logits.largestOfRows(), labels: labels, classes: logits.columns,
      loss: sum / Double(labels.count))
  }

  private init(
    predictions: [Int], labels: [Int], classes: Int, loss: Double?
  ) throws(NetworkError) {
    try checkLabels(labels, rows: predictions.count, classes: classes)
    try checkLabels(predictions, rows: labels.count, classes: classes)
    var confusion = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for (label, prediction) in zip(labels, predictions) { confusion[label][prediction] += 1 }
    let right = confusion.indices.map { confusion[$0][$0] }
    accuracy = Double(right.reduce(0, +)) / Double(labels.count)
    perClass = confusion.indices.map { c in
      let rows = confusion[c].reduce(0, +)
      return rows == 0 ? nil : Double(right[c]) / Double(rows)
    }
    self.loss = loss
    self.confusion = confusion
  }
}

/// The logarithm of the sum of the exponentials, without overflow.
func logSumExp(_ values: ArraySlice<Double>) -> Double {
  let largest = values.reduce(-Double.infinity) { max($0, $1) }
  guard largest.isFinite else { return largest }
  return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
}
