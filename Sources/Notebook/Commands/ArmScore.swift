import ActiveLearning
import CommandLanguage

/// The number that a run is judged by.
struct ArmScore {
  /// What a run was judged by, and where that was measured.
  struct Measurement {
    let value: Double
    /// Labels spent by the rounds that count.
    let budgets: [Int]
    /// Whether nothing was measured in the run's last round.
    let endsEarly: Bool
  }

  /// One arm's measurements by the keys of its runs.
  typealias Values = [(key: String, measurement: Measurement)]

  let name: String
  private let metric: String
  private let curve: String
  private let area: BudgetCurve.Area
  /// Where the metric was named.
  private let range: SourceRange

  init(_ command: BoundCommand) {
    let arguments = command.arguments
    metric = arguments.text("metric") ?? "aubc"
    curve = arguments.text("of") ?? "accuracy"
    area = arguments.text("aubc") == "zhan" ? .zhan : .mean
    name = metric == "aubc" ? "aubc of \(curve)" : metric
    range = arguments.ranges["of"] ?? arguments.ranges["metric"] ?? command.range
  }

  private var isArea: Bool { metric == "aubc" }
  private var measured: String { isArea ? curve : metric }

  var lowerIsBetter: Bool {
    ["loss", "exhausted", "true_noise", "classes_empty"].contains(measured)
  }

  /// The score of each of an arm's runs.
  /// - Throws: `refused` where a run has not measured it.
  func values(_ arm: Arms.Arm, _ pairing: String) throws -> Values {
    try arm.runs.map {
      ($0.key, try measurement($0.curve, "\(arm.name) with \(pairing)=\($0.key)"))
    }
  }

  private func measurement(_ run: RunCurve, _ who: String) throws -> Measurement {
    let points = run.points(measured)
    guard let last = points.last else { throw unmeasured("\(who) has no \(measured)") }
    let endsEarly = last.budget != run.budgets.last
    if isArea {
      let curve = try BudgetCurve(budgets: points.map(\.budget), values: points.map(\.value))
      return Measurement(
        value: curve.area(area), budgets: points.map(\.budget), endsEarly: endsEarly)
    }
    guard !endsEarly else {
      throw unmeasured(
        "\(who) has no \(measured) in its last round, at \(run.budgets.last ?? 0) labels")
    }
    return Measurement(value: last.value, budgets: [last.budget], endsEarly: false)
  }

  private func unmeasured(_ what: String) -> Diagnostic {
    Diagnostic(.refused, "\(what): \(Metrics.source(of: measured)) measures it", at: range)
  }

  /// Numbers at different budgets say more about the budgets than about the methods.
  /// - Throws: `refused` with the first run that was measured at others than most.
  func requireSameBudgets(_ arms: [(name: String, values: Values)], _ pairing: String) throws {
    let all = arms.flatMap { arm in arm.values.map { (arm.name, $0.key, $0.measurement.budgets) } }
    let counts = Dictionary(grouping: all, by: \.2).mapValues(\.count)
    let most = counts.values.max() ?? 0
    guard let usual = all.first(where: { counts[$0.2] == most }),
      let other = all.first(where: { $0.2 != usual.2 })
    else { return }
    throw Diagnostic(
      .refused,
      "\(measured) of \(other.0) with \(pairing)=\(other.1) was measured at \(Self.said(other.2)) "
        + "labels, of \(usual.0) with \(pairing)=\(usual.1) at \(Self.said(usual.2))", at: range,
      notes: [
        "a run that stopped half-way is finished by resume, or made again under its seed"
      ])
  }

  /// `20, 40 … 100`
  private static func said(_ budgets: [Int]) -> String {
    guard budgets.count > 4, let last = budgets.last else {
      return budgets.map(Format.grouped).joined(separator: ", ")
    }
    return budgets.prefix(2).map(Format.grouped).joined(separator: ", ")
      + " … \(Format.grouped(last)) (\(budgets.count) rounds)"
  }
}
