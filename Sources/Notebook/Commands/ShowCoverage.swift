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
  static func curves(_ invocation: inout Invocation) throws -> Output {
    let bands = try BandCurves(invocation)
    invocation.notices += bands.notices
    return Output(table: bands.table)
  }
}
