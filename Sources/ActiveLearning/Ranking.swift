import LinearAlgebra

/// Takes the best of scored candidates, all at once.
enum Ranking {
  /// The `count` candidates with the largest scores, the largest first.
  ///
  /// Scores within 1e-9 of a better one, relatively, are tied with it; what is not a number comes
  /// last. O(n log n).
  /// - Parameters:
  ///   - candidates: ascending.
  ///   - scores: one for each of them.
  ///   - score: what a pick is said to have scored, where that is not the number it is ranked by.
  static func best(
    _ count: Int, of candidates: [Int], by scores: [Double], ties: TieRule,
    using random: inout RandomSource, saying score: ((Double) -> Double)? = nil
  ) -> [Pick] {
    let values = scores.map { $0.isNaN ? -Double.infinity : $0 }
    let sorted = candidates.indices.sorted {
      values[$0] != values[$1] ? values[$0] > values[$1] : $0 < $1
    }
    var order: [Int] = []
    var sizes: [Int] = []
    while order.count < sorted.count {
      let best = values[sorted[order.count]]
      let floor = best.isFinite ? best - 1e-9 * abs(best) : best
      let group = sorted[order.count...].prefix { values[$0] >= floor }.sorted()
      order += ties == .random ? random.shuffled(group) : group
      sizes += [Int](repeating: group.count, count: group.count)
    }
    let said = score ?? { $0 }
    return (0..<min(count, order.count)).map { rank in
      let next = rank + 1 < order.count ? order[rank + 1] : nil
      return Pick(
        sample: candidates[order[rank]], score: said(values[order[rank]]),
        reason: PickReason(
          tied: sizes[rank],
          runnerUp: next.map { .init(sample: candidates[$0], score: said(values[$0])) }))
    }
  }

  /// The `count` samples of largest value, the largest first and the first of equal ones; fewer where
  /// `isWanted` takes fewer. One look at each, O(count) more for each that is among the largest so far.
  static func highest(
    _ count: Int, of samples: some Sequence<Int>, by values: [Double],
    where isWanted: (Int) -> Bool
  ) -> [Int] {
    var highest: [Int] = []
    for sample in samples where isWanted(sample) {
      let value = values[sample]
      if highest.count == count {
        guard value > values[highest[count - 1]] else { continue }
        highest.removeLast()
      }
      var place = highest.count
      while place > 0, value > values[highest[place - 1]] { place -= 1 }
      highest.insert(sample, at: place)
    }
    return highest
  }
}
