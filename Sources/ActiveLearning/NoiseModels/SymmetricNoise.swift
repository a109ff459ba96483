import LinearAlgebra

/// An annotator whose mistakes fall on all classes alike.
///
/// Exactly ⌊rate · N⌋ samples, drawn without replacement, get a label that is uniform over the
/// other C − 1 classes; none keeps its own. Inclusive (the convention of DivideMix, Li et al. 2020,
/// 2002.07394): uniform over all C, so that a share of 1 / C of them stays right.
package struct SymmetricNoise: NoiseModel {
  /// The share of samples that get a new label, in 0 ... 1.
  package let rate: Double
  /// Whether the new label may be the true one.
  package let inclusive: Bool

  package init(rate: Double, inclusive: Bool = false) {
    self.rate = rate
    self.inclusive = inclusive
  }

  package var signature: String { "sym \(rate)" + (inclusive ? " inclusive" : "") }
  package var requestedRate: Double? { rate }

  package func corrupt(_ task: NoiseTask, using random: inout RandomSource) throws -> [Int] {
    let changed = try task.share(rate)
    var labels = task.labels
    for sample in random.sample(changed, of: Array(labels.indices)) {
      labels[sample] =
        inclusive
        ? random.integer(below: task.classes) : try task.wrongLabel(for: sample, using: &random)
    }
    return labels
  }
}
