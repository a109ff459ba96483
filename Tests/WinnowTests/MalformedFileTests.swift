import Foundation
import Testing

/// Data files that are not what they should be, as a user meets them.
@Suite struct MalformedFileTests {
  private struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let files: [String: Data]
    var features = "features.npy"
    var labels = "labels.npy"
    var code = "file-format"
    /// What the message has to name: the file, the place, what was found.
    let says: [String]
  }

  private static let good: [String: Data] = [
    "features.npy": npy("<f4", [6, 2], floats((0..<12).map(Float.init))),
    "labels.npy": npy("<i8", [6], integers([0, 1, 2, 0, 1, 2])),
  ]

  private static let cases: [Case] = [
    Case(
      testDescription: "truncated data",
      files: ["features.npy": good["features.npy", default: Data()].dropLast(20)],
      says: ["features.npy", "byte 128", "48 bytes", "28"]),
    Case(
      testDescription: "truncated header",
      files: ["features.npy": good["features.npy", default: Data()].prefix(40)],
      says: ["features.npy", "byte 40"]),
    Case(
      testDescription: "empty file", files: ["features.npy": Data()],
      says: ["features.npy", "byte 0"]),
    Case(
      testDescription: "no array at all", files: ["features.npy": Data("hello, world".utf8)],
      says: ["features.npy", "byte 0", "npy, npz or torch"]),
    Case(
      testDescription: "a row with NaN",
      files: [
        "features.npy": npy("<f4", [6, 2], floats((0..<12).map { $0 == 9 ? .nan : Float($0) }))
      ], says: ["features.npy", "row 4, column 1", "finite"]),
    Case(
      testDescription: "one label too few",
      files: ["labels.npy": npy("<i8", [5], integers([0, 1, 2, 0, 1]))],
      says: ["labels.npy", "6 labels", "found 5"]),
    Case(
      testDescription: "features of rank one",
      files: ["features.npy": npy("<f4", [12], floats((0..<12).map(Float.init)))],
      says: ["features.npy", "two dimensions", "one dimension of 12"]),
    Case(
      testDescription: "a single number", files: ["features.npy": npy("<f4", [], floats([3]))],
      says: ["features.npy", "single number"]),
    Case(
      testDescription: "labels of rank two",
      files: ["labels.npy": npy("<i8", [6, 1], integers([0, 1, 2, 0, 1, 2]))],
      says: ["labels.npy", "6 × 1"]),
    Case(
      testDescription: "a negative label",
      files: ["labels.npy": npy("<i8", [6], integers([0, 1, -2, 0, 1, 2]))],
      says: ["labels.npy", "row 2", "-2"]),
    Case(
      testDescription: "labels that are no whole numbers",
      files: ["labels.npy": npy("<f4", [6], floats([0, 1, 0.5, 0, 1, 0]))],
      says: ["labels.npy", "whole numbers"]),
    Case(
      testDescription: "a label file with words",
      files: ["labels.txt": Data("0\n1\n2\nthree\n0\n1\n".utf8)], labels: "labels.txt",
      says: ["labels.txt", "line 4", "'three'"]),
    Case(
      testDescription: "Python objects that would run a command",
      files: [
        "features.npy": npy(
          "|O", [6],
          Data(
            [0x80, 2] + Array("cos\nsystem\n".utf8) + [0x55, 4] + Array("true".utf8)
              + [0x85, 0x52, 0x2e]))
      ],
      code: "file-forbidden", says: ["features.npy", "byte 130", "os.system"]),
    Case(
      testDescription: "an archive cut off",
      files: ["data.npz": Data([0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 60))],
      features: "data.npz:x", says: ["data.npz", "byte 64"]),
  ]

  @Test(arguments: cases)
  private func `names file and place, ends with 1, and the session goes on`(_ tried: Case) throws {
    try withWorkplace { place in
      for (name, data) in Self.good.merging(tried.files, uniquingKeysWith: { $1 }) {
        try place.write(data, to: name)
      }
      try place.write(Self.good["features.npy", default: Data()], to: "good.npy")
      try place.write(Self.good["labels.npy", default: Data()], to: "good-labels.npy")
      let load = "load arrays features=\(tried.features) labels=\(tried.labels)"
      let text = """
        load arrays features=good.npy labels=good-labels.npy
        query random 2
        \(load)
        query random 1
        show labeled
        """
      let run = try place.run(["--keep-going", "--mode", "jsonl"], input: text)
      #expect(run.code == 1)
      let records = try run.records
      #expect(records.map { $0["status"]?.string } == ["ok", "ok", "error", "ok", "ok"])
      let error = try #require(records[2]["error"])
      #expect(error["code"]?.string == tried.code)
      let message = try #require(error["message"]?.string)
      for words in tried.says { #expect(message.contains(words), "\(message)") }
      #expect(run.err.contains("error[\(tried.code)]: \(message)"))
      #expect(records[3]["result"]?["round"]?.int == 2)
      #expect(records[4]["result"]?["rows"]?.array?.count == 3)
      #expect(error["line"]?.int == 3)
    }
  }

  @Test func `a label file for the noise has to fit the pool`() throws {
    try withWorkplace { place in
      try place.write("0\n1\n0\n", to: "short.txt")
      try place.write("0\n1\n7\n1\n", to: "wrong.txt")
      for (file, words) in [("short.txt", "4 labels"), ("wrong.txt", "row 2")] {
        let run = try place.run(
          "--mode", "jsonl", "-c",
          "load blobs samples=4 test=0 classes=2; noise file \(file)")
        #expect(run.code == 1)
        let error = try #require(try run.records.last?["error"])
        #expect(error["code"]?.string == "file-format")
        #expect(error["message"]?.string?.contains(words) == true, "\(run.err)")
      }
    }
  }

  @Test func `a file that is not there is seen before anything runs`() throws {
    try withWorkplace { place in
      let run = try place.run("-c", "seed 1; load arrays features=no.npy labels=none.npy")
      #expect(run.code == 2 && run.out.isEmpty)
      #expect(run.err.contains("error[file-missing]: no file 'no.npy'"))
    }
  }

  /// An npy file of format version 1.0.
  private static func npy(_ type: String, _ shape: [Int], _ data: Data) -> Data {
    let sizes = shape.map { "\($0), " }.joined()
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    header += String(repeating: " ", count: 128 - 10 - 1 - header.utf8.count) + "\n"
    return Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]) + Data(header.utf8) + data
  }

  private static func floats(_ values: [Float]) -> Data {
    values.reduce(into: Data()) { data, value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
  }

  private static func integers(_ values: [Int]) -> Data {
    values.reduce(into: Data()) { data, value in
      withUnsafeBytes(of: Int64(value).littleEndian) { data.append(contentsOf: $0) }
    }
  }
}
