import CZlib

/// Bytes read in order from part of a source, plain or packed.
struct ByteStream: ~Copyable {
  private let source: any ByteSource
  private var position: Int
  private let end: Int
  private var inflater: Inflater?
  /// How many bytes of it have been read.
  private(set) var delivered = 0
  private var checksum: UInt = 0
  private let recordedChecksum: UInt32?

  /// Every byte of `range` as it stands.
  init(_ source: any ByteSource, _ range: Range<Int>, checksum: UInt32? = nil) {
    self.source = source
    position = range.lowerBound
    end = range.upperBound
    recordedChecksum = checksum
  }

  /// The bytes of `range` unpacked.
  /// - Parameter checksum: the CRC-32 of the plain bytes, for archives that record it.
  init(
    _ source: any ByteSource, inflating range: Range<Int>, _ wrapping: Inflater.Wrapping,
    checksum: UInt32? = nil
  ) throws {
    self.init(source, range, checksum: checksum)
    inflater = try Inflater(source, range, wrapping)
  }

  /// A whole file, unpacked if its first two bytes are those of gzip.
  init(plainOrGzip source: any ByteSource) throws {
    let isPacked = try source.count >= 2 && source.bytes(0..<2) == [0x1f, 0x8b]
    if isPacked {
      try self.init(source, inflating: 0..<source.count, .gzip)
    } else {
      self.init(source, 0..<source.count)
    }
  }

  var isPacked: Bool { inflater != nil }

  /// More plain bytes than this cannot follow.
  var mostThatCanFollow: Int {
    guard isPacked else { return end - position }
    let (product, overflow) = source.count.multipliedReportingOverflow(by: Inflater.largestGrowth)
    return overflow ? Int.max : product
  }

  /// Fills `target`.
  /// - Throws: `FileError` where fewer bytes are left.
  mutating func read(into target: UnsafeMutableRawBufferPointer) throws {
    let count = try readSome(into: target)
    delivered += count
    guard count == target.count else {
      throw FileError(
        .format, path: source.name, at: .byte(delivered),
        expected: "\(target.count - count) more bytes", found: "the end of the data",
        hints: ["the file may have been cut off while it was copied"])
    }
    guard recordedChecksum != nil, count > 0 else { return }
    checksum = crc32_z(checksum, target.bindMemory(to: UInt8.self).baseAddress, target.count)
  }

  /// The next `count` bytes, copied. Meant for headers.
  mutating func bytes(_ count: Int) throws -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    try result.withUnsafeMutableBytes { try read(into: $0) }
    return result
  }

  /// Everything that is left, for data whose plain size is recorded nowhere.
  /// - Throws: `FileError` of kind `tooLarge` where that is more than `limit` bytes.
  mutating func rest(limit: Int) throws -> [UInt8] {
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try piece.withUnsafeMutableBytes { try readSome(into: $0) }
      guard count > 0 else { return result }
      delivered += count
      guard delivered <= limit else {
        throw FileError(
          .tooLarge, path: source.name, expected: "at most \(limit) bytes", found: "more")
      }
      result.append(contentsOf: piece[..<count])
    }
  }

  /// Call after the last byte that was expected.
  /// - Throws: `FileError` where more follows, or the recorded checksum is another.
  mutating func finish() throws {
    var extra: UInt8 = 0
    let count = try withUnsafeMutableBytes(of: &extra) { try readSome(into: $0) }
    guard count == 0 else {
      throw FileError(
        .format, path: source.name, at: .byte(delivered),
        expected: "the end of the data", found: "more bytes")
    }
    if let recordedChecksum, UInt32(truncatingIfNeeded: checksum) != recordedChecksum {
      throw FileError(
        .format, path: source.name, expected: "data of the recorded checksum",
        found: "data of another", hints: ["the file is damaged: fetch it again"])
    }
  }

  private mutating func readSome(into target: UnsafeMutableRawBufferPointer) throws -> Int {
    if let count = try inflater?.read(into: target) { return count }
    let count = min(target.count, end - position)
    try source.read(at: position, into: UnsafeMutableRawBufferPointer(rebasing: target[..<count]))
    position += count
    return count
  }
}
