/// What keeps a model from being trained, applied or judged.
package enum NetworkError: Error, Equatable {
  /// There is nothing to train on or to judge by.
  case noSamples
  /// As many labels as rows are needed.
  case counts(rows: Int, labels: Int)
  /// Sample `position` has a label outside 0..<classes.
  case label(Int, position: Int, classes: Int)
  /// Rows with another number of features than the model has weights for.
  case columns(found: Int, expected: Int)
  /// A setting outside its range: its name, its value, what is allowed.
  case setting(name: String, value: Double, allowed: String)
  /// Training left the finite numbers; a lower learning rate, or rows of lower norm, may help.
  case diverged(learningRate: Double)
  /// Stored weights whose length does not fit what they say of themselves.
  case storedWeights(bytes: Int, expected: Int?)
  /// Images of that shape are too small for the network of that name.
  case image(ImageShape, network: String)
  /// Weights of that name are missing, or have another shape than the network's.
  case weights(String, found: [Int]?, expected: [Int])
  /// The processor has no instructions for these numbers.
  case numberFormat(NumberFormat)
  /// oneDNN refused, or memory is missing; in its words.
  case engine(String)
}

/// Checks what every training and every judgement needs.
func checkLabels(_ labels: [Int], rows: Int, classes: Int) throws(NetworkError) {
  guard labels.count == rows else { throw .counts(rows: rows, labels: labels.count) }
  guard rows > 0 else { throw .noSamples }
  for (position, label) in labels.enumerated() where !(0..<classes).contains(label) {
    throw .label(label, position: position, classes: classes)
  }
}
