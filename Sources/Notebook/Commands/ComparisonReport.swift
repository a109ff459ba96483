import ActiveLearning
import CommandLanguage
import LinearAlgebra

/// What `compare` found.
struct ComparisonReport {
  private struct Line {
    let arm: String
    let values: Repeats
    let middle: InterquartileMean?
    var comparison: PairedComparison?
    var verdict: ComparisonVerdict?
  }

  private let metric: String
  private let band: Repeats.Band
  private let baseline: String
  private let pairing: String
  private var lines: [Line] = []
  private(set) var notices: [String] = []

  init(_ request: ComparisonRequest, _ arguments: Arguments, _ random: RandomSource) throws {
    let score = ArmScore(arguments)
    metric = score.name
    band = arguments.text("band").flatMap(Repeats.Band.init) ?? .ci
    baseline = request.baseline.name
    pairing = request.arms.pairing
    var random = random
    let reference = try score.values(request.baseline, pairing)
    lines = [try line(request.baseline.name, reference.map(\.value), &random)]
    for arm in request.bystanders {
      // Nobody asked for it: where it did not measure this it is left out.
      guard let values = try? score.values(arm, pairing).map(\.value) else { continue }
      lines.append(try line(arm.name, values, &random))
    }
    for arm in request.challengers {
      let own = try score.values(arm, pairing)
      let (a, b, dropped) = Self.paired(own, reference)
      if dropped > 0 {
        notices.append(
          "\(Format.count(dropped, "run")) of \(arm.name) and \(baseline) without a partner left out"
        )
      }
      if !score.sameBudgets(arm, request.baseline) {
        notices.append("\(arm.name) and \(baseline) did not buy at the same budgets")
      }
      guard !a.isEmpty else {
        throw Diagnostic(
          .refused, "\(arm.name) and \(baseline) have no \(pairing) in common",
          at: arguments.ranges["a"])
      }
      var line = try line(arm.name, a, &random)
      line.comparison = try PairedComparison(
        a: a, b: b, epsilon: arguments.number("epsilon") ?? 0.01,
        sequential: arguments.flag("sequential"), lowerIsBetter: score.lowerIsBetter)
      lines.append(line)
    }
    let places = lines.indices.filter { lines[$0].comparison != nil }
    let verdicts = PairedComparison.verdicts(places.compactMap { lines[$0].comparison })
    for (place, verdict) in zip(places, verdicts) { lines[place].verdict = verdict }
  }

  private func line(_ arm: String, _ values: [Double], _ random: inout RandomSource) throws -> Line
  {
    Line(
      arm: arm, values: try Repeats(values),
      middle: try InterquartileMean.estimate([values], using: &random))
  }

  /// The values of two arms under the keys that both have, in the order of the first.
  private static func paired(
    _ one: [(key: String, value: Double)], _ other: [(key: String, value: Double)]
  ) -> (a: [Double], b: [Double], dropped: Int) {
    let partners = Dictionary(other.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    let pairs = one.compactMap { own in partners[own.key].map { (own.value, $0) } }
    return (pairs.map(\.0), pairs.map(\.1), one.count + other.count - 2 * pairs.count)
  }

  var output: Output {
    Output(
      record: .record(
        ("metric", .string(metric)), ("by", .string(pairing)), ("baseline", .string(baseline)),
        ("band", .string(band.rawValue)),
        ("arms", .array(lines.map(json)))),
      table: table, drawn: brief, lines: said)
  }

  private func json(_ line: Line) -> JSON {
    .object(zip(Self.columns, row(line)).map { .init($0, $1) })
  }

  private static let columns = [
    "arm", "seeds", "mean", "lower", "upper", "iqm", "iqm_lower", "iqm_upper", "difference",
    "difference_lower", "difference_upper", "p", "win_rate", "verdict",
  ]

  private func row(_ line: Line) -> [JSON] {
    let band = line.values.band(band)
    let comparison = line.comparison
    return [
      .string(line.arm), .int(line.values.count), .double(line.values.mean),
      .optional(band?.lower), .optional(band?.upper),
      .optional(line.middle?.value), .optional(line.middle?.interval.lower),
      .optional(line.middle?.interval.upper),
      .optional(comparison?.differences.mean), .optional(comparison?.interval?.lower),
      .optional(comparison?.interval?.upper), .optional(comparison?.pValue),
      .optional(comparison?.winRate), .optional(line.verdict.map { words($0, line.arm) }),
    ]
  }

  private var table: Table {
    Table(columns: Self.columns.map { .init($0) }, rows: lines.map(row))
  }

  /// What fits into a terminal; the verdicts stand in sentences above.
  private var brief: Table {
    table.choosing(["arm", "seeds", "mean", "lower", "upper", "difference", "win_rate"])
  }

  private var said: [String] {
    ["\(metric), paired by \(pairing), against \(baseline)"]
      + lines.compactMap { line in
        guard let comparison = line.comparison, let verdict = line.verdict else { return nil }
        let interval = comparison.interval.map {
          " [\(Format.decimal($0.lower)), \(Format.decimal($0.upper))]"
        }
        return "  \(line.arm): \(words(verdict, line.arm)); difference "
          + "\(Format.decimal(comparison.differences.mean))\(interval ?? "") over "
          + Format.count(comparison.seeds, "seed")
      }
  }

  private func words(_ verdict: ComparisonVerdict, _ arm: String) -> String {
    switch verdict {
    case .tooFewSeeds(let found, let least):
      "not decidable: too few seeds (\(found), at least \(least))"
    case .better(.a): "\(arm) better"
    case .better(.b): "\(baseline) better"
    case .noDifference(let above): "no difference above \(Format.number(above))"
    case .undecided(let seeds, let needed):
      "not decidable with \(Format.count(seeds, "seed")); a fresh run needs \(needed)"
    }
  }
}

/// The number that a run is judged by.
private struct ArmScore {
  let name: String
  private let metric: String
  private let curve: String
  private let area: BudgetCurve.Area

  init(_ arguments: Arguments) {
    metric = arguments.text("metric") ?? "aubc"
    curve = arguments.text("of") ?? "accuracy"
    area = arguments.text("aubc") == "zhan" ? .zhan : .mean
    name = metric == "aubc" ? "aubc of \(curve)" : metric
  }

  var lowerIsBetter: Bool {
    ["loss", "exhausted", "true_noise", "classes_empty"].contains(metric == "aubc" ? curve : metric)
  }

  /// The score of each of an arm's runs.
  /// - Throws: `needs-model` and the like where a run has not measured it.
  func values(_ arm: Arms.Arm, _ pairing: String) throws -> [(key: String, value: Double)] {
    try arm.runs.map { key, curve in
      let key = (key, try score(curve, arm.name, "\(pairing)=\(key)"))
      return (key: key.0, value: key.1)
    }
  }

  private func score(_ run: RunCurve, _ arm: String, _ place: String) throws -> Double {
    let sought = metric == "aubc" ? curve : metric
    let measured = run.metrics.map { $0[sought] ?? nil }
    let points = zip(run.budgets, measured).compactMap { budget, value in
      value.map { (budget, $0) }
    }
    guard let last = points.last else {
      throw Diagnostic(
        .refused, "\(arm) has no \(sought) with \(place): \(Metrics.source(of: sought)) measures it"
      )
    }
    guard metric == "aubc" else { return last.1 }
    return try BudgetCurve(budgets: points.map(\.0), values: points.map(\.1)).area(area)
  }

  func sameBudgets(_ one: Arms.Arm, _ other: Arms.Arm) -> Bool {
    Set((one.runs + other.runs).map(\.curve.budgets)).count <= 1
  }
}
