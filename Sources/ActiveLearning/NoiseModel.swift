import LinearAlgebra

/// What a noise model may look at: the true labels of the whole pool, and what goes with them.
/// Nothing else sees this.
package struct NoiseTask: Sendable {
  /// One true label per sample, in 0 ..< classes.
  package let labels: [Int]
  package let classes: Int
  /// For each class the coarser one that it belongs to, where there is such a thing; negative where
  /// that of a class is not known.
  package let groups: [Int]?
  /// One row per sample, for models whose mistakes depend on what a sample looks like.
  package let embedding: Embedding?

  package init(
    labels: [Int], classes: Int, groups: [Int]? = nil, embedding: Embedding? = nil
  ) {
    self.labels = labels
    self.classes = classes
    self.groups = groups
    self.embedding = embedding
  }

  /// ⌊rate · N⌋, with a guard: 0.29 · 100 falls just short of 29 in binary.
  /// - Throws: `MethodError.range` where the rate is not in 0 ... 1.
  func share(_ rate: Double) throws(MethodError) -> Int {
    guard 0 <= rate, rate <= 1 else {
      throw .range(name: "rate", value: rate, allowed: "0 to 1")
    }
    return Int((rate * Double(labels.count) + 1e-9).rounded(.down))
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
