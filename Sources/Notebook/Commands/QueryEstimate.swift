import ActiveLearning
import LinearAlgebra

/// What a query would cost: the strategy itself is run on small parts of the pool with labels that are
/// drawn, the graph is measured by some of its tiles, the filter by one judgement. Nothing of the session
/// changes, no label of the oracle is looked at, and no random stream of it is used.
struct QueryEstimate {
  let estimate: WorkEstimate

  init(_ invocation: inout Invocation) throws {
    let query = try PreparedQuery(&invocation)
    let radius = query.row.takesDelta ? try PlannedRadius(&invocation) : nil
    let context = try Vocabulary.context(query, delta: radius?.delta, &invocation)
    try query.row.resolve(&invocation.bound.arguments, context)
    _ = try query.row.make(invocation.arguments, context)
    if let own = query.row.estimate {
      estimate = try own(invocation.arguments, context, query.pool)
      return
    }
    let parts = [
      radius?.estimate, try Self.graph(query, radius?.delta, context),
      try QueryTrials(query, context, invocation.arguments).estimate,
      try Self.judgements(query, context, invocation.arguments),
    ]
    estimate = WorkEstimate(all: parts.compactMap(\.self))
  }

  private static func graph(_ query: PreparedQuery, _ delta: Double?, _ context: StrategyContext)
    throws -> WorkEstimate?
  {
    guard let delta else { return nil }
    let forecast = try query.pool.embedding.graphForecast(radius: delta, memory: context.memory)
    let edges =
      "\(forecast.place == .memory ? "" : "about ")\(Format.grouped(forecast.edges)) edges"
    let place =
      switch forecast.place {
      case .memory: "in memory already"
      case .archive: "read from the cache"
      case .nowhere: "to be built"
      }
    let mode =
      forecast.isKept
      ? "kept" : "not kept (set memory): a pick computes those it needs, with the same picks"
    return WorkEstimate(
      seconds: forecast.seconds, memory: forecast.bytes,
      work: "coverage graph of \(edges), \(place); lists of neighbours \(mode)",
      basis: forecast.place == .nowhere ? "some tiles of the graph" : "")
  }

  /// A judgement after each share, of a labeled set that grows.
  private static func judgements(
    _ query: PreparedQuery, _ context: StrategyContext, _ arguments: Arguments
  ) throws -> WorkEstimate? {
    guard query.row.isNoiseAware(arguments), !context.filter.knowsTruth else { return nil }
    let share = arguments.integer("share") ?? query.count
    let count = (query.count + share - 1) / share
    let before = query.pool.labeled.count
    let drawn = try DrawnPool(query.pool, labeled: before + query.count)
    var random = drawn.random
    let seconds = try WorkEstimate.seconds(runs: 1) {
      _ = try context.filter.judge(drawn.pool, using: &random)
    }
    // The mean labeled set, beside the last.
    let mean = Double(before) + Double(query.count) * Double(count + 1) / Double(2 * count)
    return WorkEstimate(
      seconds: seconds * Double(count) * mean / Double(before + query.count), memory: 0,
      work: "\(Format.count(count, "judgement")) by \(context.filter.name)",
      basis: "one judgement of \(Format.count(drawn.pool.labeled.count, "label"))")
  }
}
