import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Data sets in MNIST's four files.
struct IDXTests {
  static let nowhere = DataDirectories(paths: [])
  static let fullSet = "/usr/share/datasets/fashion-mnist"

  /// A sound set of three training images and one test image of 2 × 3 pixels.
  static let files: [String: [UInt8]] = [
    "train-images-idx3-ubyte": Build.idx([3, 2, 3], Array(1...18)),
    "train-labels-idx1-ubyte": Build.idx([3], [9, 0, 4]),
    "t10k-images-idx3-ubyte": Build.idx([1, 2, 3], Array(51...56)),
    "t10k-labels-idx1-ubyte": Build.idx([1], [7]),
  ]

  /// Loads the small set with some files replaced and one left out.
  func load(_ changes: [String: [UInt8]] = [:], without missing: String? = nil) throws -> Dataset {
    try withMemoryFolder { folder in
      for (name, bytes) in Self.files where name != missing {
        _ = try folder.write(changes[name] ?? bytes, as: name)
      }
      return try FashionMNIST.load(from: Self.nowhere, path: folder.path(percentEncoded: false))
    }
  }

  @Test func `a sound set is read pixel by pixel`() throws {
    let set = try load()
    #expect(set.train.labels == [9, 0, 4])
    #expect(set.test?.labels == [7])
    let images = ImageSet(count: 3, height: 2, width: 3, channels: 1, pixels: Array(1...18))
    #expect(try set.train.images?.bytes() == images.bytes())
    #expect(try set.test?.images?.bytes() == Array(51...56))
    #expect(try images.pixelMatrix().row(1) == [7, 8, 9, 10, 11, 12])
    #expect(set.classNames[9] == "Ankle boot")
  }

  @Test func `gzipped files are told by their content, whatever they are called`() throws {
    let packed = [UInt8](
      try Data(contentsOf: Fixtures.url("oracles/digits-idx/t10k-labels-idx1-ubyte.gz")))
    let images = [UInt8](
      try Data(contentsOf: Fixtures.url("oracles/digits-idx/t10k-images-idx3-ubyte.gz")))
    let set = try load([
      "t10k-labels-idx1-ubyte": packed, "t10k-images-idx3-ubyte": images,
      "train-images-idx3-ubyte": Build.idx([3, 8, 8], Array(repeating: 1, count: 192)),
    ])
    #expect(set.test?.count == 500)
  }

  @Test(arguments: files.keys.sorted())
  func `a file cut at any byte, or one byte too long, is an error`(name: String) throws {
    let bytes = try #require(Self.files[name])
    for length in bytes.indices {
      let error = fileError { _ = try load([name: Array(bytes[..<length])]) }
      #expect(error?.kind == .format)
      #expect(error?.path.hasSuffix(name) == true)
    }
    #expect(fileError { _ = try load([name: bytes + [0]]) }?.found == "more bytes")
  }

  @Test func `a gzipped file cut at any byte is an error`() throws {
    let name = "t10k-labels-idx1-ubyte"
    let packed = [UInt8](
      try Data(contentsOf: Fixtures.url("oracles/digits-idx/\(name).gz")))
    for length in packed.indices {
      #expect(fileError { _ = try load([name: Array(packed[..<length])]) }?.kind == .format)
    }
    #expect(fileError { _ = try load([name: packed + [1, 2, 3]]) }?.kind == .format)
  }

