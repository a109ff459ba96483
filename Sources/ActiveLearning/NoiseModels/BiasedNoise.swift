import LinearAlgebra

/// An annotator who is worse at some classes than at others: a rate of its own for each.
///
/// In class c exactly ⌊rate_c · n_c⌋ samples, drawn without replacement, get a label that is uniform
/// over the other C − 1 classes (class-dependent noise as in Natarajan et al. 2013, Learning with noisy
/// labels, with the wrong labels spread evenly).
package struct BiasedNoise: NoiseModel {
  /// One per class, each in 0 ... 1.
  package let rates: [Double]

  package init(rates: [Double]) { self.rates = rates }

  package var signature: String {
    "biased " + rates.map { canonical($0) }.joined(separator: ",")
  }

  /// The mean of the rates: what to expect where classes are of a size.
  package var requestedRate: Double? {
    rates.isEmpty ? nil : rates.reduce(0, +) / Double(rates.count)
  }

  /// - Throws: `MethodError.refused` unless there is a rate for each class; `.range` for a rate.
  package func corrupt(_ task: NoiseTask, using random: inout RandomSource) throws -> [Int] {
    guard rates.count == task.classes else {
      throw MethodError.refused(
        reason: "\(rates.count) rates do not fit \(task.classes) classes: give one for each")
    }
    var labels = task.labels
    for (c, rate) in rates.enumerated() {
      guard (0...1).contains(rate) else {
        throw MethodError.range(name: "rate", value: rate, allowed: "0 to 1")
      }
      let members = task.labels.indices.filter { task.labels[$0] == c }
      let wrong = Int((rate * Double(members.count) + 1e-9).rounded(.down))
      for sample in random.sample(wrong, of: members) {
        labels[sample] = try task.wrongLabel(for: sample, using: &random)
      }
    }
    return labels
  }
}
