/// The few Python literals that the header of an npy file is made of.
indirect enum PythonLiteral: Equatable {
  case text(String)
  case truth(Bool)
  case integer(Int)
  case none
  /// A tuple or a list.
  case sequence([PythonLiteral])
  case dictionary([(key: String, value: PythonLiteral)])

  static func == (left: PythonLiteral, right: PythonLiteral) -> Bool {
    switch (left, right) {
    case (.text(let a), .text(let b)): a == b
    case (.truth(let a), .truth(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.none, .none): true
    case (.sequence(let a), .sequence(let b)): a == b
    case (.dictionary(let a), .dictionary(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }

  /// What `text` spells, or where it stops to be a literal and what was expected there.
  static func parse(_ text: [UInt8]) throws(PythonLiteralError) -> PythonLiteral {
    var parser = PythonLiteralParser(text: text)
    let value = try parser.value(depth: 0)
    parser.skipBlanks()
    guard parser.isAtEnd else { throw parser.expected("the end of the header") }
    return value
  }
}

struct PythonLiteralError: Error {
  let offset: Int
  let expected: String
}

private struct PythonLiteralParser {
  let text: [UInt8]
  var position = 0

  private static let deepest = 16

  var isAtEnd: Bool { position >= text.count }

  func expected(_ what: String) -> PythonLiteralError {
    PythonLiteralError(offset: position, expected: what)
  }

  mutating func skipBlanks() {
    while let byte = peek, byte == 0x20 || (0x09...0x0d).contains(byte) { position += 1 }
  }

  private var peek: UInt8? { isAtEnd ? nil : text[position] }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func value(depth: Int) throws(PythonLiteralError) -> PythonLiteral {
    guard depth < Self.deepest else { throw expected("fewer brackets inside one another") }
    skipBlanks()
    switch peek ?? 0 {
    case UInt8(ascii: "{"): return try dictionary(depth)
    case UInt8(ascii: "("): return try sequence(closing: ")", depth)
    case UInt8(ascii: "["): return try sequence(closing: "]", depth)
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
    default: return try word()
    }
  }

  private mutating func dictionary(_ depth: Int) throws(PythonLiteralError) -> PythonLiteral {
    position += 1
    var entries: [(key: String, value: PythonLiteral)] = []
    while !take("}") {
      guard case .text(let key) = try value(depth: depth + 1) else {
        throw expected("a name in quotes")
      }
      guard !entries.contains(where: { $0.key == key }) else { throw expected("each name once") }
      guard take(":") else { throw expected("':'") }
      entries.append((key, try value(depth: depth + 1)))
      guard take(",") || peek == UInt8(ascii: "}") else { throw expected("',' or '}'") }
    }
    return .dictionary(entries)
  }

  private mutating func sequence(
    closing: Unicode.Scalar, _ depth: Int
  ) throws(PythonLiteralError) -> PythonLiteral {
    position += 1
    var elements: [PythonLiteral] = []
    while !take(closing) {
      elements.append(try value(depth: depth + 1))
      guard take(",") || peek == UInt8(ascii: closing) else {
        throw expected("',' or '\(closing)'")
      }
    }
    return .sequence(elements)
  }

  private mutating func string() throws(PythonLiteralError) -> String {
    let quote = text[position]
    let start = position + 1
    guard let end = text[start...].firstIndex(of: quote) else {
      throw expected("a closing quote")
    }
    guard !text[start..<end].contains(UInt8(ascii: "\\")) else {
      throw expected("a name without '\\'")
    }
    position = end + 1
    return String(decoding: text[start..<end], as: UTF8.self)
  }

  private mutating func integer() throws(PythonLiteralError) -> Int {
    let start = position
    position += 1
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard let number = Int(String(decoding: text[start..<position], as: UTF8.self)) else {
      position = start
      throw expected("a whole number of at most 64 bits")
    }
    // Python 2 marked long integers so.
    if peek == UInt8(ascii: "L") { position += 1 }
    return number
  }

  private mutating func word() throws(PythonLiteralError) -> PythonLiteral {
    for (name, value) in [
      ("True", PythonLiteral.truth(true)), ("False", .truth(false)), ("None", .none),
    ]
    where text[position...].starts(with: name.utf8) {
      position += name.utf8.count
      return value
    }
    throw expected("a value")
  }
}
