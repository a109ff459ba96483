import ActiveLearning
import CommandLanguage
import LinearAlgebra

/// The ball radius of a query, from `delta=` or from what is known of the data set.
enum Deltas {
  /// A number, `auto`, or a list of numbers, one for each round.
  static let kind = Parameter.Kind.either([
    .number(.above(0)), .choice(["auto"]), .numbers(.above(0)),
  ])

  /// The radius in force for a query, and what the purity rule said where it chose it.
  struct Resolved {
    let delta: Double
    var purity: PurityRule.Choice?
  }

  /// The radius in force for this query; in the canonical command it stands as a number.
  /// - Throws: `type`, `range`, `refused`.
  static func resolve(_ invocation: inout Invocation) throws -> Resolved {
    if schedule(invocation.arguments).ignoresSoftening {
      invocation.notices.append(
        "schedule=\(invocation.arguments.text("schedule") ?? "constant") does not look for a new "
          + "radius, so there is nothing to soften")
    }
    if invocation.arguments["delta"] == nil, let known = try invocation.data().record.delta {
      invocation.bound.arguments.resolve("delta", Value(known))
    }
    guard let value = invocation.arguments["delta"], value.word != "auto" else {
      return try automatic(&invocation)
    }
    if let number = value.number { return Resolved(delta: number) }
    return Resolved(delta: try listed(value, round: invocation.state.round + 1, invocation))
  }

  /// How the radius goes on, by the options of a row.
  static func schedule(_ arguments: Arguments, remembered: DeltaMemory? = nil) -> DeltaSchedule {
    DeltaSchedule(
      arguments.text("schedule").flatMap(DeltaSchedule.Rule.init) ?? .constant,
      softening: arguments.text("softening").flatMap(DeltaSchedule.Softening.init) ?? .none,
      considersNoise: arguments.flag("consider_noise"), remembered: remembered)
  }

  /// What rows of strategies take whose radius may change.
  static let parameters: [Parameter] = [
    parameter,
    .option(
      "schedule", .choice(DeltaSchedule.Rule.allCases.map(\.rawValue)),
      default: .value("constant"), "how the radius changes after every C labels"),
    .option(
      "softening", .choice(DeltaSchedule.Softening.allCases.map(\.rawValue)),
      default: .value("none"), "how far the radius follows the schedule"),
    .option(
      "consider_noise", .boolean, default: .value("false"),
      "whether the schedule counts only labels believed clean as coverage"),
    alpha, support,
  ]

  static let parameter = Parameter.option(
    "delta", kind, default: .computed("the data set's known value, else auto"),
    "radius of the balls, in the units of the metric; auto by their purity; a list has one for "
      + "each round")
  static let alpha = Parameter.option(
    "alpha", .number(.closed(0, 1)), default: .value("0.95"), "purity that delta=auto asks for")
  static let support = Parameter.option(
    "support", .choice(DeltaSupport.allCases.map(\.rawValue)), default: .value("full"),
    "radii that delta=auto looks at; reference: no larger than 0.6")

  /// The value of a round; the last one stays in force.
  private static func listed(_ value: Value, round: Int, _ invocation: Invocation) throws -> Double
  {
    let numbers = (value.list ?? []).compactMap(\.number)
    guard let last = numbers.last else { throw MethodError.needsDelta }
    if invocation.arguments.text("schedule").map({ $0 != "constant" }) ?? false {
      throw Diagnostic(
        .refused, "a list of deltas and a schedule both say what comes next: give one of them",
        at: invocation.arguments.ranges["delta"])
    }
    return round <= numbers.count ? numbers[round - 1] : last
  }

  /// By the purity rule, worked out once for each embedding.
  private static func automatic(_ invocation: inout Invocation) throws -> Resolved {
    let support = invocation.arguments.text("support").flatMap(DeltaSupport.init) ?? .full
    let alpha = invocation.arguments.number("alpha") ?? 0.95
    let choice = try invocation.data().purity(
      alpha: alpha, support: support, embedding: invocation.embedding())
    invocation.notices.append(
      choice.isPure
        ? "delta \(Value(choice.delta).text): the largest radius at which \(Value(alpha).text) of the "
          + "samples have no neighbour of another cluster (purity \(Format.fraction(choice.purity)))"
        : "no radius reaches a purity of \(Value(alpha).text); delta \(Value(choice.delta).text) is the "
          + "smallest there is (purity \(Format.fraction(choice.purity)))")
    invocation.bound.arguments.replace("delta", Value(choice.delta))
    return Resolved(delta: choice.delta, purity: choice)
  }
}
