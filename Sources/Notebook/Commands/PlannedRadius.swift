import ActiveLearning
import CommandLanguage
import LinearAlgebra

/// The radius that a query would have. Where the purity rule would have to look for it, the rule is tried
/// on a part of the pool: that gives a radius to count with, and the time it takes.
struct PlannedRadius {
  let delta: Double
  /// The cost of finding it; nil where it is known.
  let estimate: WorkEstimate?

  init(_ invocation: inout Invocation) throws {
    if let known = try Self.known(&invocation) {
      delta = known
      estimate = nil
      return
    }
    let pool = try invocation.pool()
    let rule = Self.rule(invocation)
    var sizes: [(count: Int, seconds: Double)] = []
    var choice = 0.0
    for count in [min(pool.count, 2000), min(pool.count, 4000)] {
      let part = try DrawnPool(part: count, of: pool).pool.embedding
      let started = ContinuousClock.now
      choice = try rule.choose(for: part, classes: pool.classes).delta
      sizes.append((count, (ContinuousClock.now - started).seconds))
    }
    delta = choice
    estimate = WorkEstimate(
      seconds: QueryGrowth.pairs.seconds(for: pool.count, from: sizes), memory: 8 * pool.count,
      work: "delta=auto: one pass over all pairs; "
        + "a part of the pool says \(Value(delta).text), which is counted with",
      basis: "the rule on \(Format.grouped(sizes[1].count)) samples")
  }

  private static func rule(_ invocation: Invocation) -> PurityRule {
    PurityRule(
      alpha: invocation.arguments.number("alpha") ?? 0.95,
      support: invocation.arguments.text("support").flatMap(DeltaSupport.init) ?? .full)
  }

  /// What `Deltas` says without working anything out.
  private static func known(_ invocation: inout Invocation) throws -> Double? {
    let data = try invocation.data()
    let isAutomatic =
      invocation.arguments["delta"].map { $0.word == "auto" } ?? (data.record.delta == nil)
    let rule = rule(invocation)
    if isAutomatic {
      let isKnown = data.knowsPurity(
        alpha: rule.alpha, support: rule.support, embedding: try invocation.embedding())
      guard isKnown else { return nil }
    }
    return try Deltas.resolve(&invocation).delta
  }
}
