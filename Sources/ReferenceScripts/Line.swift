import CommandLanguage

/// One command of the script that is being made.
struct Line {
  private var words: [String]

  init(_ words: String...) { self.words = words.map { Value.word($0).text } }

  /// A value that is no word of the language's own: a number, a file, a variable (`$s`).
  mutating func add(_ text: String) { words.append(text) }

  mutating func option(_ name: String, _ value: Value) { words.append("\(name)=\(value.text)") }

  mutating func option(_ name: String, _ word: String) { option(name, .word(word)) }

  mutating func option(_ name: String, _ number: Double) { option(name, Value(number)) }

  var text: String { words.joined(separator: " ") }
}
