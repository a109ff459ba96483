import CZlib

/// Writes zip archives of members that are not packed, each beginning at a multiple of 64 bytes, so
/// that a reader may use them where they lie.
struct StoredZipWriter {
  private let file: NewFile
  private let path: String
  private var place = 0
  private var directory: [UInt8] = []
  private var count = 0

  private static let alignment = 64
  /// Sizes and places have 32 bits each; archives beyond that have another form.
  private static let longest = Int(UInt32.max) - 1

  init(_ path: String) throws {
    file = try NewFile(path)
    self.path = path
  }

  /// Adds a member of these bytes.
  mutating func add(_ name: String, _ bytes: [UInt8]) throws {
    try add(name, bytes) { $0 }
  }

  /// Adds a member of these values.
  /// - Parameter stored: a value as it is to lie in the file.
  /// - Throws: `FileError` where the archive would become too long, or cannot be written.
  mutating func add<Value, Stored: BitwiseCopyable>(
    _ name: String, _ values: [Value], as stored: (Value) -> Stored
  ) throws {
    let size = values.count * MemoryLayout<Stored>.size
    let start = place + 30 + name.utf8.count + 4
    let filler = (Self.alignment - start % Self.alignment) % Self.alignment
    try checkLength(start + filler + size + directory.count + 100 + name.utf8.count)
    let member = Self.description(
      name, size: size, checksum: try Self.checksum(values, stored))
    addToDirectory(name, member)
    try append(
      Self.long(0x0403_4b50) + member + Self.short(4 + filler) + Array(name.utf8)
        // A field that readers pass over, called as torch calls it.
        + Self.short(0x4246) + Self.short(filler) + [UInt8](repeating: 0, count: filler))
    try file.append(values, as: stored)
    place += size
  }

  /// Writes the directory and makes the file appear.
  mutating func finish() throws {
    let start = place
    try append(directory)
    try append(
      Self.long(0x0605_4b50) + Self.long(0) + Self.short(count) + Self.short(count)
        + Self.long(directory.count) + Self.long(start) + Self.short(0))
    try file.commit()
  }

  private mutating func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try file.append($0) }
    place += bytes.count
  }

  private mutating func addToDirectory(_ name: String, _ member: [UInt8]) {
    count += 1
    directory += Self.long(0x0201_4b50) + Self.short(20) + member
    // No field, no comment, the first disk, no attributes.
    directory += Self.short(0) + Self.short(0) + Self.short(0) + Self.short(0) + Self.long(0)
    directory += Self.long(place) + Array(name.utf8)
  }

  private func checkLength(_ length: Int) throws {
    guard length <= Self.longest, count < Int(UInt16.max) - 1 else {
      throw FileError(
        .unwritable, path: path, expected: "an archive of at most 4 GiB and 65,534 members",
        found: "a larger one", hints: ["write safetensors instead"])
    }
  }

  /// What the member's own header and the directory both say: the version that is needed, how it is
  /// packed, the first date that there is, the checksum, both sizes, the length of the name.
  private static func description(_ name: String, size: Int, checksum: UInt32) -> [UInt8] {
    short(20) + short(0) + short(0) + short(0) + short(0x21) + long(Int(checksum)) + long(size)
      + long(size) + short(name.utf8.count)
  }

  private static func checksum<Value, Stored: BitwiseCopyable>(
    _ values: [Value], _ stored: (Value) -> Stored
  ) throws -> UInt32 {
    var checksum: UInt = 0
    try NewFile.forEachPiece(of: values, as: stored) { piece in
      guard let start = piece.bindMemory(to: UInt8.self).baseAddress else { return }
      checksum = crc32_z(checksum, start, piece.count)
    }
    return UInt32(truncatingIfNeeded: checksum)
  }

  private static func short(_ number: Int) -> [UInt8] { bytes(number, 2) }
  private static func long(_ number: Int) -> [UInt8] { bytes(number, 4) }

  private static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
