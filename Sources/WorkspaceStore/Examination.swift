import Foundation
import GRDB

/// What a look through a whole workspace has found; nothing is changed by it.
package struct Examination: Sendable {
  /// The version of the file's format.
  package let version: Int
  /// What SQLite says of pages, indexes and constraints; empty where all is well.
  package let damages: [String]
  /// Rows that refer to others that are not there.
  package let orphans: Int
  /// Cells that run in sessions which nobody holds: their processes are gone.
  package let abandoned: Int
  package let sessions: Int
  package let cells: Int
  package let bytes: Int
}

extension Workspace {
  /// Looks through pages, constraints and cells; reads the whole file.
  package func examine() throws(WorkspaceError) -> Examination {
    let held = try Set(sessions().filter(\.isHeld).map(\.number))
    return try read { db in
      let damages = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)")
      let running = try Int.fetchAll(
        db, sql: "SELECT session FROM cell_rows WHERE status = 'running'")
      func number(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
      return Examination(
        version: try number("PRAGMA user_version"), damages: damages.filter { $0 != "ok" },
        orphans: try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count,
        abandoned: running.filter { !held.contains($0) }.count,
        sessions: try number("SELECT count(*) FROM session_rows"),
        cells: try number("SELECT count(*) FROM cell_rows"),
        bytes: try number("PRAGMA page_count") * number("PRAGMA page_size"))
    }
  }

  /// Calls `body` with each big array and the digest that it is stored under, one at a time.
  package func forEachBlob(_ body: (_ digest: String, _ bytes: [UInt8]) throws -> Void)
    throws(WorkspaceError)
  {
    try read { db in
      let rows = try Row.fetchCursor(db, sql: "SELECT digest, bytes FROM blob_rows")
      while let row = try rows.next() {
        let bytes: Data = try row.decode(atIndex: 1)
        try body(try row.decode(atIndex: 0), [UInt8](bytes))
      }
    }
  }

  /// The version of SQLite that is linked.
  package static var libraryVersion: String {
    let version = try? DatabaseQueue().read {
      try String.fetchOne($0, sql: "SELECT sqlite_version()")
    }
    return (version ?? nil) ?? "unknown"
  }
}
