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

  init(_ request: ComparisonRequest, _ command: BoundCommand, _ random: RandomSource) throws {
    let score = ArmScore(command)
    metric = score.name
    band = command.arguments.text("band").flatMap(Repeats.Band.init) ?? .ci
    baseline = request.baseline.name
    pairing = request.arms.pairing
    let arms = try Self.measured(request, score, at: command.arguments.ranges["a"])
    var random = random
    lines = [try Self.line(baseline, arms.baseline.map(\.measurement), &random)]
    for arm in request.bystanders {
      guard let values = try? score.values(arm, pairing),
        (try? score.requireSameBudgets([(baseline, arms.baseline), (arm.name, values)], pairing))
          != nil
      else { continue }
      lines.append(try Self.line(arm.name, values.map(\.measurement), &random))
    }
    for arm in arms.challengers {
      let pairs = Self.pairs(arm.values, arms.baseline)
      var line = try Self.line(arm.name, pairs.map(\.own), &random)
      line.comparison = try PairedComparison(
        a: pairs.map(\.own.value), b: pairs.map(\.other.value),
        epsilon: command.arguments.number("epsilon") ?? 0.01,
        sequential: command.arguments.flag("sequential"), lowerIsBetter: score.lowerIsBetter)
      lines.append(line)
    }
    decide()
    notices += Self.alone(request, arms)
    let measurements = (arms.challengers.flatMap(\.values) + arms.baseline).map(\.measurement)
    let early = measurements.count(where: \.endsEarly)
    if early > 0 {
      notices.append(
        "the areas of \(Format.count(early, "run")) end before the last round: \(score.name) was "
          + "not measured in it")
    }
  }

  /// Of arms the measurements that count.
  private typealias Measured = (
    baseline: ArmScore.Values, challengers: [(name: String, values: ArmScore.Values)]
  )

  /// The measurements of all runs that have a partner.
  /// - Throws: `refused` where there is none, or not everything was measured at the same budgets.
  private static func measured(
    _ request: ComparisonRequest, _ score: ArmScore, at range: SourceRange?
  ) throws -> Measured {
    let pairing = request.arms.pairing
    let known = Set(request.baseline.runs.map(\.key))
    let challengers = try request.challengers.map { arm in
      let paired = arm.only(known)
      guard !paired.runs.isEmpty else {
        throw Diagnostic(
          .refused, "\(arm.name) and \(request.baseline.name) have no \(pairing) in common",
          at: range)
      }
      return (name: arm.name, values: try score.values(paired, pairing))
    }
    let met = Set(challengers.flatMap(\.values).map(\.key))
    let baseline = try score.values(
      challengers.isEmpty ? request.baseline : request.baseline.only(met), pairing)
    try score.requireSameBudgets(
      [(name: request.baseline.name, values: baseline)] + challengers, pairing)
    return (baseline, challengers)
  }

  /// What is said of runs that only one of two arms has.
  private static func alone(_ request: ComparisonRequest, _ arms: Measured) -> [String] {
    zip(request.challengers, arms.challengers).compactMap { arm, measured in
      let single = arm.runs.count + request.baseline.runs.count - 2 * measured.values.count
      guard single > 0 else { return nil }
      return "\(Format.count(single, "run")) of \(arm.name) and \(request.baseline.name) without a "
        + "partner left out"
    }
  }

  private mutating func decide() {
    let places = lines.indices.filter { lines[$0].comparison != nil }
    let verdicts = PairedComparison.verdicts(places.compactMap { lines[$0].comparison })
    for (place, verdict) in zip(places, verdicts) { lines[place].verdict = verdict }
  }

  private static func line(
    _ arm: String, _ measured: [ArmScore.Measurement], _ random: inout RandomSource
  ) throws -> Line {
    let values = measured.map(\.value)
    return Line(
      arm: arm, values: try Repeats(values),
      middle: try InterquartileMean.estimate([values], using: &random))
  }

  /// The measurements of two arms under the keys that both have, in the order of the first.
  private static func pairs(_ one: ArmScore.Values, _ other: ArmScore.Values) -> [(
    own: ArmScore.Measurement, other: ArmScore.Measurement
  )] {
    let partners = Dictionary(
      other.map { ($0.key, $0.measurement) }, uniquingKeysWith: { first, _ in first })
    return one.compactMap { own in partners[own.key].map { (own.measurement, $0) } }
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
      "not decidable with \(Format.count(seeds, "seed")); "
        + (needed > Self.mostSeeds
          ? "a fresh run needs more than \(Format.grouped(Self.mostSeeds)): take a larger epsilon"
          : "a fresh run needs \(needed)")
    }
  }

  /// Beyond this nobody plans a run.
  private static let mostSeeds = 1_000_000
}
