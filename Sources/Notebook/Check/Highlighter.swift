import CommandLanguage

/// What a text that is being typed is made of, and what of it does not exist: for colours at the
/// prompt, from the parser and the table of names that run it.
package struct Highlighter {
  /// A stretch of the text in one colour; where stretches overlap, the later one holds.
  package struct Stretch: Hashable, Sendable {
    package let range: SourceRange
    package let role: Role
  }

  package enum Role: Hashable, Sendable, CaseIterable {
    case command, method, option, variable, string, number, comment
    /// A name or a value that there is not, or what is no statement.
    case wrong
  }

  private let session: Session

  package init(_ session: Session) { self.session = session }

  /// The stretches of `text` that are coloured, in its order, and then what is wrong.
  ///
  /// The argument at the cursor may still become another one: a name is wrong there only if none
  /// begins like it, and a value never is. What is only missing yet is not wrong.
  /// - Parameter cursor: a UTF-8 byte offset.
  /// - Complexity: in proportion to the text, and to what its commands take to be checked.
  package func stretches(of text: String, cursor: Int) -> [Stretch] {
    let source = SourceText(text: text)
    var expected = Expectation.nothing
    let coloured = WordRole.all(in: text).compactMap { word -> Stretch? in
      let name = String(source.slice(word.range))
      return Self.role(of: word, name, &expected).map { Stretch(range: word.range, role: $0) }
    }
    return coloured + wrong(in: text, cursor: cursor).map { Stretch(range: $0, role: .wrong) }
  }

  /// What the word before lets one expect of the next.
  private enum Expectation: Equatable {
    case nothing
    case command
    case method(EntryKind)
  }

  private static func role(
    of word: WordRole, _ name: String, _ expected: inout Expectation
  ) -> Role? {
    switch word.kind {
    case .command:
      expected = expectation(behind: name)
      return .command
    case .word where expected == .command:
      expected = expectation(behind: name)
      return .command
    case .word, .method:
      defer { expected = .nothing }
      if case .method(let kind) = expected, Vocabulary.find(kind, name) != nil { return .method }
      return word.kind == .method ? .method : nil
    case .comment: return .comment
    default: expected = .nothing
    }
    return simple(word.kind)
  }

  private static func simple(_ kind: WordRole.Kind) -> Role? {
    switch kind {
    case .keyword, .command: .command
    case .option: .option
    case .method: .method
    case .variable: .variable
    case .string: .string
    case .number: .number
    case .comment: .comment
    case .word: nil
    }
  }

  private static func expectation(behind verb: String) -> Expectation {
    guard let entry = Vocabulary.find(.command, verb)?.entry,
      let command = Vocabulary.implementation(Vocabulary.commands, entry.name)
    else { return .nothing }
    return command.plansAnother ? .command : command.method.map { .method($0) } ?? .nothing
  }

  // MARK: What is wrong

  private func wrong(in text: String, cursor: Int) -> [SourceRange] {
    let typed = WordRole.argument(at: cursor, in: text)
    let (statements, missing) = judged(text)
    var elsewhere = statements
    if WordRole.mayBeMissing(typed, in: text) {
      elsewhere += judged(Self.blanked(text, typed)).statements
    }
    if !Parser.isIncomplete(text) { elsewhere += missing }
    let settled = elsewhere.filter(Self.isSettled).compactMap(\.range)
    let here = statements.filter { $0.range.map { Self.overlap($0, typed) } ?? false }
    return settled.filter { !Self.overlap($0, typed) } + hopeless(here, text, cursor)
  }

  /// Names at the cursor that nothing begins with.
  private func hopeless(_ found: [Diagnostic], _ text: String, _ cursor: Int) -> [SourceRange] {
    let names = found.filter { $0.code == .unknownName || $0.code == .unknownOption }
    guard !names.isEmpty, Completer(session).complete(text, cursor).candidates.isEmpty else {
      return []
    }
    return names.compactMap(\.range)
  }

  private func judged(_ text: String) -> (statements: [Diagnostic], syntax: [Diagnostic]) {
    let source = SourceText(text: text)
    let (script, wrong) = Parser.parsePart(source)
    let statements = ScriptChecker.wrong(
      in: script.statements, of: source, variables: session.variables)
    return (statements, wrong)
  }

  /// Whether it is wrong whatever is typed behind it.
  private static func isSettled(_ diagnostic: Diagnostic) -> Bool {
    guard let range = diagnostic.range, !range.isEmpty, diagnostic.source?.name == nil else {
      return false
    }
    switch diagnostic.code {
    case .unknownName, .unknownOption, .type, .range, .refused, .fileMissing, .syntax: return true
    default: return false
    }
  }

  private static func overlap(_ left: SourceRange, _ right: SourceRange) -> Bool {
    left.lower < right.upper && right.lower < left.upper
  }

  /// The text with blanks in the place of a stretch.
  private static func blanked(_ text: String, _ range: SourceRange) -> String {
    var bytes = Array(text.utf8)
    for index in range.lower..<min(range.upper, bytes.count) { bytes[index] = UInt8(ascii: " ") }
    return String(decoding: bytes, as: UTF8.self)
  }
}
