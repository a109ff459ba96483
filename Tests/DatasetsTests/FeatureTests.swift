import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// `features=` and `test_features=`.
struct FeatureTests {
  @Test func `what a user types is understood and said back`() throws {
    for (text, source) in [
      ("pca:32", FeatureSource.pca(32)), ("PCA:2", .pca(2)), ("pixels", .pixels),
      ("f.npz:key", .file("f.npz:key")), ("pca.npy", .file("pca.npy")),
    ] {
      #expect(try FeatureSource(text) == source)
      #expect(try FeatureSource(source.text) == source)
    }
    for text in ["pca", "pca:", "pca:0", "pca:-1", "pca:2.5", "pca:x"] {
      #expect(throws: OptionError.self) { try FeatureSource(text) }
    }
  }

  @Test func `pixels are the bytes as they are`() throws {
    let digits = try Digits.load()
    let (train, test) = try digits.features(from: .pixels)
    #expect(train.rows == 1297 && train.columns == 64 && test?.rows == 500)
    #expect(try train.elements == digits.train.images?.bytes().map { Float($0) })
  }

  @Test func `the test part is projected onto the components of the training part`() throws {
    let digits = try Digits.load()
    let (train, test) = try digits.features(from: .pca(5))
    let pixels = try digits.features(from: .pixels)
    let model = try PCA.fit(pixels.train, dimensions: 5)
    #expect(train == (try model.project(pixels.train)))
    #expect(test == (try model.project(#require(pixels.test))))
  }

  @Test func `as many components as there are values, and no more`() throws {
    #expect(try Digits.load().features(from: .pca(64)).train.columns == 64)
    #expect(throws: OptionError.self) { try Digits.load().features(from: .pca(65)) }
  }

  @Test func `what a data set does not have is said`() throws {
    let blobs = try Blobs().make()
    #expect(throws: NoFeatures(dataset: "blobs", askedForPixels: true)) {
      try blobs.features(from: .pixels)
    }
    #expect(throws: NoFeatures(dataset: "digits", askedForPixels: false)) {
      try Digits.load().features(from: nil)
    }
    #expect(try blobs.features(from: .pca(1)).test?.rows == 500)
  }

  @Test func `a file of features needs one row per sample`() throws {
    let digits = try Digits.load()
    try withMemoryFolder { folder in
      let path = { (rows: Int, columns: Int) in
        let path = folder.appending(path: "\(rows)x\(columns).npy").path(percentEncoded: false)
        let values = [Float](repeating: 1, count: rows * columns)
        try NumpyWriter.write(values, shape: [rows, columns], to: path)
        return path
      }
      let train = FeatureSource.file(try path(1297, 3))
      #expect(try digits.features(from: train).test == nil)
      #expect(try digits.features(from: train, testFile: path(500, 3)).test?.rows == 500)
      let few = fileError { _ = try digits.features(from: .file(path(1296, 3))) }
      #expect(few?.expected.hasPrefix("1297 rows") == true)
      #expect(few?.found == "1296" && few?.hints == [])
      let both = fileError { _ = try digits.features(from: .file(path(1797, 3))) }
      #expect(both?.hints.count == 1)
      #expect(fileError { _ = try digits.features(from: train, testFile: path(501, 3)) } != nil)
      #expect(fileError { _ = try digits.features(from: train, testFile: path(500, 4)) } != nil)
      #expect(throws: OptionError.self) {
        try digits.features(from: .pca(2), testFile: path(500, 3))
      }
      var alone = digits
      alone.test = nil
      #expect(throws: OptionError.self) { try alone.features(from: train, testFile: path(500, 3)) }
    }
  }
}
