import ActiveLearning
import CommandLanguage
import LinearAlgebra

extension Vocabulary {
  static let compare = Row(
    Entry(
      .command, "compare", "compares methods under the same seeds, with a verdict",
      parameters: [
        .positional(
          "a", .value, "a method that was run, or the loop variable that held the methods"),
        .positional("b", .value, default: .absent, "the method that it is compared with"),
        .option(
          "by", .value, default: .computed("the seed"),
          "the loop variable whose values pair the runs"),
        .option(
          "baseline", .value, default: .computed("random if it was run, else the first"),
          "what all methods of a loop variable are compared with"),
        .option(
          "metric", .choice(["aubc"] + Metrics.keys), default: .value("aubc"),
          "area under the curve of of=, or a metric's value in the last round"),
        .option(
          "of", .choice(Metrics.keys), default: .value("accuracy"), "what the curve is of"),
        .option(
          "aubc", .choice(["mean", "zhan"]), default: .value("mean"),
          "trapezoid over the width of the budgets; zhan divides by one more"),
        .option(
          "band", .choice(["ci", "sd", "se", "none"]), default: .value("ci"),
          "around each mean: 95 % interval, standard deviation, or standard error"),
        .option(
          "epsilon", .number(.above(0)), default: .value("0.01"),
          "the smallest difference that matters"),
        .option(
          "sequential", .boolean, default: .value("false"),
          "an interval that stays valid while seeds are added"),
      ],
      details: """
        The runs since the last load, paired by seed: same annotator, same initial weights. Fix the
        number of seeds before looking: adding seeds until an interval excludes 0 declares false
        winners, unless sequential=true. Below 10 seeds there is no verdict. With several methods
        against one baseline Holm's correction decides.
        """,
      citation: "Student (1908); Holm (1979); Agarwal et al. (2021), arXiv 2108.13264; "
        + "Lai (1976), On confidence sequences",
      examples: [
        """
        load digits
        noise sym 0.2
        for s in 1..10 { seed $s; for q in random npc { reset; repeat 2 { query $q 20; train 1nn } } }
        compare q by=s baseline=random
        """,
        """
        load digits
        for s in 1..3 { seed $s; for q in random probcover { reset; query $q 20; train 1nn } }
        compare probcover random metric=accuracy
        """,
      ]),
    CommandImplementation(action: .compute(runCompare)))

  @Sendable private static func runCompare(_ invocation: inout Invocation) throws -> Output {
    let request = try ComparisonRequest(invocation)
    let random = invocation.source(.evaluation, method: "compare")
    let report = try ComparisonReport(request, invocation.arguments, random)
    invocation.notices += report.notices
    return report.output
  }
}

/// Which arms are compared with which.
struct ComparisonRequest {
  let arms: Arms
  let baseline: Arms.Arm
  /// In the order in which they are shown.
  let challengers: [Arms.Arm]
  /// Shown beside them without a verdict.
  let bystanders: [Arms.Arm]

  init(_ invocation: Invocation) throws {
    let curves = invocation.state.curves
    guard !curves.isEmpty else {
      throw Diagnostic(
        .refused, "nothing has been queried since the last load", at: invocation.bound.range,
        notes: ["compare needs runs: for s in 1..10 { seed $s; for q in … { reset; … } }"])
    }
    let arguments = invocation.arguments
    let loops = Set(curves.flatMap { $0.loop.map(\.name) })
    let pairing = try Self.pairing(arguments, loops)
    let range = arguments.ranges["a"]
    let first = arguments["a"] ?? .word("")
    if let second = arguments["b"] {
      let variable = Self.variable(holding: [first, second], curves, loops)
      arms = try Arms(curves, by: variable, pairing: pairing, at: range)
      let one = try arms.arm(first, at: range)
      let other = try arms.arm(second, at: arguments.ranges["b"])
      baseline = other
      challengers = [one]
      let shown = [one.name, other.name]
      bystanders = arms.random.map { shown.contains($0.name) ? [] : [$0] } ?? []
      return
    }
    let all = try Arms(
      curves, by: try Self.variable(named: first, loops, at: range), pairing: pairing, at: range)
    let chosen = try arguments["baseline"].map {
      try all.arm($0, at: arguments.ranges["baseline"])
    }
    guard let other = chosen ?? all.random ?? all.arms.first else { throw MethodError.needsLabels }
    arms = all
    baseline = other
    challengers = all.arms.filter { $0.name != other.name }
    bystanders = []
  }

  /// The loop variable that a word names.
  private static func variable(named value: Value, _ loops: Set<String>, at range: SourceRange?)
    throws -> String
  {
    if loops.contains(value.plainText) || value.plainText == "strategy" { return value.plainText }
    throw Diagnostic(
      .unknownName, "no loop variable '\(value.plainText)' among the rounds", at: range,
      notes: [
        "loop variables: \(loops.sorted().joined(separator: ", "))",
        "or name two methods: compare npc random",
      ], suggestions: Spelling.nearest(value.plainText, among: loops.sorted()))
  }

  private static func pairing(_ arguments: Arguments, _ loops: Set<String>) throws -> String? {
    guard let value = arguments["by"], value.plainText != "seed" || loops.contains("seed") else {
      return nil
    }
    return try variable(named: value, loops, at: arguments.ranges["by"])
  }

  /// The loop variable that both values were values of, else the strategy.
  private static func variable(
    holding values: [Value], _ curves: [RunCurve], _ loops: Set<String>
  ) -> String {
    let sought = values.map { Spelling.normalised($0.methodName ?? $0.text) }
    return loops.sorted().first { name in
      let held = Set(
        curves.compactMap { $0.variable(name) }.map {
          Spelling.normalised($0.methodName ?? $0.text)
        })
      return sought.allSatisfy(held.contains)
    } ?? "strategy"
  }
}
