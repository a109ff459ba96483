extension Expression {
  /// The most that a value may hold, in bytes of text and elements together. Without a limit,
  /// `x = "$x$x"` in a loop would take all memory.
  package static let maximumSize = 1 << 20

  /// The value, with variables replaced by theirs. A word that begins with `#` (as in `c=#ff0000`)
  /// is a string, because behind a blank it would be a comment.
  /// - Throws: `unknown-name` at a variable that has no value; `range` if the value is larger than
  ///   `maximumSize`, or nested deeper than `Parser.maximumDepth`.
  package func evaluate(in variables: [String: Value]) throws(Diagnostic) -> Value {
    let value = try replaced(variables)
    var budget = Expression.maximumSize
    guard value.fits(depth: Parser.maximumDepth, budget: &budget) else { throw tooLarge }
    return value
  }

  private func replaced(_ variables: [String: Value]) throws(Diagnostic) -> Value {
    switch kind {
    case .number(let number, let text): return .number(number, text: text)
    case .word(let word): return word.hasPrefix("#") ? .string(word) : .word(word)
    case .variable(let name): return try Expression.look(up: Name(name, range), in: variables)
    case .string(let parts, _): return .string(try joined(parts, variables))
    case .list(let elements):
      var values: [Value] = []
      for element in elements { values.append(try element.replaced(variables)) }
      return .list(values)
    case .method(let name, let options):
      var values: [MethodOption] = []
      for option in options {
        values.append(MethodOption(option.name.text, try option.value.replaced(variables)))
      }
      return .method(name.text, values)
    }
  }

  private func joined(
    _ parts: [StringPart], _ variables: [String: Value]
  ) throws(Diagnostic) -> String {
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .variable(let name): result += try Expression.look(up: name, in: variables).plain
      }
      guard result.utf8.count <= Expression.maximumSize else { throw tooLarge }
    }
    return result
  }

  private static func look(
    up name: Name, in variables: [String: Value]
  ) throws(Diagnostic) -> Value {
    if let value = variables[name.text] { return value }
    let known = variables.keys.sorted()
    let assigned = known.prefix(12).map { "$" + $0 }.joined(separator: ", ")
    let names = known.isEmpty ? "no variable has a value yet" : "variables: \(assigned)"
    throw Diagnostic(
      .unknownName, "no variable '$\(name.text)'", at: name.range,
      notes: [
        names + (known.count > 12 ? ", …" : ""), "a variable gets its value by NAME = value",
      ],
      suggestions: Spelling.nearest(name.text, among: known).map { "$" + $0 })
  }

  private var tooLarge: Diagnostic {
    Diagnostic(
      .range, "the value is too large", at: range,
      notes: [
        "a value holds at most \(Expression.maximumSize) bytes of text and elements, in"
          + " \(Parser.maximumDepth) levels"
      ])
  }
}

extension Value {
  /// Whether the value is at most `depth` levels deep and within `budget`, from which its size is
  /// taken. It looks no further than the budget, however often parts are shared.
  fileprivate func fits(depth: Int, budget: inout Int) -> Bool {
    guard depth >= 0, budget >= 0 else { return false }
    switch self {
    case .number(_, let text), .word(let text), .string(let text): budget -= text.utf8.count
    case .list(let values):
      budget -= values.count
      for value in values {
        guard value.fits(depth: depth - 1, budget: &budget) else { return false }
      }
    case .method(let name, let options):
      budget -= name.utf8.count
      for option in options {
        budget -= 1 + option.name.utf8.count
        guard option.value.fits(depth: depth - 1, budget: &budget) else { return false }
      }
    }
    return budget >= 0
  }
}
