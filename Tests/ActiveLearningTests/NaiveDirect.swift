import ActiveLearning
import Foundation
import LinearAlgebra

/// DIRECT word for word: lists, and sums over all of them.
struct NaiveDirect {
  let logits: Matrix
  let truth: [Int]
  let annotators: Int
  let minBudget: Int
  var random: RandomSource
  private let classes: Int
  private var known: [Int?]
  private var picks: [Int] = []

  init(
    logits: Matrix, truth: [Int], pool: Pool, annotators: Int, minBudget: Int, random: RandomSource
  ) {
    self.logits = logits
    self.truth = truth
    self.annotators = annotators
    self.minBudget = minBudget
    self.random = random
    classes = pool.classes
    known = truth.indices.map { pool.isLabeled[$0] ? truth[$0] : nil }
  }

  mutating func select(_ budget: Int) -> [Int] {
    let counts = (0..<classes).map { c in known.count { $0 == c } }
    let order = (0..<classes).sorted { (-counts[$0], $0) < (-counts[$1], $1) }
    let half = budget / classes / 2
    let chosen =
      half < minBudget ? order : Array(order.suffix(min(classes, budget / (2 * minBudget))))
    for c in chosen { narrow(c, min(half, minBudget)) }
    let rest = budget - picks.count
    let turns = random.shuffled(Array(0..<classes))
    for (i, c) in turns.enumerated() {
      surround(c, rest * (i + 1) / classes - rest * i / classes)
    }
    return picks
  }

  /// Samples, those with the largest margins first.
  private func list(_ c: Int) -> [Int] {
    let margins = truth.indices.map { i -> Double in
      let p = Probabilities.softmax(logits.row(i))
      let largest = p.max() ?? 0
      return p[c] - largest + 1e-8 * (classes == 2 ? p[0] : largest)
    }
    return truth.indices.sorted { (-margins[$0], $0) < (-margins[$1], $1) }
  }

  private func sign(_ sample: Int, _ c: Int) -> Int { known[sample].map { $0 == c ? 1 : -1 } ?? 0 }

  private func accuracy(_ cut: Int, _ list: [Int], _ c: Int) -> Int {
    list.indices.reduce(0) { $0 + ($1 < cut ? 1 : -1) * sign(list[$1], c) }
  }

  private mutating func buy(_ sample: Int) {
    known[sample] = truth[sample]
    picks.append(sample)
  }

  private mutating func narrow(_ c: Int, _ budget: Int) {
    let list = list(c)
    var (first, last) = ends(list, c)
    var left = min(budget, known.count { $0 == nil })
    while left > 0 {
      let open = (first...last).filter { known[list[$0]] == nil }
      let n = min(annotators, left, open.count)
      if n == 0 { return }
      for position in random.sample(n, of: open) { buy(list[position]) }
      let rest = open.count - n
      if rest > 0 {
        let base = left / annotators
        let divisor = base > 1 ? pow(Double(rest), 1 / Double(base)) : 1
        let target = ceil(Double(rest) / divisor - 1e-9)
        while Double((first...last).count { known[list[$0]] == nil }) > target {
          let (low, high) = (accuracy(first, list, c), accuracy(last, list, c))
          let isLow = low == high ? random.integer(below: 2) == 0 : low < high
          if isLow { first += 1 } else { last -= 1 }
        }
      }
      left -= min(annotators, left)
    }
  }

  private func ends(_ list: [Int], _ c: Int) -> (Int, Int) {
    var (first, last) = (0, list.count - 1)
    for position in list.indices {
      if sign(list[position], c) == -1 { break }
      if sign(list[position], c) == 1 { first = position }
    }
    for position in list.indices.reversed() {
      if sign(list[position], c) == 1 { break }
      if sign(list[position], c) == -1 { last = position }
    }
    return (first, last)
  }

  private mutating func surround(_ c: Int, _ quota: Int) {
    let list = list(c)
    let accuracies = (0...list.count).map { accuracy($0, list, c) }
    guard let cut = accuracies.firstIndex(of: accuracies.max() ?? 0) else { return }
    var quota = quota
    for step in 0..<list.count {
      for position in [cut - 1 - step, cut + step] where list.indices.contains(position) {
        guard quota > 0, known[list[position]] == nil else { continue }
        buy(list[position])
        quota -= 1
      }
    }
  }
}
