import CommandLanguage

// Syntax trees as short text, so that expectations can be read: a list is [a b], a method
// npc(delta: 0.5), a string 'text', a variable $x, an option name: value, a block { a; b }.

func described(_ text: String) throws -> String {
  described(try Parser.parse(SourceText(text: text)).statements)
}

func described(_ statements: [Statement]) -> String {
  statements.map(described).joined(separator: "; ")
}

private func described(_ statement: Statement) -> String {
  switch statement {
  case .assignment(let it): "\(it.name.text) := \(described(it.value))"
  case .repeat(let it): "repeat \(described(it.count)) { \(described(it.body.statements)) }"
  case .for(let it):
    "for \(it.variable.text) in \(it.values.map(described).joined(separator: " "))"
      + " { \(described(it.body.statements)) }"
  case .command(let it): ([it.verb.text] + it.arguments.map(described)).joined(separator: " ")
  }
}

private func described(_ argument: Argument) -> String {
  switch argument {
  case .positional(let value): described(value)
  case .option(let name, let value): "\(name.text): \(described(value))"
  }
}

func described(_ expression: Expression) -> String {
  switch expression.kind {
  case .number(let number, _): "#\(number)"
  case .word(let word): word
  case .variable(let name): "$\(name)"
  case .list(let elements): "[" + elements.map(described).joined(separator: " ") + "]"
  case .method(let name, let options):
    name.text + "("
      + options.map { "\($0.name.text): \(described($0.value))" }.joined(separator: " ") + ")"
  case .string(let parts, _):
    "'"
      + parts.map {
        switch $0 {
        case .text(let text): text
        case .variable(let name): "<\(name.text)>"
        }
      }.joined() + "'"
  }
}

/// The diagnostics of a text that must not parse.
func failures(_ text: String) -> [Diagnostic] {
  do {
    _ = try Parser.parse(SourceText(text: text))
    return []
  } catch {
    return error.diagnostics
  }
}
