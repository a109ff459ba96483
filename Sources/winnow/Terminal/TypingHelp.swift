import Notebook

extension TypingHelp {
  /// Completion from the table of names, and colours from the parser, in the state of a session.
  init(_ session: Session) {
    let completer = Completer(session)
    let highlighter = Highlighter(session)
    self.init(
      complete: { text, cursor in
        let found = completer.complete(text, cursor)
        return Completion(
          replace: found.replace.lower..<found.replace.upper,
          candidates: found.described.map { ($0.name, $0.summary) })
      },
      color: { text, cursor in
        highlighter.stretches(of: text, cursor: cursor).map {
          ($0.range.lower..<$0.range.upper, $0.role.code)
        }
      })
  }
}

extension Highlighter.Role {
  /// The parameters of the escape that chooses its colour: of the sixteen that every terminal has,
  /// those that can be read on black and on white.
  fileprivate var code: StaticString {
    switch self {
    case .command: "1;34"
    case .method: "1"
    case .option: "36"
    case .variable: "35"
    case .string: "32"
    case .number: "33"
    case .comment: "90"
    case .wrong: "4;31"
    }
  }
}
