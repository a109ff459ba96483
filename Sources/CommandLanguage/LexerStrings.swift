// Strings and variables: what stands between quotes, and names behind `$`.

extension Lexer {
  /// Takes the rest of a `'…'`, in which only a doubled quote has a meaning.
  mutating func scanSingleQuoted() -> (parts: [StringPart], closed: Bool) {
    let quote = UInt8(ascii: "'")
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == quote {
        guard position < bytes.count, bytes[position] == quote else { return (parts(text), true) }
        position += 1
      }
      text.append(byte)
    }
    return (parts(text), false)
  }

  /// Takes the rest of a `"…"`, with its variables.
  mutating func scanDoubleQuoted() -> (parts: [StringPart], closed: Bool) {
    var result: [StringPart] = []
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return (result + parts(text), true)
      }
      if byte == UInt8(ascii: "$"), let name = scanInterpolation() {
        result += parts(text) + [.variable(name)]
        text = []
        continue
      }
      if byte == UInt8(ascii: "\\"), escapes(at: position + 1) { position += 1 }
      text.append(bytes[position])
      position += 1
    }
    return (result + parts(text), false)
  }

  /// Takes `$NAME` or `${NAME}`; nil, and nothing taken, where the `$` stands for itself.
  private mutating func scanInterpolation() -> Name? {
    let start = position
    position += 1
    let braced = position < bytes.count && bytes[position] == UInt8(ascii: "{")
    if braced { position += 1 }
    let name = scanName()
    let closed = !braced || (position < bytes.count && bytes[position] == UInt8(ascii: "}"))
    if !name.isEmpty, closed {
      if braced { position += 1 }
      return Name(name, SourceRange(start, position))
    }
    if braced {
      report(
        "a variable's name is missing", SourceRange(start, position),
        label: "a variable is written $NAME or ${NAME}; a dollar sign before { is \\$")
    }
    position = start
    return nil
  }

  /// Takes a variable's name at the position; empty if there is none.
  mutating func scanName() -> String {
    let start = position
    while position < bytes.count {
      let scalar = scalar(at: position)
      let fits = position == start ? scalar.beginsName : scalar.continuesName
      guard fits else { break }
      position += scalar.utf8.count
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private func escapes(at index: Int) -> Bool {
    guard index < bytes.count else { return false }
    switch bytes[index] {
    case UInt8(ascii: "\""), UInt8(ascii: "$"), UInt8(ascii: "\\"): return true
    default: return false
    }
  }

  private func parts(_ text: [UInt8]) -> [StringPart] {
    text.isEmpty ? [] : [.text(String(decoding: text, as: UTF8.self))]
  }
}

extension Unicode.Scalar {
  /// Names of variables begin with a letter or `_` …
  var beginsName: Bool { self == "_" || properties.isAlphabetic }

  /// … and go on with letters, their marks, digits and `_`.
  var continuesName: Bool {
    if beginsName { return true }
    switch properties.generalCategory {
    case .decimalNumber, .nonspacingMark, .spacingMark: return true
    default: return false
    }
  }
}

extension Comment {
  /// What a comment is, and the length of its mark.
  static func classify(_ text: String, opensText: Bool) -> (kind: Kind, mark: Int) {
    if text.hasPrefix("#!"), opensText { return (.shebang, 2) }
    if text.hasPrefix("#>") { return (.output, 2) }
    if text.hasPrefix("#:") { return (.machine, 2) }
    if text.hasPrefix("## ") || text.hasPrefix("##\t") || text == "##" { return (.heading, 2) }
    return (.prose, 1)
  }

  /// The text behind the mark, without one blank at its start and without blanks at its end:
  /// indentation is part of Markdown and of recorded output.
  static func content(of text: String, behind mark: Int) -> String {
    var content = text.utf8.dropFirst(mark)
    if content.first == UInt8(ascii: " ") { content = content.dropFirst() }
    while let last = content.last, last == 0x20 || last == 0x09 { content = content.dropLast() }
    return String(decoding: content, as: UTF8.self)
  }
}
