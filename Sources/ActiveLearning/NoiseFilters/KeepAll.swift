import LinearAlgebra

/// Suspects nothing: what one gets without a filter.
package struct KeepAll: NoiseFilter {
  package init() {}

  package var name: String { "none" }

  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    return .allClean(pool, by: self, threshold: nil)
  }
}
