/// Reads scripts, and what is typed at the prompt, into a syntax tree.
///
/// Recursive descent over the tokens of the whole text, O(length). An error ends its statement;
/// the parser goes on behind it, so that one reading finds the errors of every statement.
package struct Parser {
  /// How deep blocks, lists and methods may stand in one another.
  package static let maximumDepth = 64

  /// The script that `source` says.
  /// - Throws: every syntax error found, in the order of the text.
  package static func parse(_ source: SourceText) throws(ParseFailure) -> Script {
    var parser = Parser(source)
    let statements = parser.statements(inBlock: false)
    try parser.finish()
    return Script(statements: statements, comments: parser.lexer.comments)
  }

  /// What of `source` parses, and what is wrong with the rest: for text that is still being typed.
  package static func parsePart(_ source: SourceText) -> (script: Script, wrong: [Diagnostic]) {
    var parser = Parser(source)
    let statements = parser.statements(inBlock: false)
    let script = Script(statements: statements, comments: parser.lexer.comments)
    return (script, parser.diagnostics)
  }

  /// The one value that `source` says, as it would stand behind `name =`.
  package static func parseValue(_ source: SourceText) throws(ParseFailure) -> Expression {
    var parser = Parser(source)
    var value: Expression?
    do throws(Diagnostic) {
      let expression = try parser.value()
      guard parser.token.kind == .end else { throw parser.surplusValue(behind: "a value") }
      value = expression
    } catch {
      parser.diagnostics.append(error)
    }
    try parser.finish()
    guard let value else { throw ParseFailure(parser.diagnostics) }
    return value
  }

  /// Whether `text` goes on in a further line: a bracket, brace, parenthesis or quote is open at
  /// its end, or its last character is a backslash. Text that no further line can mend is not.
  package static func isIncomplete(_ text: String) -> Bool {
    let lexer = Lexer(SourceText(text: text))
    if lexer.openQuote != nil || lexer.endsWithBackslash { return true }
    var closers: [Token.Kind] = []
    for token in lexer.tokens {
      if let closer = token.closer {
        closers.append(closer)
      } else if token.isCloser, closers.popLast() != token.kind {
        return false
      }
    }
    return !closers.isEmpty
  }

  let source: SourceText
  let lexer: Lexer
  var diagnostics: [Diagnostic]
  private var position = 0
  private var depth = 0
  /// Set once something open at the end, or nested too deeply, has been reported: what follows
  /// from it is not worth a second message.
  var reportedOpen: Bool

  init(_ source: SourceText) {
    self.source = source
    lexer = Lexer(source)
    diagnostics = lexer.diagnostics
    reportedOpen = lexer.openQuote != nil
  }

  private func finish() throws(ParseFailure) {
    guard !diagnostics.isEmpty else { return }
    throw ParseFailure(
      diagnostics.enumerated().sorted {
        ($0.element.range?.lower ?? 0, $0.offset) < ($1.element.range?.lower ?? 0, $1.offset)
      }.map(\.element))
  }
}

// MARK: - Tokens

extension Parser {
  var token: Token { lexer.tokens[position] }

  /// The token taken last; the first one at the start.
  var previous: Token { lexer.tokens[max(position - 1, 0)] }

  /// The token behind the present one; the last token is `end`.
  var following: Token { lexer.tokens[min(position + 1, lexer.tokens.count - 1)] }

  /// The index of the present token.
  var index: Int { position }

  @discardableResult
  mutating func take() -> Token {
    let taken = token
    if taken.kind != .end { position += 1 }
    return taken
  }

  /// Goes to a token, for completion.
  mutating func move(to index: Int) { position = min(index, lexer.tokens.count - 1) }

  func text(_ token: Token) -> String { String(source.slice(token.range)) }

  func name(_ token: Token) -> Name { Name(text(token), token.range) }

  /// Inside brackets and parentheses a line end is a blank. Says whether there was one.
  @discardableResult
  mutating func skipLineEnds() -> Bool {
    let start = position
    while token.kind == .newline { position += 1 }
    return position > start
  }

