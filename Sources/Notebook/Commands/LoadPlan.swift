import ActiveLearning
import CommandLanguage
import Datasets
import Foundation
import LinearAlgebra

/// A bound `load` command, and how its parts are opened; the same for loading and for restoring.
struct LoadPlan {
  let bound: BoundCommand
  let entry: Entry
  let implementation: DatasetImplementation

  init(_ bound: BoundCommand) throws {
    guard let entry = bound.method,
      let implementation = Vocabulary.implementation(Vocabulary.datasets, entry.name)
    else { throw Diagnostic(.missingArgument, "load needs a data set", at: bound.range) }
    self.bound = bound
    self.entry = entry
    self.implementation = implementation
  }

  func option(_ name: String) -> String { bound.arguments.text(name) ?? "" }

  /// What linear models and networks are trained with where nobody says otherwise.
  var training: TrainingDefaults {
    var training = implementation.training
    if let batch = training.imbalancedBatch, bound.arguments.text("imbalance") != nil {
      training.batch = batch
    }
    return training
  }

  /// A data set as it is in its files, and the part of it that is the pool.
  struct Opened {
    /// With all of its training samples.
    let whole: Dataset
    let cut: Cut?
    /// With those of the pool.
    let dataset: Dataset

    init(_ whole: Dataset, _ cut: Cut?) {
      self.whole = whole
      self.cut = cut
      dataset = cut.map(whole.cut) ?? whole
    }
  }

  /// Reads the files and draws what `imbalance=` and `subset=` leave to chance.
  func open(_ directories: DataDirectories, seed: Int) throws -> Opened {
    let whole = try read(directories)
    return Opened(whole, try cut(of: whole, seed: seed))
  }

  /// Reads the files again, with the same part as before.
  func open(_ directories: DataDirectories, cut: Cut?) throws -> Opened {
    let whole = try read(directories)
    if let cut, cut.whole != whole.train.count {
      throw Diagnostic(
        .fileFormat, "the files of \(entry.name) have changed since they were loaded",
        notes: ["then \(cut.whole) training samples, now \(whole.train.count)"])
    }
    return Opened(whole, cut)
  }

  /// Whether `labels=` takes the place of the data set's own files.
  private var isNamedByArrays: Bool {
    bound.arguments.isGiven("labels") && !entry.parameters.contains { $0.name == "labels" }
  }

  private func read(_ directories: DataDirectories) throws -> Dataset {
    guard isNamedByArrays else { return try implementation.open(bound.arguments, directories) }
    return try LabelledArrays(
      name: entry.name, classNames: implementation.classNames,
      labels: option("labels"), testLabels: bound.arguments.text("test_labels"),
      features: featuresBesideLabels, testFeatures: bound.arguments.text("test_features")
    ).load()
  }

  /// The features file that together with `labels=` is all of the data set.
  var featuresBesideLabels: String? {
    guard isNamedByArrays, let text = bound.arguments.text("features"),
      case .file? = try? FeatureSource(text)
    else { return nil }
    return text
  }

  /// The run that `labeled=` names.
  func run() throws -> ImportedRun? { try bound.arguments.text("labeled").map(ImportedRun.init) }

  private func cut(of dataset: Dataset, seed: Int) throws -> Cut? {
    if let run = try run() { return try run.cut(of: dataset.train.count) }
    let count = dataset.train.count
    var kept: [Int]?
    if let text = bound.arguments.text("imbalance") {
      guard !dataset.train.labels.contains(Examples.unknown) else {
        throw MethodError.refused(
          reason: "imbalance= goes by true classes, and those of \(entry.name) are not all known")
      }
      var random = stream(seed, "imbalance")
      kept = try Imbalance(text).indices(
        labels: dataset.train.labels, classes: dataset.classNames.count, using: &random)
    }
    if let text = bound.arguments.text("subset") {
      var random = stream(seed, "subset")
      let chosen = try Subset(text).indices(of: kept?.count ?? count, using: &random)
      kept = kept.map { kept in chosen.map { kept[$0] } } ?? chosen
    }
    guard let kept else { return nil }
    guard !kept.isEmpty else {
      throw MethodError.refused(reason: "no training sample would be left")
    }
    return Cut(indices: kept, whole: count)
  }

  private func stream(_ seed: Int, _ method: String) -> RandomSource {
    RandomSource(RandomKey(seed: seed, role: .data, method: method))
  }
}

/// A data set known by name of which somebody has labels, or labels and features, and no more:
/// class names come with the name.
private struct LabelledArrays {
  let name: String
  let classNames: [String]?
  let labels: String
  let testLabels: String?
  let features: String?
  let testFeatures: String?

  func load() throws -> Dataset {
    var dataset = try features.map(withFeatures) ?? alone(labels, testLabels)
    dataset.name = name
    if let classNames {
      _ = try LabelFile.read(labels, classes: classNames.count)
      _ = try testLabels.map { try LabelFile.read($0, classes: classNames.count) }
      dataset.classNames = classNames
    }
    return dataset
  }

  private func withFeatures(_ features: String) throws -> Dataset {
    guard testFeatures == nil, let testLabels else {
      return try ArrayDataset(
        features: features, labels: labels, testFeatures: testFeatures, testLabels: testLabels
      ).load()
    }
    // Test labels without features serve nobody yet, but are no error.
    var dataset = try ArrayDataset(features: features, labels: labels).load()
    let test = try alone(labels, testLabels)
    dataset.test = test.test
    dataset.classNames = test.classNames
    return dataset
  }

  private func alone(_ labels: String, _ testLabels: String?) throws -> Dataset {
    let train = try LabelFile.read(labels)
    let test = try testLabels.map { try LabelFile.read($0) }
    let largest = max(train.max() ?? 0, test?.max() ?? 0)
    return Dataset(
      name: name, classNames: (0...largest).map(String.init),
      train: Examples(labels: train), test: test.map { Examples(labels: $0) })
  }
}
