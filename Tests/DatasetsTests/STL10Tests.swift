import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// STL-10's binary files.
struct STL10Tests {
  static let nowhere = DataDirectories(paths: [])
  static let names = "airplane\nbird\ncar\ncat\ndeer\ndog\nhorse\nmonkey\nship\ntruck\n"

  /// The byte at a place of an image: something else at every place.
  static func pixel(_ image: Int, _ channel: Int, _ row: Int, _ column: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: 101 * image + 37 * channel + 5 * row + 3 * column + row * column)
  }

  /// Images as the files have them: each plane column after column.
  static func columns(_ images: Range<Int>) -> [UInt8] {
    images.flatMap { image in
      (0..<3).flatMap { channel in
        (0..<96).flatMap { column in (0..<96).map { pixel(image, channel, $0, column) } }
      }
    }
  }

  static let files: [String: [UInt8]] = [
    "train_X.bin": columns(0..<3), "train_y.bin": [1, 10, 4],
    "test_X.bin": columns(8..<9), "test_y.bin": [7], "class_names.txt": Array(names.utf8),
  ]

  func load(_ changes: [String: [UInt8]] = [:], without missing: String? = nil) throws -> Dataset {
    try withMemoryFolder { folder in
      for (name, bytes) in Self.files where name != missing {
        _ = try folder.write(changes[name] ?? bytes, as: "stl10_binary/\(name)")
      }
      return try STL10.load(from: Self.nowhere, path: folder.path(percentEncoded: false))
    }
  }

  @Test func `a sound set is read pixel by pixel`() throws {
    let set = try load()
    #expect(set.train.labels == [0, 9, 3] && set.test?.labels == [6])
    #expect(set.classNames.first == "airplane" && set.classNames.last == "truck")
    let images = try #require(set.train.images)
    #expect(images.count == 3 && images.height == 96 && images.width == 96 && images.channels == 3)
    let bytes = try images.bytes()
    var place = 0
    var wrong = 0
    for image in 0..<3 {
      for channel in 0..<3 {
        for row in 0..<96 {
          for column in 0..<96 {
            if bytes[place] != Self.pixel(image, channel, row, column) { wrong += 1 }
            place += 1
          }
        }
      }
    }
    #expect(wrong == 0)
    #expect(try set.test?.images?.image(0)[97] == Self.pixel(8, 0, 1, 1))
  }

  @Test func `files that are cut, empty or do not fit each other are errors`() throws {
    let images = try #require(Self.files["train_X.bin"])
    for length in [0, 1, 27_647, 27_649, images.count - 1] {
      let error = fileError { _ = try load(["train_X.bin": Array(images[..<length])]) }
      #expect(error?.kind == .format && error?.expected == "images of 27648 bytes")
      #expect(error?.path.hasSuffix("train_X.bin") == true)
    }
    let fewer = fileError { _ = try load(["train_X.bin": Array(images[..<27_648])]) }
    #expect(fewer?.expected == "1 labels, one byte for each image" && fewer?.found == "3")
    #expect(fileError { _ = try load(["test_y.bin": []]) }?.found == "0")
    #expect(fileError { _ = try load(["test_y.bin": [1, 2]]) }?.found == "2")
  }

  @Test func `labels out of range are errors with their row`() throws {
    for label: UInt8 in [0, 11, 255] {
      let error = fileError { _ = try load(["train_y.bin": [1, 2, label]]) }
      #expect(error?.place == .row(2) && error?.found == "\(label)")
    }
  }

  @Test func `class names have to be ten`() throws {
    let crlf = Self.names.replacing("\n", with: " \r\n") + "\r\n\r\n"
    #expect(try load(["class_names.txt": Array(crlf.utf8)]).classNames[2] == "car")
    let nine = Array(Self.names.utf8.dropFirst(9))
    #expect(fileError { _ = try load(["class_names.txt": nine]) }?.found == "9")
    let long = [UInt8](repeating: 0x20, count: 1 << 17)
    #expect(fileError { _ = try load(["class_names.txt": long]) }?.kind == .format)
  }

  @Test(arguments: files.keys.sorted())
  func `a missing file is named`(name: String) throws {
    let error = fileError { _ = try load(without: name) }
    #expect(error?.kind == .missing && error?.found == "no \(name)")
    #expect(error?.hints.first == "load stl10 download=true")
  }

  @Test func `a set that is not there is answered with the places`() throws {
    let error = fileError { _ = try STL10.load(from: DataDirectories(paths: ["/none"])) }
    #expect(error?.searched.contains("/none/stl10_binary") == true)
  }

  @Test func `damaged files end in a set or in a file error`() throws {
    var source = RandomSource(RandomKey(seed: 6, role: .data, method: "stl10"))
    for _ in 0..<60 {
      for (name, bytes) in Self.files.sorted(by: { $0.key < $1.key }) {
        do { _ = try load([name: damaged(bytes, using: &source)]) } catch is FileError {}
      }
    }
  }
}
