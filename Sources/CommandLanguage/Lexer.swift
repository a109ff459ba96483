/// Cuts a script into tokens and comments. It goes on to the end whatever it meets, so that the
/// prompt's completion and the parser's recovery have tokens for broken text too. O(length).
struct Lexer {
  private(set) var tokens: [Token] = []
  private(set) var comments: [Comment] = []
  private(set) var diagnostics: [Diagnostic] = []
  /// The string that is open at the end, if any; its last token is that string.
  private(set) var openQuote: Quote?
  /// Whether the text ends with a backslash that asks for another line.
  private(set) var endsWithBackslash = false

  let bytes: [UInt8]
  var position = 0
  private var lineHasToken = false
  private var foundControlCharacter = false

  init(_ source: SourceText) {
    bytes = Array(source.text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    let start = position
    while position < bytes.count { scan(textStart: start) }
    tokens.append(Token(kind: .end, range: SourceRange(bytes.count, bytes.count)))
  }

  /// Takes one token, comment or run of blanks.
  private mutating func scan(textStart: Int) {
    let start = position
    if let length = blankLength(at: position) {
      position += length
    } else if lineEndLength(at: position) > 0 {
      position += lineEndLength(at: position)
      add(.newline, from: start)
      lineHasToken = false
    } else if let end = continuationEnd(at: position) {
      endsWithBackslash = end == bytes.count && bytes[end - 1] != UInt8(ascii: "\n")
      position = end
      lineHasToken = false
    } else if bytes[position] == UInt8(ascii: "#"), mayBeginComment(at: position, textStart) {
      scanComment(textStart: textStart)
    } else {
      scanToken()
      lineHasToken = true
    }
  }

  private mutating func scanToken() {
    let start = position
    switch bytes[position] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): scanString()
    case UInt8(ascii: "$"): scanVariable()
    default:
      if let length = comparisonLength(at: position) {
        position += length
        add(.comparison, from: start)
      } else if let kind = Lexer.punctuation(bytes[position]) {
        position += 1
        add(kind, from: start)
      } else {
        scanWord()
      }
    }
  }

  /// A word does not end in a backslash: what ends in one would go on in the next line as soon as
  /// it stood at the end of its own. Mostly it is a continuation mark with a comment behind it.
  private mutating func scanWord() {
    let start = position
    while position < bytes.count, isWordByte(at: position) {
      checkControlCharacter(at: position)
      position += 1
    }
    add(.word, from: start)
    guard bytes[position - 1] == UInt8(ascii: "\\") else { return }
    report(
      "a line goes on behind '\\' only at its end", SourceRange(position - 1, position),
      label: "a backslash that belongs to a value stands in quotes")
  }

  private mutating func scanString() {
    let start = position
    let quote: Quote = bytes[position] == UInt8(ascii: "'") ? .single : .double
    position += 1
    let (parts, closed) = quote == .single ? scanSingleQuoted() : scanDoubleQuoted()
    for index in start..<position { checkControlCharacter(at: index) }
    if !closed {
      openQuote = quote
      report(
        "this \(quote.rawValue) is not closed", SourceRange(start, start + 1),
        label: "the string goes on to the end of the text")
    }
    add(.string(parts, quote), from: start)
  }

  private mutating func scanVariable() {
    let start = position
    position += 1
    let name = scanName()
    if name.isEmpty {
      report(
        "a variable's name is missing after '$'", SourceRange(start, start + 1),
        label: "a variable is written $NAME")
    }
    add(.variable(name), from: start)
  }

  private mutating func scanComment(textStart: Int) {
    let start = position
    while position < bytes.count, lineEndLength(at: position) == 0 {
      checkControlCharacter(at: position)
      position += 1
    }
    let whole = String(decoding: bytes[start..<position], as: UTF8.self)
    let (kind, mark) = Comment.classify(whole, opensText: start == textStart)
    comments.append(
      Comment(
        kind: kind, text: Comment.content(of: whole, behind: mark),
        range: SourceRange(start, position), sharesLine: lineHasToken))
  }

  private mutating func add(_ kind: Token.Kind, from start: Int) {
    tokens.append(Token(kind: kind, range: SourceRange(start, position)))
  }

  mutating func report(_ message: String, _ range: SourceRange, label: String) {
    diagnostics.append(Diagnostic(.syntax, message, at: range, label: label))
  }

  /// Reports the first control character of the text; a binary file has thousands.
  private mutating func checkControlCharacter(at index: Int) {
    let byte = bytes[index]
    let isLineEnd = byte == 0x0A || lineEndLength(at: index) > 0
    guard byte < 0x20 || byte == 0x7F, byte != 0x09, !isLineEnd, !foundControlCharacter else {
      return
    }
    foundControlCharacter = true
    let hex = String(byte, radix: 16, uppercase: true)
    report(
      "a script holds no control characters", SourceRange(index, index + 1),
      label: "this is U+00" + (byte < 16 ? "0" : "") + hex)
  }
}

