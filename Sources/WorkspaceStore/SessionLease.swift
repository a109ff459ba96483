import Foundation
import GRDB
import Synchronization

/// The right to write one session, held until `release` or until the process ends, however.
///
/// On a workspace that is read-only a lease holds no lock; it reads, and every write is refused.
package final class SessionLease: Sendable {
  package let workspace: Workspace
  package let number: Int
  /// Whether the session was made by this opening.
  package let isNew: Bool
  /// The seed that the session began with; `seed N` later is a cell.
  package let seed: Int
  private let lock: Mutex<SessionLock?>

  init(
    workspace: Workspace, number: Int, isNew: Bool, seed: Int, lock: consuming sending SessionLock?
  ) {
    self.workspace = workspace
    self.number = number
    self.isNew = isNew
    self.seed = seed
    self.lock = Mutex(lock)
  }

  /// Whether the lease only reads.
  package var isReadOnly: Bool { workspace.isReadOnly }

  /// The cell that the session stands at; nil before the first.
  package func head() throws(WorkspaceError) -> Int? {
    try workspace.read { try self.head(in: $0) }
  }

  /// The number that the next cell will have.
  package func nextCell() throws(WorkspaceError) -> Int {
    try workspace.read { try self.nextNumber(in: "cell_rows", $0) }
  }

  /// The number that the next input will have.
  package func nextInput() throws(WorkspaceError) -> Int {
    try workspace.read { try self.nextNumber(in: "input_rows", $0) }
  }

  /// Gives the session back. Does nothing the second time.
  package func release() {
    guard lock.withLock({ $0 != nil }) else { return }
    // The signature only informs; the lock goes with its descriptor, whether or not this is said.
    try? workspace.write { db in
      try db.execute(
        sql: """
          UPDATE session_rows SET holder_pid = NULL, holder_host = NULL, holder_since = NULL
          WHERE number = ?
          """, arguments: [number])
    }
    lock.withLock { $0 = nil }
  }

  /// Runs `body` in one transaction, if the session is still ours.
  func write<T>(_ body: (Database) throws -> T) throws(WorkspaceError) -> T {
    if let reason = workspace.readOnlyReason { throw reason }
    guard lock.withLock({ $0 != nil }) else { throw .released(session: number) }
    return try workspace.write(body)
  }

  func head(in db: Database) throws -> Int? {
    try Int.fetchOne(db, sql: "SELECT head FROM session_rows WHERE number = ?", arguments: [number])
  }

  /// One more than the largest so far. Rows are never deleted, so no number comes twice.
  func nextNumber(in table: String, _ db: Database) throws -> Int {
    try StoredNumber.next(
      after: "SELECT max(number) FROM \(table) WHERE session = ?", [number], db)
  }
}
