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
        The runs since the last load, paired by seed: same annotator, same initial weights, measured
        at the same budgets; else they are refused. Fix the number of seeds before looking: adding
        seeds until an interval excludes 0 declares false winners, unless sequential=true. Below 10
        seeds there is no verdict. With several methods against one baseline Holm's correction
        decides.
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
    CommandImplementation(validate: validateComparison, action: .compute(runCompare)))

  /// Options that would have no effect.
  @Sendable private static func validateComparison(_ bound: BoundCommand) throws(Diagnostic) {
    let metric = bound.arguments.text("metric") ?? "aubc"
    if metric != "aubc" {
      try bound.refuse(["of", "aubc"], "is for metric=aubc; metric=\(metric) is of the last round")
    }
    if bound.arguments["b"] != nil {
      try bound.refuse(["baseline"], "is for a loop variable; of two methods the second is it")
    }
  }

  @Sendable private static func runCompare(_ invocation: inout Invocation) throws -> Output {
    let request = try ComparisonRequest(invocation)
    let random = invocation.source(.evaluation, method: "compare")
    let report = try ComparisonReport(request, invocation.bound, random)
    invocation.notices += request.notices + report.notices
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
  private(set) var notices: [String] = []

  init(_ invocation: Invocation) throws {
    let curves = invocation.state.curves
    guard !curves.isEmpty else {
      throw Diagnostic(
        .refused, "nothing has been queried since the last load", at: invocation.bound.range,
        notes: ["compare needs runs: for s in 1..10 { seed $s; for q in … { reset; … } }"])
    }
    let arguments = invocation.arguments
    let loops = invocation.state.loopNames
    let pairing = try Self.pairing(arguments, loops)
    let range = arguments.ranges["a"]
    let first = arguments["a"] ?? .word("")
    if let second = arguments["b"] {
      let variable = Self.variable(holding: [first, second], curves, loops)
      arms = Arms(curves, by: variable, pairing: pairing)
      let (one, other) = try Self.two(first, second, among: arms, arguments)
      (baseline, challengers) = (other, [one])
      // Nobody asked for it: where it is no arm of its own it is left out.
      bystanders = [arms.random].compactMap { [arms] in
        guard let random = $0, random.name != one.name, random.name != other.name else {
          return nil
        }
        return try? arms.settled(random, at: nil)
      }
    } else {
      let variable = try Self.variable(named: first, loops, at: range)
      arms = Arms(curves, by: variable, pairing: pairing)
      baseline = try Self.baseline(of: arms, arguments, at: range)
      challengers = try arms.arms.filter { [baseline] in $0.name != baseline.name }.map {
        [arms] in try arms.settled($0, at: range)
      }
      bystanders = []
    }
    try requireSameNoise(at: range)
    notices += ([baseline] + challengers).filter { $0.repeated > 0 }.map {
      BandCurves.repeats($0.repeated, of: $0.name)
    }
  }

  private static func two(
    _ first: Value, _ second: Value, among arms: Arms, _ arguments: Arguments
  ) throws -> (Arms.Arm, Arms.Arm) {
    let places = (arguments.ranges["a"], arguments.ranges["b"])
    let (one, other) = (try arms.arm(first, at: places.0), try arms.arm(second, at: places.1))
    guard one.name != other.name else {
      throw Diagnostic(.refused, "\(one.name) cannot be compared with itself", at: places.1)
    }
    return (try arms.settled(one, at: places.0), try arms.settled(other, at: places.1))
  }

  private static func baseline(of arms: Arms, _ arguments: Arguments, at range: SourceRange?) throws
    -> Arms.Arm
  {
    let asked = arguments.ranges["baseline"]
    let named = try arguments["baseline"].map { try arms.arm($0, at: asked) }
    guard let chosen = named ?? arms.random ?? arms.arms.first else {
      throw Diagnostic(
        .refused, "no run has both \(arms.variable) and \(arms.pairing)", at: range)
    }
    return try arms.settled(chosen, at: asked ?? range)
  }

  /// Who wants to know what annotators do to a method makes them the arms, by a loop in which the
  /// noise is set; all others are compared under the same one.
  /// - Throws: `refused` where a pair had different seeds or annotators.
  private mutating func requireSameNoise(at range: SourceRange?) throws {
    for arm in challengers {
      let pairs = arm.runs.compactMap { run in
        baseline.curve(run.key).map { (key: run.key, own: run.curve, other: $0) }
      }
      if let pair = pairs.first(where: { $0.own.seed != $0.other.seed }) {
        throw Diagnostic(
          .refused,
          "with \(arms.pairing)=\(pair.key) \(arm.name) was run under seed \(pair.own.seed), "
            + "\(baseline.name) under seed \(pair.other.seed)", at: range,
          notes: ["without by= the seeds pair the runs"])
      }
      guard let pair = pairs.first(where: { $0.own.noise.digest != $0.other.noise.digest }) else {
        continue
      }
      let said = "\(pair.own.noise.name) and \(pair.other.noise.name)"
      guard [pair.own, pair.other].allSatisfy({ $0.noise.loop.contains(arms.variable) }) else {
        throw Diagnostic(
          .refused,
          "\(arm.name) and \(baseline.name) with \(arms.pairing)=\(pair.key) met different "
            + "annotators: \(said)", at: range,
          notes: ["run both under the same noise; a new load begins a new table of rounds"])
      }
      notices.append("\(arm.name) and \(baseline.name) met different annotators: \(said)")
    }
  }

  /// The loop variable that a word names.
  private static func variable(named value: Value, _ loops: [String], at range: SourceRange?)
    throws -> String
  {
    if loops.contains(value.plainText) || value.plainText == "strategy" { return value.plainText }
    throw Diagnostic(
      .unknownName, "no loop variable '\(value.plainText)' among the rounds", at: range,
      notes: [
        "loop variables: \(loops.isEmpty ? "none" : loops.joined(separator: ", "))",
        "or name two methods: compare npc random",
      ], suggestions: Spelling.nearest(value.plainText, among: loops))
  }

  private static func pairing(_ arguments: Arguments, _ loops: [String]) throws -> String? {
    guard let value = arguments["by"], value.plainText != "seed" || loops.contains("seed") else {
      return nil
    }
    return try variable(named: value, loops, at: arguments.ranges["by"])
  }

  /// The loop variable that most of the values were values of, the strategy where none was.
  private static func variable(
    holding values: [Value], _ curves: [RunCurve], _ loops: [String]
  ) -> String {
    func name(_ value: Value) -> String { Spelling.normalised(value.methodName ?? value.text) }
    let sought = values.map(name)
    var best = (name: "strategy", count: 0)
    for variable in loops + ["strategy"] {
      let held = Set(curves.compactMap { $0.arm(by: variable) }.map(name))
      let count = sought.count(where: held.contains)
      if count > best.count { best = (variable, count) }
    }
    return best.name
  }
}
