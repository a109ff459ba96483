import LinearAlgebra

/// The degrees of all samples at many radii while coverers come and go.
///
/// The first time costs a pass over all pairs. After that only targets whose nearest coverer lies in
/// another step of the radii change degrees: k of them cost k · N · d operations, and a new coverer is
/// the nearest to fewer and fewer. O(N · radii) memory.
package struct ChangingDegrees: Sendable {
  private let embedding: Embedding
  private var deltas: [Double] = []
  /// `count × deltas.count`, row by row, as if nothing were labeled.
  private var counts: [Int32] = []
  /// At how many of the radii each target counts.
  private var limits: [Int32] = []

  package init(_ embedding: Embedding) { self.embedding = embedding }

  /// What the degrees are like at each of `deltas`.
  ///
  /// - Parameters:
  ///   - deltas: radii, ascending, above 0. Others than the last time cost a pass over all pairs.
  ///   - distances: of each sample to its nearest coverer.
  ///   - labeled: samples whose degrees are 0 whatever they hold.
  /// - Throws: `Interrupted`; what stands in here then is void.
  package mutating func statistics(
    at deltas: [Double], coveredFrom distances: [Double], labeled: [Int]
  ) throws -> [DegreeStatistics] {
    let isKnown = Set(self.deltas).isSuperset(of: deltas)
    if !isKnown { self.deltas = deltas }
    let limits = DegreeCurves.limits(distances, deltas: self.deltas)
    let curves = DistanceCurves(embedding.points, radii: self.deltas)
    // A pass over all pairs looks at each pair once.
    if isKnown, zip(limits, self.limits).count(where: { $0 != $1 }) < embedding.count / 2 {
      try curves.update(&counts, limits: self.limits, to: limits)
    } else {
      counts = try curves.counts(limits: limits)
    }
    self.limits = limits
    let found = try DegreeCurves(deltas: self.deltas, counts: counts, labeled: labeled)
    let wanted = Set(deltas)
    return zip(found.deltas, found.statistics).filter { wanted.contains($0.0) }.map(\.1)
  }
}
