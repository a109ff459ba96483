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

  /// A label for `sample` that is wrong, each equally likely.
  /// - Throws: `MethodError.refused` where there is a single class.
  func wrongLabel(for sample: Int, using random: inout RandomSource) throws(MethodError) -> Int {
    guard classes > 1 else {
      throw .refused(reason: "with a single class there is no wrong label to give")
    }
    let other = random.integer(below: classes - 1)
    return other < labels[sample] ? other : other + 1
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

  /// The same for annotators whose answers depend on when they are asked; others say what `corrupt`
  /// gives.
  func answers(_ task: NoiseTask, using random: inout RandomSource) throws -> Answers
}

extension NoiseModel {
  package func answers(_ task: NoiseTask, using random: inout RandomSource) throws -> Answers {
    Answers(try corrupt(task, using: &random))
  }

  /// The stream that the answers are drawn from: by seed, model and parameters alone, so that all
  /// strategies under one seed face the same annotator.
  ///
  /// - Parameter annotator: of several alike, each has answers of its own.
  package func stream(seed: Int, annotator: Int = 0) -> RandomSource {
    let suffix = annotator == 0 ? "" : "/annotator=\(annotator)"
    return RandomSource(RandomKey(seed: seed, role: .oracle, method: signature + suffix))
  }
}
