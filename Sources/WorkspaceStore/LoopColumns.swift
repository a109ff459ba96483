import GRDB

/// Makes the variables of loops columns of `rounds`, for one query: which ones there are depends on
/// what the workspace holds, so the view itself cannot have them.
///
/// A common table expression of the same name, put before the query, hides the view.
struct LoopColumns {
  /// What stands before the reader's own text, in bytes: offsets in messages are counted without it.
  let shift: Int
  let sql: String

  /// The query as it is to be run; unchanged where it does not read `rounds` or nothing was looped.
  init(_ sql: String, in db: Database) throws {
    let names = ReadOnlyStatement.mentions("rounds", in: sql) ? try Self.names(in: db) : []
    guard !names.isEmpty, let verb = ReadOnlyStatement.firstWord(of: sql),
      ["select", "with"].contains(verb.text)
    else {
      (self.sql, shift) = (sql, 0)
      return
    }
    let own = Set(try db.columns(in: "rounds").map { $0.name.lowercased() })
    let columns = names.map { Self.column($0, isTaken: own.contains($0.lowercased())) }
    let table = "rounds AS (SELECT *, \(columns.joined(separator: ", ")) FROM main.rounds)"
    let bytes = Array(sql.utf8)
    if verb.text == "select" {
      let head = "WITH \(table) "
      self.sql = head + sql
      shift = head.utf8.count
    } else {
      // "WITH RECURSIVE" does no harm to expressions that are not recursive.
      let rest = ReadOnlyStatement.afterWith(sql)
      let head = "WITH RECURSIVE \(table), "
      self.sql = head + String(decoding: bytes[rest...], as: UTF8.self)
      shift = head.utf8.count - rest
    }
  }

  private static func names(in db: Database) throws -> [String] {
    try String.fetchAll(
      db,
      sql: """
        SELECT DISTINCT j.key FROM cell_rows c, json_each(c.variables) j
        WHERE c.variables IS NOT NULL ORDER BY j.key
        """)
  }

  /// Numbers as numbers, all else as text; under `loop_NAME` where the view has such a column.
  private static func column(_ name: String, isTaken: Bool) -> String {
    let text = "json_extract(variables, '$.\"\(name)\"')"
    let alias = isTaken ? "loop_" + name : name
    return
      "iif(\(text) = CAST(CAST(\(text) AS NUMERIC) AS TEXT), CAST(\(text) AS NUMERIC), \(text)) "
      + "AS \"\(alias)\""
  }
}