  /// Runs `body` one level deeper. Too deep, the rest of the text is given up: what belongs to
  /// which level can no longer be told.
  mutating func nested<Result>(
    _ opener: Token, _ body: (inout Parser) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    guard depth < Parser.maximumDepth else {
      reportedOpen = true
      position = lexer.tokens.count - 1
      throw Diagnostic(
        .syntax, "more than \(Parser.maximumDepth) levels of nesting", at: opener.range,
        label: "one level too many")
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }
}

// MARK: - Statements

extension Parser {
  /// Statements up to the end of the text, or up to the `}` of a block, which is not taken.
  private mutating func statements(inBlock: Bool) -> [Statement] {
    var result: [Statement] = []
    while token.kind != .end {
      if token.kind == .semicolon || token.kind == .newline {
        take()
      } else if token.kind == .closeBrace {
        if inBlock { break }
        diagnostics.append(strayCloser(take()))
      } else {
        do throws(Diagnostic) {
          let statement = try statement()
          guard token.endsStatement else { throw endExpected(behind: statement) }
          result.append(statement)
        } catch {
          diagnostics.append(error)
          skipStatement()
        }
      }
    }
    return result
  }

  /// Goes to the end of a statement that does not parse, over blocks that begin in it.
  private mutating func skipStatement() {
    var openBraces = 0
    while token.kind != .end {
      switch token.kind {
      case .openBrace: openBraces += 1
      case .closeBrace where openBraces == 0: return
      case .closeBrace: openBraces -= 1
      case .semicolon where openBraces == 0, .newline where openBraces == 0: return
      default: break
      }
      take()
    }
  }

  private mutating func statement() throws(Diagnostic) -> Statement {
    guard token.kind == .word else { throw statementExpected() }
    if following.kind == .equals { return .assignment(try assignment()) }
    let verb = text(token)
    switch Spelling.normalised(verb) {
    case "repeat": return .repeat(try repetition())
    case "for": return .for(try loop())
    default: break
    }
    if verb.hasPrefix("#") { throw commentNeedsBlank() }
    if NumberLiteral(verb) != nil { throw statementExpected() }
    return .command(try command())
  }

  private mutating func assignment() throws(Diagnostic) -> Assignment {
    let name = name(take())
    try checkVariable(name)
    let equals = take()
    guard token.beginsValue else {
      throw missingValue(behind: "\(name.text) =", at: equals, example: "\(name.text) = 10")
    }
    let value = try value()
    if token.beginsValue { throw surplusValue(behind: "an assignment") }
    return Assignment(name: name, value: value, range: name.range.union(value.range))
  }

  private mutating func repetition() throws(Diagnostic) -> Repeat {
    let keyword = take()
    guard token.beginsValue else {
      throw missingValue(behind: "repeat", at: keyword, example: "repeat 5 { … }")
    }
    let count = try value()
    let body = try block(of: "repeat", example: "repeat 5 { … }")
    return Repeat(count: count, body: body, range: keyword.range.union(body.range))
  }

  private mutating func loop() throws(Diagnostic) -> For {
    let keyword = take()
    let example = "for s in 1..5 { … }"
    guard token.kind == .word else {
      throw Diagnostic(
        .syntax, "the loop's variable is missing", at: unexpectedRange,
        label: "a name without $ stands here", notes: ["write \(example)"])
    }
    let variable = name(take())
    try checkVariable(variable)
    guard token.kind == .word, Spelling.normalised(text(token)) == "in" else {
      throw Diagnostic(
        .syntax, "'in' is missing behind 'for \(excerpt(variable.text))'", at: unexpectedRange,
        notes: ["write \(example)"])
    }
    let preposition = take()
    guard token.beginsValue else {
      throw missingValue(behind: "in", at: preposition, example: example)
    }
    var values: [Expression] = []
    while token.beginsValue { values.append(try value()) }
    let body = try block(of: "for", example: example)
    return For(
      variable: variable, values: values, body: body, range: keyword.range.union(body.range))
  }

  private mutating func block(of keyword: String, example: String) throws(Diagnostic) -> Block {
    guard token.kind == .openBrace else { throw blockExpected(keyword, example: example) }
    let opener = take()
    return try nested(opener) { (parser) throws(Diagnostic) in
      let body = parser.statements(inBlock: true)
      let closer = parser.token
      if closer.kind == .closeBrace {
        parser.take()
      } else if !parser.reportedOpen {
        parser.reportedOpen = true
        parser.diagnostics.append(parser.unclosed(opener))
      }
      return Block(statements: body, range: opener.range.union(closer.range))
    }
  }

  private mutating func command() throws(Diagnostic) -> Command {
    let verb = name(take())
    if token.touches(previous), !token.endsStatement, token.kind != .comparison {
      throw blankExpected(behind: verb)
    }
    var arguments: [Argument] = []
    while !token.endsStatement { arguments.append(try argument()) }
    let range = verb.range.union(arguments.last?.range ?? verb.range)
    return Command(verb: verb, arguments: arguments, range: range)
  }
}
