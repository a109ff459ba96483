import ActiveLearning
import LinearAlgebra

/// A pool with labels that are drawn, so that work on it can be timed without asking anybody.
struct DrawnPool {
  let pool: Pool
  let oracle: Oracle
  /// A stream that no command of a session draws from.
  let random: RandomSource

  private static let key = RandomKey(seed: 0, role: .query, method: "plan")

  /// The whole of `pool`, so many of its samples labeled.
  init(_ pool: Pool, labeled: Int) throws {
    var random = RandomSource(Self.key)
    let more = max(0, labeled - pool.labeled.count)
    let samples = pool.labeled + random.sample(more, of: pool.candidates)
    let labels = samples.map { _ in random.integer(below: pool.classes) }
    self.pool = try Pool(
      embedding: pool.embedding, classes: pool.classes, labeled: samples, observed: labels)
    oracle = Oracle(observed: [Int](repeating: 0, count: pool.count))
    self.random = random
  }

  /// A part of `pool` of so many samples, at most a quarter of them labeled.
  init(part count: Int, of pool: Pool) throws {
    var random = RandomSource(Self.key)
    let labeled = pool.labeled.prefix(count / 4)
    let drawn = random.sample(count - labeled.count, of: pool.candidates)
    let labels = (0..<count).map { _ in random.integer(below: pool.classes) }
    let embedding = try pool.part(Array(labeled) + drawn.sorted())
    self.pool = try Pool(
      count: count, embedding: embedding, classes: pool.classes,
      labeled: Array(labeled.indices), observed: Array(labels[..<labeled.count]))
    oracle = Oracle(observed: labels)
    self.random = random
  }
}

extension Pool {
  /// The features of some samples as an embedding of their own; nil where there are none.
  fileprivate func part(_ samples: [Int]) throws -> Embedding? {
    guard let whole = try? embedding else { return nil }
    return Embedding(
      whole.features.rows(at: samples), metric: whole.metric, normalization: whole.normalization)
  }
}

/// Runs of a strategy on parts of a pool, each twice as large as the one before, and what they say about
/// the whole.
struct QueryTrials {
  let estimate: WorkEstimate

  /// A part takes at least so long to be worth extrapolating.
  private static let enough = 0.5

  init(_ query: PreparedQuery, _ context: StrategyContext, _ arguments: Arguments) throws {
    let whole = query.pool.count
    var sizes: [(count: Int, seconds: Double)] = []
    var count = min(whole, max(1000, 4 * query.count))
    while true {
      let seconds = try Self.seconds(count, query, context, arguments)
      sizes.append((count, seconds))
      if count == whole || seconds > 2 || (seconds > Self.enough && sizes.count > 1) { break }
      count = count > whole / 3 ? whole : 2 * count
    }
    let growth = query.row.growth(arguments, context)
    let images = try Self.secondsOfImages(query, context)
    let dimensions = (try? query.pool.embedding.dimensions) ?? 0
    estimate = WorkEstimate(
      seconds: growth.seconds(for: whole, from: sizes) + images,
      memory: query.row.bytes(
        arguments, context, PoolSize(count: whole, dimensions: dimensions)),
      work: Format.count(query.count, "pick")
        + (query.row.mode(arguments, context, whole).map { ", \($0)" } ?? ""),
      basis:
        "the picks from \(sizes.suffix(3).map { Format.grouped($0.count) }.joined(separator: " and ")) "
        + "of \(Format.grouped(whole)) samples")
  }

  /// What the strategy takes on a part of the pool whose graph is there.
  private static func seconds(
    _ count: Int, _ query: PreparedQuery, _ context: StrategyContext, _ arguments: Arguments
  ) throws -> Double {
    let drawn = try DrawnPool(part: count, of: query.pool)
    let share = Double(count) / Double(query.pool.count)
    let trial = context.trial(of: share, pool: drawn.pool)
    func once() throws {
      // A new one each time: what it found out is not there the second time, but for the graph.
      let strategy = try query.row.make(arguments, trial)
      let budget = min(query.count, drawn.pool.candidateCount)
      var purchases = Purchases(
        oracle: drawn.oracle, alreadyLabeled: drawn.pool.labeled, limit: budget)
      var random = drawn.random
      _ = try ProgressMeter.$current.withValue(ProgressMeter { _, _, _ in }) {
        try strategy.select(budget, from: drawn.pool, buying: &purchases, using: &random)
      }
    }
    return try WorkEstimate.seconds(runs: 1, once)
  }

  /// What a network takes to look at all candidates, which is what asking it costs.
  private static func secondsOfImages(_ query: PreparedQuery, _ context: StrategyContext) throws
    -> Double
  {
    guard let network = context.acquisition as? NetworkAcquisition, !query.pool.labeled.isEmpty
    else { return 0 }
    let asked = Array(query.pool.candidates.prefix(64))
    let model = try network.model(for: query.pool, clean: query.pool.labeled)
    var first = 0
    // Other samples each time: a model remembers what it said last.
    let seconds = try WorkEstimate.seconds(runs: 1) {
      _ = try model.logits(of: Array(asked.dropFirst(first).prefix(32)), in: query.pool)
      first += 32
    }
    return seconds * Double(query.pool.candidateCount) / Double(max(1, min(32, asked.count - 32)))
  }
}

extension StrategyContext {
  /// The same for a part of a pool: nobody judges, a network is stood in for by a linear probe with
  /// initial weights, and what fits into the memory there fits here.
  fileprivate func trial(of share: Double, pool: Pool) -> StrategyContext {
    var probe = acquisition
    if acquisition is NetworkAcquisition {
      probe = ProbeAcquisition(untrained: true, scale: scale, seed: 0, round: 0)
    }
    return StrategyContext(
      classes: classes, budget: budget, delta: delta, filter: KeepAll(),
      memory: Int(Double(memory) * share * share), scale: scale, metric: metric,
      remembered: nil, acquisition: probe, images: images)
  }
}

extension QueryGrowth {
  /// The seconds for a whole pool, from those of one or two of its parts, the last being the largest.
  func seconds(for whole: Int, from parts: [(count: Int, seconds: Double)]) -> Double {
    guard let last = parts.last, last.count < whole else { return parts.last?.seconds ?? 0 }
    let factor = Double(whole) / Double(last.count)
    guard parts.count > 1 else {
      return last.seconds * (self == .samples ? factor : factor * factor)
    }
    // Small parts are timed badly: the last is held against one of a quarter of its size, where there is.
    let before = parts.last { 4 * $0.count <= last.count } ?? parts[parts.count - 2]
    let ratio = Double(last.count) / Double(before.count)
    switch self {
    case .samples, .pairs:
      let power = self == .samples ? (factor, ratio) : (factor * factor, ratio * ratio)
      let growing = max(0, last.seconds - before.seconds) / (1 - 1 / power.1)
      return last.seconds + growing * (power.0 - 1)
    case .both:
      // seconds = a n + b n^2 through both, neither of them below 0.
      let square = (last.seconds - ratio * before.seconds) / (1 - 1 / ratio)
      let pairs = min(max(0, square), last.seconds)
      return (last.seconds - pairs) * factor + pairs * factor * factor
    }
  }
}
