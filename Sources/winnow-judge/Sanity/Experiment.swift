import Datasets
import LinearAlgebra

/// One data set, how it is cut into training and test samples, and the accuracies that others have
/// found on it.
struct Experiment: Sendable {
  struct Expectation: Sendable {
    /// Of principal components; nil for raw pixels.
    let dimensions: Int?
    let metric: Metric
    let percent: Double

    var words: String {
      let features = dimensions.map { "PCA-\($0)" } ?? "raw"
      return metric == .cosine ? features + " cosine" : features
    }
  }

  let title: String
  let expectations: [Expectation]
  let tasks: @Sendable (DataDirectories) throws -> [NeighbourTask]

  static let all = [
    Experiment(
      title: "digits, 5 folds", expectations: [raw(98.66), components(98.66)],
      tasks: { _ in try folds(Digits.load()) }),
    Experiment(
      title: "MNIST 4,000/1,000", expectations: [raw(93.6), components(94.2)],
      tasks: { [try first(4_000, 1_000, of: MNIST.load(from: $0))] }),
    Experiment(
      title: "Fashion-MNIST 60,000/5,000", expectations: [raw(86.00), components(85.48)],
      tasks: { [try first(60_000, 5_000, of: FashionMNIST.load(from: $0))] }),
    Experiment(
      title: "CIFAR-10 10,000/2,000", expectations: [raw(28.7), components(37.6, .cosine)],
      tasks: { [try first(10_000, 2_000, of: CIFAR10.load(from: $0))] }),
    Experiment(
      title: "CIFAR-100 10,000/2,000", expectations: [raw(11.8), components(14.7, .cosine)],
      tasks: { [try first(10_000, 2_000, of: CIFAR100.load(from: $0))] }),
  ]

  private static func raw(_ percent: Double) -> Expectation {
    Expectation(dimensions: nil, metric: .l2, percent: percent)
  }

  private static func components(_ percent: Double, _ metric: Metric = .l2) -> Expectation {
    Expectation(dimensions: 50, metric: metric, percent: percent)
  }

  /// The first images of each part.
  private static func first(_ train: Int, _ test: Int, of set: Dataset) throws -> NeighbourTask {
    let tested = set.test ?? Examples(labels: [])
    guard set.train.count >= train, tested.count >= test else {
      throw TooFew(found: "\(set.train.count) + \(tested.count)")
    }
    let references = set.train.examples(at: Array(0..<train))
    let queries = tested.examples(at: Array(0..<test))
    return NeighbourTask(
      train: try pixels(references), trainLabels: references.labels, test: try pixels(queries),
      testLabels: queries.labels, classes: set.classNames.count)
  }

  /// Five stratified folds of all samples: those of a class are dealt to the folds in turn. (Folds
  /// of consecutive samples would give 96.3 %: neighbours in the file have the same writer.)
  private static func folds(_ set: Dataset) throws -> [NeighbourTask] {
    let parts = [set.train, set.test].compactMap { $0 }
    let matrices = try parts.map(pixels)
    let all = Matrix(
      rows: parts.reduce(0) { $0 + $1.count }, columns: matrices[0].columns,
      elements: matrices.flatMap(\.elements))
    let labels = parts.flatMap(\.labels)
    let order = labels.indices.sorted { (labels[$0], $0) < (labels[$1], $1) }
    return (0..<5).map { fold in
      let test = order.indices.filter { $0 % 5 == fold }.map { order[$0] }
      let train = order.indices.filter { $0 % 5 != fold }.map { order[$0] }
      return NeighbourTask(
        train: all.rows(at: train), trainLabels: train.map { labels[$0] },
        test: all.rows(at: test), testLabels: test.map { labels[$0] },
        classes: set.classNames.count)
    }
  }

  private static func pixels(_ part: Examples) throws -> Matrix {
    guard let images = part.images else { return Matrix(zeros: part.count, 1) }
    return try images.pixelMatrix()
  }
}

/// The files are there, but are only a part of the data set.
struct TooFew: Error {
  let found: String
}
