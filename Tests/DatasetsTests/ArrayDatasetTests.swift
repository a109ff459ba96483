import Datasets
import Foundation
import TestSupport
import Testing

/// `load arrays`: anyone's own features and labels.
struct ArrayDatasetTests {
  static let six: [Float] = [1, 2, 3, 4, 5, 6]

  static func features(_ shape: String, _ values: [Float] = six) -> [UInt8] {
    Build.npy("<f4", shape, Build.bytes(values))
  }

  static func labels(_ values: [Int64]) -> [UInt8] {
    Build.npy("<i8", "(\(values.count),)", Build.bytes(values))
  }

  /// Writes the four files; nil leaves one out.
  func load(
    _ features: [UInt8], _ labels: [UInt8], test: [UInt8]? = nil, testLabels: [UInt8]? = nil
  ) throws -> Dataset {
    try withMemoryFolder { folder in
      try ArrayDataset(
        features: folder.write(features, as: "x.npy"), labels: folder.write(labels, as: "y.npy"),
        testFeatures: test.map { try folder.write($0, as: "tx.npy") },
        testLabels: testLabels.map { try folder.write($0, as: "ty.npy") }
      ).load()
    }
  }

  @Test func `both parts are read, and the largest label of both counts the classes`() throws {
    let set = try load(
      Self.features("(3, 2)"), Self.labels([0, 2, 1]), test: Self.features("(1, 2)", [7, 8]),
      testLabels: Self.labels([4]))
    #expect(set.classNames == ["0", "1", "2", "3", "4"])
    #expect(set.train.labels == [0, 2, 1])
    #expect(set.train.features?.elements == Self.six)
    #expect(set.test?.features?.elements == [7, 8])
    let embedding = try set.features(from: nil)
    #expect(embedding.train.rows == 3 && embedding.test?.rows == 1)
  }

  @Test func `without test files there is no test part, with one of them there is an error`() throws
  {
    #expect(try load(Self.features("(3, 2)"), Self.labels([0, 1, 1])).test == nil)
    #expect(throws: OptionError.self) {
      try load(Self.features("(3, 2)"), Self.labels([0, 1, 1]), test: Self.features("(3, 2)"))
    }
    #expect(throws: OptionError.self) {
      try load(Self.features("(3, 2)"), Self.labels([0, 1, 1]), testLabels: Self.labels([0]))
    }
  }

  @Test func `more than two dimensions are flattened per row`() throws {
    let set = try load(Self.features("(2, 1, 3)"), Self.labels([0, 1]))
    #expect(set.train.features?.rows == 2 && set.train.features?.columns == 3)
  }

  @Test func `wrong counts name both numbers`() throws {
    let error = fileError { _ = try load(Self.features("(3, 2)"), Self.labels([0, 1])) }
    #expect(error?.expected == "3 labels, one per sample")
    #expect(error?.found == "2")
    #expect(error?.path.hasSuffix("y.npy") == true)
  }

  @Test func `a number that is not finite is named by row and column`() throws {
    for bad in [Float.nan, .infinity, -.infinity] {
      let values: [Float] = [1, 2, 3, 4, 5, bad]
      let error = fileError {
        _ = try load(Self.features("(3, 2)", values), Self.labels([0, 1, 2]))
      }
      #expect(error?.place == .cell(row: 2, column: 1))
      #expect(error?.found == "\(bad)")
    }
    let wide = Build.npy("<f8", "(1, 2)", Build.bytes([1.0, 1e300]))
    let error = fileError { _ = try load(wide, Self.labels([0])) }
    #expect(error?.place == .cell(row: 0, column: 1))
  }

  @Test func `wrong ranks are refused`() throws {
    #expect(fileError { _ = try load(Self.features("(6,)"), Self.labels([0])) } != nil)
    #expect(fileError { _ = try load(Self.features("()", [1]), Self.labels([0])) } != nil)
    #expect(fileError { _ = try load(Self.features("(0, 2)", []), Self.labels([])) } != nil)
    let column = Build.npy("<i8", "(3, 1)", Build.bytes([Int64(0), 1, 2]))
    #expect(
      fileError { _ = try load(Self.features("(3, 2)"), column) }?.found == "an array of 3 × 1")
  }

  @Test func `labels that are no classes are refused with their row`() throws {
    let negative = fileError { _ = try load(Self.features("(3, 2)"), Self.labels([0, -1, 2])) }
    #expect(negative?.place == .row(1))
    let huge = fileError { _ = try load(Self.features("(3, 2)"), Self.labels([0, 1, .max])) }
    #expect(huge?.place == .row(2))
    let real = fileError {
      _ = try load(Self.features("(3, 2)"), Self.features("(3,)", [0, 1, 2]))
    }
    #expect(real?.expected == "an array of whole numbers")
    #expect(real?.hints.isEmpty == false)
  }

  @Test func `test features need the columns of the training features`() throws {
    let error = fileError {
      _ = try load(
        Self.features("(3, 2)"), Self.labels([0, 1, 2]), test: Self.features("(2, 3)"),
        testLabels: Self.labels([0, 1]))
    }
    #expect(error?.path.hasSuffix("tx.npy") == true)
    #expect(error?.found == "3")
  }

  @Test func `an archive without a pickle is no torch file`() throws {
    try withMemoryFolder { folder in
      let path = try folder.write(Build.zip([]), as: "x.pt")
      let expected = "a torch file with one data.pkl"
      #expect(fileError { _ = try StoredArray(path) }?.expected == expected)
      #expect(fileError { _ = try LabelFile.read(path) }?.expected == expected)
    }
  }
}
