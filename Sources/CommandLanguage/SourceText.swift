/// A stretch of a source text, in UTF-8 byte offsets: `lower` belongs to it, `upper` does not.
package struct SourceRange: Hashable, Sendable, Codable {
  package let lower: Int
  package let upper: Int

  /// An `upper` before `lower` makes an empty range at `lower`.
  package init(_ lower: Int, _ upper: Int) {
    self.lower = lower
    self.upper = max(lower, upper)
  }

  /// Whether it is a place between two bytes.
  package var isEmpty: Bool { lower == upper }

  /// The shortest range that covers both.
  package func union(_ other: SourceRange) -> SourceRange {
    SourceRange(min(lower, other.lower), max(upper, other.upper))
  }
}

/// Where a byte stands for a reader: line and display column, both from 1.
package struct Place: Hashable, Sendable, Codable {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// A script, or what was typed at the prompt, with the way from byte offsets to lines and columns.
///
/// Offsets count from the start of `text` as it was read: a byte order mark and carriage returns
/// are kept, so that what `range` covers can be written back unchanged.
package struct SourceText: Hashable, Sendable {
  /// The file's name as the user knows it; nil at the prompt.
  package let name: String?
  /// The whole text, as it was read.
  package let text: String
  /// The offset of the first byte of each line.
  private let lineStarts: [Int]

  /// O(length): the lines are found here, once.
  package init(name: String? = nil, text: String) {
    var text = text
    text.makeContiguousUTF8()
    var starts = [0]
    for (offset, byte) in text.utf8.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(offset + 1)
    }
    self.name = name
    self.text = text
    lineStarts = starts
  }

  /// Reads the bytes of a file.
  /// - Throws: a syntax diagnostic that names the first byte that is not UTF-8.
  package init(name: String?, bytes: [UInt8]) throws(Diagnostic) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SourceText.notUTF8(name: name, bytes: bytes)
    }
    self.init(name: name, text: text)
  }

  /// The number of bytes.
  package var count: Int { text.utf8.count }

  /// The number of lines; a line end at the end of the text begins one more, which is empty.
  package var lineCount: Int { lineStarts.count }

  /// The line and display column of a byte (a tab counts 1, a combining mark 0, wide characters 2).
  /// Offsets outside the text count as its nearest end. O(log lines + length of the line).
  package func place(of offset: Int) -> Place {
    let offset = min(max(offset, 0), count)
    let line = lineIndex(of: offset)
    let before = slice(SourceRange(lineStarts[line], offset))
    return Place(line: line + 1, column: 1 + Display.width(of: before))
  }

  /// The text that a range covers; whatever lies outside the text is left out, and an end in the
  /// middle of a character moves back to its first byte.
  package func slice(_ range: SourceRange) -> Substring {
    text[index(range.lower)..<index(range.upper)]
  }

  /// The range of a line (numbered from 1), without its line end; nil if there is no such line.
  package func lineRange(_ line: Int) -> SourceRange? {
    guard (1...lineStarts.count).contains(line) else { return nil }
    let lower = lineStarts[line - 1]
    guard line < lineStarts.count else { return SourceRange(lower, count) }
    let upper = lineStarts[line] - 1
    let hasReturn = upper > lower && text.utf8[index(upper - 1)] == UInt8(ascii: "\r")
    return SourceRange(lower, hasReturn ? upper - 1 : upper)
  }

  private func index(_ offset: Int) -> String.Index {
    let bytes = text.utf8
    var index = bytes.index(bytes.startIndex, offsetBy: min(max(offset, 0), bytes.count))
    while index < bytes.endIndex, bytes[index] & 0xC0 == 0x80 { index = bytes.index(before: index) }
    return index
  }

  /// The last line whose start is not behind `offset`, from 0.
  private func lineIndex(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  package static func == (left: SourceText, right: SourceText) -> Bool {
    left.name == right.name && left.text == right.text
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(text)
  }

  /// The diagnostic for bytes that are no UTF-8. The text before the bad byte is valid, so the
  /// place can be shown in it, with U+FFFD where the byte stands.
  private static func notUTF8(name: String?, bytes: [UInt8]) -> Diagnostic {
    let bad = firstInvalidByte(of: bytes)
    let shown = String(decoding: bytes[..<bad], as: UTF8.self) + "\u{FFFD}"
    let hex = "0x" + (bytes[bad] < 16 ? "0" : "") + String(bytes[bad], radix: 16, uppercase: true)
    var diagnostic = Diagnostic(
      .syntax, "byte \(bad) (\(hex)) is not UTF-8 text",
      at: SourceRange(bad, bad + 3), label: "not UTF-8 from here",
      notes: ["a script is UTF-8 text: save the file as UTF-8, or convert it with iconv"])
    diagnostic.source = SourceText(name: name, text: shown)
    return diagnostic
  }

  /// - Precondition: `bytes` are not valid UTF-8.
  private static func firstInvalidByte(of bytes: [UInt8]) -> Int {
    var low = 0
    var decoder = UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let scalar): low += scalar.count
      case .emptyInput, .error: return min(low, bytes.count - 1)
      }
    }
  }
}
