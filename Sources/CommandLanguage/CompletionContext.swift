/// What may stand at the cursor of a half-typed input, and which bytes it would replace.
///
/// Only the text before the cursor counts; it may be broken or unfinished, and have many lines.
package struct CompletionContext: Hashable, Sendable {
  /// What the grammar expects at the cursor.
  package enum Place: Hashable, Sendable {
    /// The beginning of a statement: a command, `repeat`, `for`.
    case statement
    /// Behind a verb: a positional value, or the name of an option.
    case argument
    /// Behind a verb, in a list: another value of the positional argument that the list is.
    case element
    /// Behind `name=` of a command's option.
    case optionValue(String)
    /// Inside `method(`, where an option's name stands.
    case methodOption
    /// Behind `name=` inside `method(`.
    case methodOptionValue(String)
    /// Where any value may stand: behind `name =`, `repeat`, `for … in`.
    case value
    /// The word `in` of a `for`.
    case keyword(String)
    /// Behind `$`, also in a string.
    case variable
    /// Nothing that can be completed: a new name, a comment.
    case nothing
  }

  package let place: Place
  /// The verb of the command around the cursor.
  package let verb: String?
  /// What stands behind the verb, before the argument at the cursor.
  package let arguments: [Argument]
  /// The method around the cursor, and the options that it has been given.
  package let method: String?
  package let methodOptions: [String]
  /// What has been typed of the word at the cursor: without `$`, or the opening quote.
  package let prefix: String
  /// Where `prefix` stands; its end is the cursor.
  package let replace: SourceRange
  /// The quote that is open at the cursor.
  package let quote: Quote?

  /// The number of positional values before the cursor.
  package var positionalIndex: Int {
    arguments.count { if case .positional = $0 { true } else { false } }
  }

  /// - Parameter cursor: a UTF-8 byte offset; one outside the text counts as its nearest end.
  package init(line: String, cursor: Int) {
    let typed = String(SourceText(text: line).slice(SourceRange(0, max(0, cursor))))
    let source = SourceText(text: typed)
    let parser = Parser(source)
    let word = CursorWord(parser.lexer, source)
    let surroundings = Surroundings(parser, before: word.tokenIndex)
    place = word.place ?? surroundings.place
    verb = surroundings.verb
    arguments = surroundings.arguments
    method = surroundings.method?.name
    methodOptions = surroundings.method?.given ?? []
    prefix = String(source.slice(word.range))
    replace = word.range
    quote = parser.lexer.openQuote
  }
}

/// The word that ends at the cursor.
private struct CursorWord {
  /// Where it stands; empty where a new word begins.
  let range: SourceRange
  /// The index of its token, or of the token that would be the next.
  let tokenIndex: Int
  /// What is known from the word alone.
  let place: CompletionContext.Place?

  init(_ lexer: Lexer, _ source: SourceText) {
    let end = source.count
    let last = lexer.tokens.count - 2
    let isComment = lexer.comments.last?.range.upper == end
    guard last >= 0, lexer.tokens[last].range.upper == end, !isComment else {
      self.init(range: SourceRange(end, end), lexer.tokens.count - 1, isComment ? .nothing : nil)
      return
    }
    let token = lexer.tokens[last]
    switch token.kind {
    case .word: self.init(range: token.range, last, nil)
    case .variable: self.init(range: SourceRange(token.range.lower + 1, end), last, .variable)
    case .string where lexer.openQuote != nil: self.init(openString: token, last, source)
    case .string, .closeBracket, .closeParenthesis:
      self.init(range: SourceRange(end, end), last + 1, .nothing)
    default: self.init(range: SourceRange(end, end), last + 1, nil)
    }
  }

  private init(range: SourceRange, _ tokenIndex: Int, _ place: CompletionContext.Place?) {
    self.range = range
    self.tokenIndex = tokenIndex
    self.place = place
  }