  @Test func `counts, labels, sizes and types that do not fit are errors with their place`() throws
  {
    let count = fileError { _ = try load(["train-labels-idx1-ubyte": Build.idx([2], [1, 2])]) }
    #expect(count?.found == "2")
    #expect(count?.expected.hasPrefix("3 labels") == true)
    let label = fileError { _ = try load(["t10k-labels-idx1-ubyte": Build.idx([1], [10])]) }
    #expect(label?.place == .row(0))
    #expect(label?.expected == "a label from 0 to 9")
    let size = fileError {
      _ = try load(["t10k-images-idx3-ubyte": Build.idx([1, 3, 3], Array(repeating: 1, count: 9))])
    }
    #expect(size?.expected == "test images of the size of the training images")
    let swapped = fileError { _ = try load(["t10k-images-idx3-ubyte": Build.idx([1], [1])]) }
    #expect(swapped?.found == "00 00 08 01")
    #expect(
      fileError { _ = try load(["t10k-images-idx3-ubyte": Build.idx([0, 2, 3], [])]) } != nil)
  }

  @Test func `sizes beyond the file are refused before anything is allocated`() throws {
    for shape in [[UInt32.max, .max, .max], [1 << 31, 1, 1], [4, 2, 3]] {
      let error = fileError { _ = try load(["train-images-idx3-ubyte": Build.idx(shape, [1])]) }
      #expect(error?.place == .byte(16))
    }
  }

  @Test func `a set that is not there is answered with the places and the command`() throws {
    let directories = DataDirectories(paths: ["/no/such/place", "/none/"])
    let error = fileError { _ = try FashionMNIST.load(from: directories) }
    #expect(error?.kind == .missing)
    #expect(error?.hints.first == "apt-get install dataset-fashion-mnist")
    #expect(error?.hints.last == "load fashion_mnist download=true")
    #expect(error?.searched.contains("/no/such/place/fashion-mnist") == true)
    #expect(error?.searched.contains("/none/FashionMNIST/raw") == true)
    let one = fileError { _ = try load(without: "t10k-labels-idx1-ubyte") }
    #expect(one?.path.hasSuffix("t10k-labels-idx1-ubyte") == true)
  }

  @Test func `directories are searched in order, and only where the name says so`() throws {
    try withMemoryFolder { folder in
      for (index, place) in ["first/fashion_mnist", "second/FashionMNIST/raw", "mnist"].enumerated()
      {
        for (name, bytes) in Self.files {
          let isLabels = name == "t10k-labels-idx1-ubyte"
          let content = isLabels ? Build.idx([1], [UInt8(index)]) : bytes
          _ = try folder.write(content, as: "\(place)/\(name)")
        }
      }
      let load = { (places: [String]) in
        let paths = places.map { folder.appending(path: $0).path(percentEncoded: false) }
        return try FashionMNIST.load(from: DataDirectories(paths: paths)).test?.labels
      }
      #expect(try load(["none", "first", "second"]) == [0])
      #expect(try load(["second", "first"]) == [1])
      #expect(try load(["second/FashionMNIST/raw"]) == [1])
      #expect(fileError { _ = try load(["mnist"]) }?.kind == .missing)
    }
  }

  @Test func `damaged files end in a set or in a file error`() throws {
    var source = RandomSource(RandomKey(seed: 3, role: .data, method: "idx"))
    let packed = [UInt8](
      try Data(contentsOf: Fixtures.url("oracles/digits-idx/t10k-labels-idx1-ubyte.gz")))
    for _ in 0..<300 {
      for name in Self.files.keys.sorted() {
        let bytes = try #require(Self.files[name])
        do { _ = try load([name: damaged(bytes, using: &source)]) } catch is FileError {}
      }
      do {
        _ = try load(["t10k-labels-idx1-ubyte": damaged(packed, using: &source)])
      } catch is FileError {}
    }
  }

  @Test func `MNIST is read from a folder of its name, gzipped as it is published`() throws {
    let digits = Fixtures.url("oracles/digits-idx")
    try withMemoryFolder { folder in
      let place = folder.appending(path: "MNIST/raw")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for part in ["train", "t10k"] {
        for kind in ["images-idx3", "labels-idx1"] {
          let name = "\(part)-\(kind)-ubyte.gz"
          try FileManager.default.copyItem(
            at: digits.appending(path: name), to: place.appending(path: name))
        }
      }
      let data = DataDirectories(paths: [folder.path(percentEncoded: false)])
      let set = try MNIST.load(from: data)
      #expect(set.name == "mnist" && set.classNames == (0...9).map(String.init))
      #expect(set.train.count == 1297 && set.test?.count == 500)
      // The same images and labels as those that are built in, which are split otherwise.
      let samples = { (set: Dataset) in
        try [set.train, try #require(set.test)].flatMap { part in
          let images = try #require(part.images)
          return try part.labels.indices.map { try images.image($0) + [UInt8(part.labels[$0])] }
        }
      }
      let count = { try samples($0).reduce(into: [[UInt8]: Int]()) { $0[$1, default: 0] += 1 } }
      #expect(try count(set) == count(Digits.load()))
      let other = fileError { _ = try FashionMNIST.load(from: data) }
      #expect(other?.kind == .missing)
    }
    let error = fileError { _ = try MNIST.load(from: DataDirectories(paths: ["/none"])) }
    #expect(error?.hints == ["load mnist download=true"])
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: fullSet), "no dataset-fashion-mnist"))
  func `the whole of Fashion-MNIST loads`() throws {
    let set = try FashionMNIST.load(from: DataDirectories(paths: ["/usr/share/datasets"]))
    #expect(set.train.count == 60_000 && set.test?.count == 10_000)
    #expect(set.train.images?.imageLength == 784)
    for label in 0..<10 { #expect(set.train.labels.count { $0 == label } == 6000) }
    #expect(set.train.labels.prefix(10) == [9, 0, 0, 3, 0, 2, 7, 2, 5, 5])
  }
}
