import GRDB

extension SessionLease {
  /// What cells ran on, as their writers said it: each text holds for its cell and those after it, up
  /// to the next. Cells before the first were written by a version that did not say.
  package func platforms() throws(WorkspaceError) -> [(cell: Int, text: String)] {
    try workspace.read { db in
      // A file of an older version that is only read has no such table.
      guard try db.tableExists("platform_rows") else { return [] }
      return try Row.fetchAll(
        db, sql: "SELECT cell, text FROM platform_rows WHERE session = ? ORDER BY cell",
        arguments: [number]
      ).map { (try $0.decode(atIndex: 0), try $0.decode(atIndex: 1)) }
    }
  }

  /// Keeps what a cell runs on, where that is another than before.
  func note(platform text: String, of cell: Int, _ db: Database) throws {
    let last = try String.fetchOne(
      db, sql: "SELECT text FROM platform_rows WHERE session = ? ORDER BY cell DESC LIMIT 1",
      arguments: [number])
    guard text != last else { return }
    try db.execute(
      sql: "INSERT INTO platform_rows (session, cell, text) VALUES (?, ?, ?)",
      arguments: [number, cell, text])
  }
}
