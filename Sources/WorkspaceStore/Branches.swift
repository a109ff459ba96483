import GRDB

/// A name for a place in the tree of a session: where its newest cell is.
package struct Branch: Sendable, Hashable {
  package let name: String
  /// The cell at its end; nil before the first.
  package let head: Int?
  /// Whether the session stands on it, so that it grows with each cell.
  package let isCurrent: Bool

  /// The branch that every session begins on.
  package static let first = "main"
}

extension SessionLease {
  /// All branches by name.
  package func branches() throws(WorkspaceError) -> [Branch] {
    try workspace.read { try self.branches($0) }
  }

  /// The branch that the session stands on.
  package func branch() throws(WorkspaceError) -> String {
    try workspace.read { try self.branch(in: $0) }
  }

  // A file of an older version that is only read has none.
  private static let table = "branch_rows"

  private func branches(_ db: Database) throws -> [Branch] {
    guard try db.tableExists(Self.table) else {
      return [Branch(name: Branch.first, head: try head(in: db), isCurrent: true)]
    }
    let left = try Row.fetchAll(
      db, sql: "SELECT name, head FROM branch_rows WHERE session = ?", arguments: [number]
    ).map {
      Branch(
        name: try $0.decode(atIndex: 0), head: try $0.decode(atIndex: 1), isCurrent: false)
    }
    let current = Branch(name: try branch(in: db), head: try head(in: db), isCurrent: true)
    return (left + [current]).sorted { $0.name < $1.name }
  }

  private func branch(in db: Database) throws -> String {
    guard try db.tableExists(Self.table) else { return Branch.first }
    return try String.fetchOne(
      db, sql: "SELECT branch FROM session_rows WHERE number = ?", arguments: [number])
      ?? Branch.first
  }

  /// Goes on under another name from here; the branch that is left stays at this cell.
  /// - Throws: `branchExists`.
  func startBranch(_ name: String, _ db: Database) throws {
    let all = try branches(db)
    guard !all.contains(where: { $0.name == name }) else {
      throw WorkspaceError.branchExists(name, session: number)
    }
    try leaveBranch(db)
    try enterBranch(name, db)
  }

  /// Stands at the end of another branch.
  /// - Throws: `noBranch`.
  func switchBranch(to name: String, _ db: Database) throws {
    let all = try branches(db)
    guard let branch = all.first(where: { $0.name == name }) else {
      throw WorkspaceError.noBranch(name, session: number, among: all.map(\.name))
    }
    guard !branch.isCurrent else { return }
    try leaveBranch(db)
    try setHead(to: branch.head, db)
    try db.execute(
      sql: "DELETE FROM branch_rows WHERE session = ? AND name = ?", arguments: [number, name])
    try enterBranch(name, db)
  }

  private func leaveBranch(_ db: Database) throws {
    try db.execute(
      sql: """
        INSERT INTO branch_rows (session, name, head)
        SELECT number, branch, head FROM session_rows WHERE number = ?
        """, arguments: [number])
  }

  private func enterBranch(_ name: String, _ db: Database) throws {
    try db.execute(
      sql: "UPDATE session_rows SET branch = ? WHERE number = ?", arguments: [name, number])
  }
}
