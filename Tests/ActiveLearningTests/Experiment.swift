import ActiveLearning
import LinearAlgebra

/// A pool with its answers, and what a session does with them: ask, buy, judge.
struct Experiment {
  var pool: Pool
  let observed: [Int]
  let truth: [Int]
  var seed = 7
  var round = 1

  init(
    _ features: Matrix, normalization: Normalization = .unit, truth: [Int],
    observed: [Int]? = nil, classes: Int
  ) throws {
    pool = try Pool(
      embedding: Embedding(features, normalization: normalization), classes: classes)
    self.truth = truth
    self.observed = observed ?? truth
  }

  var ideal: Ideal { Ideal(truth: LabeledTruth(truth)) }

  func select(_ strategy: some QueryStrategy, _ count: Int) throws -> Selection {
    var purchases = Purchases(
      oracle: Oracle(observed: observed), alreadyLabeled: pool.labeled, limit: count)
    var random = RandomSource(RandomKey(seed: seed, role: .query, round: round, method: "test"))
    let selection = try strategy.select(count, from: pool, buying: &purchases, using: &random)
    precondition(purchases.ledger.map(\.sample) == selection.picks.map(\.sample))
    precondition(purchases.ledger.map(\.label) == selection.labels)
    return selection
  }

  /// What a strategy picks on one thread and on two, with lists of neighbours kept and not.
  /// - Parameter make: is given the memory for the lists, and a filter that knows the truth.
  static func runs(
    of count: Int, _ make: (_ memory: Int, _ filter: Ideal) -> any QueryStrategy
  ) throws -> [[Pick]] {
    let (features, truth) = clusters(700, classes: 6, dimensions: 8)
    let observed = try noisy(truth, classes: 6, rate: 0.4)
    let usual = Parallel.threads
    defer { Parallel.threads = usual }
    return try [(1, 1 << 30), (2, 1 << 30), (1, 0), (2, 0)].map { threads, memory in
      Parallel.threads = threads
      let experiment = try Experiment(features, truth: truth, observed: observed, classes: 6)
      return try experiment.select(make(memory, experiment.ideal), count).picks
    }
  }

  /// Selects, and makes the result the state for the next query.
  mutating func query(_ strategy: some QueryStrategy, _ count: Int) throws -> Selection {
    let selection = try select(strategy, count)
    pool = try pool.adding(selection.picks.map(\.sample), labels: selection.labels)
    if let verdict = selection.verdicts.last { pool = pool.judged(verdict) }
    round += 1
    return selection
  }

  /// The share of the pool in balls of those of `samples` whose answers are right.
  func cleanCoverage(_ samples: some Collection<Int>, radius: Double) throws -> Double {
    let graph = try pool.embedding.coverageGraph(radius: radius, memory: 1 << 20)
    return try graph.coverage(of: samples.filter { observed[$0] == truth[$0] })
  }
}

extension Selection {
  var samples: [Int] { picks.map(\.sample) }
  var scores: [Double?] { picks.map(\.score) }
}

/// Points in clusters, `classes` of them, one label each.
func clusters(
  _ count: Int, classes: Int, dimensions: Int, spread: Double = 0.3, seed: Int = 1
) -> (features: Matrix, labels: [Int]) {
  var random = RandomSource(RandomKey(seed: seed, role: .data))
  let centers = (0..<classes * dimensions).map { _ in random.normal() }
  let labels = (0..<count).map { _ in random.integer(below: classes) }
  let elements = labels.flatMap { label in
    (0..<dimensions).map { Float(centers[label * dimensions + $0] + spread * random.normal()) }
  }
  return (Matrix(rows: count, columns: dimensions, elements: elements), labels)
}

/// The labels with a share of wrong ones, as an annotator of this seed would give them.
func noisy(_ labels: [Int], classes: Int, rate: Double, seed: Int = 1) throws -> [Int] {
  let model = SymmetricNoise(rate: rate)
  var random = model.stream(seed: seed)
  return try model.corrupt(NoiseTask(labels: labels, classes: classes), using: &random)
}
