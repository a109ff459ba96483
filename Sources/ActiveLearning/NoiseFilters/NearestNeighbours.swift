import LinearAlgebra

/// Suspects the labels that the labeled samples nearby contradict.
///
/// Among the k nearest other labeled samples (Euclidean, scaled rows; equally near ones in the order
/// of purchase) some label must not be more frequent than the sample's own; a tie is clean. The
/// quality is the share of them that bear it. With fewer than three labels for each class of the pool
/// neighbours say nothing, and everything is clean. O(|L|² · dimensions), on all threads.
package struct NearestNeighbours: NoiseFilter {
  /// How many neighbours are asked, nil for as many as there are labels for each class; all others if
  /// those are fewer.
  package let k: Int?
  /// Whether a sample is the first of its own k neighbours; so it always has one vote for its label.
  package let includeSelf: Bool
  package let scale: FeatureScale

  package init(k: Int? = nil, includeSelf: Bool = false, scale: FeatureScale = .auto) {
    self.k = k
    self.includeSelf = includeSelf
    self.scale = scale
  }

  package var name: String { "knn" }

  package var options: String {
    "k=\(k.map { "\($0)" } ?? "auto") include_self=\(includeSelf) scale=\(scale.text)"
  }

  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    if let k, k < 1 { throw MethodError.range(name: "k", value: Double(k), allowed: "at least 1") }
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    if let notice = nothingToSay(about: pool) {
      return .allClean(pool, by: self, threshold: nil, notices: [notice])
    }
    let votes = try neighbours(in: pool).map { list in list.map { pool.observed[$0] } }
    let judgements = zip(votes, pool.observed).map { judge($1, votes: $0, classes: pool.classes) }
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: judgements.map(\.clean),
      quality: judgements.map(\.share), scores: judgements.map(\.share), threshold: nil)
  }

  private func nothingToSay(about pool: Pool) -> String? {
    if let notice = pool.tooFewToJudge { return notice }
    guard pool.labeled.count / max(1, pool.classes) < 3 else { return nil }
    return "With fewer than three labels for each class neighbours say nothing; "
      + "all labels count as clean."
  }

  /// For each label the places of those that vote on it, nearest first.
  private func neighbours(in pool: Pool) throws -> [[Int]] {
    let points = PointSet(try pool.embedding.scaled(rows: pool.labeled, scale: scale))
    let others = points.count - 1
    let asked = k ?? points.count / max(1, pool.classes)
    let count = includeSelf ? min(asked - 1, others) : min(asked, others)
    // One more, because a sample is among its own neighbours.
    let nearest = try KNearestSearch(points).nearest(count + 1, to: points)
    return nearest.enumerated().map { place, list in
      let found = Array(list.filter { $0 != place }.prefix(count))
      return includeSelf ? [place] + found : found
    }
  }

  private func judge(
    _ label: Int, votes: [Int], classes: Int
  ) -> (clean: Bool, share: Double) {
    var counts = [Int](repeating: 0, count: classes)
    for vote in votes { counts[vote] += 1 }
    let share = Double(counts[label]) / Double(max(1, votes.count))
    return (counts.allSatisfy { $0 <= counts[label] }, share)
  }
}
