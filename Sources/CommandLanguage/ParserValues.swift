// Arguments and values.

extension Parser {
  /// `value` or `name=value` behind a verb.
  mutating func argument() throws(Diagnostic) -> Argument {
    guard token.kind == .word, following.kind == .equals, following.touches(token) else {
      let value = try value()
      if token.kind == .equals { throw blanksAroundEquals(value) }
      return .positional(value)
    }
    let name = name(take())
    try checkOption(name)
    let equals = take()
    guard token.beginsValue, token.touches(equals) else {
      throw token.beginsValue
        ? blanksAroundEquals(Expression(.word(name.text), name.range))
        : missingValue(
          behind: "\(name.text)=", at: equals, example: "\(name.text)=…, without blanks")
    }
    return .option(name, try value())
  }

  /// A value, or several joined by commas without blanks, which are a list.
  mutating func value() throws(Diagnostic) -> Expression {
    let first = try element()
    var elements = [first]
    while token.kind == .comma {
      let comma = take()
      guard comma.range.lower == elements[elements.count - 1].range.upper, token.touches(comma)
      else { throw blanksAroundComma(comma) }
      guard token.beginsValue else { throw missingElement(behind: comma) }
      elements.append(try element())
    }
    try requireBlank()
    guard elements.count > 1 else { return first }
    return Expression(.list(elements), first.range.union(previous.range))
  }

  /// One value that is not a bare list.
  mutating func element() throws(Diagnostic) -> Expression {
    switch token.kind {
    case .word:
      if following.kind == .openParenthesis, following.touches(token) { return try method() }
      return try wordOrNumber()
    case .comparison:
      let word = take()
      return Expression(.word(text(word)), word.range)
    case .variable(let name):
      return Expression(.variable(name), take().range)
    case .string(let parts, let quote):
      return Expression(.string(parts, quote), take().range)
    case .openBracket: return try list()
    default: throw valueExpected()
    }
  }

  private mutating func wordOrNumber() throws(Diagnostic) -> Expression {
    let word = take()
    let text = text(word)
    guard let number = NumberLiteral(text) else { return Expression(.word(text), word.range) }
    guard number.value.isFinite else {
      throw Diagnostic(
        .range, "\(excerpt(text)) is too large for a number", at: word.range,
        label: "the largest is about 1.8e308")
    }
    return Expression(.number(number.value, text: text), word.range)
  }

  /// `[a, b]`; line ends inside are blanks.
  private mutating func list() throws(Diagnostic) -> Expression {
    let opener = take()
    return try nested(opener) { (parser) throws(Diagnostic) in
      var elements: [Expression] = []
      parser.skipLineEnds()
      if parser.token.kind != .closeBracket {
        repeat {
          parser.skipLineEnds()
          elements.append(try parser.element())
        } while try parser.takeComma(in: opener)
      }
      return Expression(.list(elements), opener.range.union(parser.take().range))
    }
  }

  /// `name(option=value, …)`; line ends inside are blanks, and blanks may stand around `=`.
  private mutating func method() throws(Diagnostic) -> Expression {
    let name = name(take())
    guard NumberLiteral(name.text) == nil else { throw numberTakesNoOptions(name) }
    let opener = take()
    return try nested(opener) { (parser) throws(Diagnostic) in
      var options: [NamedExpression] = []
      parser.skipLineEnds()
      if parser.token.kind != .closeParenthesis {
        repeat {
          parser.skipLineEnds()
          options.append(try parser.methodOption(of: name, opener: opener))
        } while try parser.takeComma(in: opener)
      }
      return Expression(.method(name, options), name.range.union(parser.take().range))
    }
  }

  private mutating func methodOption(
    of method: Name, opener: Token
  ) throws(Diagnostic) -> NamedExpression {
    guard token.kind != .end else { throw openAtEnd(opener) }
    guard token.kind == .word else { throw methodOptionExpected(of: method) }
    let name = name(take())
    skipLineEnds()
    guard token.kind == .equals else {
      if token.kind == .end { throw openAtEnd(opener) }
      throw methodOptionExpected(of: method, after: name)
    }
    try checkOption(name)
    let equals = take()
    skipLineEnds()
    if token.kind == .end { throw openAtEnd(opener) }
    guard token.beginsValue else {
      throw missingValue(
        behind: "\(name.text)=", at: equals, example: "\(method.text)(\(name.text)=…)")
    }
    return NamedExpression(name: name, value: try element())
  }

  /// Takes the comma behind an element; false, and nothing taken, at the closing bracket.
  private mutating func takeComma(in opener: Token) throws(Diagnostic) -> Bool {
    let touches = token.touches(previous)
    let newLine = skipLineEnds()
    if token.kind == opener.closer { return false }
    if token.kind == .end { throw openAtEnd(opener) }
    guard token.kind == .comma else {
      throw commaExpected(in: opener, onNewLine: newLine, touching: touches)
    }
    let comma = take()
    skipLineEnds()
    if token.kind == .end { throw openAtEnd(opener) }
    let elementFollows = token.beginsValue
    guard elementFollows else { throw missingElement(behind: comma) }
    return true
  }

  /// Values are kept apart by blanks, except from comparisons: `accuracy>=0.5` is three values.
  private func requireBlank() throws(Diagnostic) {
    guard token.touches(previous), previous.kind != .comparison else { return }
    switch token.kind {
    case .word, .string, .variable, .openBracket, .openParenthesis: throw joinedValues()
    default: return
    }
  }
}
