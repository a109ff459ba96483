import CommandLanguage

/// The classes of a data set, as users name them: by their names or, where no name looks like a
/// number, also by their numbers from 0. In quotes a value is always a name.
///
/// A data set with classes named 1 and 10 has no class 0 for its users: a number that could be meant
/// either way would mislabel without a word.
struct ClassNames {
  let names: [String]

  /// Whether `1` may mean the second class: the names are words, or the numbers 0, 1, … themselves.
  private var hasNumbers: Bool {
    names.indices.allSatisfy { names[$0] == "\($0)" }
      || names.allSatisfy { Value(canonical: $0).number == nil }
  }

  /// The class that a value stands for. A name as it is written goes before one that differs in case,
  /// blanks, `-` and `_`.
  /// - Throws: `range`, `unknown-name`; `refused` where several classes may be meant.
  func index(of value: Value, at range: SourceRange?) throws(Diagnostic) -> Int {
    if hasNumbers, let index = value.integer {
      guard names.indices.contains(index) else {
        throw Diagnostic(.range, "classes are 0 to \(names.count - 1), not \(index)", at: range)
      }
      return index
    }
    let text = value.plainText
    let exact = names.indices.filter { names[$0] == text }
    let sought = Spelling.normalised(text)
    let meant =
      exact.isEmpty && value.number == nil
      ? names.indices.filter { Spelling.normalised(names[$0]) == sought } : exact
    guard meant.count <= 1 else { throw ambiguous(text, meant, at: range) }
    if let index = meant.first { return index }
    throw unknown(value, at: range)
  }

  /// What means the class in a command, whatever it was called when it was typed.
  func value(of index: Int) -> Value {
    hasNumbers ? Value(index) : Value(naming: names[index])
  }

  private func ambiguous(_ text: String, _ meant: [Int], at range: SourceRange?) -> Diagnostic {
    let cure =
      hasNumbers
      ? "write a number: " + meant.map(String.init).joined(separator: ", ")
      : "write the name as it is: " + meant.map { Value.quoted(names[$0]) }.joined(separator: ", ")
    return Diagnostic(
      .refused, "'\(text)' may be any of \(meant.count) classes", at: range, label: cure)
  }

  private func unknown(_ value: Value, at range: SourceRange?) -> Diagnostic {
    let text = value.plainText
    let isNumber = value.number != nil
    let more = names.count > 20 ? ", …" : ""
    return Diagnostic(
      .unknownName, "no class '\(text)'", at: range,
      notes: ["classes: \(names.prefix(20).joined(separator: ", "))\(more)"]
        + (isNumber && !hasNumbers
          ? ["some are named by numbers, so a number means a name here, not a place"] : []),
      suggestions: Spelling.nearest(text, among: names))
  }
}
