import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Pictures in JPEG and PNG, against what Pillow reads in the same files.
struct ImageFileTests {
  static let expected = try? NumpyArchive(path("expected.npz"))

  static let names: [String] = {
    let folder = Fixtures.url("images").path(percentEncoded: false)
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".jpg") || $0.hasSuffix(".png") }.sorted()
  }()

  static func path(_ name: String) -> String {
    Fixtures.url("images/\(name)").path(percentEncoded: false)
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: Fixtures.url("images/\(name)")))
  }

  /// Decodes bytes that lie in a file of the given name.
  static func picture(_ bytes: [UInt8], as name: String = "image.jpg") throws -> Picture {
    try withMemoryFolder { folder in try ImageFile.read(folder.write(bytes, as: name)) }
  }

  static func largestDifference(_ bytes: [UInt8], _ expected: [Int]) -> Int {
    guard bytes.count == expected.count else { return Int.max }
    return zip(bytes, expected).map { abs(Int($0) - $1) }.max() ?? 0
  }

  @Test func `there are pictures of every kind`() {
    #expect(Self.names.count { $0.hasSuffix(".jpg") } == 12)
    #expect(Self.names.count { $0.hasSuffix(".png") } == 21)
    #expect(Self.expected != nil)
  }

  @Test(arguments: names.filter { $0.hasSuffix(".png") })
  func `every kind of PNG has the pixels that Pillow reads`(name: String) throws {
    let expected = try #require(Self.expected)
      .array(name.replacingOccurrences(of: ".", with: "_"))
    let picture = try ImageFile.read(Self.path(name))
    #expect([picture.height, picture.width, 3] == expected.shape)
    #expect(picture.pixels.map { Int($0) } == (try expected.integers()))
    let size = try ImageFile.size(Self.path(name))
    #expect(size == (picture.width, picture.height))
  }

  @Test(arguments: names.filter { $0.hasSuffix(".jpg") && $0 != "photograph.jpg" })
  func `every kind of JPEG has the pixels that Pillow reads, up to rounding`(name: String) throws {
    let expected = try #require(Self.expected)
      .array(name.replacingOccurrences(of: ".", with: "_"))
    let picture = try ImageFile.read(Self.path(name))
    #expect([picture.height, picture.width, 3] == expected.shape)
    #expect(Self.largestDifference(picture.pixels, try expected.integers()) <= 3)
    let size = try ImageFile.size(Self.path(name))
    #expect(size == (picture.width, picture.height))
  }

  @Test func `content and not the name says what a file is`() throws {
    let png = try Self.bytes("rgb8.png")
    #expect(try Self.picture(png, as: "x.jpeg") == ImageFile.read(Self.path("rgb8.png")))
  }

  @Test(arguments: names)
  func `a picture cut anywhere is an error`(
    name: String
  ) throws {
    let bytes = try Self.bytes(name)
    let step = max(1, bytes.count / 400)
    for length in stride(from: 0, to: bytes.count, by: step) {
      let error = fileError { _ = try Self.picture(Array(bytes[..<length])) }
      #expect(error?.kind == .format, "cut to \(length) bytes")
    }
    #expect(fileError { _ = try Self.picture(Array(bytes.dropLast())) }?.kind == .format)
  }

  @Test(arguments: ["photograph.jpg", "progressive.jpg", "rgb8.png"])
  func `bytes behind the end do no harm`(name: String) throws {
    let whole = try ImageFile.read(Self.path(name))
    #expect(try Self.picture(Self.bytes(name) + Array(repeating: 7, count: 100)) == whole)
  }

  @Test func `bytes too many before a marker do no harm`() throws {
    let bytes = try Self.bytes("quarter-colour.jpg")
    let end = bytes.count - 2
    let longer = Array(bytes[..<end]) + Array(repeating: 1, count: 40) + Array(bytes[end...])
    #expect(try Self.picture(longer) == ImageFile.read(Self.path("quarter-colour.jpg")))
  }

  @Test func `a cut file with an end marker put behind it is an error all the same`() throws {
    let bytes = try Self.bytes("photograph.jpg")
    let error = fileError {
      _ = try Self.picture(Array(bytes[..<(bytes.count / 2)]) + [0xff, 0xd9])
    }
    #expect(error?.found.contains("libjpeg") == true)
  }

  @Test func `other kinds of files are named`() {
    let kinds: [([UInt8], String)] = [
      ([], "an empty file"), (Array("GIF89a".utf8), "a GIF image"), (Array("BM..".utf8), "a BMP"),
      (Array("RIFF....WEBPVP8 ".utf8), "a WebP"), (Array("II*\0".utf8), "a TIFF"),
      (Array("<!DOCTYPE html><html>".utf8), "a web page"), (Array("hello".utf8), "something else"),
      (Array("....ftypavif".utf8), "an AVIF"), ([0x1f, 0x8b, 8], "a packed file"),
      ([0], "something"),
    ]
    for (bytes, name) in kinds {
      let error = fileError { _ = try Self.picture(bytes) }
      #expect(error?.kind == .format)
      #expect(error?.found.hasPrefix(name) == true, "\(name)")
    }
  }

  @Test func `folders and missing files are errors`() throws {
    #expect(fileError { _ = try ImageFile.read("/no/such/file.png") }?.kind == .missing)
    let folder = Fixtures.url("images").path(percentEncoded: false)
    #expect(fileError { _ = try ImageFile.read(folder) }?.found == "a folder")
  }

  // Sizes that a header promises and the file cannot have.

  static func jpeg(_ name: String, width: Int, height: Int) throws -> [UInt8] {
    var bytes = try Self.bytes(name)
    let frame = try #require(
      bytes.indices.first { bytes[$0] == 0xff && [0xc0, 0xc2].contains(bytes[$0 + 1]) })
    bytes.replaceSubrange(
      frame + 5..<frame + 9,
      with: [height >> 8, height, width >> 8, width].map { UInt8(truncatingIfNeeded: $0) })
    return bytes
  }

  @Test(arguments: ["grey.jpg", "progressive.jpg"])
  func `a JPEG header with huge or no sizes is an error before anything is allocated`(
    name: String
  ) throws {
    for (width, height) in [(65500, 65500), (65535, 65535), (65535, 1), (16384, 16384)] {
      let bytes = try Self.jpeg(name, width: width, height: height)
      #expect(fileError { _ = try Self.picture(bytes) } != nil, "\(width) × \(height)")
    }
    for (width, height) in [(0, 5), (5, 0)] {
      let error = fileError { _ = try Self.picture(Self.jpeg(name, width: width, height: height)) }
      #expect(error?.expected.contains("at least one pixel") == true)
    }
    let beyond = fileError {
      _ = try Self.picture(Self.jpeg(name, width: 65500, height: 65500))
    }
    #expect(beyond?.kind == .tooLarge)
    let dense = fileError { _ = try Self.picture(Self.jpeg(name, width: 16384, height: 16384)) }
    #expect(dense?.expected.contains("pixels per byte") == true)
  }

  static func png(width: UInt32, height: UInt32, depth: UInt8 = 8, kind: UInt8 = 2) -> [UInt8] {
    chunks([
      ("IHDR", Build.bytes([width.bigEndian, height.bigEndian]) + [depth, kind, 0, 0, 0]),
      ("IDAT", [0x78, 0x9c, 3, 0, 0, 0, 0, 1]), ("IEND", []),
    ])
  }

  static func chunks(_ chunks: [(String, [UInt8])]) -> [UInt8] {
    chunks.reduce([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) { file, chunk in
      let body = Array(chunk.0.utf8) + chunk.1
      return file + Build.bytes([UInt32(chunk.1.count).bigEndian]) + body
        + Build.bytes([Build.crc32(body).bigEndian])
    }
  }

  @Test func `a PNG header with huge or no sizes is an error before anything is allocated`() {
    let sizes: [(UInt32, UInt32)] = [
      (1 << 31 - 1, 1 << 31 - 1), (UInt32.max, UInt32.max), (1 << 20, 1 << 20), (1 << 14, 1 << 14),
      (0, 4), (4, 0), (1 << 28, 1),
    ]
    for (width, height) in sizes {
      let error = fileError { _ = try Self.picture(Self.png(width: width, height: height)) }
      #expect(error != nil, "\(width) × \(height)")
    }
    let beyond = fileError { _ = try Self.picture(Self.png(width: 1 << 20, height: 1 << 20)) }
    #expect(beyond?.kind == .tooLarge)
    let dense = fileError { _ = try Self.picture(Self.png(width: 1 << 14, height: 1 << 13)) }
    #expect(dense?.expected.contains("packed bytes") == true)
  }

  @Test func `a PNG without pixels, header or known depth is an error`() {
    #expect(fileError { _ = try Self.picture(Self.png(width: 3, height: 3)) }?.kind == .format)
    let odd = Self.png(width: 3, height: 3, depth: 7, kind: 5)
    #expect(fileError { _ = try Self.picture(odd) }?.found.contains("libpng") == true)
    let headless = Self.chunks([("IDAT", [1, 2, 3]), ("IEND", [])])
    #expect(fileError { _ = try Self.picture(headless) }?.expected == "the header of a PNG image")
    let short = Self.chunks([("IHDR", [0, 0]), ("IEND", [])])
    #expect(fileError { _ = try Self.picture(short) }?.expected == "the header of a PNG image")
    let long = Self.chunks([("IEND", [])]).dropLast(12) + [0xff, 0xff, 0xff, 0xff]
    #expect(fileError { _ = try Self.picture(long + Array("IHDRabcd".utf8)) }?.kind == .format)
  }

  @Test func `a PNG whose packed bytes hold more than its size has no room for them`() throws {
    // The size is made small; the bytes stay those of 19 × 13 pixels.
    var bytes = try Self.bytes("rgb8.png")
    bytes[23] = 1
    let header = Array(bytes[12..<29])
    bytes.replaceSubrange(29..<33, with: Build.bytes([Build.crc32(header).bigEndian]))
    let picture = try Self.picture(bytes)
    #expect((picture.width, picture.height) == (19, 1))
    #expect(picture.pixels == Array(try ImageFile.read(Self.path("rgb8.png")).pixels[..<57]))
  }

  @Test(arguments: names.filter { $0 != "photograph.jpg" })
  func `damaged pictures are read or refused, and never end the program`(name: String) throws {
    let bytes = try Self.bytes(name)
    var source = RandomSource(RandomKey(seed: 20, role: .data, method: "image"))
    try withMemoryFolder { folder in
      for _ in 0..<400 {
        let path = try folder.write(damaged(bytes, using: &source), as: name)
        do { _ = try ImageFile.read(path) } catch is FileError {}
      }
    }
  }

  @Test(arguments: ["rgb-alpha8.png", "palette4-interlaced.png", "grey-alpha16.png"])
  func `pictures damaged below sound checksums are read or refused`(name: String) throws {
    let sound = try Self.bytes(name)
    var source = RandomSource(RandomKey(seed: 21, role: .data, method: "image"))
    try withMemoryFolder { folder in
      for _ in 0..<400 {
        let path = try folder.write(Self.repaired(damaged(sound, using: &source)), as: name)
        do { _ = try ImageFile.read(path) } catch is FileError {}
      }
    }
  }

  /// The same chunks with checksums that fit them, so that the damage reaches the decoder.
  static func repaired(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var place = 8
    while place + 12 <= bytes.count {
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - place - 12 else { break }
      let end = place + 8 + length
      let sum = Build.crc32(Array(bytes[place + 4..<end]))
      bytes.replaceSubrange(end..<end + 4, with: Build.bytes([sum.bigEndian]))
      place = end + 4
    }
    return bytes
  }
}
