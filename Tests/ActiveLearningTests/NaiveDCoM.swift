import ActiveLearning
import Foundation
import LinearAlgebra

/// DCoM word for word, on a matrix of all pairs; ties go to the lowest index.
struct NaiveDCoM {
  let count: Int
  let distances: [[Double]]
  /// Per sample, the classes' probabilities.
  let probabilities: [[Double]]
  var widest = 1.1

  init(_ points: PointSet, _ logits: Matrix) {
    let all = points.distances(to: points)
    count = points.count
    distances = (0..<points.count).map { Array(all[$0 * points.count..<($0 + 1) * points.count]) }
    probabilities = (0..<logits.rows).map { Probabilities.softmax(logits.row($0)) }
  }

  func covered(by labeled: [Int], _ radii: [Double]) -> [Bool] {
    (0..<count).map { y in
      zip(labeled, radii).contains { $0 == y || distances[$0][y] < $1 }
    }
  }

  /// The demand as a fraction, so that equal is equal.
  func radius(of x: Int, label: Int, covered: Int) -> Double {
    var (low, high, middle) = (0.0, widest, widest / 2)
    var last: (middle: Double, isEqual: Bool)?
    while high - low > 0.02 {
      let ball = (0..<count).filter { distances[x][$0] < middle }
      let matches = ball.count { mostProbable(probabilities[$0]) == label }
      let (left, right) = (5 * count * matches, ball.count * (covered + 2 * count))
      if left < right, let last, last.middle < middle, last.isEqual { return round(last.middle) }
      last = (middle, left == right)
      if left < right { high = middle } else { low = middle }
      middle = (low + high) / 2
    }
    return round(middle)
  }

  private func mostProbable(_ p: [Double]) -> Int { p.firstIndex(of: p.max()!)! }

  func round(_ radius: Double) -> Double { max(0.01, (radius * 100).rounded() / 100) }

  func competence(_ coverage: Double) -> Double {
    ((1 + exp(-50 * 0.2)) / (1 + exp(-50 * (coverage - 0.8))) * 1000).rounded() / 1000
  }

  struct Choice {
    var picks: [Int] = []
    var scores: [Double] = []
    var radii: [Double] = []
  }

  /// - Parameter known: radii of labeled samples that were found before.
  func select(
    _ number: Int, labeled: [Int], observed: [Int], delta: Double, known: [Int: Double],
    provisional: [Int: Double]
  ) -> Choice {
    var radii = labeled.map { known[$0] ?? provisional[$0] ?? delta }
    let start = covered(by: labeled, radii).count { $0 }
    for (place, x) in labeled.enumerated() where known[x] == nil {
      radii[place] = radius(of: x, label: observed[place], covered: start)
    }
    var covered = covered(by: labeled, radii)
    let mean = labeled.isEmpty ? delta : radii.reduce(0, +) / Double(radii.count)
    let skill = labeled.isEmpty ? 0 : competence(Double(covered.count { $0 }) / Double(count))
    var unsure = scaled(
      probabilities.map { p in
        let ordered = p.sorted(by: >)
        return -(ordered[0] - (ordered.count > 1 ? ordered[1] : 0))
      })
    for x in labeled { unsure[x] = 0 }
    var taken = Set(labeled)
    var choice = Choice(radii: radii)
    for _ in 0..<number {
      let degrees = (0..<count).map { x in
        labeled.contains(x)
          ? 0.0 : Double((0..<count).count { distances[x][$0] < mean && !covered[$0] })
      }
      let scores = zip(scaled(unsure), scaled(degrees)).map { skill * $0 + (1 - skill) * $1 }
      let candidates = (0..<count).filter { !taken.contains($0) }
      let best = candidates.map { scores[$0] }.max()!
      let pick = candidates.first { scores[$0] >= best - 1e-9 * best }!
      choice.picks.append(pick)
      choice.scores.append(scores[pick])
      taken.insert(pick)
      unsure[pick] = 0
      for y in 0..<count where distances[pick][y] < mean { covered[y] = true }
    }
    return choice
  }

  private func scaled(_ values: [Double]) -> [Double] {
    let (least, most) = (values.min()!, values.max()!)
    return values.map { most > least ? ($0 - least) / (most - least) : 0 }
  }
}
