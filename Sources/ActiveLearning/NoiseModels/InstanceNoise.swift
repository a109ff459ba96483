import Foundation
import LinearAlgebra

/// An annotator whose mistakes depend on what a sample looks like: some samples are harder than
/// others, and which class one is taken for follows from its features.
///
/// After Xia et al. 2020 (2006.07836, algorithm 2), on the rows of the embedding: the rate of
/// sample i is drawn from N(rate, 0.1²), anew until it lies in (0, 1); with x the unit row times √d
/// (which gives it the length of a standardised image) and W a d × C matrix of standard normal numbers
/// for each true class, its label stays with 1 minus that rate, and else is drawn by the softmax of
/// x·W over the other classes. The realised rate is about the requested one.
/// O(C · d · C) numbers are drawn, O(N · d · C) operations.
package struct InstanceNoise: NoiseModel {
  package let rate: Double
  /// One matrix for all classes instead of one for each, as the CIFAR-N repository has it.
  package let shared: Bool

  package init(rate: Double, shared: Bool = false) {
    self.rate = rate
    self.shared = shared
  }

  package var signature: String { "instance \(rate)" + (shared ? " shared" : "") }
  package var requestedRate: Double? { rate }

  private static let deviation = 0.1

  /// - Throws: `MethodError.range`; `.needsEmbedding`; `.refused` for a single class; `Interrupted`.
  package func corrupt(_ task: NoiseTask, using random: inout RandomSource) throws -> [Int] {
    _ = try task.share(rate)
    guard let embedding = task.embedding else { throw MethodError.needsEmbedding }
    guard task.classes > 1 else {
      throw MethodError.refused(reason: "with a single class there is no wrong label to give")
    }
    let rates = task.labels.map { _ in flipRate(&random) }
    let draws = task.labels.map { _ in random.uniform() }
    var labels = task.labels
    for c in 0..<task.classes {
      let members = task.labels.indices.filter { task.labels[$0] == c }
      let weights = weights(for: c, embedding.dimensions, task.classes, random)
      for sample in members {
        try Interrupt.check()
        let scores = Self.scores(embedding.features.row(sample), weights, task.classes)
        labels[sample] = Self.label(of: c, rate: rates[sample], scores, draw: draws[sample])
      }
    }
    return labels
  }

  private func flipRate(_ random: inout RandomSource) -> Double {
    while true {
      let drawn = rate + Self.deviation * random.normal()
      if drawn > 0, drawn < 1 { return drawn }
    }
  }

  /// Row by row, one row per feature. Each class draws from a stream of its own.
  private func weights(
    for label: Int, _ dimensions: Int, _ classes: Int, _ random: RandomSource
  ) -> [Double] {
    var stream = random.derived { $0.share = shared ? 1 : 1 + label }
    return (0..<dimensions * classes).map { _ in stream.normal() }
  }

  private static func scores(
    _ row: ArraySlice<Float>, _ weights: [Double], _ classes: Int
  ) -> [Double] {
    let norm = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    let factor = norm == 0 ? 0 : Double(row.count).squareRoot() / norm
    var scores = [Double](repeating: 0, count: classes)
    for (feature, value) in row.enumerated() {
      let scaled = Double(value) * factor
      for c in 0..<classes { scores[c] += scaled * weights[feature * classes + c] }
    }
    return scores
  }

  /// The true label with probability 1 − rate, else another by softmax.
  private static func label(
    of own: Int, rate: Double, _ scores: [Double], draw: Double
  ) -> Int {
    guard draw < rate else { return own }
    let others = scores.indices.filter { $0 != own }
    let largest = others.map { scores[$0] }.max() ?? 0
    let weights = others.map { exp(scores[$0] - largest) }
    let aim = draw / rate * weights.reduce(0, +)
    var reached = 0.0
    for (label, weight) in zip(others, weights) {
      reached += weight
      if aim < reached { return label }
    }
    return others.last ?? own
  }
}
