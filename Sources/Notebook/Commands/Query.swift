import ActiveLearning
import CommandLanguage
import LinearAlgebra
import WorkspaceStore

extension Vocabulary {
  static let query = Row(
    Entry(
      .command, "query", "chooses samples, asks the oracle, adds them to the labeled set",
      parameters: [
        .positional(
          "n", .integer(1...Int.max), default: .absent, "labels to buy; or give spc="),
        .option(
          "spc", .number(.above(0)), default: .absent,
          "buy up to the cumulative budget for this many expected clean samples per class"),
        .option(
          "filter", .method(.filter), default: .computed("the session's filter"),
          "the filter of a noise-aware strategy, for this query"),
      ],
      details: """
        A noise-aware strategy judges with the session's filter and its options (see filter).
        spc=S buys ceil(S * C / (1 - rate)) labels in all, less those bought already; rate is the
        requested rate of the noise.
        """,
      examples: [
        "load digits\nquery random 20",
        "load digits\nnoise sym 0.5\nfor q in probcover npc(share=5) { reset; query $q 20 }",
      ]),
    CommandImplementation(
      method: .strategy, changesState: true, isLong: true, validate: QueryBudget.validate,
      estimate: { try QueryEstimate(&$0).estimate }, action: .compute(runQuery)))

  @Sendable private static func runQuery(_ invocation: inout Invocation) throws -> Output {
    let query = try PreparedQuery(&invocation)
    let (row, pool) = (query.row, query.pool)
    let radius = row.takesDelta ? try Deltas.resolve(&invocation) : nil
    let context = try context(query, delta: radius?.delta, &invocation)
    try row.resolve(&invocation.bound.arguments, context)
    let strategy = try row.make(invocation.arguments, context)
    let round = invocation.state.round + 1
    var purchases = Purchases(
      oracle: query.oracle, alreadyLabeled: pool.labeled, limit: query.count)
    var random = invocation.source(.query, method: query.entry.name, round: round)
    let selection = try strategy.select(
      query.count, from: pool, buying: &purchases, using: &random)
    let after = try pool.adding(selection.picks.map(\.sample), labels: selection.labels)
      .judged(last: selection.verdicts)
    let report = QueryReport(
      strategy: row.reported(query.entry.name, invocation.arguments),
      filter: row.isNoiseAware(invocation.arguments) ? context.filter : nil,
      budget: invocation.arguments.integer("n") ?? query.count, round: round,
      purity: selection.delta == radius?.delta ? radius?.purity?.purity : nil,
      selection: selection, after: after)
    try report.keep(purchases.ledger, &invocation)
    return try report.output(&invocation)
  }

  /// What the strategy of a query is built from.
  static func context(
    _ query: PreparedQuery, delta: Double?, _ invocation: inout Invocation
  ) throws -> StrategyContext {
    let (row, pool) = (query.row, query.pool)
    let name = row.reported(query.entry.name, invocation.arguments)
    return StrategyContext(
      classes: pool.classes, budget: query.count,
      delta: delta,
      filter: try queryFilter(row, &invocation), memory: invocation.environment.memory,
      scale: FeatureScale(Value(canonical: try invocation.data().record.scale)),
      metric: Metric(rawValue: try invocation.data().record.features?.metric ?? "") ?? .l2,
      remembered: try invocation.stored(StrategyMemory.self, invocation.state.memories[name]),
      acquisition: try Acquiring.source(row.modelUse, pool, &invocation),
      images: { [data = try invocation.data()] in PipelineFeed(pipeline: try data.images()) })
  }

  /// The filter in force; fills in `filter=` so that the canonical command names it.
  private static func queryFilter(
    _ row: StrategyImplementation, _ invocation: inout Invocation
  ) throws -> any NoiseFilter {
    let value = invocation.arguments["filter"] ?? invocation.state.filter
    guard row.isNoiseAware(invocation.arguments) else { return KeepAll() }
    invocation.bound.arguments.resolve("filter", value)
    return try invocation.filter(value)
  }
}

