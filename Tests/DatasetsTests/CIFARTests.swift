import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// CIFAR-10 and CIFAR-100 in both layouts, with images made from digits.
struct CIFARTests {
  static let nowhere = DataDirectories(paths: [])

  static func folder(_ name: String) -> String {
    Fixtures.url("oracles/\(name)").path(percentEncoded: false)
  }

  /// For each image the sum over i of (i + 1) · byte i, which finds every change of order.
  static func weightedSums(_ examples: Examples?) throws -> [Int] {
    let pixels = try examples?.images?.bytes() ?? []
    return stride(from: 0, to: pixels.count, by: 3072).map { start in
      (0..<3072).reduce(0) { $0 + ($1 + 1) * Int(pixels[start + $1]) }
    }
  }

  /// Copies a fixture, changes some of its files (nil: leaves them out), and loads it.
  func load(_ name: String, _ changes: [String: [UInt8]?]) throws -> Dataset {
    try withMemoryFolder { folder in
      let copy = folder.appending(path: name)
      try FileManager.default.copyItem(at: Fixtures.url("oracles/\(name)"), to: copy)
      for (file, bytes) in changes {
        try FileManager.default.removeItem(at: copy.appending(path: file))
        if let bytes { _ = try copy.write(bytes, as: file) }
      }
      let data = DataDirectories(paths: [folder.path(percentEncoded: false)])
      return try name.hasPrefix("cifar-100") ? CIFAR100.load(from: data) : CIFAR10.load(from: data)
    }
  }

