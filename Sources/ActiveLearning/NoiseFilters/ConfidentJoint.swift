import LinearAlgebra

/// How often labels of each class seem to belong to each other class: the confident joint of given
/// and true labels (Northcutt, Jiang and Chuang 2021, arXiv 1911.00068; details as in cleanlab 2.9).
///
/// A sample is counted for a class if that class is as probable as it is, in the mean, among the
/// samples that were given it. O(samples · classes + classes²).
package struct ConfidentJoint: Sendable {
  /// Per class, the mean probability of the class among the samples given it, at least 2e-6; 2, which
  /// nothing reaches, for a class that was never given.
  package let thresholds: [Double]
  /// The class that each sample is counted for, nil for a sample that reaches no threshold: the one
  /// class whose threshold it reaches, or its most probable class where there are several.
  package let guesses: [Int?]
  /// `counts[given][guessed]`, on the diagonal at least 1.
  package let counts: [[Int]]
  /// The same, scaled so that each row sums to the number of samples given the class, and rounded.
  package let calibrated: [[Int]]

  /// - Parameters:
  ///   - probabilities: samples × classes, from models that have not seen the sample.
  ///   - labels: the given ones, a column for each sample; at least one.
  /// - Precondition: a label for each row, in 0 ..< columns.
  package init(_ probabilities: Matrix, labels: [Int]) {
    precondition(labels.count == probabilities.rows, "a label for each sample")
    let classes = probabilities.columns
    var given = [Int](repeating: 0, count: classes)
    for label in labels { given[label] += 1 }
    let thresholds = Self.thresholds(probabilities, labels, given)
    guesses = Self.guesses(probabilities, thresholds)
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for (label, guess) in zip(labels, guesses) { if let guess { counts[label][guess] += 1 } }
    for k in 0..<classes { counts[k][k] = max(counts[k][k], 1) }
    self.thresholds = thresholds
    self.counts = counts
    calibrated = Self.calibrated(counts, given)
  }

  private static func thresholds(
    _ probabilities: Matrix, _ labels: [Int], _ given: [Int]
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: given.count)
    for (i, label) in labels.enumerated() { sums[label] += Double(probabilities[i, label]) }
    return zip(sums, given).map { $1 == 0 ? 2 : max($0 / Double($1), 2e-6) }
  }

  private static func guesses(_ probabilities: Matrix, _ thresholds: [Double]) -> [Int?] {
    probabilities.largestOfRows().enumerated().map { i, largest in
      var (reached, first) = (0, 0)
      for (k, probability) in probabilities.row(i).enumerated()
      where Double(probability) >= thresholds[k] - 1e-6 {
        if reached == 0 { first = k }
        reached += 1
      }
      return reached == 0 ? nil : reached == 1 ? first : largest
    }
  }

  private static func calibrated(_ counts: [[Int]], _ given: [Int]) -> [[Int]] {
    let scaled = zip(counts, given).map { row, count in
      let sum = max(Double(row.reduce(0, +)), 1e-100)
      return row.map { Double($0) / sum * Double(count) }
    }
    // But for rounding the total is the number of samples. Where a value is half a number, or two are
    // equal, rounding decides; so it is done as cleanlab does it, column by column.
    let columns = counts.indices.flatMap { k in scaled.map { $0[k] } }
    let total = max(pairwiseSum(columns[...]), 1e-100)
    let samples = Double(given.reduce(0, +))
    return scaled.map { row in roundedKeepingSum(row.map { $0 / total * samples }) }
  }

  /// The number of wrong labels that the calibrated counts speak of. It is another estimate than the
  /// number of samples that are flagged.
  package var calibratedIssues: Int {
    let total = calibrated.joined().reduce(0, +)
    let right = calibrated.indices.reduce(0) { $0 + calibrated[$1][$1] }
    let share = 1 - Double(right) / Double(max(1, total))
    return Int((share * Double(total)).rounded(.toNearestOrEven))
  }

  /// How many samples to take for wrong, `[estimated true class][given class]`: the calibrated
  /// counts, changed so that each class keeps some of its samples.
  /// - Parameters:
  ///   - minExamples: how many samples a class keeps, 0 to 1e9.
  ///   - fracNoise: the share of the wrong labels to be found, 0 to 1; the rest counts as right.
  package func pruneCounts(minExamples: Int, fracNoise: Double) -> [[Int]] {
    let classes = calibrated.count
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for given in 0..<classes {
      let column = prunedColumn(given, minExamples: minExamples, fracNoise: fracNoise)
      for k in 0..<classes { counts[k][given] = column[k] }
    }
    return counts
  }

  /// Of the samples given one class, how many belong to each class.
  private func prunedColumn(_ given: Int, minExamples: Int, fracNoise: Double) -> [Int] {
    let column = calibrated[given].map { Double($0) }
    let kept = max(column[given], Double(minExamples))
    let sources = max(column.count { $0 != 0 } - 1, 1)
    let less = (kept - column[given]) / Double(sources)
    let noise = column.indices.map { $0 == given ? 0 : max(column[$0] - less, 0) }
    var result = noise.map { $0 * fracNoise }
    let lost = zip(noise, result).map { $0 - $1 }
    result[given] = kept + pairwiseSum(lost[...])
    return result.map { Int($0) }
  }
}

/// A sum in the order in which NumPy adds: eight sums side by side, of halves of what is long.
private func pairwiseSum(_ values: ArraySlice<Double>) -> Double {
  let (first, count) = (values.startIndex, values.count)
  guard count >= 8 else { return values.reduce(0, +) }
  guard count <= 128 else {
    let middle = first + (count / 2 - count / 2 % 8)
    return pairwiseSum(values[first..<middle]) + pairwiseSum(values[middle...])
  }
  var sums = Array(values.prefix(8))
  let whole = count - count % 8
  for i in 8..<max(whole, 8) { sums[i % 8] += values[first + i] }
  let pairs = stride(from: 0, to: 8, by: 2).map { sums[$0] + sums[$0 + 1] }
  let sum = (pairs[0] + pairs[1]) + (pairs[2] + pairs[3])
  return values[(first + whole)...].reduce(sum, +)
}

/// Whole numbers close to `values` with the rounded sum of these: each is rounded, half to even, and
/// then those that lost or gained most by it are moved by one until the sum is right.
func roundedKeepingSum(_ values: [Double]) -> [Int] {
  var rounded = values.map { $0.rounded(.toNearestOrEven) }
  let sum = values.reduce(0, +).rounded(.toNearestOrEven)
  while true {
    let missing = sum - rounded.reduce(0, +)
    guard missing != 0, !values.isEmpty else { return rounded.map { Int($0) } }
    let residuals = zip(values, rounded).map { $0 - $1 }
    let ascending = values.indices.sorted { (residuals[$0], $0) < (residuals[$1], $1) }
    let changed = missing > 0 ? ascending.reversed() : ascending
    for i in changed.prefix(Int(min(abs(missing), Double(values.count)))) {
      rounded[i] += missing > 0 ? 1 : -1
    }
  }
}
