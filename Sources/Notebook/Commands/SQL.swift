import CommandLanguage
import LinearAlgebra
import WorkspaceStore

extension Vocabulary {
  static let sql = Row(
    Entry(
      .command, "sql", "reads the workspace's views; changes nothing",
      parameters: [.positional("query", .text, "a SELECT, in quotes")],
      details: """
        Views: sessions, cells, runs, rounds, picks, purchases, verdicts, metrics, platforms. Those of
        cells have a column live: 1 on the line to where its session stands, 0 for what was undone.
        """,
      examples: [
        "load digits\nquery random 5\nsql 'SELECT sample, label FROM purchases LIMIT 3'",
        "load digits\nsql 'SELECT cell, command FROM cells'",
      ]),
    CommandImplementation(
      isLong: false,
      action: .compute { invocation in
        let text = invocation.arguments.text("query") ?? ""
        let answer = try invocation.session.workspace.query(
          text, isInterrupted: { Interrupt.isRequested })
        return Output(
          table: Table(
            columns: answer.columns.map { .init($0) }, rows: answer.rows.map { $0.map(json) }))
      }))

  private static func json(_ value: SQLValue) -> JSON {
    switch value {
    case .null: .null
    case .integer(let number): .int(Int(number))
    case .real(let number): .double(number)
    case .text(let text): .string(text)
    case .blob(let bytes): .string("\(bytes.count) bytes")
    }
  }
}
