import Datasets

/// What is known of the true labels of a pool: of all samples, of some, or of none. For evaluation
/// and for making oracles, never for a strategy.
struct Truth {
  /// One per sample, `Examples.unknown` where nobody knows.
  let labels: [Int]
  private let annotation: Annotation?

  init(_ examples: Examples) {
    labels = examples.labels
    annotation = examples.annotation
  }

  /// The true label of each sample; nil where some are not known.
  var complete: [Int]? { labels.contains(Examples.unknown) ? nil : labels }

  /// The true label of a sample, if it is known.
  func label(of sample: Int) -> Int? { labels[sample] == Examples.unknown ? nil : labels[sample] }

  /// Whether `answer` is the right label of a sample; nil where nobody knows.
  func isRight(_ answer: Int, for sample: Int) -> Bool? {
    if let label = label(of: sample) { return label == answer }
    guard let annotation, annotation.observed[sample] == answer else { return nil }
    return annotation.isRight[sample]
  }

  /// For the ideal filter: labels that differ from the answers exactly where those are wrong; nil
  /// where that is not known of every sample.
  func judging(_ answers: [Int]) -> [Int]? {
    answers.indices.allSatisfy { isRight(answers[$0], for: $0) != nil } ? labels : nil
  }

  /// Of the given samples those of which it is known whether their label is right.
  func known(_ samples: [Int], _ answers: [Int]) -> [(position: Int, isRight: Bool)] {
    zip(samples, answers).enumerated().compactMap { position, pair in
      isRight(pair.1, for: pair.0).map { (position, $0) }
    }
  }
}
