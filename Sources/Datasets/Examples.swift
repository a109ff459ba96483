import LinearAlgebra

/// Samples and their labels, all in the same order. Samples have images, features, or both, or
/// neither where features are to come from a file.
package struct Examples: Sendable {
  /// Stands in `labels` where nobody knows the class.
  package static let unknown = -1

  /// The true class of each sample, from 0; `unknown` where the data do not tell.
  package var labels: [Int]
  /// One image per sample.
  package var images: ImageSet?
  /// One row per sample.
  package var features: Matrix?
  /// The labels of real annotators, for data sets that come with them.
  package var annotation: Annotation?
  /// The hash of the source values, where it was taken while they were read.
  var sourceHash: SHA256?

  /// Stores the parts; images, features and annotations are as many as labels.
  package init(
    labels: [Int], images: ImageSet? = nil, features: Matrix? = nil, annotation: Annotation? = nil
  ) {
    self.labels = labels
    self.images = images
    self.features = features
    self.annotation = annotation
  }

  /// The number of samples.
  package var count: Int { labels.count }

  /// The samples at `indices`, in that order.
  package func examples(at indices: [Int]) -> Examples {
    Examples(
      labels: indices.map { labels[$0] }, images: images?.images(at: indices),
      features: features?.rows(at: indices), annotation: annotation?.annotation(at: indices))
  }
}

/// What real annotators said about samples, where a data set was collected that way.
package struct Annotation: Sendable, Equatable {
  /// The label that each sample came with.
  package let observed: [Int]
  /// Whether that label is right; nil where nobody has checked. A label may be known to be wrong
  /// although the true class is not known.
  package let isRight: [Bool?]

  /// Stores the parts, one entry per sample each.
  package init(observed: [Int], isRight: [Bool?]) {
    self.observed = observed
    self.isRight = isRight
  }

  fileprivate func annotation(at indices: [Int]) -> Annotation {
    Annotation(observed: indices.map { observed[$0] }, isRight: indices.map { isRight[$0] })
  }
}
