import Foundation
import LinearAlgebra

/// For each class all samples of a pool, those first that look most like it.
///
/// A sample's place in the line of class c is decided by p_c − max p. All samples that are predicted as
/// c have 0 there; 1e-8 · max p on top (1e-8 · p_0 where there are two classes) puts the more certain
/// ones first. Equal ones stand in ascending order.
package struct ClassLines: Sendable {
  package let probabilities: Probabilities
  /// Class by class.
  private let samples: [Int32]

  /// Sorts, class by class on all threads. O(C · N log N) time, 4 · C · N bytes and 8 · N for each
  /// thread.
  package init(_ probabilities: Probabilities) throws {
    let (count, classes) = (probabilities.count, probabilities.classes)
    var samples = [Int32](repeating: 0, count: count * classes)
    try samples.withUnsafeMutableBufferPointer { buffer in
      // Each class writes entries of its own.
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach(classes) { c in
        let margins = (0..<count).map { probabilities.margin(of: $0, in: c) }
        let sorted = (0..<Int32(count)).sorted {
          let (left, right) = (margins[Int($0)], margins[Int($1)])
          return left != right ? left > right : $0 < $1
        }
        for (place, sample) in sorted.enumerated() { target[c * count + place] = sample }
      }
    }
    self.probabilities = probabilities
    self.samples = samples
  }

  /// The line of class `c`.
  /// - Parameter labels: what is known of each sample of the pool, -1 where nothing is.
  package func line(of c: Int, labels: [Int32]) -> ClassLine {
    let count = probabilities.count
    return ClassLine(samples[c * count..<(c + 1) * count].map { Int($0) }, of: c, labels: labels)
  }
}

extension Probabilities {
  fileprivate func margin(of sample: Int, in c: Int) -> Double {
    let row = row(sample)
    let first = row.startIndex
    let largest = row.reduce(0) { max($0, $1) }
    let tieBreak = classes == 2 ? row[first] : largest
    let margin = row[first + c] - largest + 1e-8 * tieBreak
    return margin.isNaN ? -.infinity : margin
  }
}

/// All samples in the order of how much they look like one class, with what is known of them: the class
/// should end at a cut between two of them, which is looked for.
package struct ClassLine: Sendable {
  package let samples: [Int]
  /// At each position 1 for a sample labeled with the class, -1 for one with another label, 0 for one
  /// without.
  package private(set) var signs: [Int]

  fileprivate init(_ samples: [Int], of c: Int, labels: [Int32]) {
    self.samples = samples
    signs = samples.map { labels[$0] < 0 ? 0 : labels[$0] == Int32(c) ? 1 : -1 }
  }

  /// Takes note of labels at some positions.
  mutating func learn(_ labels: [Int], at positions: [Int], of c: Int) {
    for (label, position) in zip(labels, positions) { signs[position] = label == c ? 1 : -1 }
  }

  /// For each cut i in 0 … N: the signs at the positions before it less those from it on.
  package var balance: [Int] {
    var sum = -signs.reduce(0, +)
    return [sum]
      + signs.map { sign in
        sum += 2 * sign
        return sum
      }
  }

  /// The first cut with the largest balance.
  package var bestCut: Int {
    let balance = balance
    return balance.firstIndex(of: balance.max() ?? 0) ?? 0
  }

  /// The positions between which the cut must lie if no label is wrong: the last of the leading samples
  /// of the class (0 if there is none) and the first of the trailing samples of others (N − 1 if there
  /// is none); unlabeled ones are passed over.
  package var versionSpace: (first: Int, last: Int) {
    let firstOther = signs.firstIndex(of: -1) ?? signs.count
    let lastOwn = signs.lastIndex(of: 1) ?? -1
    let first = signs[..<firstOther].lastIndex(of: 1) ?? 0
    let last = signs[(lastOwn + 1)...].firstIndex(of: -1) ?? signs.count - 1
    return (first, last)
  }

  /// The unlabeled positions of a range, ascending.
  func unlabeled(from first: Int, through last: Int) -> [Int] {
    first <= last ? (first...last).filter { signs[$0] == 0 } : []
  }

  /// Makes a range narrower, from the end where the cut is less likely, until no more than `target` of
  /// its `open` unlabeled positions are left; a coin decides between equal ends.
  /// - Precondition: target ≥ 1.
  func narrowed(
    _ range: (first: Int, last: Int), open: Int, to target: Int, using random: inout RandomSource
  ) -> (first: Int, last: Int) {
    let balance = balance
    var (first, last) = range
    var open = open
    while open > target {
      let (low, high) = (balance[first], balance[last])
      let movesFirst = low != high ? low < high : random.integer(below: 2) == 0
      if signs[movesFirst ? first : last] == 0 { open -= 1 }
      if movesFirst { first += 1 } else { last -= 1 }
    }
    return (first, last)
  }

  /// The first `count` unlabeled positions that are met when looking left and right of a cut in turn,
  /// left first; fewer where both ends are reached.
  package func around(_ cut: Int, _ count: Int) -> [Int] {
    var found: [Int] = []
    var (left, right) = (cut - 1, cut)
    while found.count < count, left >= 0 || right < signs.count {
      if left >= 0, signs[left] == 0 { found.append(left) }
      if right < signs.count, signs[right] == 0, found.count < count { found.append(right) }
      (left, right) = (left - 1, right + 1)
    }
    return found
  }
}
