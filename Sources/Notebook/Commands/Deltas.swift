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
    return Resolved(delta: try listed(value, round: invocation.state.round + 1))
  }

  /// How the radius goes on, by the options of a row.
  static func schedule(_ arguments: Arguments, remembered: DeltaMemory? = nil) -> DeltaSchedule {
    DeltaSchedule(
      arguments.text("schedule").flatMap(DeltaSchedule.Rule.init) ?? .constant,
      softening: arguments.text("softening").flatMap(DeltaSchedule.Softening.init) ?? .none,
      considersNoise: arguments.flag("consider_noise"), remembered: remembered)
  }

  /// - Throws: `refused` where a list and a schedule both say what comes next.
  @Sendable static func validate(_ arguments: Arguments) throws(Diagnostic) {
    let schedule = arguments.text("schedule") ?? "constant"
    guard schedule != "constant", arguments["delta"]?.list != nil else { return }
    throw Diagnostic(
      .refused, "a list of deltas and a schedule both say what comes next",
      at: arguments.ranges["delta"], label: "one number, or without schedule=\(schedule)")
  }

  /// What rows of strategies take whose radius may change.
  static let parameters: [Parameter] = [
    parameter,
    .option(
      "schedule", .choice(DeltaSchedule.Rule.allCases.map(\.rawValue)),
      default: .value("constant"), "how the radius changes after every C labels",
      details: scheduleDetails),
    .option(
      "softening", .choice(DeltaSchedule.Softening.allCases.map(\.rawValue)),
      default: .value("none"), "how far the radius follows the schedule",
      details: """
        delta becomes s * new + (1 - s) * old with
          none         s = 1
          average      s = 0.5
          improvement  s = (v_new - v_old) / v_new, v what the schedule makes largest;
                       1 without one
        constant and the two descents have nothing to soften.
        """),
    .option(
      "consider_noise", .boolean, default: .value("false"),
      "whether the schedule counts only labels believed clean as coverage"),
    alpha, support,
  ]

  static let parameter = Parameter.option(
    "delta", kind, default: .computed("the data set's known value, else auto"),
    "radius of the balls, in the units of the metric; auto by their purity; a list has one for "
      + "each round",
    details: """
      A sample covers all samples nearer than delta. Without the option it is the value known for the
      data set and its embedding, else auto: the largest radius of the support at which the share
      alpha of the samples has no neighbour of another cluster (k-means with one cluster a class).
      In a list the last value stays in force. Too small a delta raises clean coverage and lowers
      accuracy: compare accuracy over a grid chosen beforehand, and see show coverage.
      """)
  static let alpha = Parameter.option(
    "alpha", .number(.closed(0, 1)), default: .value("0.95"), "purity that delta=auto asks for")
  static let support = Parameter.option(
    "support", .choice(DeltaSupport.allCases.map(\.rawValue)), default: .value("full"),
    "radii that delta=auto looks at; reference: no larger than 0.6")

  private static let scheduleDetails = """
    Before a pick, whenever the number of labels L is above 0 and a multiple of the classes.
    delta0 is the delta= of the first query, p = L / N; degrees are counted in what no label covers
    yet, at the radii 0.02, 0.04 ... 1.10 (cosine: to 0.50) and the present one.
      constant               delta stays
      linear_descent         (1 - p) * delta0 + p * 0.02
      exponential_descent    f * delta0 + (1 - f) * 0.02,
                             f = (e^-10 - e^(-10 p)) / (e^-10 - 1)
      max_std                the largest standard deviation of the degrees
      max_entropy            the largest entropy of their histogram, in bits
      max_std_smaller, max_entropy_smaller
                             the same, among radii up to the present one
      max_support_size_take_max, max_support_size_take_min
                             the largest degree; of several radii the largest, the
                             smallest
      max_deg_after_lt_2_take_min, ..._3_..., ..._4_...
                             stays while the last pick's degree was at least
                             2, 3, 4; then the same
    """

  /// The value of a round; the last one stays in force.
  private static func listed(_ value: Value, round: Int) throws -> Double {
    let numbers = (value.list ?? []).compactMap(\.number)
    guard let last = numbers.last else { throw MethodError.needsDelta }
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
