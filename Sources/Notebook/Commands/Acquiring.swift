import ActiveLearning
import CommandLanguage
import LinearAlgebra
import Networks

/// The model that strategies ask.
enum Acquiring {
  /// Which model is asked.
  static let parameter = Parameter.option(
    "acquisition", .choice(["last", "probe", "untrained"]), default: .value("last"),
    "the model asked: the one trained last, a fresh linear probe, or one with initial weights",
    details: """
        last       the model of the last train since the labeled set was empty; where
                   there is none, or it has no probabilities (1nn), the next, with a
                   notice
        probe      a linear probe trained for this query on the labels believed clean
        untrained  the same probe with its initial weights: what the reference asks,
                   which rebuilds its network after each round
      With nothing labeled there is no model, and the query draws at random.
      """)

  /// Nil for strategies that ask none.
  static func source(
    _ use: StrategyImplementation.ModelUse, _ pool: Pool, _ invocation: inout Invocation
  ) throws -> (any AcquisitionSource)? {
    guard use != .none else { return nil }
    let choice = invocation.arguments.text("acquisition") ?? "last"
    if choice == "last", let source = try last(invocation) { return source }
    if choice == "untrained", let source = try untrained(invocation) { return source }
    if choice == "last", !pool.labeled.isEmpty { invocation.notices.append(standIn(invocation)) }
    let defaults = try invocation.data().plan().training
    return ProbeAcquisition(
      untrained: choice == "untrained",
      settings: SGDSettings(
        batch: defaults.batch, learningRate: defaults.learningRate,
        dropout: use == .askedWithDropout ? 0.5 : 0),
      scale: FeatureScale(Value(canonical: try invocation.data().record.scale)),
      seed: invocation.state.seed, round: invocation.state.round)
  }

  /// The model trained last, if it can say how likely each class is.
  private static func last(_ invocation: Invocation) throws -> (any AcquisitionSource)? {
    guard let record = invocation.state.model else { return nil }
    return try invocation.restored(record).acquisition(
      seed: invocation.state.seed, round: invocation.state.round)
  }

  /// The network trained last with its initial weights; nil where that was no network.
  private static func untrained(_ invocation: Invocation) throws -> (any AcquisitionSource)? {
    guard let record = invocation.state.model else { return nil }
    return try invocation.restored(record).untrained(
      seed: invocation.state.seed, round: invocation.state.round)
  }

  /// The same as a model, for filters that take its probabilities; nil where there is none.
  static func lastModel(_ invocation: Invocation) throws -> (any AcquisitionModel)? {
    try last(invocation)?.model(for: try invocation.pool())
  }

  private static func standIn(_ invocation: Invocation) -> String {
    let why =
      invocation.state.model.map { "\($0.name) has no probabilities" } ?? "no model is trained yet"
    return "\(why): a linear probe trained on the labels believed clean is asked"
  }
}
