import Foundation

/// A JSON value as it stands in a text, with the order of keys and the spelling of numbers kept:
/// what Foundation's reader forgets. It accepts RFC 8259 and nothing else.
indirect enum JSONText: Equatable {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSONText])
  case object([(key: String, value: JSONText)])

  struct Malformed: Error {
    let text: String
    let offset: Int
  }

  init(parsing text: String) throws {
    var reader = Reader(text)
    self = try reader.whole()
  }

  static func == (left: JSONText, right: JSONText) -> Bool { left.text == right.text }

  /// The value of a key; nil where this is no object or has no such key.
  subscript(key: String) -> JSONText? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// Keys in their order; empty where this is no object.
  var keys: [String] { if case .object(let members) = self { members.map(\.key) } else { [] } }
  var array: [JSONText]? { if case .array(let values) = self { values } else { nil } }
  var string: String? { if case .string(let value) = self { value } else { nil } }
  var int: Int? { if case .number(let digits) = self { Int(digits) } else { nil } }
  var double: Double? { if case .number(let digits) = self { Double(digits) } else { nil } }
  var ints: [Int]? { array.map { $0.compactMap(\.int) } }

  /// Canonical: no blanks, strings with the escapes that must be.
  var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): String(value)
    case .number(let digits): digits
    case .string(let value): Self.quoted(value)
    case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { Self.quoted($0.key) + ":" + $0.value.text }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

extension JSONText {
  private struct Reader {
    private let text: String
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String) {
      self.text = text
      bytes = Array(text.utf8)
    }

    mutating func whole() throws -> JSONText {
      let value = try value()
      skipBlanks()
      guard at == bytes.count else { throw malformed }
      return value
    }

    private var malformed: Malformed { Malformed(text: text, offset: at) }
    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func value() throws -> JSONText {
      skipBlanks()
      switch next {
      case UInt8(ascii: "{"): return try object()
      case UInt8(ascii: "["): return try array()
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "n"): return try word("null", .null)
      case UInt8(ascii: "t"): return try word("true", .bool(true))
      case UInt8(ascii: "f"): return try word("false", .bool(false))
      default: return try number()
      }
    }

    private mutating func object() throws -> JSONText {
      var members: [(key: String, value: JSONText)] = []
      try list(UInt8(ascii: "}")) { reader in
        reader.skipBlanks()
        let key = try reader.string()
        guard !members.contains(where: { $0.key == key }) else { throw reader.malformed }
        reader.skipBlanks()
        try reader.take(UInt8(ascii: ":"))
        members.append((key, try reader.value()))
      }
      return .object(members)
    }

    private mutating func array() throws -> JSONText {
      var values: [JSONText] = []
      try list(UInt8(ascii: "]")) { values.append(try $0.value()) }
      return .array(values)
    }

    private mutating func list(_ end: UInt8, _ item: (inout Reader) throws -> Void) throws {
      at += 1
      skipBlanks()
      if next == end {
        at += 1
        return
      }
      while true {
        try item(&self)
        skipBlanks()
        if next == end { break }
        try take(UInt8(ascii: ","))
      }
      at += 1
    }

    /// Foundation reads the escapes; where the string ends is seen here.
    private mutating func string() throws -> String {
      let start = at
      try take(UInt8(ascii: "\""))
      while let byte = next, byte != UInt8(ascii: "\"") {
        guard byte >= 0x20 else { throw malformed }
        at += byte == UInt8(ascii: "\\") ? 2 : 1
      }
      try take(UInt8(ascii: "\""))
      return try JSONDecoder().decode(String.self, from: Data(bytes[start..<at]))
    }

    private mutating func number() throws -> JSONText {
      let start = at
      while let byte = next, "+-.0123456789eE".utf8.contains(byte) { at += 1 }
      let digits = String(decoding: bytes[start..<at], as: UTF8.self)
      guard digits.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil else {
        throw malformed
      }
      return .number(digits)
    }

    private mutating func word(_ word: String, _ value: JSONText) throws -> JSONText {
      for byte in word.utf8 { try take(byte) }
      return value
    }

    private mutating func take(_ byte: UInt8) throws {
      guard next == byte else { throw malformed }
      at += 1
    }

    private mutating func skipBlanks() {
      while let byte = next, " \t\r\n".utf8.contains(byte) { at += 1 }
    }
  }
}
