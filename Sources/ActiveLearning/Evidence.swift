/// The margins, votes or neighbours that decided a judgement, for each labeled sample in the order of
/// purchase.
package struct Evidence: Sendable, Codable, Hashable {
  /// One number per labeled sample, under the name that the method gives it.
  package struct Column: Sendable, Codable, Hashable {
    package let name: String
    package let values: [Double?]

    package init(_ name: String, _ values: [Double?]) {
      self.name = name
      self.values = values
    }
  }

  /// In the order in which they should be read.
  package let columns: [Column]
  /// The labeled samples (indices of the pool) that each one was compared with, nearest first; nil for
  /// filters that look at none.
  package let neighbours: [[Int]]?

  package init(_ columns: [Column], neighbours: [[Int]]? = nil) {
    self.columns = columns
    self.neighbours = neighbours
  }
}
