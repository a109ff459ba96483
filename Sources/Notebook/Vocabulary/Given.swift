import CommandLanguage

/// A value, where it was typed, and where each of its parts was.
struct Given {
  let value: Value
  let range: SourceRange
  /// Of a method that was written out: its name's place.
  private let nameRange: SourceRange?
  /// Of a list that was written out its elements, of a method the values of its options.
  private let parts: [Given]
  /// The places of those options' names.
  private let names: [Name]

  /// - Parameter range: all that is known of where the value was typed.
  init(value: Value, range: SourceRange) {
    (self.value, self.range) = (value, range)
    (nameRange, parts, names) = (nil, [], [])
  }

  /// - Throws: at a variable that has no value; `range` for a value that is too large.
  init(_ expression: Expression, in variables: [String: Value]) throws(Diagnostic) {
    value = try expression.evaluate(in: variables)
    range = expression.range
    var parts: [Given] = []
    switch expression.kind {
    case .list(let elements):
      for element in elements { parts.append(try Given(element, in: variables)) }
      (nameRange, names) = (nil, [])
    case .method(let name, let options):
      for option in options { parts.append(try Given(option.value, in: variables)) }
      (nameRange, names) = (name.range, options.map(\.name))
    case .number, .word, .string, .variable: (nameRange, names) = (nil, [])
    }
    self.parts = parts
  }

  /// The elements of a list, or the value itself; those of a variable's list stand where it does.
  var elements: [Given] {
    guard let list = value.list else { return [self] }
    return parts.count == list.count ? parts : list.map { Given(value: $0, range: range) }
  }

  /// The name that the value is or that a method has, with the options given to it; nil for a list.
  var method: (name: Name, options: [(Name, Given)])? {
    switch value {
    case .word(let word), .string(let word): return (Name(word, range), [])
    case .number(_, let text): return (Name(text, range), [])
    case .list: return nil
    case .method(let name, let options):
      let places =
        names.count == options.count
        ? names : options.map { Name($0.name, range) }
      let values =
        parts.count == options.count
        ? parts : options.map { Given(value: $0.value, range: range) }
      return (Name(name, nameRange ?? range), Array(zip(places, values)))
    }
  }
}
