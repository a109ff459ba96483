import ActiveLearning
import LinearAlgebra
import TestSupport

/// The oracle of this module; the reference vectors are `Reference`.
typealias Oracle = ActiveLearning.Oracle
typealias Reference = TestSupport.Oracle

/// Greedy coverage word for word, on a matrix of all pairs: the judge of the incremental one.
struct NaiveCover {
  let inBall: [[Bool]]

  init(_ points: PointSet, radius: Double) {
    let distances = points.distances(to: points)
    inBall = (0..<points.count).map { i in
      (0..<points.count).map { distances[i * points.count + $0] < radius }
    }
  }

  var count: Int { inBall.count }
  var degrees: [Int] { gains(coverers: []) }

  func isCovered(by coverers: [Int]) -> [Bool] {
    (0..<count).map { y in coverers.contains { inBall[$0][y] } }
  }

  func coverage(of coverers: [Int]) -> Double {
    Double(isCovered(by: coverers).count { $0 }) / Double(count)
  }

  func gains(coverers: [Int]) -> [Int] {
    let covered = isCovered(by: coverers)
    return inBall.map { ball in zip(ball, covered).count { $0 && !$1 } }
  }

  /// Ties to the lowest index.
  func picks(_ number: Int, clean: [Int], suspected: [Int]) -> [Pick] {
    var coverers = clean
    var candidates = (0..<count).filter { !(clean + suspected).contains($0) }
    var picks: [Pick] = []
    for _ in 0..<number {
      let gains = gains(coverers: coverers).map(Double.init)
      let order = candidates.sorted { (-gains[$0], $0) < (-gains[$1], $1) }
      picks.append(pick(first: order, gains, isCovered(by: coverers)))
      candidates.removeAll { $0 == order[0] }
      coverers.append(order[0])
    }
    return picks
  }

  /// The first of candidates in the order of their gains, and why it was picked.
  func pick(
    first order: [Int], _ gains: [Double], _ isCovered: [Bool], terms: [PickReason.Term] = []
  ) -> Pick {
    let best = order[0]
    return Pick(
      sample: best, score: gains[best],
      reason: PickReason(
        tied: order.count { gains[$0] >= gains[best] - 1e-9 * gains[best] },
        runnerUp: order.dropFirst().first.map { .init(sample: $0, score: gains[$0]) },
        covered: (0..<count).filter { inBall[best][$0] && !isCovered[$0] }, terms: terms))
  }
}
