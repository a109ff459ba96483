import LinearAlgebra

/// Suspects the labels whose samples sit otherwise among their own class than their neighbours do.
///
/// Experimental, for comparison (after iMCOD as the authors of the low-budget setting use it): Q(x)
/// are the k nearest samples of the same observed class (Euclidean, scaled rows), x among them, with
/// k = ⌊|L| / C⌋. The spread of n in Q(x) is its mean distance to Q(x) divided by the mean of
/// 1 / (distance + 1e-5); the score of x is the median over Q(x) of how far their spreads are from its
/// own. Above `t` a label is suspected; the quality is 1 / (1 + score / t). The score grows with the
/// square of the features' size. The evidence is "score" and "k", the size of Q(x).
///
/// O(Σ n · k²) lookups over the classes of n labels on all threads, and n² distances in memory, 8
/// bytes each, for one class at a time.
package struct IMCOD: NoiseFilter {
  /// More labels in one class than this would need more than half a gigabyte.
  package static let largestClass = 8192

  /// The score up to which a label is clean.
  package let t: Double
  package let scale: FeatureScale

  package init(t: Double = 1e-4, scale: FeatureScale = .auto) {
    self.t = t
    self.scale = scale
  }

  package var name: String { "imcod" }
  package var options: String { "t=\(canonical(t)) scale=\(scale.text)" }

  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    guard t > 0, t.isFinite else {
      throw MethodError.range(name: "t", value: t, allowed: "above 0")
    }
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    let k = pool.labeled.count / max(1, pool.classes)
    let (features, notice) = try pool.judgedFeatures(scale)
    if let notice = notice ?? tooFew(neighbours: k) {
      return .allClean(pool, by: self, threshold: 0.5, notices: [notice])
    }
    var scores = [Double](repeating: 0, count: pool.labeled.count)
    var sizes = scores
    for places in pool.placesOfClasses where !places.isEmpty {
      let own = try IMCOD.scores(of: features.rows(at: places), neighbours: k)
      for (position, place) in places.enumerated() {
        scores[place] = own[position]
        sizes[place] = Double(min(k, places.count))
      }
    }
    let clean = scores.map { $0 <= t }
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: clean,
      quality: zip(scores, clean).map { quality(1 / (1 + $0 / t), clean: $1) }, scores: scores,
      threshold: 0.5,
      evidence: Evidence([Evidence.Column("score", scores), Evidence.Column("k", sizes)]))
  }

  private func tooFew(neighbours: Int) -> String? {
    guard neighbours == 0 else { return nil }
    return "With fewer labels than classes there is nothing to compare; all labels count as clean."
  }

  /// The scores of the samples of one class, one row each.
  private static func scores(of features: Matrix, neighbours k: Int) throws -> [Double] {
    let count = features.rows
    guard count <= largestClass else {
      throw MethodError.refused(
        reason: "imcod compares all labels of a class with each other, and \(count) are too many")
    }
    let points = PointSet(features)
    let nearest = try KNearestSearch(points).nearest(k, to: points)
    let distances = try allDistances(of: points)
    var scores = [Double](repeating: 0, count: count)
    try scores.withUnsafeMutableBufferPointer { buffer in
      // Each sample writes an entry of its own.
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach(count) { sample in
        let spreads = spreads(of: including(sample, nearest[sample]), distances, count)
        let own = spreads.last ?? 0
        target[sample] = LinearAlgebra.percentile(50, of: spreads.map { abs($0 - own) }) ?? 0
      }
    }
    return scores
  }

  /// The neighbours with the sample itself at the end; where as many others are at the same place, it
  /// takes that of the last.
  private static func including(_ sample: Int, _ nearest: [Int]) -> [Int] {
    let others = nearest.filter { $0 != sample }
    return (others.count == nearest.count ? others.dropLast() : others[...]) + [sample]
  }

  private static func spreads(
    of members: [Int], _ distances: [Double], _ count: Int
  ) -> [Double] {
    members.map { member in
      var (sum, inverse) = (0.0, 0.0)
      for other in members {
        let distance = distances[member * count + other]
        sum += distance
        inverse += 1 / (distance + 1e-5)
      }
      return sum / inverse
    }
  }

  private static func allDistances(of points: PointSet) throws -> [Double] {
    let count = points.count
    var distances = [Double](repeating: 0, count: count * count)
    try distances.withUnsafeMutableBufferPointer { buffer in
      // Each row is written by one thread.
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach(count) { i in
        for j in 0..<count { target[i * count + j] = points.distance(i, to: points, j) }
      }
    }
    return distances
  }
}
