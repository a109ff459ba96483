/// An IDX file, the format of MNIST and its kin: a few sizes, then bytes. Plain or gzipped, which
/// is told by its content.
struct IDXFile {
  let shape: [Int]
  let bytes: [UInt8]

  /// Reads a file of unsigned bytes with the given number of dimensions, all of it.
  /// - Throws: `FileError` where a byte is missing or too many, or the sizes are not possible.
  init(_ path: String, dimensions: Int) throws {
    try self.init(FileBytes(path), dimensions: dimensions)
  }

  init(_ source: any ByteSource, dimensions: Int) throws {
    var stream = try ByteStream(plainOrGzip: source)
    let magic = try stream.bytes(4)
    guard magic == [0, 0, 8, UInt8(dimensions)] else {
      throw FileError(
        .format, path: source.name, at: .byte(0),
        expected: "an IDX file of bytes with \(dimensions) dimensions (00 00 08 0\(dimensions))",
        found: magic.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " "))
    }
    shape = try (0..<dimensions).map { _ in
      try stream.bytes(4).reduce(0) { $0 << 8 | Int($1) }
    }
    let count = try Self.count(shape, stream.mostThatCanFollow, source.name)
    try MemoryLimit.check(count, of: UInt8.self, path: source.name)
    bytes = try [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      try stream.read(into: UnsafeMutableRawBufferPointer(target))
      initialized = count
    }
    try stream.finish()
  }

  /// The number of bytes that `shape` promises, if a file of this length can hold them.
  private static func count(_ shape: [Int], _ limit: Int, _ path: String) throws -> Int {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { throw tooShort(shape, limit, path) }
      count = product
    }
    guard count <= limit else { throw tooShort(shape, limit, path) }
    return count
  }

  private static func tooShort(_ shape: [Int], _ limit: Int, _ path: String) -> FileError {
    FileError(
      .format, path: path, at: .byte(4 + 4 * shape.count),
      expected: "\(shape.map(String.init).joined(separator: " × ")) bytes of data",
      found: "at most \(limit)", hints: ["the file may have been cut off while it was copied"])
  }
}
