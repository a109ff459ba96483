/// What an expression says once its variables are replaced; commands are called with values.
///
/// Two spellings of one number (`0.5`, `.5`) are different values: compare `number` where only the
/// quantity matters.
package enum Value: Hashable, Sendable {
  /// A finite number and how it was typed.
  case number(Double, text: String)
  case word(String)
  case string(String)
  case list([Value])
  /// A name with its options, `npc(delta=0.68)`.
  case method(String, [MethodOption])

  /// A whole number.
  package init(_ integer: Int) { self = .number(Double(integer), text: String(integer)) }

  /// A number in its shortest spelling; one that is not finite becomes a word (`nan`, `inf`).
  package init(_ number: Double) {
    guard number.isFinite else {
      self = .word("\(number)")
      return
    }
    let text = "\(number)"
    self = .number(number, text: text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
  }

  /// The word true or false.
  package init(_ bool: Bool) { self = .word(bool ? "true" : "false") }

  /// The number; nil for the other kinds, also for a string that looks like one.
  package var number: Double? {
    if case .number(let number, _) = self { number } else { nil }
  }

  /// The number if it is a whole one that an `Int` holds, however it was typed (`1e3`, `20.0`).
  package var integer: Int? {
    guard case .number(let number, let text) = self else { return nil }
    return Int(text) ?? Int(exactly: number)
  }

  /// true, on, yes and false, off, no, in any case. Only words are booleans, not strings.
  package var bool: Bool? {
    guard case .word(let word) = self else { return nil }
    return switch word.lowercased() {
    case "true", "on", "yes": true
    case "false", "off", "no": false
    default: nil
    }
  }

  /// Whether it is the word none (or None).
  package var isNone: Bool {
    if case .word(let word) = self { word.lowercased() == "none" } else { false }
  }

  /// The name or text that a word or string holds; nil for the other kinds.
  package var word: String? {
    switch self {
    case .word(let text), .string(let text): text
    case .number, .list, .method: nil
    }
  }

  /// The elements of a list; nil for the other kinds.
  package var list: [Value]? {
    if case .list(let values) = self { values } else { nil }
  }
}

/// `name=value` of a method's value.
package struct MethodOption: Hashable, Sendable, Codable {
  package let name: String
  package let value: Value

  package init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}