// MARK: - What stands at a byte

extension Lexer {
  /// The length of the blank at `index`: a space, a tab, one of Unicode's (web pages are full of
  /// no-break spaces), or a byte order mark, which comes in with joined files; nil if there is none.
  private func blankLength(at index: Int) -> Int? {
    let byte = bytes[index]
    if byte == 0x20 || byte == 0x09 { return 1 }
    guard byte == 0xC2 || byte == 0xE2 || byte == 0xE3 || byte == 0xEF else { return nil }
    let scalar = scalar(at: index)
    let isBlank = scalar == "\u{FEFF}" || scalar.properties.generalCategory == .spaceSeparator
    return isBlank ? scalar.utf8.count : nil
  }

  /// 1 for a line feed, 2 for a carriage return with one, 0 elsewhere.
  private func lineEndLength(at index: Int) -> Int {
    if bytes[index] == 0x0A { return 1 }
    let hasFeed = index + 1 < bytes.count && bytes[index + 1] == 0x0A
    return bytes[index] == 0x0D && hasFeed ? 2 : 0
  }

  /// Where a line goes on whose last character but blanks is the backslash at `index`: behind the
  /// line end, or the end of the text; nil if anything else follows.
  private func continuationEnd(at index: Int) -> Int? {
    guard bytes[index] == UInt8(ascii: "\\") else { return nil }
    var end = index + 1
    while end < bytes.count, let length = blankLength(at: end) { end += length }
    if end == bytes.count { return end }
    let length = lineEndLength(at: end)
    return length > 0 ? end + length : nil
  }

  /// At the start of a line or behind a blank; `a#b` is a word.
  private func mayBeginComment(at index: Int, _ textStart: Int) -> Bool {
    guard index > textStart else { return true }
    var before = index - 1
    while before > textStart, bytes[before] & 0xC0 == 0x80 { before -= 1 }
    return bytes[before] == 0x0A || blankLength(at: before) != nil
  }

  private func comparisonLength(at index: Int) -> Int? {
    let equalsFollows = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "=")
    switch bytes[index] {
    case UInt8(ascii: "<"), UInt8(ascii: ">"): return equalsFollows ? 2 : 1
    case UInt8(ascii: "="), UInt8(ascii: "!"): return equalsFollows ? 2 : nil
    default: return nil
    }
  }

  private func isWordByte(at index: Int) -> Bool {
    switch bytes[index] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "$"): return false
    default: break
    }
    return Lexer.punctuation(bytes[index]) == nil && blankLength(at: index) == nil
      && lineEndLength(at: index) == 0 && comparisonLength(at: index) == nil
      && continuationEnd(at: index) == nil
  }

  private static func punctuation(_ byte: UInt8) -> Token.Kind? {
    switch byte {
    case UInt8(ascii: "="): .equals
    case UInt8(ascii: ","): .comma
    case UInt8(ascii: ";"): .semicolon
    case UInt8(ascii: "["): .openBracket
    case UInt8(ascii: "]"): .closeBracket
    case UInt8(ascii: "("): .openParenthesis
    case UInt8(ascii: ")"): .closeParenthesis
    case UInt8(ascii: "{"): .openBrace
    case UInt8(ascii: "}"): .closeBrace
    default: nil
    }
  }

  /// The character whose first byte is at `index`; the bytes are those of a `String`, so valid.
  func scalar(at index: Int) -> Unicode.Scalar {
    var decoder = UTF8()
    var iterator = bytes[index...].makeIterator()
    return switch decoder.decode(&iterator) {
    case .scalarValue(let scalar): scalar
    case .emptyInput, .error: "\u{FFFD}"
    }
  }
}
