import CommandLanguage

extension Vocabulary {
  static let help = Row(
    Entry(
      .command, "help", "says what there is, and how it is used",
      parameters: [
        .positional("word", .text, default: .absent, "a command, a method, an option; error"),
        .positional("code", .text, default: .absent, "behind error: the code of a message"),
      ],
      examples: ["help npc", "help error budget"]),
    CommandImplementation(action: .compute(runHelp)))

  @Sendable private static func runHelp(_ invocation: inout Invocation) throws -> Output {
    guard let word = invocation.arguments.text("word") else { return overview }
    if let answer = try errorHelp(word, invocation.arguments) { return answer }
    let found = EntryKind.allCases.compactMap { find($0, word)?.entry }
    let topics = found.isEmpty ? OptionTopic.find(word) : []
    guard !found.isEmpty || !topics.isEmpty else {
      let names = all.flatMap { [$0.name] + $0.aliases.map(\.name) } + OptionTopic.names
      throw Diagnostic(
        .unknownName, "no help on '\(word)'",
        at: invocation.arguments.ranges["word"], notes: ["help alone lists all names"],
        suggestions: Spelling.nearest(word, among: names))
    }
    let lines = (found.map(Help.lines) + topics.map(\.lines)).joined(separator: [""])
    let table = found.count == 1 ? Help.table(found[0]) : nil
    return Output(
      record: .record(
        ("entries", .array(found.map(Help.json))), ("options", .array(topics.map(\.json)))),
      table: table, drawn: table, lines: Array(lines))
  }

  /// `help error` and `help error CODE`; nil where that was not asked.
  private static func errorHelp(_ word: String, _ arguments: Arguments) throws(Diagnostic)
    -> Output?
  {
    let code = arguments.text("code")
    guard Spelling.normalised(word) == "error" else {
      guard let code else { return nil }
      throw Diagnostic(
        .refused, "help is about one word: '\(code)' is one too many",
        at: arguments.ranges["code"], notes: ["help error CODE is the only one with two"])
    }
    guard let code else {
      return Output(table: ErrorTopic.table, lines: ["help error CODE says what to do"])
    }
    let topic = try ErrorTopic.find(code, at: arguments.ranges["code"])
    return Output(record: .record(("errors", .array([topic.json]))), lines: topic.lines)
  }

  /// All names with their one line.
  private static var overview: Output {
    let rows = all.map {
      [JSON.string($0.kind.noun), .string($0.name), .string($0.summary)]
    }
    return Output(
      table: Table(columns: [.init("kind"), .init("name"), .init("what it does")], rows: rows),
      lines: ["help NAME says more; a session begins with: load digits"])
  }
}

extension Help {
  static func json(_ entry: Entry) -> JSON {
    .record(
      ("kind", .string(entry.kind.rawValue)), ("name", .string(entry.name)),
      ("aliases", .array(entry.aliases.map { .string($0.name) })),
      ("summary", .string(entry.summary)), ("synopsis", .string(synopsis(entry))),
      ("details", .string(entry.details)),
      (
        "parameters",
        .array(
          parameters(entry).map {
            .record(
              ("name", .string($0.name)), ("values", .string($0.kind.words)),
              ("default", .string(words($0.default))), ("meaning", .string($0.meaning)))
          })
      ),
      ("citation", .optional(entry.citation)),
      ("examples", .array(entry.examples.map(JSON.string))))
  }
}
