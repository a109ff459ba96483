import LinearAlgebra

/// Anyone's own data: features and labels in files of arrays.
package struct ArrayDataset: Sendable {
  /// The training part's features, one row per sample.
  package var features: String
  /// The training part's true labels.
  package var labels: String
  /// The same of the test part; nil where there is none.
  package var testFeatures: String?
  /// The same of the test part; nil where there is none.
  package var testLabels: String?

  /// Each is a file or `FILE:key` as `ArrayLocation` has it; labels may be text, too (`LabelFile`).
  /// Test files come both or not at all.
  package init(
    features: String, labels: String, testFeatures: String? = nil, testLabels: String? = nil
  ) {
    self.features = features
    self.labels = labels
    self.testFeatures = testFeatures
    self.testLabels = testLabels
  }

  /// Reads the files. Classes are 0 to the largest label of both parts.
  /// - Throws: `FileError`; `OptionError` where only one of the two test files is given.
  package func load() throws -> Dataset {
    let hash = SourceHash()
    let matrix = try FeatureFile.read(features, hashedBy: hash)
    var train = try Self.examples(matrix, labels)
    train.sourceHash = hash.wait()
    let test = try loadTest(dimensions: matrix.columns)
    let largest = max(train.labels.max() ?? 0, test?.labels.max() ?? 0)
    return Dataset(
      name: "arrays", classNames: (0...largest).map(String.init), train: train, test: test)
  }

  private func loadTest(dimensions: Int) throws -> Examples? {
    switch (testFeatures, testLabels) {
    case (nil, nil): return nil
    case (_?, nil):
      throw OptionError(option: "test_labels", value: nil, allowed: "a file of labels")
    case (nil, _?):
      throw OptionError(option: "test_features", value: nil, allowed: "a file of features")
    case (let testFeatures?, let testLabels?):
      let matrix = try FeatureFile.read(testFeatures, columns: dimensions, like: features)
      return try Self.examples(matrix, testLabels)
    }
  }

  private static func examples(_ features: Matrix, _ labels: String) throws -> Examples {
    Examples(labels: try LabelFile.read(labels, count: features.rows), features: features)
  }
}
