import ActiveLearning
import ArgumentParser
import Datasets
import LinearAlgebra
import Networks

/// A pool in memory and what `winnow-judge benchmark selection` does with it.
struct SelectionWork {
  private let options: SelectionBenchmark
  private let features: Matrix
  private let labels: [Int]

  /// Reads the files.
  /// - Throws: `ValidationError` where the arrays do not fit together; what reading throws.
  init(_ options: SelectionBenchmark) throws {
    self.options = options
    features = try StoredArray(options.points ?? "").matrix()
    labels = try StoredArray(options.labels ?? "").integers()
    guard labels.count == features.rows else {
      throw ValidationError("\(features.rows) points and \(labels.count) labels")
    }
    guard labels.allSatisfy({ (0..<options.classes).contains($0) }) else {
      throw ValidationError("a label is none of the \(options.classes) classes")
    }
    guard max(options.picks, options.classes) <= features.rows else {
      throw ValidationError("\(features.rows) points are fewer than the picks or the classes")
    }
  }

  /// The work, ready to be done as often as is wanted.
  func once() throws -> RoundsOnCommand.Once {
    switch options.work {
    case .graph: return graph()
    case .narrower: return try narrower()
    case .cover: return try cover()
    case .npc: return npc()
    case .aum: return try judgement(by: LowBudgetAUM())
    case .cv: return try crossValidation()
    case .maxherding: return picks { MaxHerding(sigma: options.radius, memory: keptMemory) }
    case .typiclust: return picks { TypiClust(budget: options.picks) }
    case .coreset: return picks(labeled: options.classes) { CoreSet() }
    case .badge: return picks(labeled: options.classes) { Badge(acquisition: probe) }
    case .product: return { [] }
    }
  }

  private var keptMemory: Int { options.memory << 20 }

  private func graph() -> RoundsOnCommand.Once {
    let embedding = Embedding(features)
    return {
      let graph = try CoverageGraph(
        NeighbourSearch(embedding.points), radius: options.radius, memory: keptMemory)
      return [graph.edgeCount]
    }
  }

  /// The graph of a radius a tenth larger is there.
  private func narrower() throws -> RoundsOnCommand.Once {
    let search = NeighbourSearch(Embedding(features).points)
    let wider = try CoverageGraph(search, radius: 1.1 * options.radius, memory: keptMemory)
    return {
      let graph = try CoverageGraph(
        search, radius: options.radius, memory: keptMemory, wider: wider)
      return [graph.edgeCount, wider.edgeCount]
    }
  }

  /// The embedding keeps the graph, so that a round begins with it.
  private func cover() throws -> RoundsOnCommand.Once {
    let embedding = Embedding(features)
    _ = try embedding.coverageGraph(radius: options.radius, memory: keptMemory)
    return { try chosen(by: ball, from: Pool(embedding: embedding, classes: options.classes)) }
  }

  private func npc() -> RoundsOnCommand.Once {
    picks { NoiseAwareSampling(ball, filter: LowBudgetAUM()) }
  }

  /// Ties go to the lowest index, so that another program can make the same picks.
  private var ball: ProbCover {
    ProbCover(delta: options.radius, ties: .lowest, memory: keptMemory)
  }

  /// A linear probe with weights at random: what badge asks is timed, its training is not.
  private var probe: ProbeAcquisition {
    var random = RandomSource(RandomKey(seed: 0, role: .initialWeights))
    let head = LinearHead(
      classes: options.classes, dimensions: features.columns, using: &random)
    return ProbeAcquisition(trained: head, seed: 0, round: 0)
  }

  /// Picks of a strategy, each round on an embedding of its own, which remembers nothing.
  private func picks(
    labeled: Int = 0, _ strategy: @escaping () -> any QueryStrategy
  ) -> RoundsOnCommand.Once {
    { try chosen(by: strategy(), from: pool(labeled: labeled)) }
  }

  private func judgement(by filter: some NoiseFilter) throws -> RoundsOnCommand.Once {
    let pool = try pool(labeled: options.picks)
    return {
      var random = filter.stream(seed: 0, labeled: pool.labeled.count)
      return try filter.judge(pool, using: &random).clean.map { $0 ? 1 : 0 }
    }
  }

  private func crossValidation() throws -> RoundsOnCommand.Once {
    let filter = CrossValidation()
    let pool = try pool(labeled: options.picks)
    let folds = pool.labeled.indices.map { $0 % filter.folds }
    return {
      let rows = try pool.embedding.scaled(rows: pool.labeled, scale: filter.scale)
      let judgement = try filter.judgement(
        of: rows, labels: pool.observed, classes: pool.classes, folds: folds)
      return judgement.clean.map { $0 ? 1 : 0 }
    }
  }

  private func pool(labeled count: Int) throws -> Pool {
    let labeled = (0..<count).map { $0 * features.rows / count }
    return try Pool(
      embedding: Embedding(features), classes: options.classes, labeled: labeled,
      observed: labeled.map { labels[$0] })
  }

  private func chosen(by strategy: any QueryStrategy, from pool: Pool) throws -> [Int] {
    var purchases = Purchases(
      oracle: Oracle(observed: labels), alreadyLabeled: pool.labeled, limit: options.picks)
    var random = RandomSource(RandomKey(seed: 0, role: .query))
    return try strategy.select(
      options.picks, from: pool, buying: &purchases, using: &random
    ).picks.map(\.sample)
  }
}
