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
      action: .compute(runQuery)))

  @Sendable private static func runQuery(_ invocation: inout Invocation) throws -> Output {
    guard let entry = invocation.bound.method, let row = implementation(strategies, entry.name)
    else {
      throw Diagnostic(
        .missingArgument, "query needs a query strategy", at: invocation.bound.range)
    }
    let pool = try invocation.pool()
    if row.needsEmbedding { _ = try pool.embedding }
    let count = try QueryBudget.labels(&invocation)
    guard count <= pool.candidateCount else {
      throw MethodError.budget(requested: count, available: pool.candidateCount)
    }
    let filter = try queryFilter(row, &invocation)
    let context = StrategyContext(
      classes: pool.classes, budget: count, delta: try invocation.data().record.delta,
      filter: filter, memory: invocation.environment.memory,
      scale: FeatureScale(Value(canonical: try invocation.data().record.scale)))
    try row.resolve(&invocation.bound.arguments, context)
    let strategy = try row.make(invocation.arguments, context)
    let round = invocation.state.round + 1
    var purchases = Purchases(
      oracle: try invocation.oracle(), alreadyLabeled: pool.labeled, limit: count)
    var random = invocation.source(.query, method: entry.name, round: round)
    let selection = try strategy.select(
      count, from: pool, buying: &purchases, using: &random)
    let after = try pool.adding(selection.picks.map(\.sample), labels: selection.labels)
      .judged(last: selection.verdicts)
    let report = QueryReport(
      strategy: entry.name, filter: row.isNoiseAware ? filter : nil, budget: count, round: round,
      selection: selection, before: pool, after: after)
    try report.keep(purchases.ledger, &invocation)
    return try report.output(&invocation)
  }

  /// The filter in force; fills in `filter=` so that the canonical command names it.
  private static func queryFilter(
    _ row: StrategyImplementation, _ invocation: inout Invocation
  ) throws -> any NoiseFilter {
    let value = invocation.arguments["filter"] ?? invocation.state.filter
    if row.isNoiseAware { invocation.bound.arguments.resolve("filter", value) }
    return row.isNoiseAware ? try invocation.filter(value) : KeepAll()
  }
}

/// How many labels a query buys.
enum QueryBudget {
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
  static func labels(_ invocation: inout Invocation) throws -> Int {
    if let count = invocation.arguments.integer("n") { return count }
    let spc = invocation.arguments.number("spc") ?? 0
    let total = try Budget.cumulative(
      spc: spc, classes: invocation.data().record.classes,
      rate: invocation.state.noise?.budgetRate ?? 0)
    let count = total - invocation.state.labeled.count
    guard count > 0 else {
      throw Diagnostic(
        .budget,
        "spc=\(Value(spc).text) means \(total) labels in all, "
          + "\(invocation.state.labeled.count) are bought already",
        at: invocation.arguments.ranges["spc"] ?? invocation.bound.range,
        label: "nothing left to buy")
    }
    invocation.bound.arguments.resolve("n", Value(count))
    invocation.bound.arguments.drop("spc")
    return count
  }
}

extension Invocation {
  /// The oracle of the noise in force.
  func oracle() throws -> Oracle { Oracle(observed: try observedLabels()) }

  /// The frozen answers of the whole pool. Only the oracle and reports on the noise see them.
  func observedLabels() throws -> [Int] {
    let data = try data()
    guard let noise = state.noise else {
      guard let truth = try data.truth().complete else {
        throw MethodError.refused(reason: "the true labels of this pool are not known")
      }
      return truth
    }
    guard let bytes = try session.workspace.blob(noise.digest),
      let labels = Digest.ints(bytes: bytes), labels.count == data.record.train
    else {
      throw Diagnostic(
        .workspaceCorrupt, "the labels \(noise.digest) are not in the workspace as written")
    }
    return labels
  }
}

extension Pool {
  /// This pool with the newest of `verdicts` as its last judgement.
  func judged(last verdicts: [ActiveLearning.Verdict]) -> Pool {
    verdicts.last.map { judged($0) } ?? self
  }
}
