import LinearAlgebra

/// How confidently a model under training gives each sample its label, averaged over the visits:
/// the area under the margin (Pleiss et al. 2020, arXiv 2001.10528).
///
/// The margin of a visit is the logit of the sample's label less the largest other logit. Right
/// labels are learned from many like them and end up with large areas, wrong ones against many. The
/// rival of a label is the class that most often had that largest other logit.
///
/// Keeps 4 bytes for each sample and class.
package struct MarginRecord: Sendable {
  private let labels: [Int]
  private var sums: [Double]
  /// How often each sample was visited.
  package private(set) var visits: [Int]
  /// How often each class had the largest other logit; empty before any logits were seen.
  private(set) var rivals = VoteTable(samples: 0, classes: 0)

  /// - Parameter labels: one for each row of the training set.
  package init(labels: [Int]) {
    self.labels = labels
    sums = [Double](repeating: 0, count: labels.count)
    visits = [Int](repeating: 0, count: labels.count)
  }

  /// Takes in one batch: which samples were in it, and their logits before the step, a row each.
  package mutating func record(_ positions: ArraySlice<Int>, _ logits: Matrix) {
    for (row, position) in positions.enumerated() {
      visits[position] += 1
      add(logits.row(row), of: position)
    }
  }

  /// The record with one margin for each sample that was never visited, and the areas: the mean
  /// margin of each.
  /// - Parameter finalLogits: the finished model's logits for the samples at these positions.
  package func completed(
    finalLogits: (_ positions: [Int]) throws -> Matrix
  ) rethrows -> (record: MarginRecord, areas: [Double]) {
    let missed = visits.indices.filter { visits[$0] == 0 }
    var record = self
    if !missed.isEmpty {
      let logits = try finalLogits(missed)
      for (row, position) in missed.enumerated() { record.add(logits.row(row), of: position) }
    }
    return (record, zip(record.sums, visits).map { $0 / Double(max(1, $1)) })
  }

  /// The areas alone.
  package func areas(finalLogits: (_ positions: [Int]) throws -> Matrix) rethrows -> [Double] {
    try completed(finalLogits: finalLogits).areas
  }

  /// The class that most often had the largest other logit of the sample at `position`, the lowest of
  /// several.
  /// - Precondition: the sample has a margin.
  package func rival(of position: Int) -> Int { rivals.winner(of: position) }

  private mutating func add(_ logits: ArraySlice<Float>, of position: Int) {
    if rivals.classes == 0 {
      rivals = VoteTable(samples: labels.count, classes: logits.count)
    }
    let (margin, rival) = Self.margin(logits, label: labels[position])
    sums[position] += margin
    rivals.add(rival, of: position)
  }

  /// The logit of `label` less the largest other one, and whose that is: the lowest of several.
  package static func margin(
    _ logits: ArraySlice<Float>, label: Int
  ) -> (margin: Double, rival: Int) {
    let own = logits.startIndex + label
    var (other, rival) = (-Float.infinity, label)
    for i in logits.indices where i != own && !(logits[i] <= other) {
      (other, rival) = (logits[i], i - logits.startIndex)
    }
    return (Double(logits[own]) - Double(other), rival)
  }
}
