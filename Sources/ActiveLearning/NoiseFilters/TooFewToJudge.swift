import LinearAlgebra

extension Pool {
  /// Why the labels of this pool cannot be compared with each other; nil if they can, or if there are
  /// none.
  var tooFewToJudge: String? {
    if labeled.count == 1 { return "A single label cannot be judged; it counts as clean." }
    if let first = observed.first, observed.allSatisfy({ $0 == first }) {
      return "Labels of a single class cannot be judged; all count as clean."
    }
    return nil
  }

  /// The features of the labeled samples as a filter sees them, with the reason why they do not help
  /// to judge the labels; that is nil if they do. O(|L| · dimensions).
  ///
  /// - Throws: `MethodError.needsEmbedding`; `.range` for a scale that is none; `.refused` for features
  ///   that are not finite.
  func judgedFeatures(
    _ scale: FeatureScale
  ) throws(MethodError) -> (rows: Matrix, notice: String?) {
    let rows = try embedding.scaled(rows: labeled, scale: scale)
    guard rows.elements.allSatisfy(\.isFinite) else {
      throw .refused(reason: "the features are not finite numbers")
    }
    if let notice = tooFewToJudge { return (rows, notice) }
    for index in 1..<max(1, rows.rows) where rows.row(index) != rows.row(0) { return (rows, nil) }
    return (
      rows,
      "The labeled samples all have the same features, which say nothing about their labels; "
        + "all count as clean."
    )
  }

  /// The places in the labeled set of each class's labels, in the order of purchase; empty for a class
  /// that was not observed.
  var placesOfClasses: [[Int]] {
    var places = [[Int]](repeating: [], count: classes)
    for (place, label) in observed.enumerated() { places[label].append(place) }
    return places
  }
}

/// A quality that agrees with the verdict: rounding must not carry it over the threshold of one half.
func quality(_ value: Double, clean: Bool) -> Double {
  clean ? max(value, 0.5) : min(value, 0.5.nextDown)
}
