import LinearAlgebra

/// An annotator whose mistakes fall on all other classes alike.
///
/// Exactly ⌊rate · N⌋ samples, drawn without replacement, get a label that is uniform over the
/// other C − 1 classes; none keeps its own.
package struct SymmetricNoise: NoiseModel {
  /// The share of wrong labels, in 0 ... 1.
  package let rate: Double

  package init(rate: Double) { self.rate = rate }

  package var signature: String { "sym \(rate)" }
  package var requestedRate: Double? { rate }

  package func corrupt(_ task: NoiseTask, using random: inout RandomSource) throws -> [Int] {
    guard 0 <= rate, rate <= 1 else {
      throw MethodError.range(name: "rate", value: rate, allowed: "0 to 1")
    }
    // The guard: 0.29 · 100 falls just short of 29 in binary.
    let wrong = Int((rate * Double(task.labels.count) + 1e-9).rounded(.down))
    guard wrong == 0 || task.classes > 1 else {
      throw MethodError.refused(reason: "with a single class there is no wrong label to give")
    }
    var labels = task.labels
    for sample in random.sample(wrong, of: Array(labels.indices)) {
      let other = random.integer(below: task.classes - 1)
      labels[sample] = other < labels[sample] ? other : other + 1
    }
    return labels
  }
}
