/// The bytes of one or several pickles, read in order through a window.
///
/// Places count from the beginning of the file, or of the member of an archive.
final class PickleReader {
  let path: String
  let member: String?
  /// A line of Python that turns such a file into one of plain numbers, for files that are refused.
  let converter: String
  /// The place of the next byte.
  private(set) var place: Int
  private let end: Int
  private var stream: ByteStream
  private var window = [UInt8](repeating: 0, count: 1 << 16)
  private var next = 0
  private var filled = 0

  /// - Parameters:
  ///   - stream: the bytes from `places` on.
  ///   - places: where they stand in the file.
  init(
    _ stream: consuming ByteStream, places: Range<Int>, path: String, member: String? = nil,
    converter: String
  ) {
    self.stream = stream
    self.path = path
    self.member = member
    self.converter = converter
    place = places.lowerBound
    end = places.upperBound
  }

  /// How many bytes are left.
  var remaining: Int { end - place }

  func byte() throws -> UInt8 {
    if next == filled { try refill() }
    defer { advance(1) }
    return window[next]
  }

  /// The next `count` bytes.
  func bytes(_ count: Int) throws -> [UInt8] {
    guard count <= remaining else { throw cut(count) }
    try MemoryLimit.check(count, of: UInt8.self, path: path)
    return try [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      let here = min(count, filled - next)
      _ = target[..<here].update(fromContentsOf: window[next..<next + here])
      advance(here)
      if here < count {
        let rest = UnsafeMutableBufferPointer(rebasing: target[here...])
        try read(into: UnsafeMutableRawBufferPointer(rest))
      }
      initialized = count
    }
  }

  /// A number of `size` bytes, the least significant first; at most 8 of them.
  func unsigned(_ size: Int) throws -> UInt64 {
    var value: UInt64 = 0
    for shift in 0..<size { value |= UInt64(try byte()) << UInt64(8 * shift) }
    return value
  }

  /// The length of something that follows: a number of `size` bytes.
  func length(_ size: Int) throws -> Int {
    let value = try unsigned(size)
    guard let length = Int(exactly: value), length <= remaining else {
      throw cut(Int(exactly: value) ?? Int.max)
    }
    return length
  }

  /// What precedes the next line end, which is passed over.
  func line() throws -> String {
    var bytes: [UInt8] = []
    while true {
      let byte = try byte()
      if byte == UInt8(ascii: "\n") { break }
      guard bytes.count < Self.longestLine else {
        throw error(expected: "a name of at most \(Self.longestLine) bytes", found: "a longer one")
      }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Call where nothing may follow.
  /// - Throws: `FileError` where more bytes do, or the recorded checksum is another.
  func finish() throws {
    guard remaining == 0 else {
      throw error(expected: "the end of the pickle", found: "\(remaining) more bytes")
    }
    do { try stream.finish() } catch let error as FileError { throw error.inside(member) }
  }

  func error(
    _ kind: FileError.Kind = .format, at place: Int? = nil, expected: String, found: String,
    hints: [String] = []
  ) -> FileError {
    FileError(
      kind, path: path, member: member, at: .byte(place ?? self.place), expected: expected,
      found: found, hints: hints)
  }

  private static let longestLine = 256

  private func advance(_ count: Int) {
    next += count
    place += count
  }

  private func refill() throws {
    let count = min(window.count, remaining)
    guard count > 0 else { throw cut(1) }
    do {
      try window.withUnsafeMutableBytes {
        try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[..<count]))
      }
    } catch let error as FileError {
      throw error.inside(member)
    }
    (next, filled) = (0, count)
  }

  /// Fills `target` behind what the window holds.
  private func read(into target: UnsafeMutableRawBufferPointer) throws {
    do {
      try stream.read(into: target)
    } catch let error as FileError {
      throw error.inside(member)
    }
    place += target.count
  }

  private func cut(_ count: Int) -> FileError {
    error(
      expected: "\(count) more bytes", found: "\(remaining)",
      hints: ["the file may have been cut off while it was copied"])
  }
}
