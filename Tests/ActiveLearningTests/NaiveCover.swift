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
    var taken = Set(clean + suspected)
    var picks: [Pick] = []
    for _ in 0..<number {
      let gains = gains(coverers: coverers)
      var best = -1
      for x in 0..<count where !taken.contains(x) && (best < 0 || gains[x] > gains[best]) {
        best = x
      }
      picks.append(Pick(sample: best, score: Double(gains[best])))
      taken.insert(best)
      coverers.append(best)
    }
    return picks
  }
}
