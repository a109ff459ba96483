import ActiveLearning
import CommandLanguage
import LinearAlgebra

extension Showing {
  /// One row per radius of the support: purity, degrees, and what the labeled set covers.
  static func coverage(_ invocation: Invocation) throws -> Output {
    let curve = try coverageCurve(invocation)
    let knowsTruth = curve.rows.first.map { $0.coverage.count == 3 } ?? false
    let table = Table(
      columns: [
        .init("delta"), .init("purity"), .init("mean_degree"), .init("max_degree"), .init("sd"),
        .init("entropy", unit: "bit"), .init("coverage"), .init("presumed_coverage"),
        .init("clean_coverage"),
      ],
      rows: curve.rows.map { row in
        [
          .double(row.delta), .optional(row.purity), .double(row.degrees.mean),
          .int(row.degrees.largest), .double(row.degrees.deviation),
          .double(row.degrees.entropy), .double(row.coverage[0]), .double(row.coverage[1]),
          knowsTruth ? .double(row.coverage[2]) : .null,
        ]
      })
    return Output(
      table: table,
      drawn: table.choosing(["delta", "purity", "mean_degree", "coverage", "clean_coverage"]))
  }

  /// Coverage by all labeled samples, by those presumed clean and, where the truth is known, by the
  /// truly clean ones.
  static func coverageCurve(_ invocation: Invocation) throws -> CoverageCurve {
    let pool = try invocation.pool()
    let embedding = try pool.embedding
    let truth = try invocation.data().truth()
    let known = truth.known(pool.labeled, pool.observed)
    var coverers = [pool.labeled, pool.presumed.clean]
    if !known.isEmpty || pool.labeled.isEmpty {
      coverers.append(known.filter(\.isRight).map { pool.labeled[$0.position] })
    }
    return try CoverageCurve.of(
      embedding, deltas: DeltaSupport.full.values(for: embedding.metric), coverers: coverers,
      purity: PurityRule().curve(of: embedding, classes: pool.classes))
  }

  /// The data of a figure: mean and band of a metric at each budget, for each arm.
  static func curves(_ invocation: Invocation) throws -> Output {
    let arguments = invocation.arguments
    let by = arguments.text("by") ?? "strategy"
    let metric = arguments.text("metric") ?? "accuracy"
    let bands = try BandCurves(invocation.state, by: by, metric: metric, arguments)
    return Output(table: bands.table)
  }
}

/// Mean and band of a metric against the labels bought, one curve for each arm.
struct BandCurves {
  struct Point {
    let arm: String
    let budget: Int
    let repeats: Repeats
  }

  let points: [Point]
  let metric: String
  private let by: String
  private let band: Repeats.Band

  init(_ state: SessionState, by: String, metric: String, _ arguments: Arguments) throws {
    self.by = by
    self.metric = metric
    band = arguments.text("band").flatMap(Repeats.Band.init) ?? .ci
    let curves = state.curves
    let loops = Set(curves.flatMap { $0.loop.map(\.name) }).sorted()
    guard by == "strategy" || loops.contains(by) else {
      throw Diagnostic(
        .unknownName, "no loop variable '\(by)' among the rounds", at: arguments.ranges["by"],
        notes: ["loop variables: \(loops.joined(separator: ", "))"],
        suggestions: Spelling.nearest(by, among: loops))
    }
    var order: [(arm: String, budget: Int)] = []
    var values: [String: [Int: [Double]]] = [:]
    for curve in curves {
      guard let arm = Arms.name(of: curve, by: by) else { continue }
      for (budget, metrics) in zip(curve.budgets, curve.metrics) {
        guard let value = metrics[metric] ?? nil else { continue }
        if values[arm]?[budget] == nil { order.append((arm, budget)) }
        values[arm, default: [:]][budget, default: []].append(value)
      }
    }
    let arms = order.map(\.arm).reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    points = try arms.flatMap { arm in
      try (values[arm] ?? [:]).sorted { $0.key < $1.key }.map {
        Point(arm: arm, budget: $0.key, repeats: try Repeats($0.value))
      }
    }
  }

  var arms: [String] {
    points.map(\.arm).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  func interval(_ point: Point) -> Interval? { point.repeats.band(band) }

  var table: Table {
    Table(
      columns: [
        .init(by), .init("labels"), .init("seeds"), .init(metric), .init("lower"), .init("upper"),
      ],
      rows: points.map { point in
        let band = interval(point)
        return [
          .string(point.arm), .int(point.budget), .int(point.repeats.count),
          .double(point.repeats.mean), .optional(band?.lower), .optional(band?.upper),
        ]
      })
  }
}
