import LinearAlgebra

/// Takes the most typical sample of each cluster, those clusters first that have the fewest labels:
/// made for the first labels, when a model knows nothing.
///
/// TypiClust (Hacohen, Dekel and Weinshall 2022, arXiv 2202.02794): k-means with as many clusters as
/// there are labeled samples and labels to buy, at most 500. Clusters of more than `minSize` members
/// stand in a row, those with fewer labeled members first, then the larger, then the one with the
/// lower number; picks go round the row, past clusters without candidates. Where these are used up
/// the smaller clusters follow. Within a cluster the pick is the candidate that is nearest to its
/// neighbours: of the largest 1 / (mean distance to the k nearest other candidates of the cluster +
/// 1e-5), k being `neighbours` or half of the candidates, whichever is less. Typicalities within 1e-9
/// of the largest, relatively, are ties and go to the lowest index.
///
/// In shares, the clusters stay those of the first one; the clean samples stand for the labeled ones,
/// suspected ones are members of their clusters, no more. Distances are Euclidean ones of the
/// embedding's points. N · d · K per step of k-means, and m² · d for each pick, where m candidates are
/// in the cluster; O(N · ln K + m · d) memory.
package struct TypiClust: CoverageStrategy {
  /// How many labels the whole query buys.
  package let budget: Int
  /// The most neighbours by whose distance a sample is typical.
  package let neighbours: Int
  package let maxClusters: Int
  /// Clusters of as many members or fewer come last.
  package let minSize: Int
  package let kmeans: KMeans.Algorithm
  /// Whether squared distances are averaged, as the authors' program does.
  package let squaredDistances: Bool

  private let givenClusters: [Int32]?
  private var work: Work?

  private struct Work: Sendable {
    let embedding: Embedding
    let clusters: Int
    /// Nil until the first pick, which brings the random numbers.
    var members: ClusterMembers?
    var isCounted: [Bool] = []
    var isCandidate: [Bool] = []
    var turns: ClusterTurns?
  }

  /// - Parameter clusters: the cluster of each sample, from 0, where it is not for k-means to find
  ///   them.
  package init(
    budget: Int, neighbours: Int = 20, maxClusters: Int = 500, minSize: Int = 5,
    kmeans: KMeans.Algorithm = .auto, squaredDistances: Bool = false, clusters: [Int32]? = nil
  ) {
    self.budget = budget
    self.neighbours = neighbours
    self.maxClusters = maxClusters
    self.minSize = minSize
    self.kmeans = kmeans
    self.squaredDistances = squaredDistances
    givenClusters = clusters
  }

  package var radius: Double? { nil }

  /// - Throws: also `MethodError.range` for neighbours or clusters below 1.
  /// - Precondition: clusters that are given are one for each sample.
  package mutating func begin(clean: [Int], suspected: [Int], in pool: Pool) throws {
    try checkOptions()
    var work = try takeWork(for: pool.embedding, labeled: clean.count)
    work.isCounted = [Bool](repeating: false, count: pool.count)
    for sample in clean { work.isCounted[sample] = true }
    work.isCandidate = pool.isLabeled.map { !$0 }
    work.turns = nil
    self.work = work
  }

  package mutating func next(using random: inout RandomSource) throws -> Pick {
    guard var work else { throw MethodError.budget(requested: 1, available: 0) }
    self.work = nil
    let members = try work.members ?? partition(work, using: random)
    work.members = members
    var turns = work.turns ?? ClusterTurns(members, isCounted: work.isCounted, minSize: minSize)
    let cluster = turns.next { members[$0].contains { work.isCandidate[Int($0)] } }
    guard let cluster else { throw MethodError.budget(requested: 1, available: 0) }
    let candidates = members[cluster].map(Int.init).filter { work.isCandidate[$0] }
    let pick = try mostTypical(of: candidates, in: work.embedding).explained(by: [
      PickReason.Term("cluster", Double(cluster)),
      PickReason.Term("size", Double(members[cluster].count)),
      PickReason.Term("labeled", Double(turns.labeled[cluster])),
    ])
    work.isCandidate[pick.sample] = false
    work.turns = turns
    self.work = work
    return pick
  }

  /// The state of the last share, with its clusters.
  private func takeWork(for embedding: Embedding, labeled: Int) -> Work {
    if let work, work.embedding === embedding { return work }
    let labels = labeled + max(0, min(budget, embedding.count))
    return Work(embedding: embedding, clusters: min(labels, maxClusters))
  }

  private func checkOptions() throws(MethodError) {
    for (name, value) in [("neighbours", neighbours), ("max_clusters", maxClusters)]
    where value < 1 {
      throw .range(name: name, value: Double(value), allowed: "at least 1")
    }
  }

  /// Of the query, not of the share: whichever asks first, the clusters are the same.
  private func partition(_ work: Work, using random: RandomSource) throws -> ClusterMembers {
    if let givenClusters {
      precondition(givenClusters.count == work.embedding.count, "a cluster for each sample")
      let count = Int(givenClusters.max() ?? -1) + 1
      return ClusterMembers(givenClusters, count: count)
    }
    var stream = random.derived {
      $0.method += "/kmeans"
      $0.share = 0
    }
    let found = try KMeans(clusters: work.clusters, algorithm: kmeans)
      .fit(work.embedding.points, using: &stream)
    return ClusterMembers(found.labels, count: found.centres.rows)
  }

  private func mostTypical(of candidates: [Int], in embedding: Embedding) throws -> Pick {
    let scores = try Typicality(neighbours: neighbours, squaredDistances: squaredDistances)
      .scores(of: embedding.points.at(candidates))
    let best = scores.max() ?? 0
    let tied = scores.indices.filter { scores[$0] >= best * (1 - 1e-9) }
    let place = tied[0]
    let next = tied.dropFirst().first ?? second(of: scores, besides: place)
    let runnerUp = next.map { PickReason.RunnerUp(sample: candidates[$0], score: scores[$0]) }
    return Pick(
      sample: candidates[place], score: scores[place],
      reason: PickReason(tied: tied.count, runnerUp: runnerUp))
  }

  private func second(of scores: [Double], besides first: Int) -> Int? {
    scores.indices.filter { $0 != first }.max { scores[$0] < scores[$1] }
  }
}

/// Whose turn it is: clusters in a row, gone round again and again.
struct ClusterTurns: Sendable {
  /// How many labeled members each cluster has.
  let labeled: [Int]
  /// Those that are large enough, and the others.
  private let rows: [[Int]]
  private var turns = [0, 0]

  init(_ members: ClusterMembers, isCounted: [Bool], minSize: Int) {
    let labeled = (0..<members.count).map { members[$0].count { isCounted[Int($0)] } }
    let order = (0..<members.count).sorted {
      (labeled[$0], -members[$0].count, $0) < (labeled[$1], -members[$1].count, $1)
    }
    self.labeled = labeled
    rows = [
      order.filter { members[$0].count > minSize }, order.filter { members[$0].count <= minSize },
    ]
  }

  /// The next cluster that has candidates; nil if none has.
  mutating func next(hasCandidates: (Int) -> Bool) -> Int? {
    for (place, row) in rows.enumerated() {
      for _ in row.indices {
        let cluster = row[turns[place] % row.count]
        turns[place] += 1
        if hasCandidates(cluster) { return cluster }
      }
    }
    return nil
  }
}
