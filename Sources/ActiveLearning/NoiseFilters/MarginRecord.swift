import LinearAlgebra

/// How confidently a model under training gives each sample its label, averaged over the visits:
/// the area under the margin (Pleiss et al. 2020, arXiv 2001.10528).
///
/// The margin of a visit is the logit of the sample's label less the largest other logit. Right
/// labels are learned from many like them and end up with large areas, wrong ones against many.
package struct MarginRecord: Sendable {
  private let labels: [Int]
  private var sums: [Double]
  /// How often each sample was visited.
  package private(set) var visits: [Int]

  /// - Parameter labels: one for each row of the training set.
  package init(labels: [Int]) {
    self.labels = labels
    sums = [Double](repeating: 0, count: labels.count)
    visits = [Int](repeating: 0, count: labels.count)
  }

  /// Takes in one batch: which samples were in it, and their logits before the step, a row each.
  package mutating func record(_ positions: ArraySlice<Int>, _ logits: Matrix) {
    for (row, position) in positions.enumerated() {
      sums[position] += Self.margin(logits.row(row), label: labels[position])
      visits[position] += 1
    }
  }

  /// The mean margin of each sample.
  /// - Parameter finalLogits: the finished model's logits for the samples at these positions, which
  ///   were never visited; they get one margin of it.
  package func areas(finalLogits: (_ positions: [Int]) throws -> Matrix) rethrows -> [Double] {
    var areas = zip(sums, visits).map { $0 / Double(max(1, $1)) }
    let missed = visits.indices.filter { visits[$0] == 0 }
    guard !missed.isEmpty else { return areas }
    let logits = try finalLogits(missed)
    for (row, position) in missed.enumerated() {
      areas[position] = Self.margin(logits.row(row), label: labels[position])
    }
    return areas
  }

  /// The logit of `label` less the largest other one.
  package static func margin(_ logits: ArraySlice<Float>, label: Int) -> Double {
    let own = logits.startIndex + label
    var other = -Float.infinity
    for i in logits.indices where i != own && !(logits[i] <= other) { other = logits[i] }
    return Double(logits[own]) - Double(other)
  }
}
