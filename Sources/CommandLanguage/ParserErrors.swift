// What the parser says when a text is no script: always the place, and what to type instead.

extension Parser {
  /// Where the present token stands; what ends a statement is shown as the place behind the last
  /// token, since line ends and the end of the text have nothing to point at.
  var unexpectedRange: SourceRange {
    switch token.kind {
    case .newline, .end: SourceRange(previous.range.upper, previous.range.upper)
    default: token.range
    }
  }

  /// The start of a text, in one line, for a message.
  func excerpt(_ text: String) -> String {
    let line = text.prefix { !$0.isNewline }
    return line.count > 30 || line.count < text.count ? line.prefix(30) + "…" : String(line)
  }

  private func shown(_ token: Token) -> String {
    switch token.kind {
    case .end: "the end of the text"
    case .newline: "the end of the line"
    default: "'\(excerpt(text(token)))'"
    }
  }

  private func line(of token: Token) -> Int { source.place(of: token.range.lower).line }

  // MARK: Statements

  func statementExpected() -> Diagnostic {
    let isVariable = if case .variable = token.kind { true } else { false }
    if isVariable, following.kind == .equals {
      let name = text(token).dropFirst()
      return Diagnostic(
        .syntax, "a variable is assigned without '$'", at: token.range, label: "write \(name) = …")
    }
    return Diagnostic(
      .syntax, "a statement begins with a command's name, not with \(shown(token))",
      at: token.range, notes: ["for example: query npc 20 (help lists the commands)"])
  }

  func commentNeedsBlank() -> Diagnostic {
    Diagnostic(
      .syntax, "a comment begins at the start of a line or behind a blank", at: token.range,
      label: "put a blank before '#'")
  }

  func endExpected(behind statement: Statement) -> Diagnostic {
    if case .command = statement { return valueExpected() }
    if token.isCloser { return strayCloser(token) }
    return Diagnostic(
      .syntax, "the statement is over before \(shown(token))", at: token.range,
      label: "a new statement begins behind ';' or on a new line")
  }

  /// What to throw where a block should begin. One on the next line is left to the recovery.
  mutating func blockExpected(_ keyword: String, example: String) -> Diagnostic {
    if token.kind == .closeBracket || token.kind == .closeParenthesis { return strayCloser(token) }
    var diagnostic = Diagnostic(
      .syntax, "the block of '\(keyword)' is missing", at: unexpectedRange,
      label: "'{' is expected here", notes: ["write \(example)"])
    if token.kind == .newline, following.kind == .openBrace {
      take()
      diagnostic.notes = ["the '{' stands on the same line as '\(keyword)'"]
    }
    return diagnostic
  }

  func blankExpected(behind verb: Name) -> Diagnostic {
    let isMethod = token.kind == .openParenthesis
    return Diagnostic(
      .syntax, "a blank is missing behind '\(excerpt(verb.text))'", at: token.range,
      notes: isMethod ? ["a method is a value behind a command: query npc(delta=0.68) 20"] : [])
  }

  func surplusValue(behind what: String) -> Diagnostic {
    Diagnostic(
      .syntax, "\(what) takes one value", at: unexpectedRange,
      label: "this is one too many",
      notes: ["a list is written a,b or [a, b]; text with blanks stands in quotes"])
  }

  // MARK: Names

  func checkVariable(_ name: Name) throws(Diagnostic) {
    let scalars = name.text.unicodeScalars
    guard let first = scalars.first, first.beginsName, scalars.allSatisfy(\.continuesName) else {
      throw Diagnostic(
        .syntax, "'\(excerpt(name.text))' cannot be a variable's name", at: name.range,
        label: "letters, digits and _, a letter first")
    }
  }

  /// Options are named like variables, and may have `-` inside.
  func checkOption(_ name: Name) throws(Diagnostic) {
    let scalars = name.text.unicodeScalars
    guard let first = scalars.first, first.beginsName,
      scalars.allSatisfy({ $0.continuesName || $0 == "-" })
    else {
      throw Diagnostic(
        .syntax, "'\(excerpt(name.text))' cannot be an option's name", at: name.range,
        label: "letters, digits, - and _, a letter first",
        notes: ["a value that holds '=' stands in quotes"])
    }
  }

  // MARK: Values

