import Foundation
import GRDB
import Synchronization

/// A workspace: one SQLite file that holds many sessions, each a tree of cells.
///
/// Methods block until the disk has what they were given, and may be called from any thread. Many
/// processes may have one workspace open; each session has one writer, the holder of its
/// `SessionLease`.
package final class Workspace: Sendable {
  /// Where the file lies, without symbolic links.
  package let path: String
  private let connections: Mutex<Connections>

  private init(path: String, connections: consuming sending Connections) {
    self.path = path
    self.connections = Mutex(connections)
  }

  /// Opens the workspace at `path`. A file that is not there is made by the first write, with its
  /// folder; until then there are no sessions.
  ///
  /// - Parameter readOnly: nothing is ever written, also no lock taken; the file must exist.
  /// - Throws: `missing` (only when reading), `notAWorkspace`, `corrupt`, `cannotOpen`. A file of
  ///   a newer version is no error: it opens for reading.
  package static func open(_ path: String, readOnly: Bool = false) throws(WorkspaceError)
    -> Workspace
  {
    let real = WorkspacePath.resolve(path)
    return Workspace(path: real, connections: try Connections(path: real, readOnly: readOnly))
  }

  /// Brings the whole workspace into its one file and closes it. Leases are to be released before.
  package func close() throws(WorkspaceError) {
    try withConnections { (connections) throws(WorkspaceError) in try connections.close() }
  }

  /// Whether nothing can be written: asked for, not permitted, or the file is of a newer version.
  package var isReadOnly: Bool { readOnlyReason != nil }

  /// Why nothing can be written (`readOnly` or `newer`), or nil.
  package var readOnlyReason: WorkspaceError? { connections.withLock { $0.refusal } }

  /// The copy of before, where the file was of an older version and was brought to this one.
  package var olderCopy: OlderCopy? { connections.withLock { $0.olderCopy } }

  /// What SQLite says is in force where it writes, by the names of its pragmas.
  package func settings() throws(WorkspaceError) -> [String: String] {
    let names = [
      "journal_mode", "synchronous", "foreign_keys", "busy_timeout", "trusted_schema",
      "cell_size_check", "application_id", "user_version",
    ]
    return try write { db in
      try Dictionary(
        uniqueKeysWithValues: names.map {
          ($0, try String.fetchOne(db, sql: "PRAGMA \($0)") ?? "")
        })
    }
  }

  /// The sessions in the order of their numbers; none where there is no file yet.
  package func sessions() throws(WorkspaceError) -> [SessionSummary] {
    let rows: [SessionSummary.Stored]
    do {
      rows = try read { try SessionSummary.Stored.fetchAll($0) }
    } catch .missing {
      return []
    }
    return rows.map { $0.summary(isHeld: SessionLock.isHeld(byte: $0.number, of: path)) }
  }

  /// Stores a big array under its digest, once, in the transaction of the cell that names it.
  static func store(_ bytes: [UInt8], digest: String, _ db: Database) throws {
    try db.execute(
      sql: "INSERT INTO blob_rows (digest, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING",
      arguments: [digest, Data(bytes)])
  }

  /// The bytes stored under a digest, or nil where there are none.
  package func blob(_ digest: String) throws(WorkspaceError) -> [UInt8]? {
    try read { db in
      try Data.fetchOne(
        db, sql: "SELECT bytes FROM blob_rows WHERE digest = ?", arguments: [digest]
      )
      .map { [UInt8]($0) }
    }
  }

  /// What was typed last in any session, oldest first: the history of a prompt.
  package func recentInputs(limit: Int) throws(WorkspaceError) -> [String] {
    do {
      return try read { db in
        try String.fetchAll(
          db, sql: "SELECT text FROM input_rows ORDER BY started DESC, number DESC LIMIT ?",
          arguments: [max(limit, 0)])
      }.reversed()
    } catch .missing {
      return []
    }
  }

  /// Runs `body` with the connection that cannot write.
  func withReader<T>(_ body: (DatabaseQueue) throws(WorkspaceError) -> T) throws(WorkspaceError)
    -> T
  {
    try body(
      try withConnections { (connections) throws(WorkspaceError) in
        try connections.existingReader()
      })
  }

  /// Runs `body` on the connection that cannot write, in one snapshot.
  func read<T>(_ body: (Database) throws -> T) throws(WorkspaceError) -> T {
    let queue = try withReader { (queue) throws(WorkspaceError) in queue }
    do {
      return try queue.read(body)
    } catch {
      throw WorkspaceError(error, path: path)
    }
  }

  /// Runs `body` in one transaction that is wholly there afterwards, or not at all.
  func write<T>(_ body: (Database) throws -> T) throws(WorkspaceError) -> T {
    let queue = try withConnections { (connections) throws(WorkspaceError) in
      try connections.existingOrNewWriter()
    }
    do {
      return try queue.write(body)
    } catch {
      throw WorkspaceError(error, path: path)
    }
  }

  private func withConnections<T>(_ body: (inout Connections) throws(WorkspaceError) -> sending T)
    throws(WorkspaceError) -> T
  {
    try connections.withLock { (connections) throws(WorkspaceError) in try body(&connections) }
  }
}
