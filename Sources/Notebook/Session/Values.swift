import CommandLanguage

/// Values of the language as results show them.
enum Values {
  static func json(_ value: Value) -> JSON {
    switch value {
    case .number(let number, _): value.integer.map(JSON.int) ?? .double(number)
    case .word, .method:
      value.bool.map(JSON.bool) ?? (value.isNone ? .null : .string(value.plainText))
    case .string(let text): .string(text)
    case .list(let values): .array(values.map(json))
    }
  }
}
