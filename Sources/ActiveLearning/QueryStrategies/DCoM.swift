import Foundation
import LinearAlgebra

/// Covers the pool with balls while little is covered, and turns to samples that a model is unsure of
/// as coverage grows.
///
/// DCoM (Mishal and Weinshall 2024, arXiv 2407.01804). Each labeled sample has a radius of its own: the
/// largest for which enough of its ball belongs, by the acquisition model's prediction, to the class
/// that was observed for it; see `RadiusSearch`. The share c that these balls cover makes the
/// competence S = (1 + e^(−k(1−a))) / (1 + e^(−k(c−a))), to three decimals. A pick is a candidate of
/// the largest S · u + (1 − S) · r: u is how unsure the model is, −(p1 − p2), and r how many uncovered
/// samples are nearer than the mean radius, both brought to 0 … 1 over the pool; both are 0 for what
/// is labeled or picked. The pick then covers the ball of the mean radius. Scores within 1e-9 of the
/// largest, relatively, are ties.
///
/// Where nothing is labeled S is 0 and the radius is `delta`: that is ProbCover. Labels that have no
/// radius yet are taken to have `delta` until theirs is found.
///
/// N · d for each labeled sample, one pass over all pairs (N² · d) for the mean radius, and where the
/// lists of neighbours do not fit into `graphMemory` two more at most. O(N) memory besides them.
package struct DCoM: QueryStrategy {
  /// The radius where nothing is labeled, in the units of the embedding's metric.
  package let delta: Double
  /// How steeply competence rises, k.
  package let steepness: Double
  /// The coverage at which it is one half, a.
  package let centre: Double
  /// The largest radius that is looked at; nil is 1.1 for Euclidean and 0.5 for cosine distances.
  package let maxDelta: Double?
  /// The search for a radius ends when it is known to this.
  package let resolution: Double
  package let ties: TieRule
  /// Bytes that the lists of neighbours may take.
  package let graphMemory: Int

  private let acquisition: any AcquisitionSource
  private let remembered: RadiusMemory?

  /// - Parameters:
  ///   - acquisition: where the model comes from; not asked while nothing is labeled.
  ///   - memory: the radii that the last query on this labeled set left.
  package init(
    delta: Double, k: Double = 50, a: Double = 0.8, maxDelta: Double? = nil,
    resolution: Double = 0.02, acquisition: any AcquisitionSource, memory: RadiusMemory? = nil,
    graphMemory: Int = 1 << 30, ties: TieRule = .random
  ) {
    self.delta = delta
    steepness = k
    centre = a
    self.maxDelta = maxDelta
    self.resolution = resolution
    self.acquisition = acquisition
    remembered = memory
    self.graphMemory = graphMemory
    self.ties = ties
  }

  /// - Throws: also `MethodError.range` for options out of range, `.needsEmbedding`, and what the
  ///   acquisition model throws.
  package func select(
    _ count: Int, from pool: Pool, buying purchases: inout Purchases,
    using random: inout RandomSource
  ) throws -> Selection {
    try pool.requireCandidates(count)
    try checkOptions()
    let embedding = try pool.embedding
    let opinions = try opinions(of: pool)
    let radii = try radii(in: pool, by: opinions)
    let balls = OwnBalls(embedding.points, centers: pool.labeled, radii: radii)
    let mean = radii.isEmpty ? delta : radii.reduce(0, +) / Double(radii.count)
    let graph = try embedding.coverageGraph(radius: mean, memory: graphMemory)
    var ranking = try CompetenceRanking(
      graph, isLabeled: pool.isLabeled, isCovered: balls.covered(),
      uncertainty: opinions.map { $0.margins.map { -$0 } }, competence: competence(atCoverage:))
    let picks = try ranking.picks(count, ties: ties, using: &random)
    let idle = picks.count { $0.score == 0 && $0.reason?.covered?.isEmpty == true }
    let labels = try purchases.buy(picks.map(\.sample), share: 0)
    return Selection(
      picks: picks, labels: labels, shares: [count],
      exhausted: idle, delta: mean,
      memory: memory(of: pool.labeled, radii, adding: picks, mean))
  }

  /// S of a share that is covered: 0 where little is, 1 where all is.
  package func competence(atCoverage coverage: Double) -> Double {
    let value =
      (1 + exp(-steepness * (1 - centre))) / (1 + exp(-steepness * (coverage - centre)))
    return (value * 1000).rounded() / 1000
  }

  private func checkOptions() throws(MethodError) {
    try check("delta", delta, in: .leastNonzeroMagnitude...(.greatestFiniteMagnitude), "above 0")
    try check("k", steepness, in: 0...(.greatestFiniteMagnitude), "0 or more")
    try check("a", centre, in: 0...1, "0 to 1")
    // Finer is lost when radii are rounded, and the halving would come to stand at last.
    try check("resolution", resolution, in: 1e-6...(.greatestFiniteMagnitude), "1e-6 or more")
    try check(
      "max_delta", maxDelta ?? 1, in: .leastNonzeroMagnitude...1e6, "above 0, at most 1000000")
  }

  private func check(
    _ name: String, _ value: Double, in range: ClosedRange<Double>, _ allowed: String
  ) throws(MethodError) {
    guard range.contains(value) else { throw .range(name: name, value: value, allowed: allowed) }
  }
}

