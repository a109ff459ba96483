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
    let columns = Self.grouped(names).map { Self.column($0, besides: own) }
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

  /// Names that differ in case alone are one column to SQLite; no round has two of them.
  private static func grouped(_ names: [String]) -> [[String]] {
    var groups: [[String]] = []
    for name in names {
      if let known = groups.firstIndex(where: { $0[0].lowercased() == name.lowercased() }) {
        groups[known].append(name)
      } else {
        groups.append([name])
      }
    }
    return groups
  }

  /// Numbers as numbers, all else as text; under `loop_NAME` where that is a column already.
  private static func column(_ names: [String], besides own: Set<String>) -> String {
    let values = names.map { "json_extract(variables, '$.\"\($0)\"')" }
    let text = values.count == 1 ? values[0] : "coalesce(\(values.joined(separator: ", ")))"
    let alias = own.contains(names[0].lowercased()) ? "loop_" + names[0] : names[0]
    return
      "iif(\(text) = CAST(CAST(\(text) AS NUMERIC) AS TEXT), CAST(\(text) AS NUMERIC), \(text)) "
      + "AS \"\(alias)\""
  }
}
