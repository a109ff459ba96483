/// Reads small numbers one after another from the bytes of a header, and never beyond them.
struct LittleEndianReader {
  private let bytes: [UInt8]
  private let base: Int
  private var position = 0
  let path: String

  /// - Parameter base: where in the file the bytes begin, for errors.
  init(bytes: [UInt8], base: Int, path: String) {
    self.bytes = bytes
    self.base = base
    self.path = path
  }

  var remaining: Int { bytes.count - position }
  var isAtEnd: Bool { remaining == 0 }
  /// Where in the file the next byte is.
  var place: Int { base + position }

  mutating func take(_ count: Int) throws -> [UInt8] {
    guard count <= remaining else {
      throw FileError(
        .format, path: path, at: .byte(place), expected: "\(count) more bytes",
        found: "\(remaining)", hints: ["the file may have been cut off while it was copied"])
    }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  mutating func skip(_ count: Int) throws { _ = try take(count) }

  /// 16 bits.
  mutating func short() throws -> Int { try number(2) }
  /// 32 bits.
  mutating func long() throws -> Int { try number(4) }

  /// 64 bits, of which a size or a place uses 63.
  mutating func wide() throws -> Int {
    let start = place
    let value = try take(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let number = Int(exactly: value) else {
      throw FileError(
        .format, path: path, at: .byte(start), expected: "a size or place inside the file",
        found: "\(value)")
    }
    return number
  }

  mutating func signature(_ expected: Int, _ what: String) throws {
    let start = place
    guard try long() == expected else {
      throw FileError(.format, path: path, at: .byte(start), expected: what, found: "other bytes")
    }
  }

  private mutating func number(_ size: Int) throws -> Int {
    try take(size).reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
