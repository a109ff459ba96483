extension Value {
  /// The canonical text: what, typed in a script, is this value again.
  ///
  /// Words that cannot stand without quotes (they hold blanks, look like numbers, …) get them and
  /// are strings when read back; a parsed value never holds such a word. Lists have brackets.
  package var text: String {
    switch self {
    case .number(_, let text): text
    case .word(let word): Value.isBareWord(word) ? word : Value.quoted(word)
    case .string(let content): Value.quoted(content)
    case .list(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
    case .method(let name, let options):
      name + "(" + options.map { $0.name + "=" + $0.value.text }.joined(separator: ", ") + ")"
    }
  }

  /// The text that stands for the value inside a string, or as a file's name: without quotes.
  package var plain: String { word ?? text }

  /// Whether a script may hold `text` as a word without quotes.
  package static func isBareWord(_ text: String) -> Bool {
    guard !text.hasPrefix("#"), NumberLiteral(text) == nil else { return false }
    let lexer = Lexer(SourceText(text: text))
    guard lexer.tokens.count == 2, lexer.diagnostics.isEmpty else { return false }
    let token = lexer.tokens[0]
    let isWord = token.kind == .word || token.kind == .comparison
    return isWord && token.range == SourceRange(0, text.utf8.count)
  }

  /// `text` as a string of a script, in whose quotes nothing is replaced.
  package static func quoted(_ text: String) -> String {
    if !text.contains("'") { return "'" + text + "'" }
    let hasMeaning = text.utf8.contains { "\"$\\".utf8.contains($0) }
    if !hasMeaning { return "\"" + text + "\"" }
    let doubled = text.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + doubled.joined(separator: "''") + "'"
  }
}

/// A value is stored as its canonical text.
extension Value: Codable {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do {
      self = try Parser.parseValue(SourceText(text: text)).evaluate(in: [:])
    } catch {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "not a value: \(text)")
    }
  }
}