  func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: Fixtures.url("oracles/\(path)")))
  }

  @Test func `CIFAR-10's python version is read exactly`() throws {
    let oracle = try Oracle("data_files")
    let set = try CIFAR10.load(from: Self.nowhere, path: Self.folder("cifar-10-batches-py"))
    #expect(set.name == "cifar10" && set.classNames == CIFAR10.classNames)
    #expect(set.superclasses == nil)
    let labels = try oracle.ints("labels")
    #expect(set.train.labels == Array(labels[..<200]))
    #expect(set.test?.labels == Array(labels[200...]))
    let sums = try Self.weightedSums(set.train) + Self.weightedSums(set.test)
    #expect(try sums == oracle.ints("weighted_sums"))
    let images = try oracle.ints("some_images").map { UInt8($0) }
    #expect(try set.train.images?.image(0) == Array(images[..<3072]))
    #expect(try set.train.images?.image(199) == Array(images[3072..<6144]))
    #expect(try set.test?.images?.image(0) == Array(images[6144...]))
  }

  @Test func `CIFAR-100's python version has fine labels and their superclasses`() throws {
    let oracle = try Oracle("data_files")
    let set = try CIFAR100.load(from: Self.nowhere, path: Self.folder("cifar-100-python"))
    let labels = try oracle.ints("labels")
    #expect(set.name == "cifar100" && set.classNames.count == 100)
    #expect(set.classNames[0] == "apple" && set.classNames[99] == "worm")
    #expect(set.train.labels == Array(labels[..<200]))
    #expect(set.test?.labels == Array(labels[200...]))
    let sums = try Self.weightedSums(set.train) + Self.weightedSums(set.test)
    #expect(try sums == oracle.ints("weighted_sums"))
    let coarse = try #require(set.superclasses)
    #expect(coarse == (0..<100).map { $0 < 10 ? $0 / 2 : Examples.unknown })
  }

  @Test(arguments: [10, 100])
  func `the binary version is read exactly`(classes: Int) throws {
    let oracle = try Oracle("data_files")
    let name = classes == 10 ? "cifar-10-batches-bin" : "cifar-100-binary"
    let set = try load(name, [:])
    let order = try oracle.ints("binary_order") + (200..<220)
    let labels = try oracle.ints("labels")
    let sums = try oracle.ints("weighted_sums")
    #expect(try set.train.labels + (#require(set.test)).labels == order.map { labels[$0] })
    #expect(
      try Self.weightedSums(set.train) + Self.weightedSums(set.test) == order.map { sums[$0] })
    #expect(set.classNames.count == classes)
    #expect(set.classNames[1] == (classes == 10 ? "automobile" : "aquarium_fish"))
    if classes == 100 {
      let coarse = try #require(set.superclasses)
      for label in set.train.labels { #expect(coarse[label] == label / 2) }
    }
  }

  @Test func `files that are not the published ones, and the binary order, are said`() throws {
    let python = try load("cifar-10-batches-py", [:])
    #expect(python.notices.count == 2)
    #expect(python.notices[0].hasPrefix("not the published files of cifar10, by their MD5: data"))
    #expect(python.notices[0].contains("data_batch_5, test_batch, batches.meta"))
    #expect(python.notices[1].hasPrefix("200 training and 100 test images"))
    let binary = try load("cifar-10-batches-bin", [:])
    #expect(binary.notices.count == 2)
    #expect(binary.notices[0].hasPrefix("30 training and 20 test images"))
    #expect(binary.notices[1].contains("another order than the python version"))
  }

  @Test func `the python version comes first where both lie, in one folder or beside each other`()
    throws
  {
    try withMemoryFolder { folder in
      for (from, to) in [
        ("py", "data/cifar-10-batches-py"), ("bin", "data/cifar-10-batches-bin"),
        ("bin", "bin/cifar-10-batches-bin"),
      ] {
        let target = folder.appending(path: to)
        try FileManager.default.createDirectory(
          at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          at: Fixtures.url("oracles/cifar-10-batches-\(from)"), to: target)
      }
      let path = { (name: String) in folder.appending(path: name).path(percentEncoded: false) }
      let count = { (paths: [String], own: String?) in
        try CIFAR10.load(from: DataDirectories(paths: paths.map(path)), path: own.map(path)).train
          .count
      }
      #expect(try count(["data"], nil) == 200)
      #expect(try count(["bin", "data"], nil) == 30)
      #expect(try count(["none", "data/cifar-10-batches-bin"], nil) == 30)
      #expect(try count(["bin"], "data") == 200)
      #expect(try count(["data"], "bin/cifar-10-batches-bin") == 30)
      for name in try FileManager.default.contentsOfDirectory(
        atPath: path("bin/cifar-10-batches-bin"))
      {
        try FileManager.default.copyItem(
          atPath: path("bin/cifar-10-batches-bin/\(name)"),
          toPath: path("data/cifar-10-batches-py/\(name)"))
      }
      #expect(try count([], "data/cifar-10-batches-py") == 200)
    }
  }

  @Test func `missing files are named, all of them`() throws {
    let some = fileError {
      _ = try load(
        "cifar-10-batches-py", ["data_batch_3": nil as [UInt8]?, "data_batch_5": nil as [UInt8]?])
    }
    #expect(some?.kind == .missing && some?.found == "no data_batch_3, data_batch_5")
    #expect(some?.searched.count == 2)
    #expect(some?.hints.first == "load cifar10 download=true")
    let meta = fileError { _ = try load("cifar-100-binary", ["coarse_label_names.txt": nil]) }
    #expect(meta?.found == "no coarse_label_names.txt")
    let all = fileError { _ = try CIFAR100.load(from: DataDirectories(paths: ["/none"])) }
    #expect(all?.searched == ["/none/cifar-100-python", "/none/cifar-100-binary"])
    #expect(all?.hints.first == "load cifar100 download=true")
  }

  @Test func `folders called train and test are not CIFAR-100`() throws {
    try withMemoryFolder { folder in
      for name in ["train/cat", "test/cat", "meta"] {
        try FileManager.default.createDirectory(
          at: folder.appending(path: name), withIntermediateDirectories: true)
      }
      let error = fileError {
        _ = try CIFAR100.load(from: Self.nowhere, path: folder.path(percentEncoded: false))
      }
      #expect(error?.kind == .missing && error?.searched.count == 3)
    }
  }
}
