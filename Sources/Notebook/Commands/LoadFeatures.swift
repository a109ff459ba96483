import ActiveLearning
import CommandLanguage
import Datasets
import Foundation
import LinearAlgebra

/// Where the embedding of a `load` comes from.
struct ChosenFeatures {
  enum Source {
    /// The data brought them.
    case own
    case named(FeatureSource, testFile: String?)
  }

  let source: Source
  /// As it is recorded and shown: `pca:32`, a file, or `own`.
  let text: String

  /// Whether the features are worked out rather than read.
  var isComputed: Bool { if case .named(.pca, _) = source { true } else { false } }

  /// Whether files of their own hold them, which the data set's digest does not cover.
  var isFromFile: Bool { if case .named(.file, _) = source { true } else { false } }
}

extension LoadPlan {
  /// What was typed, else the data set's own way, else a file of the name that it is known by.
  /// - Returns: nil where nothing of that is there; the data set loads all the same.
  func chooseFeatures(_ directories: DataDirectories) throws -> ChosenFeatures? {
    let bringsThem =
      entry.parameters.contains { $0.name == "features" } || featuresBesideLabels != nil
    if bringsThem { return ChosenFeatures(source: .own, text: option("features")) }
    if let text = bound.arguments.text("features") {
      return named(try FeatureSource(text), test: bound.arguments.text("test_features"))
    }
    if let file = bound.arguments.text("test_features") {
      throw OptionError(
        option: "test_features", value: file,
        allowed: "given together with a file of training features")
    }
    switch implementation.embedding {
    case .brought: return ChosenFeatures(source: .own, text: "own")
    case .computed(let source): return named(source, test: nil)
    case .expected(let expected):
      guard let train = find(expected.train, directories) else { return nil }
      return named(.file(train), test: find(expected.test, directories))
    }
  }

  private func named(_ source: FeatureSource, test: String?) -> ChosenFeatures {
    ChosenFeatures(source: .named(source, testFile: test), text: source.text)
  }

  private func find(_ name: String?, _ directories: DataDirectories) -> String? {
    name.flatMap { name in
      places(of: name, directories).first { FileManager.default.fileExists(atPath: $0) }
    }
  }

  private func places(of name: String, _ directories: DataDirectories) -> [String] {
    let near = bound.arguments.text("path").map {
      [$0, ($0 as NSString).deletingLastPathComponent]
    }
    return ((near ?? []) + directories.paths).map { $0 + "/" + name }
  }

  /// Rows for the pool and the test split.
  ///
  /// - Parameter cache: where principal components are looked for, and kept.
  func features(_ chosen: ChosenFeatures, of opened: Opened, cache: DerivedCache?) throws -> (
    train: Matrix, test: Matrix?
  ) {
    guard case .named(let source, let testFile) = chosen.source else {
      return try opened.dataset.features(from: nil)
    }
    if case .pca = source {
      return try ComponentsCache(cache, source.text, opened).rows {
        try opened.dataset.features(from: source, testFile: testFile, cut: opened.cut)
      }
    }
    return try opened.dataset.features(from: source, testFile: testFile, cut: opened.cut)
  }

  /// Holds a features file against the note beside it, where it has one.
  /// - Returns: what the user should know.
  /// - Throws: `FileError` where the features are not those of this data set in this order.
  func checkFeatures(_ chosen: ChosenFeatures?, of opened: Opened) throws -> [String] {
    guard let (location, testFile) = featureFiles(chosen) else { return [] }
    let train = try FeatureDigest.check(
      featuresAt: location, labels: opened.whole.train.labels)
    guard let testFile, let test = opened.whole.test else { return train }
    return try train
      + FeatureDigest.check(featuresAt: testFile, labels: test.labels)
  }

  /// The files of features, if they come from files.
  private func featureFiles(_ chosen: ChosenFeatures?) -> (train: String, test: String?)? {
    if case .named(.file(let location), let testFile) = chosen?.source {
      return (location, testFile)
    }
    return featuresBesideLabels.map { ($0, bound.arguments.text("test_features")) }
  }

  /// The known good radius; only on unit rows with l2 is any known.
  func delta(_ features: String, dimensions: Int) -> Double? {
    guard option("metric") == "l2", option("normalization") == "unit" else { return nil }
    return implementation.delta(features, dimensions)
  }

  static func embedding(
    _ rows: Matrix, _ features: DataRecord.Features, archive: (any DerivedArchive)?
  ) -> Embedding {
    Embedding(
      rows, metric: features.metric == "cosine" ? .cosine : .l2,
      normalization: Normalization(rawValue: features.normalization) ?? .unit, archive: archive,
      shelf: graphs)
  }

  /// What may be kept in memory is said for the whole process, not for each data set.
  private static let graphs = GraphShelf()

  /// Whether the name alone would load something else.
  private var hasMoreToSay: Bool {
    ["path", "labels", "imbalance", "subset", "labeled"].contains { bound.arguments.isGiven($0) }
  }

  /// What to say where an embedding is needed and there is none.
  func missingEmbedding(_ directories: DataDirectories, at range: SourceRange?) -> Diagnostic {
    var notes: [String] = []
    var name = "embedding"
    if case .expected(let expected) = implementation.embedding {
      if expected.name != "any" { name = "embedding (\(expected.name))" }
      if let file = expected.train {
        notes.append("looked for: " + places(of: file, directories).joined(separator: ", "))
      }
    }
    let load = "load \(entry.name)" + (hasMoreToSay ? " …" : "")
    if case .brought = implementation.embedding {
    } else {
      notes.append(
        "pretrain simclr learns one from the images; plan pretrain simclr says how long it takes")
    }
    notes += [
      "\(load) features=FILE takes one from .npy, .npz:key, .pt or .pth, one row per "
        + "training sample; scripts/embed.py makes one",
      "\(load) features=pca:50 takes principal components of the pixels, on which "
        + "coverage is poor",
    ]
    return Diagnostic(
      .needsEmbedding, "\(entry.name) is loaded without an \(name)", at: range, notes: notes)
  }
}