/// A query that was asked for and can be made, before anything is chosen.
struct PreparedQuery {
  let row: StrategyImplementation
  let entry: Entry
  let pool: Pool
  let oracle: Oracle
  /// The samples to choose.
  let count: Int

  /// - Throws: what the query would be refused with before a strategy is made.
  init(_ invocation: inout Invocation) throws {
    guard let entry = invocation.bound.method,
      let row = Vocabulary.implementation(Vocabulary.strategies, entry.name)
    else {
      throw Diagnostic(
        .missingArgument, "query needs a query strategy", at: invocation.bound.range)
    }
    self.row = row
    self.entry = entry
    pool = try invocation.pool()
    if row.needsEmbedding { _ = try pool.embedding }
    oracle = try invocation.oracle()
    count = try QueryBudget.samples(&invocation, votes: oracle.votes)
    try QueryBudget.require(count, votes: oracle.votes, in: pool, invocation)
  }
}

/// How many labels a query buys.
enum QueryBudget {
  /// How many samples the labels of the query are for, at `votes` labels a sample.
  static func samples(_ invocation: inout Invocation, votes: Int) throws -> Int {
    let labels = try labels(&invocation)
    guard labels >= votes else {
      throw Diagnostic(
        .budget, "a sample costs \(votes) labels, one for each vote",
        at: invocation.arguments.ranges["n"] ?? invocation.bound.range,
        label: "at least \(votes)")
    }
    let rest = labels % votes
    if rest > 0 {
      invocation.notices.append(
        "\(Format.count(rest, "label")) of \(labels) not spent: a sample costs \(votes)")
    }
    return labels / votes
  }

  /// - Throws: `budget` where there are not as many samples to choose from.
  static func require(_ count: Int, votes: Int, in pool: Pool, _ invocation: Invocation) throws {
    let available = pool.candidateCount
    guard count > available else { return }
    guard votes > 1 else { throw MethodError.budget(requested: count, available: available) }
    let labels = invocation.arguments.integer("n") ?? count * votes
    throw Diagnostic(
      .budget,
      "\(labels) labels, \(votes) a sample, are for \(count) samples; \(available) are unlabeled",
      at: invocation.arguments.ranges["n"] ?? invocation.bound.range,
      label: available == 0 ? "all are labeled" : "from \(votes) to \(available * votes)")
  }

  /// Either a number of labels or `spc=`, and not both.
  @Sendable static func validate(_ bound: BoundCommand) throws(Diagnostic) {
    let given = ["n", "spc"].filter { bound.arguments[$0] != nil }
    guard given.count != 2 else {
      throw Diagnostic(
        .syntax, "a query takes a number of labels or spc=, not both", at: bound.range)
    }
    guard given.isEmpty else { return }
    throw Diagnostic(
      .missingArgument, "query needs a number of labels, or spc=",
      at: SourceRange(bound.range.upper, bound.range.upper), label: "a whole number, at least 1")
  }

  /// Puts N in the place of `spc=` where that was given: the canonical command has one of them.
  private static func labels(_ invocation: inout Invocation) throws -> Int {
    if let count = invocation.arguments.integer("n") { return count }
    let spc = invocation.arguments.number("spc") ?? 0
    let total = try Budget.cumulative(
      spc: spc, classes: invocation.data().record.classes,
      rate: invocation.state.noise?.budgetRate ?? 0)
    let bought = invocation.state.spent
    let count = total - bought
    guard count > 0 else {
      throw Diagnostic(
        .budget,
        "spc=\(Value(spc).text) means \(total) labels in all, \(bought) are bought already",
        at: invocation.arguments.ranges["spc"] ?? invocation.bound.range,
        label: "nothing left to buy")
    }
    invocation.bound.arguments.resolve("n", Value(count))
    invocation.bound.arguments.drop("spc")
    return count
  }
}

extension Pool {
  /// This pool with the newest of `verdicts` as its last judgement.
  func judged(last verdicts: [ActiveLearning.Verdict]) -> Pool {
    verdicts.last.map { judged($0) } ?? self
  }
}
