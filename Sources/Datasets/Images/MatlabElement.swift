/// The types of data elements in a MATLAB file of level 5, by their numbers in the file.
enum MatlabType: UInt32 {
  case int8 = 1
  case uint8 = 2
  case int16 = 3
  case uint16 = 4
  case int32 = 5
  case uint32 = 6
  case single = 7
  case double = 9
  case int64 = 12
  case uint64 = 13
  /// An array of any class: elements within an element.
  case matrix = 14
  /// One element packed by zlib.
  case compressed = 15
  case utf8 = 16

  /// Bytes per number; nil where the element holds no plain numbers.
  var size: Int? {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .single: 4
    case .double, .int64, .uint64: 8
    case .matrix, .compressed, .utf8: nil
    }
  }
}

/// What stands before the data of an element in a MATLAB file.
struct MatlabTag {
  let type: MatlabType
  /// Bytes of data.
  let count: Int
  /// Bytes between the data and the next tag.
  let padding: Int

  /// A tag from its first word and, where it has a second, that: data of four bytes or fewer stand
  /// in the place of the second word, and the first has their number in its upper half.
  init?(_ word: UInt32, _ second: () throws -> UInt32) rethrows {
    let isSmall = word >> 16 != 0
    count = try Int(isSmall ? word >> 16 : second())
    padding = isSmall ? 4 - count : (8 - count % 8) % 8
    guard let type = MatlabType(rawValue: word & 0xffff), padding >= 0 else { return nil }
    self.type = type
  }
}

/// Reads the parts of one array in a MATLAB file one after another, unpacked if need be, and never
/// beyond the array.
struct MatlabElement: ~Copyable {
  private var stream: ByteStream
  private let isBigEndian: Bool
  private let path: String
  /// Where the array ends, counted like `place`.
  private var end = 8

  /// Begins at the tag of an array.
  /// - Throws: `FileError` where there is none, or it promises more than can follow.
  init(_ stream: consuming ByteStream, isBigEndian: Bool, path: String) throws {
    self.stream = stream
    self.isBigEndian = isBigEndian
    self.path = path
    let tag = try tag()
    let most = self.stream.mostThatCanFollow
    guard tag.type == .matrix else {
      throw wrong("an array (an element of type 14)", "an element of type \(tag.type.rawValue)")
    }
    guard tag.count <= most else {
      throw wrong("an array of \(tag.count) bytes", "at most \(most) bytes")
    }
    end = place + tag.count
  }

  /// How many bytes have been read, the array's own tag included.
  var place: Int { stream.delivered }

  /// How many bytes of the array are left.
  var remaining: Int { end - place }

  /// The tag of the next part.
  mutating func tag() throws -> MatlabTag {
    let word = try word()
    guard let tag = try MatlabTag(word, { try self.word() }) else {
      throw wrong("the tag of an element", String(word, radix: 16))
    }
    return tag
  }

  /// The data of the next part, which has to be short.
  mutating func part(_ types: [MatlabType], limit: Int, _ what: String) throws -> [UInt8] {
    let tag = try tag()
    guard types.contains(tag.type), tag.count <= limit else {
      throw wrong(what, "\(tag.count) bytes of type \(tag.type.rawValue)")
    }
    let bytes = try take(tag.count)
    _ = try take(tag.padding)
    return bytes
  }

  /// Fills `target` with data that begin at the present place.
  mutating func read(into target: UnsafeMutableRawBufferPointer) throws {
    guard target.count <= remaining else {
      throw wrong("\(target.count) more bytes of the array", "\(remaining)")
    }
    try stream.read(into: target)
  }

  /// Call after the last data: nothing may follow but padding.
  mutating func finish() throws {
    guard remaining < 8 else { throw wrong("the end of the array", "\(remaining) more bytes") }
    _ = try take(remaining)
    try stream.finish()
  }

  private mutating func word() throws -> UInt32 {
    UInt32(truncatingIfNeeded: MatlabFile.bits(try take(4)[...], isBigEndian))
  }

  private mutating func take(_ count: Int) throws -> [UInt8] {
    guard count <= remaining else {
      throw wrong("\(count) more bytes of the array", "\(remaining)")
    }
    return try stream.bytes(count)
  }

  func wrong(_ expected: String, _ found: String) -> FileError {
    FileError(.format, path: path, at: .byte(place), expected: expected, found: found)
  }
}
