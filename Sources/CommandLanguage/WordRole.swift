/// What each word of a text is to the grammar, for colouring text that may be half typed.
package struct WordRole: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// `repeat`, `for`, and the `in` of a `for`.
    case keyword
    /// The verb of a command.
    case command
    /// The name before the `=` of a command's or a method's option.
    case option
    /// A name with an opening parenthesis behind it.
    case method
    /// A name that is given a value, and `$NAME`, also in a string.
    case variable
    case string
    /// A number, a range of them, `true`, `none` and their like.
    case number
    case comment
    /// Any other word.
    case word
  }

  package let kind: Kind
  package let range: SourceRange

  /// The words and comments of `text`, in its order; variables follow the string that they are in.
  /// O(length), whatever is wrong with the text.
  package static func all(in text: String) -> [WordRole] {
    let source = SourceText(text: text)
    let lexer = Lexer(source)
    var reader = RoleReader(source, lexer.tokens)
    for index in lexer.tokens.indices { reader.take(index) }
    let comments = lexer.comments.map { WordRole(kind: .comment, range: $0.range) }
    return (reader.roles + comments).enumerated().sorted {
      ($0.element.range.lower, $0.offset) < ($1.element.range.lower, $1.offset)
    }.map(\.element)
  }

  /// What stands at the cursor and touches it, as one argument does: `delta=0.5`, `npc(share=4`.
  ///
  /// - Parameter cursor: a UTF-8 byte offset.
  /// - Returns: an empty range where blanks are on both sides.
  package static func argument(at cursor: Int, in text: String) -> SourceRange {
    let tokens = Lexer(SourceText(text: text)).tokens.filter {
      !$0.endsStatement && $0.kind != .openBrace
    }
    guard
      let middle = tokens.firstIndex(where: {
        $0.range.lower <= cursor && cursor <= $0.range.upper
      })
    else { return SourceRange(cursor, cursor) }
    var (first, last) = (middle, middle)
    while first > 0, tokens[first].touches(tokens[first - 1]) { first -= 1 }
    while last + 1 < tokens.count, tokens[last + 1].touches(tokens[last]) { last += 1 }
    return tokens[first].range.union(tokens[last].range)
  }

  /// Whether the statement around an argument, as `argument(at:in:)` finds them, means the same of
  /// its other arguments without this one: an option, or the last one of all.
  package static func mayBeMissing(_ argument: SourceRange, in text: String) -> Bool {
    let tokens = Lexer(SourceText(text: text)).tokens
    guard !argument.isEmpty,
      let first = tokens.firstIndex(where: { $0.range.lower == argument.lower }), first > 0,
      tokens[first].beginsValue, !tokens[first - 1].endsStatement,
      tokens[first - 1].kind != .openBrace,
      let behind = tokens.first(where: { $0.range.lower >= argument.upper })
    else { return false }
    return behind.endsStatement || tokens[first + 1].kind == .equals
  }
}

/// Goes over tokens and remembers what statement they are in.
private struct RoleReader {
  private(set) var roles: [WordRole] = []
  private let source: SourceText
  private let tokens: [Token]
  /// How many tokens of the statement there have been.
  private var place = 0
  private var verb = ""
  /// How many brackets and parentheses are open; in them a line end is a blank.
  private var depth = 0

  init(_ source: SourceText, _ tokens: [Token]) {
    self.source = source
    self.tokens = tokens
  }

  mutating func take(_ index: Int) {
    let token = tokens[index]
    switch token.kind {
    case .newline where depth > 0, .end: return
    case .newline, .semicolon, .openBrace, .closeBrace:
      (place, depth) = (0, 0)
      return
    case .openBracket, .openParenthesis: depth += 1
    case .closeBracket, .closeParenthesis: depth = max(0, depth - 1)
    case .variable: add(.variable, token.range)
    case .string(let parts, _): takeString(parts, token.range)
    case .word: add(kind(ofWord: index), token.range)
    case .comparison, .equals, .comma: break
    }
    place += 1
  }

  private mutating func add(_ kind: WordRole.Kind, _ range: SourceRange) {
    roles.append(WordRole(kind: kind, range: range))
  }

  private mutating func takeString(_ parts: [StringPart], _ range: SourceRange) {
    add(.string, range)
    for case .variable(let name) in parts { add(.variable, name.range) }
  }

  private mutating func kind(ofWord index: Int) -> WordRole.Kind {
    let text = String(source.slice(tokens[index].range))
    let next = tokens[min(index + 1, tokens.count - 1)]
    if place == 0 {
      verb = Spelling.normalised(text)
      if next.kind == .equals { return .variable }
      return verb == "repeat" || verb == "for" ? .keyword : .command
    }
    if next.kind == .equals, depth > 0 || next.touches(tokens[index]) { return .option }
    if next.kind == .openParenthesis, next.touches(tokens[index]) { return .method }
    if verb == "for", place == 1 { return .variable }
    if verb == "for", place == 2, Spelling.normalised(text) == "in" { return .keyword }
    return Self.isNumber(text) ? .number : .word
  }

  private static func isNumber(_ text: String) -> Bool {
    let value = Value.word(text)
    if NumberLiteral(text) != nil || value.bool != nil || value.isNone { return true }
    let ends = text.split(separator: "..", maxSplits: 1, omittingEmptySubsequences: false)
    guard ends.count == 2, NumberLiteral(String(ends[0])) != nil else { return false }
    return ends[1].split(separator: ":", omittingEmptySubsequences: false)
      .allSatisfy { NumberLiteral(String($0)) != nil }
  }
}
