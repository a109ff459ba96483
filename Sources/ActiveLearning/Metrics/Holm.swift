/// Keeps the promise of one test for many: of several comparisons with the same baseline, the
/// probability that any one finds a difference where there is none stays below the level.
package enum Holm {
  /// p-values that may each be compared with the level: the i-th smallest of m times m − i + 1, and
  /// never less than one that came before it, at most 1 (Holm 1979, Scand. J. Statist. 6).
  ///
  /// Right whatever the comparisons have to do with each other. Equal p-values stay equal.
  /// O(m log m).
  /// - Parameter pValues: in any order; the answer has the same.
  package static func adjusted(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    var adjusted = pValues
    var largest = 0.0
    for (rank, index) in order.enumerated() {
      largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
      adjusted[index] = largest
    }
    return adjusted
  }
}
