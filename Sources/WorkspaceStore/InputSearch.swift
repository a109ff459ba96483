import GRDB

/// An input with the session that it was typed in.
package struct FoundInput: Sendable, Hashable {
  package let session: Int
  package let input: InputRecord
}

extension Workspace {
  /// The inputs of all sessions that hold a text, without regard to case of ASCII letters; the newest
  /// first. None where there is no file yet.
  package func inputs(holding text: String) throws(WorkspaceError) -> [FoundInput] {
    do {
      return try read { db in
        try Row.fetchAll(
          db,
          sql: """
            SELECT session, number, text, status, started FROM input_rows
            WHERE instr(lower(text), lower(?)) > 0
            ORDER BY started DESC, session DESC, number DESC
            """, arguments: [text]
        ).map { row in
          FoundInput(
            session: try row.decode(atIndex: 0), input: try InputRecord(row, from: 1))
        }
      }
    } catch .missing {
      return []
    }
  }
}
