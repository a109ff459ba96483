import LinearAlgebra

/// What a pool looks like at each of many radii: how many samples the balls hold, how much of the
/// pool some labeled samples cover, how many balls are pure. For choosing a radius by eye.
package struct CoverageCurve: Sendable {
  package struct Row: Sendable, Hashable {
    package let delta: Double
    /// Of the graph with this radius, as if nothing were covered.
    package let degrees: DegreeStatistics
    /// The share of the pool that is covered by each of the lists of coverers.
    package let coverage: [Double]
    /// Nil where no groups were given.
    package let purity: Double?
  }

  /// One for each radius, ascending.
  package let rows: [Row]

  /// One pass over all pairs of samples, one over those of samples and coverers.
  ///
  /// - Parameters:
  ///   - deltas: radii in the units of the metric, ascending, above 0.
  ///   - coverers: lists of samples (all labeled ones, those presumed clean, ...).
  /// - Throws: `MethodError.range` for radii that are none, `MethodError.noSuchSample`;
  ///   `Interrupted`.
  package static func of(
    _ embedding: Embedding, deltas: [Double], coverers: [[Int]] = [], purity: PurityCurve? = nil
  ) throws -> CoverageCurve {
    let distances = try coverers.map { try embedding.nearestDistances(to: $0).sorted() }
    let degrees = try DegreeCurves.of(embedding, deltas: deltas).statistics
    return CoverageCurve(
      rows: zip(deltas, degrees).map { delta, degrees in
        Row(
          delta: delta, degrees: degrees,
          coverage: distances.map { ratio($0.countBelow(delta), embedding.count) },
          purity: purity?.purity(at: delta))
      })
  }
}

extension Embedding {
  /// The share of the samples that are nearer than `radius` to one of `coverers`; 0 of an empty pool.
  ///
  /// |coverers| · N · d operations: for those who need no graph for anything else.
  /// - Throws: `MethodError.noSuchSample`; `Interrupted`.
  package func coverage(of coverers: [Int], within radius: Double) throws -> Double {
    ratio(try nearestDistances(to: coverers).count { $0 < radius }, count)
  }
}
