import LinearAlgebra

/// Which rows of a features file are those of the training samples, where the file has more.
package struct FeatureRows: Sendable, Equatable {
  /// One per training sample, in their order.
  package let indices: [Int]
  /// How many rows the file has.
  package let whole: Int

  /// Stores the parts.
  package init(indices: [Int], whole: Int) {
    self.indices = indices
    self.whole = whole
  }
}

/// The data set has nothing that an embedding could be made of; features have to be named.
package struct NoFeatures: Error, Sendable, Equatable {
  /// The data set's name.
  package let dataset: String
  /// Whether it was `pixels` that were asked for; else the data set has no embedding of its own.
  package let askedForPixels: Bool

  package init(dataset: String, askedForPixels: Bool) {
    self.dataset = dataset
    self.askedForPixels = askedForPixels
  }
}

extension Dataset {
  /// The embedding of both parts, rows in the order of the samples.
  ///
  /// Principal components are those of the training part; the test part is projected onto the same
  /// ones. A features file says nothing about the test part: without `testFile` it has none.
  /// - Parameters:
  ///   - source: nil for the features that came with the data.
  ///   - testFile: the features of the test part, where `source` is a file.
  ///   - cut: where this is a part of a larger data set, which part: a file has rows for all of it.
  /// - Throws: `FileError`; `NoFeatures`; `PCAError`; `OptionError` where D is too large or
  ///   `testFile` is out of place.
  package func features(
    from source: FeatureSource?, testFile: String? = nil, cut: Cut? = nil
  ) throws -> (train: Matrix, test: Matrix?) {
    if case .file(let location) = source {
      let features = try file(location, cut)
      return (features, try testFile.map { try testFeatures($0, features.columns, location) })
    }
    if let testFile {
      throw OptionError(
        option: "test_features", value: testFile,
        allowed: "given together with a file of training features")
    }
    switch source {
    case .pca(let dimensions): return try components(dimensions)
    case .pixels: return (try pixels(train), try test.map(pixels))
    case .file, nil:
      guard let features = train.features else {
        throw NoFeatures(dataset: name, askedForPixels: false)
      }
      return (features, test?.features)
    }
  }

  private func pixels(_ part: Examples) throws -> Matrix {
    guard let images = part.images else { throw NoFeatures(dataset: name, askedForPixels: true) }
    return try images.pixelMatrix()
  }

  private func sourceValues(_ part: Examples) throws -> Matrix {
    if part.images == nil, let features = part.features { return features }
    return try pixels(part)
  }

  private func components(_ dimensions: Int) throws -> (train: Matrix, test: Matrix?) {
    let source = try sourceValues(train)
    let most = min(source.rows, source.columns)
    guard dimensions <= most else {
      throw OptionError(
        option: "features", value: "pca:\(dimensions)",
        allowed: "pca:D with D from 1 to \(most), for \(source.rows) samples of \(source.columns)"
          + " values")
    }
    let model = try PCA.fit(source, dimensions: dimensions)
    let testSource = try test.map(sourceValues)
    return (try model.project(source), try testSource.map(model.project))
  }

  private func file(_ location: String, _ cut: Cut?) throws -> Matrix {
    let features = try FeatureFile.read(location)
    let count = cut?.whole ?? train.count
    if features.rows == count { return cut.map { features.rows(at: $0.indices) } ?? features }
    guard let featureRows, features.rows == featureRows.whole else {
      throw wrongRows(features.rows, count, location)
    }
    let rows = cut.map { $0.indices.map { featureRows.indices[$0] } } ?? featureRows.indices
    return features.rows(at: rows)
  }

  private func wrongRows(_ found: Int, _ count: Int, _ location: String) -> FileError {
    let isBoth = found == count + (test?.count ?? 0)
    return FileError(
      .format, path: location, expected: "\(count) rows, one per training sample of \(name)",
      found: "\(found)",
      hints: isBoth
        ? [
          "that is as many as the training and the test part have together; which rows are which is"
            + " not guessed: save them as two files, for features= and test_features="
        ] : [])
  }

  private func testFeatures(
    _ location: String, _ columns: Int, _ trainLocation: String
  ) throws -> Matrix {
    guard let test else {
      throw OptionError(
        option: "test_features", value: location, allowed: "given only where there is a test part")
    }
    let features = try FeatureFile.read(location, columns: columns, like: trainLocation)
    guard features.rows == test.count else {
      throw FileError(
        .format, path: location, expected: "\(test.count) rows, one per test sample of \(name)",
        found: "\(features.rows)")
    }
    return features
  }
}
