import LinearAlgebra

/// Reads lists of a million lines, as data sets of images come with: bytes, not characters, and
/// none of them copied.
struct LineReader {
  /// Longer files are refused: 256 MiB, several times the longest list that any data set has. Tables
  /// made of a list of very short lines take up to thirty times as much memory as the list.
  static let longestFile = 1 << 28

  /// One line without its end and without blanks before that.
  struct Line {
    let path: String
    /// From 1.
    let number: Int
    let bytes: ArraySlice<UInt8>
  }

  private let path: String
  private let bytes: [UInt8]

  /// - Throws: `FileError` where the file cannot be read or is too long.
  init(_ path: String) throws {
    let file = try FileBytes(path)
    guard file.count <= Self.longestFile else {
      throw FileError(
        .tooLarge, path: path, expected: "a list of at most \(Self.longestFile) bytes",
        found: "\(file.count)")
    }
    self.path = path
    bytes = try file.bytes(0..<file.count)
  }

  /// Hands `body` every line. The mark of UTF-8 at the start and blank lines at the end are passed
  /// over.
  /// - Throws: what `body` throws; `Interrupted`.
  func forEachLine(_ body: (Line) throws -> Void) throws {
    let end = bytes.lastIndex { !Self.isBlank($0) }.map { $0 + 1 } ?? 0
    var start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    var number = 1
    while start < end {
      if number & 0xffff == 0 { try Interrupt.check() }
      let next = bytes[start..<end].firstIndex(of: UInt8(ascii: "\n")) ?? end
      try body(Line(path: path, number: number, bytes: Self.trimmed(bytes[start..<next])))
      start = next + 1
      number += 1
    }
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return bytes
  }

  fileprivate static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || 9...13 ~= byte }
}

extension LineReader.Line {
  /// The line as text.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// What is before and behind the first blank or the last one; nil where there is none.
  func split(atLast: Bool) -> (head: ArraySlice<UInt8>, tail: ArraySlice<UInt8>)? {
    let isBlank = { (byte: UInt8) in LineReader.isBlank(byte) }
    guard let place = atLast ? bytes.lastIndex(where: isBlank) : bytes.firstIndex(where: isBlank)
    else { return nil }
    let head = bytes[..<place]
    let end = head.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? head.startIndex
    return (head[..<end], bytes[(place + 1)...].drop(while: isBlank))
  }

  /// A path, a blank, and a whole number below `limit`.
  /// - Throws: `FileError` with the line where it is none of that, or leads out of its folder.
  func labeledPath(below limit: Int, _ what: String) throws -> (path: ArraySlice<UInt8>, label: Int)
  {
    guard let (path, digits) = split(atLast: true), let label = Self.number(digits) else {
      throw error(expected: "a path and \(what)")
    }
    guard label < limit else {
      throw error(expected: "\(what) from 0 to \(limit - 1)", found: "\(label)")
    }
    return (try checkedPath(path), label)
  }

  /// `path`, if it is one that stays below the folder which it starts from.
  /// - Throws: `FileError` with the line.
  func checkedPath(_ path: ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
    guard !path.isEmpty else { throw error(expected: "the path of an image") }
    let isText = path.allSatisfy { $0 < 0x80 } || String(validating: path, as: UTF8.self) != nil
    guard isText, !path.contains(0) else { throw error(expected: "a path in UTF-8") }
    guard path.first != UInt8(ascii: "/"), !Self.leadsUp(path) else {
      throw error(expected: "a path that stays below the data set's folder")
    }
    return path
  }

  /// Whether `..` is one of the names in a path.
  private static func leadsUp(_ path: ArraySlice<UInt8>) -> Bool {
    // Most paths have no two full stops in a row, and this is asked of millions.
    let dot = UInt8(ascii: ".")
    guard zip(path, path.dropFirst()).contains(where: { $0 == dot && $1 == dot }) else {
      return false
    }
    return path.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual([dot, dot]) }
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard 1...9 ~= digits.count else { return nil }
    var number = 0
    for digit in digits {
      guard 0x30...0x39 ~= digit else { return nil }
      number = 10 * number + Int(digit - 0x30)
    }
    return number
  }

  /// What is wrong with this line.
  func error(expected: String, found: String? = nil, hints: [String] = []) -> FileError {
    let start = String(decoding: bytes.prefix(80), as: UTF8.self)
    return FileError(
      .format, path: path, at: .line(number), expected: expected,
      found: found ?? (bytes.isEmpty ? "an empty line" : "'\(start)'"), hints: hints)
  }
}