extension DCoM {
  /// What a model thinks of all samples.
  private struct Opinions: Sendable {
    var classes: [Int32] = []
    /// p1 − p2.
    var margins: [Double] = []
  }

  /// Samples whose probabilities are held at a time.
  private static let block = 1 << 14

  /// Nil where nothing is labeled.
  private func opinions(of pool: Pool) throws -> Opinions? {
    guard !pool.labeled.isEmpty else { return nil }
    let model = try acquisition.model(for: pool)
    var opinions = Opinions()
    for first in stride(from: 0, to: pool.count, by: Self.block) {
      let block = Array(first..<min(first + Self.block, pool.count))
      let probabilities = try Probabilities(of: model, block, in: pool)
      opinions.classes += probabilities.predictions.map(Int32.init)
      opinions.margins += probabilities.map { Probabilities.margin($0) }
    }
    return opinions
  }

  /// One for each labeled sample, in their order: those that are known, and the others found now.
  private func radii(in pool: Pool, by opinions: Opinions?) throws -> [Double] {
    guard let opinions else { return [] }
    var (radii, open) = rememberedRadii(of: pool.labeled)
    guard !open.isEmpty else { return radii }
    let points = try pool.embedding.points
    let balls = OwnBalls(points, centers: pool.labeled, radii: radii)
    let search = RadiusSearch(
      points, classes: opinions.classes, covered: try balls.covered().count { $0 },
      widest: maxDelta ?? (points.metric == .cosine ? 0.5 : 1.1), resolution: resolution)
    let found = try search.radii(
      of: open.map { pool.labeled[$0] }, observed: open.map { pool.observed[$0] })
    for (place, radius) in zip(open, found) { radii[place] = radius }
    return radii
  }

  /// What is known of each of `labeled` so far, and the places of those whose radius is to be found.
  private func rememberedRadii(of labeled: [Int]) -> (radii: [Double], open: [Int]) {
    var radii = [Double](repeating: delta, count: labeled.count)
    var isOpen = [Bool](repeating: true, count: labeled.count)
    let places = Dictionary(uniqueKeysWithValues: zip(labeled, labeled.indices))
    if let remembered {
      let known = zip(zip(remembered.samples, remembered.radii), remembered.isProvisional)
      for ((sample, radius), isProvisional) in known {
        guard let place = places[sample] else { continue }
        radii[place] = radius
        isOpen[place] = isProvisional
      }
    }
    return (radii, isOpen.indices.filter { isOpen[$0] })
  }

  private func memory(
    of labeled: [Int], _ radii: [Double], adding picks: [Pick], _ mean: Double
  ) -> StrategyMemory {
    .radii(
      RadiusMemory(
        samples: labeled + picks.map(\.sample),
        radii: radii + picks.map { _ in RadiusSearch.rounded(mean) },
        isProvisional: labeled.map { _ in false } + picks.map { _ in true }))
  }
}
