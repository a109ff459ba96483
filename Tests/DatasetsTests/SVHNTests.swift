import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// House numbers in MATLAB files.
struct SVHNTests {
  static let nowhere = DataDirectories(paths: [])
  static let build = MatlabBuilder()

  /// The byte at a place of an image: something else at every place.
  static func pixel(_ image: Int, _ channel: Int, _ row: Int, _ column: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: 101 * image + 37 * channel + 5 * row + 3 * column + row * column)
  }

  /// Images as MATLAB stores them: the row runs fastest, then the column, the channel, the image.
  static func columns(_ images: Range<Int>) -> [UInt8] {
    images.flatMap { image in
      (0..<3).flatMap { channel in
        (0..<32).flatMap { column in (0..<32).map { pixel(image, channel, $0, column) } }
      }
    }
  }

  /// The same as they have to come out.
  static func rows(_ images: Range<Int>) -> [UInt8] {
    images.flatMap { image in
      (0..<3).flatMap { channel in
        (0..<32).flatMap { row in (0..<32).map { pixel(image, channel, row, $0) } }
      }
    }
  }

  static func pixels(_ images: Range<Int>, _ build: MatlabBuilder = build) -> [UInt8] {
    build.array(
      "X", classNumber: 9, [32, 32, 3, Int32(images.count)], build.element(2, columns(images)))
  }

  static func labels(_ labels: [UInt8], _ build: MatlabBuilder = build) -> [UInt8] {
    build.array("y", classNumber: 9, [Int32(labels.count), 1], build.small(2, labels))
  }

  static let train = build.header + pixels(0..<2) + labels([10, 3])
  static let test = build.header + pixels(5..<6) + labels([1])

  /// Loads a folder with these two files.
  func load(_ train: [UInt8] = Self.train, _ test: [UInt8]? = Self.test) throws -> Dataset {
    try withMemoryFolder { folder in
      _ = try folder.write(train, as: "train_32x32.mat")
      if let test { _ = try folder.write(test, as: "test_32x32.mat") }
      return try SVHN.load(from: Self.nowhere, path: folder.path(percentEncoded: false))
    }
  }

  /// The error for a training file with these arrays.
  func refusal(_ arrays: [UInt8], _ location: SourceLocation = #_sourceLocation) -> FileError? {
    fileError(location) { _ = try load(Self.build.header + arrays) }
  }

  @Test(arguments: ["packed", "plain"])
  func `files that SciPy wrote are read exactly`(folder: String) throws {
    let path = Fixtures.url("svhn/\(folder)").path(percentEncoded: false)
    let expected = try NumpyArchive(Fixtures.url("svhn/expected.npz").path(percentEncoded: false))
    let set = try SVHN.load(from: Self.nowhere, path: path)
    let test = try #require(set.test)
    #expect(set.name == "svhn" && set.classNames == (0...9).map(String.init))
    #expect(set.notices.isEmpty)
    #expect(try set.train.labels + test.labels == expected.array("labels").integers())
    let pixels = try #require(try set.train.images?.bytes()) + (test.images?.bytes() ?? [])
    let sums = stride(from: 0, to: pixels.count, by: 3072).map { start in
      (0..<3072).reduce(0) { $0 + ($1 + 1) * Int(pixels[start + $1]) }
    }
    #expect(try sums == expected.array("weighted_sums").integers())
    let images = try expected.array("some_images").integers().map { UInt8($0) }
    #expect(try set.train.images?.image(0) == Array(images[..<3072]))
    #expect(try test.images?.image(4) == Array(images[3072...]))
  }

  @Test func `packed, unpacked and big-endian files say the same`() throws {
    let big = MatlabBuilder(isBigEndian: true)
    let files = [
      Self.train,
      Self.build.header + Self.build.packed(Self.pixels(0..<2))
        + Self.build.packed(Self.labels([10, 3])),
      big.header + big.packed(Self.pixels(0..<2, big)) + Self.labels([10, 3], big),
    ]
    for file in files {
      let set = try load(file)
      #expect(set.train.labels == [0, 3])
      #expect(try set.train.images?.bytes() == Self.rows(0..<2))
      #expect(set.test?.labels == [1])
      #expect(try set.test?.images?.bytes() == Self.rows(5..<6))
    }
  }

  @Test func `labels of every class of number are read`() throws {
    let build = Self.build
    let stored: [(UInt32, [UInt8])] = [
      (1, [10, 9]), (2, [10, 9]), (3, Build.bytes([Int16(10), 9])),
      (4, Build.bytes([UInt16(10), 9])),
      (5, Build.bytes([Int32(10), 9])), (6, Build.bytes([UInt32(10), 9])),
      (7, Build.bytes([Float(10), 9])), (9, Build.bytes([10.0, 9])),
      (12, Build.bytes([Int64(10), 9])), (13, Build.bytes([UInt64(10), 9])),
    ]
    for (type, data) in stored {
      let labels = build.array("y", classNumber: 6, [1, 2], build.element(type, data))
      #expect(try load(build.header + Self.pixels(0..<2) + labels).train.labels == [0, 9])
    }
  }

  @Test func `a single image may lack its last size, and other variables do not matter`() throws {
    let build = Self.build
    let pixels = build.array(
      "X", classNumber: 9, [32, 32, 3], build.element(2, Self.columns(7..<8)))
    let cell = build.array("c", classNumber: 1, [1, 1], Self.labels([1]))
    let file = build.header + cell + build.element(14, []) + Self.labels([2]) + pixels
    #expect(try load(file).train.images?.bytes() == Self.rows(7..<8))
  }

  @Test func `a file cut at any byte is an error`() throws {
    let packed =
      Self.build.header + Self.build.packed(Self.labels([10, 3]))
      + Self.build.packed(Self.pixels(0..<2))
    for file in [Self.train, packed] {
      for length in file.indices {
        let error = fileError { _ = try load(Array(file[..<length])) }
        #expect(error?.kind == .format)
        #expect(error?.path.hasSuffix("train_32x32.mat") == true)
      }
      #expect(fileError { _ = try load(file + [0]) }?.kind == .format)
    }
  }

  @Test func `variables that are not there, doubled or of another class are named`() throws {
    let build = Self.build
    let pixels = Self.pixels(0..<2)
    let labels = Self.labels([1, 2])
    #expect(refusal(labels)?.member == "X")
    #expect(refusal(labels)?.found == "y")
    #expect(refusal([])?.found == "no variable")
    #expect(refusal(pixels)?.expected == "one variable y")
    #expect(refusal(pixels + labels + pixels)?.found == "X, y, X")
    let data = build.element(2, Self.columns(0..<2))
    let double = build.array("X", classNumber: 6, [32, 32, 3, 2], data)
    #expect(refusal(double + labels)?.expected == "an array of class uint8")
    let complex = build.array("X", classNumber: 9, flags: 8, [32, 32, 3, 2], data)
    #expect(refusal(complex + labels)?.found == "complex numbers")
    let text = build.array("X", classNumber: 4, [32, 32, 3, 2], data)
    #expect(refusal(text + labels)?.found == "class 4")
    for sizes: [Int32] in [[32, 32, 2, 3], [3, 32, 32, 2], [6144], [32, 32, 3, 0], [32, 32]] {
      let count = sizes.reduce(1) { $0 * Int($1) }
      let other = build.element(2, Array(repeating: 1, count: count))
      let error = refusal(build.array("X", classNumber: 9, sizes, other) + labels)
      #expect(error?.expected == "32 × 32 × 3 × n pixels")
    }
  }

  @Test func `labels that cannot be, or are too few, are errors with their row`() throws {
    let build = Self.build
    let pixels = Self.pixels(0..<2)
    #expect(refusal(pixels + Self.labels([1]))?.expected == "2 labels, one for each image")
    for (wrong, words) in [
      (0.0, "0.0"), (11, "11.0"), (1.5, "1.5"), (.nan, "nan"), (-1e300, "-1e+300"),
    ] {
      let data = build.element(9, Build.bytes([3.0, wrong]))
      let error = refusal(pixels + build.array("y", classNumber: 6, [2, 1], data))
      #expect(error?.place == .row(1) && error?.member == "y")
      #expect(error?.found == words)
    }
  }

  @Test func `packed elements within packed elements, and other nonsense, are refused`() throws {
    let build = Self.build
    let labels = Self.labels([1, 2])
    let pixels = Self.pixels(0..<2)
    let twice = refusal(build.packed(build.packed(pixels)) + labels)
    #expect(twice?.found == "an element of type 15" && twice?.place == .byte(128))
    #expect(refusal(pixels + build.element(2, [1, 2, 3]))?.expected == "an array, packed or not")
    #expect(refusal(pixels + build.packed(labels, damagedChecksum: true)) != nil)
    #expect(refusal(pixels + build.packed(labels + [0]))?.expected == "the end of the data")
    #expect(refusal(pixels + build.packed([1, 2, 3]))?.kind == .format)
    #expect(refusal(pixels + build.packed([]))?.kind == .format)
    let extra = build.array(
      "y", classNumber: 9, [2, 1], build.small(2, [1, 2]) + build.small(2, [1, 2]))
    #expect(refusal(pixels + extra)?.expected == "the end of the array")
    let wide = build.array("y", classNumber: 9, [2, 1], build.word(0x5_0002) + [1, 2, 0, 0])
    #expect(refusal(pixels + wide)?.expected == "the tag of an element")
    let unknown = build.array("y", classNumber: 9, [2, 1], build.element(99, [1, 2]))
    #expect(refusal(pixels + unknown)?.found == "63")
    let long = build.array(
      String(repeating: "y", count: 5000), classNumber: 9, [2, 1], build.small(2, [1, 2]))
    #expect(refusal(pixels + labels + long)?.expected == "the name of an array")
  }

  @Test func `sizes beyond the file are refused before anything is allocated`() throws {
    let build = Self.build
    let labels = Self.labels([1, 2])
    let data = build.element(2, Self.columns(0..<2))
    for sizes: [Int32] in [[32, 32, 3, .max], [32, 32, 3, 3], Array(repeating: .max, count: 5)] {
      let array = build.array("X", classNumber: 9, sizes, data)
      #expect(refusal(array + labels)?.kind == .format)
      #expect(refusal(build.packed(array) + labels)?.kind == .format)
    }
    let negative = build.array("X", classNumber: 9, [-32, -32, 3, 2], data)
    #expect(refusal(negative + labels)?.expected == "sizes of an array")
    let many = build.array("X", classNumber: 9, Array(repeating: 1, count: 40), data)
    #expect(refusal(many + labels)?.expected == "the sizes of an array")
    let count = 32 * 32 * 3 * 1_000_000
    let promise = build.array(
      "X", classNumber: 9, [32, 32, 3, 1_000_000],
      build.element(2, Self.columns(0..<2), promising: count), promising: count + 64)
    #expect(refusal(promise + labels)?.kind == .format)
    #expect(refusal(build.packed(promise) + labels)?.found.hasPrefix("at most") == true)
  }

  @Test func `other versions and other files are told apart`() throws {
    var later = Self.train
    later[125] = 2
    let error = fileError { _ = try load(later) }
    #expect(error?.found.contains("7.3") == true)
    #expect(error?.hints == ["in MATLAB: save(FILE, 'X', 'y', '-v7')"])
    for file in [[], [1, 2, 3], Array(repeating: 0, count: 300)] as [[UInt8]] {
      #expect(fileError { _ = try load(file) }?.found == "another kind of file")
    }
  }

  @Test func `files that are not there are named, with the places and how to get them`() throws {
    let error = fileError { _ = try SVHN.load(from: DataDirectories(paths: ["/no/such"])) }
    #expect(error?.kind == .missing)
    #expect(error?.searched == ["/no/such/svhn", "/no/such/SVHN"])
    #expect(error?.hints.first == "load svhn download=true")
    let one = fileError { _ = try load(Self.train, nil) }
    #expect(one?.found == "no test_32x32.mat" && one?.kind == .missing)
  }

  @Test func `damaged files end in a set or in a file error`() throws {
    var source = RandomSource(RandomKey(seed: 5, role: .data, method: "mat"))
    let packed = try ["packed/train_32x32.mat", "packed/test_32x32.mat"].map {
      [UInt8](try Data(contentsOf: Fixtures.url("svhn/\($0)")))
    }
    for file in [Self.train] + packed {
      for _ in 0..<1000 {
        do { _ = try load(damaged(file, using: &source)) } catch is FileError {}
      }
      // Where the structure is, not the pixels.
      for _ in 0..<1000 {
        var bytes = file
        bytes[source.integer(below: 250)] = UInt8(source.integer(below: 256))
        do { _ = try load(bytes) } catch is FileError {}
      }
    }
  }
}
