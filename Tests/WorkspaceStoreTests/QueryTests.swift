import Foundation
import Synchronization
import Testing
import WorkspaceStore

/// What `sql` runs on: everything can be read, nothing changed.
struct QueryTests {
  @Test func `gives typed columns and rows`() throws {
    try withWorkspace { workspace in
      _ = try workspace.openSession(.new)
      let table = try workspace.query(
        "-- a comment\n SELECT 1 AS a, 2.5 AS b, 'x' AS a, NULL AS n, x'00ff' AS z;")
      #expect(table.columns == ["a", "b", "a", "n", "z"])
      #expect(table.rows == [[.integer(1), .real(2.5), .text("x"), .null, .blob([0, 255])]])
      let empty = try workspace.query("SELECT session, head FROM sessions WHERE session > 5")
      #expect(empty.columns == ["session", "head"] && empty.rows.isEmpty)
      #expect(try workspace.query("VALUES (1), (2)").rows.count == 2)
      #expect(try workspace.query("WITH t AS (SELECT 3 AS x) SELECT x FROM t").rows.count == 1)
      #expect(try !workspace.query("EXPLAIN QUERY PLAN SELECT * FROM rounds").rows.isEmpty)
      #expect(try workspace.query("PRAGMA table_info(rounds)").columns.contains("name"))
      #expect(try workspace.query("pragma /* */ integrity_check").rows == [[.text("ok")]])
      #expect(try workspace.query("SELECT name FROM pragma_table_info('runs')").rows.count == 9)
    }
  }

  @Test(arguments: [
    "INSERT INTO session_rows (number, created, seed) VALUES (9, '', 0)",
    "DELETE FROM cell_rows", "UPDATE session_rows SET head = NULL", "DROP VIEW rounds",
    "CREATE TABLE t (x)", "CREATE TEMP TABLE t (x)", "REPLACE INTO blob_rows VALUES ('a', 'b')",
    "ALTER TABLE cell_rows ADD COLUMN x", "VACUUM", "VACUUM INTO '/tmp/stolen.sqlite'",
    "ANALYZE", "REINDEX", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a", "RELEASE a",
    "ATTACH '/tmp/other.sqlite' AS o", "DETACH main", "/* SELECT */ ATTACH ':memory:' AS o",
    "PRAGMA writable_schema = ON", "PRAGMA journal_mode = DELETE", "PRAGMA query_only = 0",
    "PRAGMA synchronous = OFF", "PRAGMA/**/user_version = 7", "PRAGMA main.user_version = 7",
    "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA temp_store_directory = '/'", "PRAGMA",
    "WITH t AS (SELECT 1) DELETE FROM cell_rows",
    "WITH t AS (SELECT 1) INSERT INTO input_rows SELECT 1, 1, '', 'ok', ''",
    "SELECT 1; DELETE FROM cell_rows", "SELECT load_extension('x')",
    "SELECT * FROM rounds; SELECT 1",
    "EXPLAIN SELECT 1; DROP VIEW rounds", "", "  ", "-- SELECT 1", "/* SELECT 1", ";", "'", "é",
    "SELECT ?", "SELECT", "SELEC 1", "SELECT 1 FROM nowhere", "SELECT \"nothing\"",
  ])
  func `refuses what is no reading`(_ sql: String) throws {
    try withPath { path in
      let workspace = try Workspace.open(path)
      let lease = try workspace.openSession(.new)
      try lease.run("load")
      let before = try Self.dump(workspace)
      guard case .query(let message, let offset) = failure({ try workspace.query(sql) }) else {
        Issue.record("\(sql): \(String(describing: failure { try workspace.query(sql) }))")
        return
      }
      #expect(!message.isEmpty)
      #expect(offset.map { (0...sql.utf8.count).contains($0) } ?? true)
      #expect(try Self.dump(workspace) == before)
      #expect(!FileManager.default.fileExists(atPath: "/tmp/stolen.sqlite"))
      #expect(try workspace.settings()["synchronous"] == "2")
      try lease.run("after")
    }
  }

  /// Everything a reader can see of the schema and the cells.
  private static func dump(_ workspace: Workspace) throws -> [SQLTable] {
    try ["sqlite_master", "session_rows", "input_rows", "cell_rows"].map {
      try workspace.query("SELECT * FROM \($0)")
    } + [try workspace.query("PRAGMA database_list")]
  }

  @Test func `says where in the text SQLite found the error`() throws {
    try withWorkspace { workspace in
      _ = try workspace.openSession(.new)
      #expect(
        failure { try workspace.query("SELECT sesion FROM sessions") }
          == .query(message: "no such column: sesion", offset: 7))
      #expect(
        failure { try workspace.query("SELECT 1 FROMM x") }
          == .query(message: "near \"x\": syntax error", offset: 15))
    }
  }

  @Test func `stops a query that would never end`() throws {
    try withWorkspace { workspace in
      _ = try workspace.openSession(.new)
      let asked = Atomic<Int>(0)
      let endless = """
        WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n
        """
      let error = failure {
        try workspace.query(endless) { asked.add(1, ordering: .relaxed).newValue >= 3 }
      }
      #expect(error == .interrupted)
      #expect(asked.load(ordering: .relaxed) == 3)
      #expect(try workspace.query("SELECT 1").rows == [[.integer(1)]])
    }
  }

  @Test func `sees what was just written`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      for count in 1...5 {
        try lease.run("x")
        #expect(
          try workspace.query("SELECT count(*) FROM cells").rows == [[.integer(Int64(count))]])
      }
    }
  }
}
