import Foundation
import GRDB

/// A long command half-way, from which it can go on.
package struct Checkpoint: Sendable, Hashable {
  /// How much of the work is in it, counted as the command counts: epochs.
  package let step: Int
  /// What the work is: the state serves a command that names its work the same way, and no other.
  package let work: String
  package let state: [UInt8]

  package init(step: Int, work: String, state: [UInt8]) {
    self.step = step
    self.work = work
    self.state = state
  }
}

extension SessionLease {
  /// Keeps how far a running command has come, in the place of what the session kept before: there
  /// is one checkpoint a session, that of the long command begun last. A cell that ends well or with
  /// an error drops it.
  ///
  /// - Throws: `cellNotRunning`.
  package func keep(_ checkpoint: Checkpoint, of cell: Int) throws(WorkspaceError) {
    try write { db in
      let isRunning = try Bool.fetchOne(
        db,
        sql: """
          SELECT status = 'running' FROM cell_rows WHERE session = ? AND number = ?
          """, arguments: [number, cell])
      guard isRunning == true else { throw WorkspaceError.cellNotRunning(cell, session: number) }
      try db.execute(
        sql: """
          INSERT INTO checkpoint_rows (session, cell, step, work, state) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (session) DO UPDATE
          SET cell = excluded.cell, step = excluded.step, work = excluded.work,
            state = excluded.state
          """,
        arguments: [number, cell, checkpoint.step, checkpoint.work, Data(checkpoint.state)])
    }
  }

  /// How far an interrupted or crashed cell had come; nil where nothing is known.
  package func checkpoint(of cell: Int) throws(WorkspaceError) -> Checkpoint? {
    try workspace.read { db in
      // A workspace of an older version, opened for reading only, has no such table.
      guard try db.tableExists("checkpoint_rows") else { return nil }
      return try Row.fetchOne(
        db,
        sql: "SELECT step, work, state FROM checkpoint_rows WHERE session = ? AND cell = ?",
        arguments: [number, cell]
      ).map { row in
        Checkpoint(
          step: try row.decode(atIndex: 0), work: try row.decode(atIndex: 1),
          state: [UInt8](try row.decode(Data.self, atIndex: 2)))
      }
    }
  }

  /// Lets an input that was interrupted or crashed go on: it is `running` again, until `endInput`.
  ///
  /// - Throws: `inputNotRunning` for one that ended otherwise.
  package func reopenInput(_ input: Int) throws(WorkspaceError) {
    try write { db in
      try db.execute(
        sql: """
          UPDATE input_rows SET status = 'running'
          WHERE session = ? AND number = ? AND status IN ('interrupted', 'crashed')
          """, arguments: [number, input])
      if db.changesCount == 0 { throw WorkspaceError.inputNotRunning(input, session: number) }
    }
  }

  func dropCheckpoint(of cell: Int, _ db: Database) throws {
    try db.execute(
      sql: "DELETE FROM checkpoint_rows WHERE session = ? AND cell = ?", arguments: [number, cell])
  }
}
