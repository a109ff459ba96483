import LinearAlgebra

/// What a noise model may look at: the true labels of the whole pool. Nothing else sees this.
package struct NoiseTask: Sendable {
  /// One true label per sample, in 0 ..< classes.
  package let labels: [Int]
  package let classes: Int

  package init(labels: [Int], classes: Int) {
    self.labels = labels
    self.classes = classes
  }
}

/// Makes the oracle's answers out of the true labels, once and for ever.
package protocol NoiseModel: Sendable {
  /// The name with all parameters, "sym 0.5": what its stream depends on besides the seed.
  var signature: String { get }
  /// The share of wrong labels that was asked for; nil if it is not a parameter.
  var requestedRate: Double? { get }

  /// One observed label per sample.
  /// - Parameter random: the stream of `stream(seed:)`.
  func corrupt(_ task: NoiseTask, using random: inout RandomSource) throws -> [Int]
}

extension NoiseModel {
  /// The stream that the answers are drawn from: by seed, model and parameters alone, so that all
  /// strategies under one seed face the same annotator.
  package func stream(seed: Int) -> RandomSource {
    RandomSource(RandomKey(seed: seed, role: .oracle, method: signature))
  }
}