  /// In an open string the variable at the cursor is completed, else the string as a whole.
  private init(openString token: Token, _ index: Int, _ source: SourceText) {
    guard case .string(let parts, let quote) = token.kind else {
      self.init(range: token.range, index, nil)
      return
    }
    let content = SourceRange(token.range.lower + 1, token.range.upper)
    let end = content.upper
    let text = source.slice(content)
    if quote == .double, case .variable(let name) = parts.last, name.range.upper == end,
      !text.hasSuffix("}")
    {
      self.init(range: SourceRange(name.range.lower + 1, end), index, .variable)
    } else if quote == .double, text.hasSuffix("$"), !text.hasSuffix("\\$") {
      self.init(range: SourceRange(end, end), index, .variable)
    } else {
      self.init(range: content, index, nil)
    }
  }
}

/// The statement and the method around a token that is being typed.
private struct Surroundings {
  struct Method {
    var name: String
    var given: [String] = []
    /// The option whose value is being typed.
    var current: String?
  }

  private(set) var place = CompletionContext.Place.nothing
  private(set) var verb: String?
  private(set) var arguments: [Argument] = []
  private(set) var method: Method?

  init(_ parser: Parser, before index: Int) {
    let (start, method, isInList) = Surroundings.innermost(parser, before: index)
    let tokens = parser.lexer.tokens[start..<index]
    self.method = method
    guard let first = tokens.first else {
      place = .statement
      return
    }
    guard first.kind == .word else { return }
    // Inside brackets a line end is a blank.
    let last = tokens.last { $0.kind != .newline } ?? first
    let continuesValue = Surroundings.valueMayFollow(last)
    if tokens.count > 1, tokens[start + 1].kind == .equals {
      place = continuesValue ? .value : .nothing
    } else {
      switch Spelling.normalised(parser.text(first)) {
      case "repeat": place = tokens.count == 1 || continuesValue ? .value : .nothing
      case "for": place = Surroundings.placeInLoop(tokens.count)
      default: readCommand(parser, from: start, before: index)
      }
      if place == .argument, isInList || last.kind == .comma { place = .element }
    }
    guard let method else { return }
    let behindMethodPart = continuesValue || last.kind == .openParenthesis
    place =
      !behindMethodPart
      ? .nothing : method.current.map { .methodOptionValue($0) } ?? .methodOption
  }

  /// The arguments before the one that is being typed, and what that one is.
  private mutating func readCommand(_ parser: Parser, from start: Int, before index: Int) {
    verb = parser.text(parser.lexer.tokens[start])
    place = .argument
    var parser = parser
    parser.move(to: start + 1)
    while parser.index < index {
      let begin = parser.index
      guard let argument = try? parser.argument(), parser.index <= index else {
        let (name, equals) = (parser.lexer.tokens[begin], parser.lexer.tokens[begin + 1])
        if name.kind == .word, equals.kind == .equals, equals.touches(name) {
          place = .optionValue(parser.text(name))
        }
        return
      }
      arguments.append(argument)
    }
  }

  private static func placeInLoop(_ count: Int) -> CompletionContext.Place {
    switch count {
    case 1: .nothing
    case 2: .keyword("in")
    default: .value
    }
  }

  private static func valueMayFollow(_ token: Token) -> Bool {
    token.kind == .equals || token.kind == .comma || token.kind == .openBracket
  }

  /// Where the statement around a token begins, the method that is open there, and whether a list is.
  private static func innermost(_ parser: Parser, before index: Int) -> (Int, Method?, Bool) {
    let tokens = parser.lexer.tokens
    var start = 0
    /// What is open in the statement: methods, and nil for lists.
    var open: [Method?] = []
    for (position, token) in tokens[..<index].enumerated() {
      let before = tokens[max(position - 1, 0)]
      switch token.kind {
      case .newline where !open.isEmpty: break
      case .openBrace, .closeBrace, .semicolon, .newline:
        start = position + 1
        open = []
      case .openBracket: open.append(nil)
      case .openParenthesis: open.append(Method(name: parser.text(before)))
      case .closeBracket, .closeParenthesis: _ = open.popLast()
      case .equals:
        guard let last = open.indices.last, let name = open[last]?.name, !name.isEmpty else {
          break
        }
        open[last]?.given.append(parser.text(before))
        open[last]?.current = parser.text(before)
      case .comma:
        if let last = open.indices.last { open[last]?.current = nil }
      default: break
      }
    }
    return (start, open.last { $0 != nil } ?? nil, open.contains { $0 == nil })
  }
}
