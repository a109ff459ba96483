import Glibc
import LinearAlgebra

/// Suspects the labels whose samples lie nearer to the middle of another class.
///
/// The middle of a class is the mean of the most compact of some random subsets of its samples, so
/// that wrong labels have little say in it (after the minimum covariance determinant of Rousseeuw
/// 1984). Distances are Euclidean, on scaled rows; equally near is clean. The quality is
/// d_other / (d_own + d_other), d_other the distance to the nearest other middle; the score is
/// d_other − d_own. The evidence is "distance to own", "distance to nearest other" and "nearest other
/// class", the lowest of several. O(|L| · classes · dimensions + classes · 30 · 50² · dimensions), on all threads.
package struct Centroids: NoiseFilter {
  package let scale: FeatureScale

  package init(scale: FeatureScale = .auto) { self.scale = scale }

  package var name: String { "centroids" }
  package var options: String { "scale=\(scale.text)" }

  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    let (features, notice) = try pool.judgedFeatures(scale)
    if let notice {
      return .allClean(pool, by: self, threshold: 0.5, notices: [notice])
    }
    var centres = [[Double]?](repeating: nil, count: pool.classes)
    for (label, places) in pool.placesOfClasses.enumerated() where !places.isEmpty {
      centres[label] = try centre(of: places, in: features, using: &random)
    }
    let judgement = try CentroidJudgement(features, labels: pool.observed, centres: centres)
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: judgement.clean,
      quality: judgement.quality,
      scores: zip(judgement.other, judgement.own).map { $0 - $1 }, threshold: 0.5,
      evidence: judgement.evidence)
  }

  private func centre(
    of places: [Int], in features: Matrix, using random: inout RandomSource
  ) throws -> [Double] {
    guard places.count >= 3 else { return features.rows(at: places).columnMeans() }
    let plan = RobustCentre.plan(for: places.count)
    var subsets: [[Int]] = []
    for _ in 0..<plan.subsets { subsets.append(random.sample(plan.size, of: places)) }
    return try RobustCentre(of: subsets, in: features).centre
  }
}

/// The mean of the most compact of some subsets of a class: the one whose covariance has the least
/// determinant.
package struct RobustCentre: Sendable {
  /// Of each subset, the logarithm of the magnitude of that determinant.
  package let logDeterminants: [Double]
  /// The subset with the least, the first of several.
  package let chosen: Int
  /// Its mean.
  package let centre: [Double]

  /// How many subsets of how many samples are drawn from a class of `count`, at least 3.
  package static func plan(for count: Int) -> (size: Int, subsets: Int) {
    let size = min(max(count / 2, 2), 50)
    // The logarithm of the number of possible subsets.
    let (n, s) = (Double(count), Double(size))
    let possible = lgamma(n + 1).0 - lgamma(s + 1).0 - lgamma(n - s + 1).0
    return (size, Int(min(max(possible, 15), 30)))
  }

  /// - Parameter subsets: rows of `features`, at least two in each; at least one subset.
  package init(of subsets: [[Int]], in features: Matrix) throws {
    var logs = [Double](repeating: .infinity, count: subsets.count)
    try logs.withUnsafeMutableBufferPointer { buffer in
      // Each subset writes an entry of its own.
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach(subsets.count) { index in
        let covariance = Covariance(of: features.rows(at: subsets[index]))
        target[index] = logMagnitudeOfDeterminant(covariance.values, order: covariance.order)
      }
    }
    var least = 0
    for index in logs.indices where logs[index] < logs[least] { least = index }
    logDeterminants = logs
    chosen = least
    centre = features.rows(at: subsets[least]).columnMeans()
  }
}

/// How labels stand to the middles of the classes.
package struct CentroidJudgement: Sendable {
  /// The distances to the middle of the own class.
  package let own: [Double]
  /// The distances to the nearest other one.
  package let other: [Double]
  /// The classes whose that is, the lowest of several.
  package let nearestOther: [Int]
  /// False where another one is strictly nearer.
  package let clean: [Bool]
  /// Other / (own + other); one half where both are 0.
  package let quality: [Double]

  /// - Parameters:
  ///   - features: one row per label.
  ///   - centres: one for each class, nil for a class without labels; at least two.
  package init(_ features: Matrix, labels: [Int], centres: [[Double]?]) throws {
    let names = centres.indices.filter { centres[$0] != nil }
    let middles = PointSet(
      Matrix(
        rows: names.count, columns: features.columns,
        elements: centres.flatMap { ($0 ?? []).map(Float.init) }))
    let points = PointSet(features)
    var found = [(own: Double, other: Double, name: Int)](
      repeating: (.infinity, .infinity, 0), count: labels.count)
    try found.withUnsafeMutableBufferPointer { buffer in
      // Each row writes an entry of its own.
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach(labels.count) { row in
        for (position, name) in names.enumerated() {
          let distance = points.distance(row, to: middles, position)
          if name == labels[row] {
            target[row].own = distance
          } else if distance < target[row].other {
            (target[row].other, target[row].name) = (distance, name)
          }
        }
      }
    }
    own = found.map(\.own)
    other = found.map(\.other)
    nearestOther = found.map(\.name)
    clean = found.map { $0.own <= $0.other }
    quality = found.map { own, other, _ in
      let value = own + other == 0 ? 0.5 : other / (own + other)
      return ActiveLearning.quality(value, clean: own <= other)
    }
  }
  var evidence: Evidence {
    Evidence([
      Evidence.Column("distance to own", own),
      Evidence.Column("distance to nearest other", other),
      Evidence.Column("nearest other class", nearestOther.map(Double.init)),
    ])
  }
}
