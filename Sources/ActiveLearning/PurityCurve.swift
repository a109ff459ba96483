import LinearAlgebra

/// Which share of the balls around samples is pure, that is holds samples of one group only, at each
/// radius.
///
/// A ball is pure up to the distance d* of its center to the nearest sample of another group.
package struct PurityCurve: Sendable {
  /// d* of the samples looked at, ascending; infinity where there is no other group.
  package let distances: [Double]

  /// N² · d operations for all samples; O(N) memory.
  ///
  /// - Parameters:
  ///   - groups: one for each sample, whatever their numbers.
  ///   - samples: those whose balls are looked at; nil is all of them.
  /// - Throws: `MethodError.labelCount`, `MethodError.noSuchSample`; `Interrupted`.
  package static func of(
    _ embedding: Embedding, groups: [Int], samples: [Int]? = nil
  ) throws -> PurityCurve {
    guard groups.count == embedding.count else {
      throw MethodError.labelCount(found: groups.count, expected: embedding.count)
    }
    try embedding.require(samples: samples ?? [])
    let search = StrangerSearch(embedding.points, groups: groups)
    return PurityCurve(distances: try search.distances(of: samples).sorted())
  }

  /// The share of the samples looked at whose balls of this radius are pure; 1 where there are none.
  package func purity(at delta: Double) -> Double {
    distances.isEmpty
      ? 1 : ratio(distances.count - distances.countBelow(delta), distances.count)
  }
}

extension [Double] {
  /// How many of the elements, which ascend, are below `limit`. O(log n).
  func countBelow(_ limit: Double) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
