import LinearAlgebra

/// An annotator whose mistakes are those of a confusion matrix: classes that are confused more often
/// get more of the wrong labels, and each wrong label is drawn from the row of its class.
///
/// Of ⌊rate · N⌋ wrong labels class c gets a part in proportion to its share of confusions,
/// 1 − T_cc / Σ_j T_cj, by largest remainders (ties: lower class), at most its size; what is over goes
/// to the classes with room in the same proportion. A class that is never confused and has to give
/// wrong labels all the same gives each other class alike.
package struct ConfusionNoise: NoiseModel {
  package let rate: Double
  /// Counts or probabilities, row by row: the true class, then the observed one.
  package let matrix: [[Double]]

  package init(rate: Double, matrix: [[Double]]) {
    self.rate = rate
    self.matrix = matrix
  }

  package var signature: String { "asym \(rate) matrix" }
  package var requestedRate: Double? { rate }

  /// - Throws: `MethodError.range`; `.refused` where the matrix does not fit or cannot be met.
  package func corrupt(_ task: NoiseTask, using random: inout RandomSource) throws -> [Int] {
    let changed = try task.share(rate)
    try check(task.classes)
    guard changed == 0 || task.classes > 1 else {
      throw MethodError.refused(reason: "with a single class there is no wrong label to give")
    }
    var members = [[Int]](repeating: [], count: task.classes)
    for (sample, label) in task.labels.enumerated() { members[label].append(sample) }
    let counts = try Self.dealt(changed, by: confusions, room: members.map(\.count))
    var labels = task.labels
    for c in members.indices {
      for sample in random.sample(counts[c], of: members[c]) {
        labels[sample] = draw(from: c, random.uniform())
      }
    }
    return labels
  }

  private func check(_ classes: Int) throws(MethodError) {
    guard matrix.count == classes, matrix.allSatisfy({ $0.count == classes }) else {
      throw .refused(
        reason: "the matrix has \(matrix.count) rows, and there are \(classes) classes")
    }
    guard matrix.allSatisfy({ row in row.allSatisfy { $0 >= 0 && $0.isFinite } }) else {
      throw .refused(reason: "the matrix has entries that are negative or not finite")
    }
  }

  /// How often each class is confused; 0 for a row of zeros.
  private var confusions: [Double] {
    matrix.enumerated().map { c, row in
      let sum = row.reduce(0, +)
      return sum > 0 ? 1 - row[c] / sum : 0
    }
  }

  /// A label other than `c`, by inverse distribution function.
  private func draw(from c: Int, _ uniform: Double) -> Int {
    var row = matrix[c]
    row[c] = 0
    let sum = row.reduce(0, +)
    if sum == 0 { row = row.indices.map { $0 == c ? 0 : 1 } }
    let aim = uniform * row.reduce(0, +)
    var reached = 0.0
    for (label, weight) in row.enumerated() where weight > 0 {
      reached += weight
      if aim < reached { return label }
    }
    return row.lastIndex { $0 > 0 } ?? c
  }

  /// Shares `total` out in proportion to `weights`, none above its room; the rest goes to those with
  /// room. Where all of these have weight 0 they count alike.
  package static func dealt(
    _ total: Int, by weights: [Double], room: [Int]
  ) throws(MethodError) -> [Int] {
    var counts = [Int](repeating: 0, count: weights.count)
    var left = total
    while left > 0 {
      let open = counts.indices.filter { counts[$0] < room[$0] }
      guard !open.isEmpty else {
        throw .refused(reason: "\(total) labels are to be wrong, and there are fewer samples")
      }
      let weighted = open.filter { weights[$0] > 0 }
      let taking = weighted.isEmpty ? open : weighted
      let part = parts(of: left, by: taking.map { weighted.isEmpty ? 1 : weights[$0] })
      for (c, count) in zip(taking, part) {
        let taken = min(count, room[c] - counts[c])
        counts[c] += taken
        left -= taken
      }
    }
    return counts
  }

  /// Largest remainders; ties: the earlier one.
  private static func parts(of total: Int, by weights: [Double]) -> [Int] {
    let sum = weights.reduce(0, +)
    let exact = weights.map { Double(total) * $0 / sum }
    var counts = exact.map { Int(($0 + 1e-9).rounded(.down)) }
    let order = exact.indices.sorted {
      let (a, b) = (exact[$0] - Double(counts[$0]), exact[$1] - Double(counts[$1]))
      return a > b + 1e-9 || (abs(a - b) <= 1e-9 && $0 < $1)
    }
    var rest = total - counts.reduce(0, +)
    for index in order where rest > 0 {
      counts[index] += 1
      rest -= 1
    }
    return counts
  }
}
