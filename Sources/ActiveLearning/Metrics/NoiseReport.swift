/// How an oracle's answers differ from the truth: a report about the annotator, made with true
/// labels and therefore evaluation.
package struct NoiseReport: Sendable, Hashable {
  /// The share of wrong labels among those of which it is known; 0 of none.
  package let realisedRate: Double
  /// The same per true class; nil for a class without samples, and for all of them where labels are
  /// known to be wrong whose true class is not.
  package let perClass: [Double?]
  /// Row: true class, column: observed class, each row summing to 1; a row of nil where
  /// `perClass` is nil.
  package let matrix: [[Double?]]

  /// - Parameters:
  ///   - observed: one label per sample, in 0 ..< classes.
  ///   - truth: the true labels in the same order; nil where one is not known.
  ///   - knownWrong: how many labels are known to be wrong although the true class is not known;
  ///     they count for the rate alone.
  /// - Precondition: both lists have the same length and hold labels in range.
  package init(observed: [Int], truth: [Int?], knownWrong: Int = 0, classes: Int) {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for (given, right) in zip(observed, truth) {
      if let right { counts[right][given] += 1 }
    }
    let sizes = counts.map { $0.reduce(0, +) }
    let rights = (0..<classes).map { counts[$0][$0] }
    let known = sizes.reduce(knownWrong, +)
    realisedRate = ratio(known - rights.reduce(0, +), known)
    // Where wrong labels have no known class, what is left of a class looks cleaner than it is.
    let isKnown = sizes.map { $0 > 0 && knownWrong == 0 }
    perClass = sizes.indices.map { isKnown[$0] ? ratio(sizes[$0] - rights[$0], sizes[$0]) : nil }
    matrix = counts.indices.map { c in
      counts[c].map { isKnown[c] ? ratio($0, sizes[c]) : nil }
    }
  }
}

/// How the truly clean labels of a labeled set spread over the classes.
package struct CleanCounts: Sendable, Hashable {
  /// Truly clean samples of each class.
  package let perClass: [Int]

  /// - Parameters:
  ///   - observed: the labels bought.
  ///   - truth: the true labels of the same samples, in 0 ..< classes; nil where not known.
  package init(observed: [Int], truth: [Int?], classes: Int) {
    var counts = [Int](repeating: 0, count: classes)
    for (given, right) in zip(observed, truth) where given == right { counts[given] += 1 }
    perClass = counts
  }

  /// The size of the poorest class; 0 if there are no classes.
  package var least: Int { perClass.min() ?? 0 }
  /// How many classes have no truly clean sample.
  package var emptyClasses: Int { perClass.count { $0 == 0 } }
}
