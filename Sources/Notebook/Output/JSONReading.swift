extension JSON {
  /// A text that `text` made, read back with the keys in their order; nil where it is none.
  init?(reading text: String) {
    var reader = Reader(bytes: Array(text.utf8))
    guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
    self = value
  }

  private struct Reader {
    let bytes: [UInt8]
    var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Deeper than anything that is written.
    private static let deepest = 64

    var isAtEnd: Bool { place == bytes.count }

    mutating func value(depth: Int) -> JSON? {
      guard depth < Self.deepest, place < bytes.count else { return nil }
      switch bytes[place] {
      case UInt8(ascii: "{"): return members(depth).map(JSON.object)
      case UInt8(ascii: "["): return elements(depth).map(JSON.array)
      case UInt8(ascii: "\""): return string().map(JSON.string)
      default: return word()
      }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
      guard place < bytes.count, bytes[place] == UInt8(ascii: scalar) else { return false }
      place += 1
      return true
    }

    private mutating func members(_ depth: Int) -> [Member]? {
      var members: [Member] = []
      guard take("{") else { return nil }
      if take("}") { return members }
      repeat {
        guard let key = string(), take(":"), let value = value(depth: depth + 1) else { return nil }
        members.append(Member(key, value))
      } while take(",")
      return take("}") ? members : nil
    }

    private mutating func elements(_ depth: Int) -> [JSON]? {
      var elements: [JSON] = []
      guard take("[") else { return nil }
      if take("]") { return elements }
      repeat {
        guard let value = value(depth: depth + 1) else { return nil }
        elements.append(value)
      } while take(",")
      return take("]") ? elements : nil
    }

    /// A number, or true, false, null.
    private mutating func word() -> JSON? {
      let start = place
      while place < bytes.count, !",]}".utf8.contains(bytes[place]) { place += 1 }
      let text = String(decoding: bytes[start..<place], as: UTF8.self)
      switch text {
      case "null": return .null
      case "true": return .bool(true)
      case "false": return .bool(false)
      default: return Int(text).map(JSON.int) ?? Double(text).map(JSON.double)
      }
    }

    private mutating func string() -> String? {
      guard take("\"") else { return nil }
      var text: [UInt8] = []
      while place < bytes.count {
        let byte = bytes[place]
        place += 1
        if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
        guard byte == UInt8(ascii: "\\") else {
          text.append(byte)
          continue
        }
        guard let scalar = escaped() else { return nil }
        text += Array(String(Character(scalar)).utf8)
      }
      return nil
    }

    /// What stands behind a backslash.
    private mutating func escaped() -> Unicode.Scalar? {
      guard place < bytes.count else { return nil }
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "n"): return "\n"
      case UInt8(ascii: "r"): return "\r"
      case UInt8(ascii: "t"): return "\t"
      case UInt8(ascii: "u"):
        guard place + 4 <= bytes.count else { return nil }
        defer { place += 4 }
        let digits = String(decoding: bytes[place..<place + 4], as: UTF8.self)
        return UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
      default: return Unicode.Scalar(byte)
      }
    }
  }
}
