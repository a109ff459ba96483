import Datasets
import Foundation
import TestSupport
import Testing

/// The note beside a features file, and what it protects from.
struct FeatureDigestTests {
  static let labels = (0..<100_000).map { $0 % 7 }

  /// Writes features of `labels` with a note of which some fields are replaced.
  static func write(
    in folder: URL, rows: Int = labels.count, replacing fields: [String: Any?] = [:]
  ) throws -> String {
    let path = folder.appending(path: "f.npy").path(percentEncoded: false)
    let values = (0..<2 * rows).map { Float($0) }
    try NumpyWriter.write(values, shape: [rows, 2], to: path)
    let sha = try sha256(path)
    var note: [String: Any] = [
      "format": 1, "rows": rows, "columns": 2, "dtype": "float32", "sha256": sha,
      "model": "file:m.pt", "dataset": "digits", "split": "train", "images": "idx",
      "labels_sha256": FeatureDigest.hash(labels), "made": ["python": "3.11"],
    ]
    for (key, value) in fields { note[key] = value ?? NSNull() }
    try JSONSerialization.data(withJSONObject: note).write(to: URL(filePath: path + ".json"))
    return path
  }

  /// The digest that the system's own tool gives.
  private static func sha256(_ path: String) throws -> String {
    String(try ForeignProgram.run(["sha256sum", path]).text.prefix(64))
  }

  @Test func `features with their own note pass, and those without any`() throws {
    try withMemoryFolder { folder in
      let path = try Self.write(in: folder)
      #expect(try FeatureDigest.check(featuresAt: path, labels: Self.labels) == [])
      try FileManager.default.removeItem(atPath: path + ".json")
      #expect(try FeatureDigest.check(featuresAt: path, labels: []) == [])
    }
  }

  @Test func `the digest of labels is the one that the note's writer computes`() {
    // hashlib.sha256(numpy.array([0, 1, 2, 300], "<i8").tobytes()).hexdigest()
    #expect(
      FeatureDigest.hash([0, 1, 2, 300])
        == "9ac7299897f70ea6fd806030f91e502625830abfbb67453d8f1cdc77e8c28cb8")
  }

  @Test func `features of other samples, or in another order, are refused`() throws {
    try withMemoryFolder { folder in
      let path = try Self.write(in: folder)
      let error = fileError {
        _ = try FeatureDigest.check(featuresAt: path, labels: Self.labels.reversed())
      }
      #expect(error?.kind == .format)
      #expect(error?.found.contains("train split of digits") == true)
    }
  }

  @Test func `a file that is not the one of the note is refused`() throws {
    try withMemoryFolder { folder in
      let path = try Self.write(in: folder)
      try NumpyWriter.write([Float](repeating: 1, count: 200_000), shape: [100_000, 2], to: path)
      let changed = fileError {
        _ = try FeatureDigest.check(featuresAt: path, labels: Self.labels)
      }
      #expect(changed?.expected.contains("f.npy.json") == true)
      try NumpyWriter.write([Float](repeating: 1, count: 6), shape: [3, 2], to: path)
      let shorter = fileError {
        _ = try FeatureDigest.check(featuresAt: path, labels: Self.labels)
      }
      #expect(shorter?.found == "3 × 2")
    }
  }

  @Test func `what a note does not say is a notice`() throws {
    try withMemoryFolder { folder in
      let path = try Self.write(in: folder, replacing: ["labels_sha256": nil])
      #expect(try FeatureDigest.check(featuresAt: path, labels: [1]).count == 1)
      let newer = try Self.write(in: folder, replacing: ["format": 2, "rows": "many"])
      #expect(try FeatureDigest.check(featuresAt: newer, labels: [1])[0].contains("format 2"))
    }
  }

  @Test(arguments: ["", "{", "[]", "null", "{\"format\": 1}", "{\"format\": \"x\"}", "\u{0}"])
  func `a malformed note is an error`(text: String) throws {
    try withMemoryFolder { folder in
      let path = try Self.write(in: folder)
      try Data(text.utf8).write(to: URL(filePath: path + ".json"))
      let error = fileError {
        _ = try FeatureDigest.check(featuresAt: path, labels: Self.labels)
      }
      #expect(error?.kind == .format)
      #expect(error?.path == path + ".json")
    }
  }

  @Test func `depth and size of a note are bounded`() throws {
    try withMemoryFolder { folder in
      let path = try Self.write(in: folder)
      for text in [String(repeating: "[", count: 60_000), String(repeating: " ", count: 70_000)] {
        try Data(text.utf8).write(to: URL(filePath: path + ".json"))
        #expect(
          fileError { _ = try FeatureDigest.check(featuresAt: path, labels: []) }?.kind == .format)
      }
    }
  }
}
