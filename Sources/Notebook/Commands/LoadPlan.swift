import ActiveLearning
import CommandLanguage
import Datasets
import LinearAlgebra

/// A bound `load` command, and how its parts are opened; the same for loading and for restoring.
struct LoadPlan {
  let bound: BoundCommand
  let dataset: Entry
  private let implementation: DatasetImplementation

  init(_ bound: BoundCommand) throws {
    guard let entry = bound.method,
      let implementation = Vocabulary.implementation(Vocabulary.datasets, entry.name)
    else { throw Diagnostic(.missingArgument, "load needs a data set", at: bound.range) }
    self.bound = bound
    dataset = entry
    self.implementation = implementation
  }

  func option(_ name: String) -> String { bound.arguments.text(name) ?? "" }

  func open(_ directories: DataDirectories) throws -> Dataset {
    try implementation.open(bound.arguments, directories)
  }

  /// Where features come from: as typed, or the data set's own way; nil where the data bring them.
  private var chosen: FeatureSource? {
    get throws {
      let bringsThem = dataset.parameters.contains { $0.name == "features" }
      guard !bringsThem, let text = bound.arguments.text("features") else {
        return implementation.features
      }
      return try FeatureSource(text)
    }
  }

  /// As it is recorded and shown: `pca:32`, a file, or `own`.
  var source: String {
    get throws { try chosen?.text ?? bound.arguments.text("features") ?? "own" }
  }

  /// Whether the features are worked out rather than read.
  var isComputed: Bool {
    get throws { if case .pca = try chosen { true } else { false } }
  }

  /// The known good radius; only on unit rows with l2 is any known.
  var delta: Double? {
    get throws {
      guard option("metric") == "l2", option("normalization") == "unit" else { return nil }
      return implementation.delta(try source)
    }
  }

  func features(of dataset: Dataset) throws -> (train: Matrix, test: Matrix?) {
    let source = try chosen
    let isFile = if case .file = source { true } else { false }
    let testFile = isFile ? bound.arguments.text("test_features") : nil
    return try dataset.features(from: source, testFile: testFile)
  }

  static func embedding(_ rows: Matrix, _ features: DataRecord.Features) -> Embedding {
    Embedding(
      rows, metric: features.metric == "cosine" ? .cosine : .l2,
      normalization: Normalization(rawValue: features.normalization) ?? .unit)
  }

  /// SHA-256 over the source values and labels of the training split, then of the test split.
  static func digest(_ dataset: Dataset) -> String {
    Digest.sha256(feeding: dataset.forEachDigestChunk)
  }
}
