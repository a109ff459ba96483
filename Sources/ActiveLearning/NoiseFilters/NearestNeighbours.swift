import LinearAlgebra

/// Suspects the labels that the labeled samples nearby contradict.
///
/// Among the k nearest other labeled samples (Euclidean, scaled rows; equally near ones in the order
/// of purchase) some label must not be more frequent than the sample's own; a tie is clean. The
/// quality is the share of them that bear it. With fewer than three labels for each class of the pool
/// neighbours say nothing, and everything is clean.
///
/// The evidence is "votes for", how many bear the label, and "most votes" of the "winner": the label
/// where it is a most frequent one, else the lowest class of those; and the neighbours themselves, of
/// more than a hundred the nearest hundred. O(|L|² · dimensions), on all threads.
package struct NearestNeighbours: NoiseFilter {
  /// How many neighbours are asked, nil for as many as there are labels for each class; all others if
  /// those are fewer.
  package let k: Int?
  /// Whether a sample is the first of its own k neighbours; so it always has one vote for its label.
  package let includeSelf: Bool
  package let scale: FeatureScale
  private static let block = 4096

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
    let (features, notice) = try pool.judgedFeatures(scale)
    if let notice = notice ?? nothingToSay(about: pool) {
      return .allClean(pool, by: self, threshold: nil, notices: [notice])
    }
    let votes = try votes(on: pool, features)
    let shares = votes.map(\.share)
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: votes.map(\.isClean),
      quality: shares, scores: shares, threshold: nil, evidence: evidence(votes))
  }

  private func nothingToSay(about pool: Pool) -> String? {
    guard pool.labeled.count / max(1, pool.classes) < 3 else { return nil }
    return "With fewer than three labels for each class neighbours say nothing; "
      + "all labels count as clean."
  }

  /// The votes on each label; lists of neighbours are held for a block of labels at a time.
  private func votes(on pool: Pool, _ features: Matrix) throws -> [NeighbourVote] {
    let progress = ProgressMeter.current
    let points = PointSet(features)
    let others = points.count - 1
    let asked = k ?? points.count / max(1, pool.classes)
    let count = includeSelf ? min(asked - 1, others) : min(asked, others)
    var votes: [NeighbourVote] = []
    votes.reserveCapacity(points.count)
    for first in stride(from: 0, to: points.count, by: Self.block) {
      let places = Array(first..<min(first + Self.block, points.count))
      // One more, because a sample is among its own neighbours.
      let nearest = try KNearestSearch(points).nearest(count + 1, to: points.at(places))
      for (place, list) in zip(places, nearest) {
        let found = list.lazy.filter { $0 != place }.prefix(count)
        votes.append(
          NeighbourVote(of: (includeSelf ? [place] : []) + found, on: place, in: pool))
      }
      progress.report("neighbours", votes.count, of: points.count)
    }
    return votes
  }

  private func evidence(_ votes: [NeighbourVote]) -> Evidence {
    Evidence(
      [
        Evidence.Column("votes for", votes.map { Double($0.own) }),
        Evidence.Column("most votes", votes.map { Double($0.most) }),
        Evidence.Column("winner", votes.map { Double($0.winner) }),
      ], neighbours: votes.map(\.shown))
  }
}

/// What the neighbours of a labeled sample say about its label.
private struct NeighbourVote {
  private static let shownCount = 100

  /// How many bear the label.
  let own: Int
  /// How many bear the most frequent label.
  let most: Int
  /// That label: the sample's own if it is one of several, else the lowest.
  let winner: Int
  /// The share of those that bear the label.
  let share: Double
  /// Indices of the pool, nearest first.
  let shown: [Int]

  /// - Parameters:
  ///   - voters: places in the labeled set, nearest first.
  ///   - place: that of the sample that they vote on.
  init(of voters: [Int], on place: Int, in pool: Pool) {
    let label = pool.observed[place]
    var counts = [Int](repeating: 0, count: pool.classes)
    for voter in voters { counts[pool.observed[voter]] += 1 }
    let most = counts.max() ?? 0
    own = counts[label]
    self.most = most
    winner = own == most ? label : counts.firstIndex(of: most) ?? label
    share = Double(own) / Double(max(1, voters.count))
    shown = voters.prefix(Self.shownCount).map { pool.labeled[$0] }
  }

  var isClean: Bool { own == most }
}
