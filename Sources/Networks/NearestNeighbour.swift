import LinearAlgebra

/// The label of the nearest labeled sample, on unit rows; of the one bought earlier where several are
/// equally near. Nothing is trained, and there is no loss.
package struct NearestNeighbour: Classifier {
  package let name = "1nn"
  private let search: NearestSearch
  private let labels: [Int]

  /// - Parameter features: rows of the labeled samples in the order of purchase, of any length.
  /// - Throws: `NetworkError` if there are none, or not one label each.
  package init(_ features: Matrix, labels: [Int]) throws(NetworkError) {
    guard labels.count == features.rows else {
      throw .counts(rows: features.rows, labels: labels.count)
    }
    guard features.rows > 0 else { throw .noSamples }
    search = NearestSearch(PointSet(features, multipliers: features.unitMultipliers()))
    self.labels = labels
  }

  package func predictions(for features: Matrix) throws -> [Int] {
    let expected = search.references.dimensions
    guard features.columns == expected else {
      throw NetworkError.columns(found: features.columns, expected: expected)
    }
    let queries = PointSet(features, multipliers: features.unitMultipliers())
    return try search.nearest(to: queries).map { labels[$0] }
  }
}
