import CommandLanguage

extension Value {
  /// The value that a canonical text stands for. What is no value's text becomes a word as it is,
  /// so that reading records back never fails.
  init(canonical text: String) {
    let parsed = try? Parser.parseValue(SourceText(text: text)).evaluate(in: [:])
    self = parsed ?? .word(text)
  }

  /// A name or a file: a word where a script may hold it without quotes.
  init(naming text: String) {
    self = Value.isBareWord(text) ? .word(text) : .string(text)
  }

  /// The name of a method, with or without options; nil for numbers and lists.
  var methodName: String? {
    if case .method(let name, _) = self { name } else { word }
  }

  /// The text of a word or string, without quotes; of anything else, its canonical text.
  var plainText: String { plain }
}