  func valueExpected() -> Diagnostic {
    switch token.kind {
    case .closeBracket, .closeParenthesis, .closeBrace: return strayCloser(token)
    case .openBrace:
      return Diagnostic(
        .syntax, "a block stands only behind 'repeat' and 'for'", at: token.range)
    case .openParenthesis:
      return Diagnostic(
        .syntax, "'(' stands only behind a name, without a blank", at: token.range,
        notes: ["write npc(delta=0.68)"])
    case .equals:
      return Diagnostic(
        .syntax, "a name is missing before '='", at: token.range,
        label: "options are written name=value",
        notes: token.touches(previous) ? ["a value that holds '=' stands in quotes"] : [])
    case .comma:
      return Diagnostic(
        .syntax, "a value is missing before ','", at: token.range,
        label: "a list is written a,b or [a, b]")
    default:
      return Diagnostic(.syntax, "a value is missing before \(shown(token))", at: unexpectedRange)
    }
  }

  func missingValue(behind what: String, at last: Token, example: String) -> Diagnostic {
    let range = SourceRange(last.range.upper, last.range.upper)
    return Diagnostic(
      .syntax, "a value is missing behind '\(excerpt(what))'", at: range,
      label: "write \(example)")
  }

  func missingElement(behind comma: Token) -> Diagnostic {
    Diagnostic(
      .syntax, "a value is missing behind ','", at: comma.range,
      label: "the list goes on here, and nothing follows")
  }

  func blanksAroundEquals(_ value: Expression) -> Diagnostic {
    let equals = token.kind == .equals ? token : previous
    guard case .word(let name) = value.kind else {
      return Diagnostic(
        .syntax, "a name is missing before '='", at: equals.range,
        label: "options are written name=value")
    }
    return Diagnostic(
      .syntax, "no blanks around '=' in an option", at: equals.range,
      label: "write \(excerpt(name))=…")
  }

  func blanksAroundComma(_ comma: Token) -> Diagnostic {
    guard token.beginsValue else { return missingElement(behind: comma) }
    return Diagnostic(
      .syntax, "no blanks around ',' in a list without brackets", at: comma.range,
      label: "write a,b or [a, b]")
  }

  func joinedValues() -> Diagnostic {
    let first = previous.range
    let isMethod = token.kind == .openParenthesis
    return Diagnostic(
      .syntax, "a blank is missing before \(shown(token))", at: token.range,
      notes: [
        isMethod
          ? "only a name takes options in parentheses: npc(delta=0.68)"
          : joiningNote(first.union(token.range))
      ])
  }

  private func joiningNote(_ range: SourceRange) -> String {
    let text = source.slice(range)
    guard text.contains("$"), !text.contains("\"") else {
      return "values are kept apart by blanks; text that belongs together stands in one string"
    }
    return "to join text and variables, use double quotes: \"\(excerpt(String(text)))\""
  }

  // MARK: Brackets

  func numberTakesNoOptions(_ name: Name) -> Diagnostic {
    Diagnostic(
      .syntax, "the number \(excerpt(name.text)) takes no options", at: name.range,
      label: "a name is expected before '('")
  }

  func methodOptionExpected(of method: Name, after name: Name? = nil) -> Diagnostic {
    let what = name.map { "'\(excerpt($0.text))'" } ?? shown(token)
    let isList = previous.kind == .comma || name != nil
    return Diagnostic(
      .syntax, "an option is written name=value, which \(what) is not",
      at: name?.range ?? unexpectedRange,
      notes: isList
        ? ["a list inside parentheses needs brackets: name=[a, b]"]
        : ["write \(excerpt(method.text))(name=value, …)"])
  }

  func strayCloser(_ closer: Token) -> Diagnostic {
    Diagnostic(
      .syntax, "this '\(text(closer))' closes nothing", at: closer.range,
      label: "nothing is open here that it could close")
  }

  func unclosed(_ opener: Token) -> Diagnostic {
    Diagnostic(.syntax, "this '\(text(opener))' is not closed", at: opener.range)
  }

  /// What to throw at the end of the text inside a bracket: that it is open.
  mutating func openAtEnd(_ opener: Token) -> Diagnostic {
    defer { reportedOpen = true }
    return unclosed(opener)
  }

  func commaExpected(in opener: Token, onNewLine: Bool, touching: Bool) -> Diagnostic {
    let closer = opener.kind == .openBracket ? "]" : ")"
    if onNewLine, !token.isCloser {
      var diagnostic = unclosed(opener)
      let place = "\(shown(token)) in line \(line(of: token))"
      diagnostic.notes = ["',' or '\(closer)' is expected before \(place)"]
      return diagnostic
    }
    if touching, token.beginsValue, previous.kind != .comparison { return joinedValues() }
    return Diagnostic(
      .syntax, "',' or '\(closer)' is expected before \(shown(token))", at: token.range,
      notes: ["the '\(text(opener))' stands in line \(line(of: opener))"])
  }
}
