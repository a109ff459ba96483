import Foundation

/// Everything that can go wrong between Winnow and its workspace file, with the facts that a
/// message needs: which file, which session, what was found and what was expected.
package enum WorkspaceError: Error, Sendable, Hashable {
  /// There is no workspace at `path` yet: no file, or an empty one. The first write makes it.
  case missing(path: String)
  /// The file or its folder cannot be opened, made or locked; `reason` is the system's.
  case cannotOpen(path: String, reason: String)
  /// The file is something else; it has not been touched.
  case notAWorkspace(path: String, found: ForeignFile)
  /// The file is damaged; `detail` is what SQLite says. Nothing was changed.
  case corrupt(path: String, detail: String)
  /// The file was written by a newer version: it can be read, not written.
  case newer(path: String, found: Int, known: Int)
  /// The file was opened for reading only, or its permissions allow no more.
  case readOnly(path: String)
  /// Another writer has the session. `holder` is nil in the moment before it has signed.
  case held(session: Int, holder: SessionHolder?)
  /// No session has this number; `existing` are those that there are.
  case noSession(Int, existing: ClosedRange<Int>?)
  /// No cell of the session has this number, or it is none that the session can stand at.
  case noCell(Int, session: Int)
  /// The session has a branch of this name already.
  case branchExists(String, session: Int)
  /// The session has no branch of this name; `among` are those that it has.
  case noBranch(String, session: Int, among: [String])
  /// The cell is not running, so it cannot be finished (again).
  case cellNotRunning(Int, session: Int)
  /// The input was never begun, or has ended already.
  case inputNotRunning(Int, session: Int)
  /// The lease was released; the session belongs to others now.
  case released(session: Int)
  /// The workspace was closed.
  case closed(path: String)
  /// The disk, or the file's share of it, is full. What was being written is not there.
  case diskFull(path: String)
  /// Another process wrote for longer than the waiting time of five seconds.
  case busy(path: String)
  /// A value is longer than SQLite stores (a thousand million bytes).
  case tooBig(path: String)
  /// A query was stopped on request.
  case interrupted
  /// A query was refused or failed; `offset` is the byte of the SQL text where, if known.
  case query(message: String, offset: Int?)
  /// SQLite failed in another way; `code` is its extended result code.
  case failed(path: String, code: Int, detail: String)
}

/// What a file is that is no workspace.
package enum ForeignFile: Sendable, Hashable {
  /// No SQLite file, or one whose first page is destroyed.
  case notSQLite
  /// Another program's SQLite file, with that program's number (0: it gave none).
  case applicationID(UInt32)
}

/// Who holds a session.
package struct SessionHolder: Sendable, Hashable {
  package let pid: Int
  package let host: String
  package let since: Date

  package init(pid: Int, host: String, since: Date) {
    self.pid = pid
    self.host = host
    self.since = since
  }
}
