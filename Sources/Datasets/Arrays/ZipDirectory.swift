/// One member of a zip archive, as the archive's directory describes it.
struct ZipEntry: Sendable, Equatable {
  let name: String
  /// The plain size in bytes.
  let size: Int
  let packedSize: Int
  let isDeflated: Bool
  let checksum: UInt32
  /// Where the member's own header begins.
  let offset: Int
}

/// The directory at the end of a zip archive.
///
/// Sizes are taken from here alone: the members' own headers may leave them to a zip64 field.
struct ZipDirectory {
  let entries: [ZipEntry]

  static let magic: [UInt8] = [0x50, 0x4b, 0x03, 0x04]
  /// What an archive without members begins with.
  static let emptyMagic: [UInt8] = [0x50, 0x4b, 0x05, 0x06]

  /// More than the directory of a million members takes.
  private static let longest = 1 << 28

  init(_ source: any ByteSource) throws {
    let end = try ZipEnd(source)
    guard end.directorySize <= end.position, end.directoryOffset <= end.position - end.directorySize
    else {
      throw FileError.zip(
        source, end.position, expected: "a directory inside the archive",
        found: "one of \(end.directorySize) bytes at byte \(end.directoryOffset)")
    }
    guard end.directorySize <= Self.longest else {
      throw FileError(
        .tooLarge, path: source.name, expected: "a directory of at most \(Self.longest) bytes",
        found: "\(end.directorySize)")
    }
    let range = end.directoryOffset..<end.directoryOffset + end.directorySize
    var reader = LittleEndianReader(
      bytes: try source.bytes(range), base: range.lowerBound, path: source.name)
    // The number of entries is a claim; the bytes that are there bound the loop.
    var entries: [ZipEntry] = []
    while entries.count < end.entryCount {
      entries.append(try ZipEntry(&reader, limit: range.lowerBound))
    }
    guard reader.isAtEnd else {
      throw FileError.zip(
        source, reader.place, expected: "\(end.entryCount) members", found: "more")
    }
    self.entries = entries
  }
}

extension FileError {
  static func zip(
    _ source: any ByteSource, _ place: Int, expected: String, found: String
  ) -> FileError {
    FileError(.format, path: source.name, at: .byte(place), expected: expected, found: found)
  }
}

/// The record that ends an archive and says where its directory is.
private struct ZipEnd {
  let position: Int
  let entryCount: Int
  let directorySize: Int
  let directoryOffset: Int

  private static let length = 22
  private static let longestComment = 65_535

  init(_ source: any ByteSource) throws {
    let start = max(0, source.count - Self.length - Self.longestComment)
    let tail = try source.bytes(start..<source.count)
    guard let index = Self.find(tail) else {
      throw FileError(
        .format, path: source.name, at: .byte(source.count),
        expected: "the directory that ends a zip archive", found: "the end of the file",
        hints: ["the file may have been cut off while it was copied"])
    }
    position = start + index
    var reader = LittleEndianReader(
      bytes: Array(tail[index...]), base: position, path: source.name)
    try reader.skip(4)
    let (disk, firstDisk) = (try reader.short(), try reader.short())
    let (countHere, count) = (try reader.short(), try reader.short())
    let (size, offset) = (try reader.long(), try reader.long())
    if count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff {
      (entryCount, directorySize, directoryOffset) = try Self.wide(source, before: position)
      return
    }
    guard disk == 0, firstDisk == 0, countHere == count else {
      throw FileError.zip(
        source, position, expected: "an archive in one file", found: "one of several")
    }
    (entryCount, directorySize, directoryOffset) = (count, size, offset)
  }

  /// The last place where the record begins and its comment ends with the file.
  private static func find(_ tail: [UInt8]) -> Int? {
    guard tail.count >= length else { return nil }
    return (0...tail.count - length).last { i in
      tail[i] == 0x50 && tail[i + 1] == 0x4b && tail[i + 2] == 5 && tail[i + 3] == 6
        && i + length + Int(tail[i + 20]) + Int(tail[i + 21]) << 8 == tail.count
    }
  }

