import GRDB

extension SessionLease {
  /// Lets the session stand at another cell, or before the first (nil): undo, redo, switch. What
  /// is left remains, and each parent on the way remembers the child that was left last.
  ///
  /// - Throws: `noCell` unless the target is a node that ended well.
  package func moveHead(to target: Int?) throws(WorkspaceError) {
    try write { try self.setHead(to: target, $0) }
  }

  /// The child that was last left when the session went back to `parent` (nil: to before the
  /// first cell), which is where `redo` goes; nil where there is none.
  package func lastLeftChild(of parent: Int?) throws(WorkspaceError) -> Int? {
    try workspace.read { db in
      try Int.fetchOne(
        db,
        sql: "SELECT child FROM redo_rows WHERE session = ? AND parent = ? AND child > parent",
        arguments: [number, parent ?? 0])
    }
  }

  func setHead(to target: Int?, _ db: Database) throws {
    if let target {
      let isPlace = try Bool.fetchOne(
        db,
        sql: "SELECT is_node AND status = 'ok' FROM cell_rows WHERE session = ? AND number = ?",
        arguments: [number, target])
      guard isPlace == true else { throw WorkspaceError.noCell(target, session: number) }
    }
    let kept = Set(try line(to: target, db))
    let current = try line(to: try head(in: db), db)
    let parents = [0] + current
    for (parent, child) in zip(parents, current) where !kept.contains(child) {
      try db.execute(
        sql: "INSERT OR REPLACE INTO redo_rows (session, parent, child) VALUES (?, ?, ?)",
        arguments: [number, parent, child])
    }
    try storeHead(target, db)
  }

  func storeHead(_ cell: Int?, _ db: Database) throws {
    try db.execute(
      sql: "UPDATE session_rows SET head = ? WHERE number = ?", arguments: [cell, number])
  }

  /// The numbers from the first cell to `cell`; none for nil.
  func line(to cell: Int?, _ db: Database) throws -> [Int] {
    try Int.fetchAll(
      db, sql: Self.line + "SELECT number FROM line ORDER BY number", arguments: [cell, number])
  }

  /// Opens a query over the line from the first cell to a cell: arguments cell, session. A parent's
  /// number is below its child's, so the order of numbers is the order of the line; that is asked for
  /// here as well, or a damaged file could lead round in a circle.
  static let line = """
    WITH RECURSIVE line (session, number) AS (
      SELECT session, number FROM cell_rows WHERE number = ? AND session = ?
      UNION ALL
      SELECT c.session, c.parent
      FROM line JOIN cell_rows c ON c.session = line.session AND c.number = line.number
      WHERE c.parent < line.number
    )

    """
}