  /// The fields of the zip64 record, for archives beyond the old limits.
  private static func wide(_ source: any ByteSource, before position: Int) throws -> (Int, Int, Int)
  {
    var locator = LittleEndianReader(
      bytes: try source.bytes(max(0, position - 20)..<position), base: max(0, position - 20),
      path: source.name)
    try locator.signature(0x0706_4b50, "the place of the zip64 directory")
    try locator.skip(4)
    let place = try locator.wide()
    try source.checkBounds(place, 56)
    var record = LittleEndianReader(
      bytes: try source.bytes(place..<place + 56), base: place, path: source.name)
    try record.signature(0x0606_4b50, "the zip64 directory")
    try record.skip(20)
    _ = try record.wide()
    return (try record.wide(), try record.wide(), try record.wide())
  }
}

extension ZipEntry {
  /// Reads one record of the directory.
  /// - Parameter limit: where the directory begins; members lie before it.
  fileprivate init(_ reader: inout LittleEndianReader, limit: Int) throws {
    let place = reader.place
    try reader.signature(0x0201_4b50, "a member of the directory")
    try reader.skip(4)
    let flags = try reader.short()
    let method = try reader.short()
    try reader.skip(4)
    checksum = UInt32(try reader.long())
    let sizes = (packed: try reader.long(), plain: try reader.long())
    let lengths = (try reader.short(), try reader.short(), try reader.short())
    try reader.skip(8)
    let offset = try reader.long()
    name = String(decoding: try reader.take(lengths.0), as: UTF8.self)
    let extra = try reader.take(lengths.1)
    try reader.skip(lengths.2)
    (size, packedSize, self.offset) = try Self.widened(
      sizes.plain, sizes.packed, offset, extra, at: place, reader.path)
    isDeflated = method == 8
    guard method == 0 || method == 8, flags & 1 == 0 else {
      throw FileError(
        .format, path: reader.path, member: name, at: .byte(place),
        expected: "a member that is stored or deflated",
        found: flags & 1 == 1 ? "an encrypted one" : "packing method \(method)")
    }
    try checkSizes(at: place, limit: limit, reader.path)
  }

  /// Refuses sizes that no sound archive has, before anything is allocated for them.
  private func checkSizes(at place: Int, limit: Int, _ path: String) throws {
    let fits = offset <= limit && packedSize <= limit - offset
    let possible = packedSize.multipliedReportingOverflow(by: Inflater.largestGrowth)
    let isSound =
      isDeflated ? possible.overflow || size <= possible.partialValue : size == packedSize
    guard fits, isSound else {
      throw FileError(
        .format, path: path, member: name, at: .byte(place),
        expected: "a member whose sizes are possible",
        found: "\(packedSize) bytes at byte \(offset), to become \(size)")
    }
  }

  /// Fields whose 32 bits are all ones stand in the zip64 part of `extra`, in this order.
  private static func widened(
    _ plain: Int, _ packed: Int, _ offset: Int, _ extra: [UInt8], at place: Int, _ path: String
  ) throws -> (plain: Int, packed: Int, offset: Int) {
    var fields = LittleEndianReader(bytes: extra, base: place, path: path)
    while fields.remaining >= 4 {
      let (tag, length) = (try fields.short(), try fields.short())
      var field = LittleEndianReader(bytes: try fields.take(length), base: place, path: path)
      guard tag == 1 else { continue }
      let mark = 0xffff_ffff
      return (
        plain == mark ? try field.wide() : plain, packed == mark ? try field.wide() : packed,
        offset == mark ? try field.wide() : offset
      )
    }
    return (plain, packed, offset)
  }

  /// The member's plain bytes.
  func stream(_ source: any ByteSource) throws -> ByteStream {
    try source.checkBounds(offset, 30)
    var header = LittleEndianReader(
      bytes: try source.bytes(offset..<offset + 30), base: offset, path: source.name)
    try header.signature(0x0403_4b50, "the header of the member")
    try header.skip(22)
    let start = offset + 30 + (try header.short()) + (try header.short())
    try source.checkBounds(start, packedSize)
    let range = start..<start + packedSize
    guard isDeflated else { return ByteStream(source, range, checksum: checksum) }
    return try ByteStream(source, inflating: range, .none, checksum: checksum)
  }
}
