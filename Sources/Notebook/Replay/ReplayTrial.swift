import Foundation
import WorkspaceStore

/// A workspace of its own in which a script is run again, gone after `close`.
package final class ReplayTrial {
  package let session: Session
  /// What is taken over instead of being run; nil where all of the script runs.
  package let prefix: StoredPrefix?
  private let workspace: Workspace
  private let folder: URL

  /// - Parameter seed: nil for the one that the script has recorded.
  package convenience init(_ replay: Replay, seed: Int? = nil, _ environment: Environment) throws {
    try self.init(nil, environment) { path in
      let workspace = try Workspace.open(path)
      let seed = seed ?? replay.header?.seed ?? 0
      return (workspace, try workspace.openSession(.new, seed: seed))
    }
  }

  /// In a copy of a workspace, after statements of the script that a session of it has run already.
  package convenience init(
    after prefix: StoredPrefix, in original: Workspace, _ environment: Environment
  ) throws {
    try self.init(prefix, environment) { path in
      try original.copy(to: path)
      let workspace = try Workspace.open(path)
      let lease = try workspace.openSession(.number(prefix.session))
      try lease.moveHead(to: prefix.cell)
      return (workspace, lease)
    }
  }

  private init(
    _ prefix: StoredPrefix?, _ environment: Environment,
    _ open: (String) throws -> (Workspace, SessionLease)
  ) throws {
    self.prefix = prefix
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("winnow-replay-\(ProcessInfo.processInfo.globallyUniqueString)")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let lease: SessionLease
      (workspace, lease) = try open(folder.appendingPathComponent("replay.sqlite").path)
      session = try Session(workspace: workspace, lease: lease, environment: environment)
    } catch {
      try? FileManager.default.removeItem(at: folder)
      throw error
    }
  }

  package func close() {
    session.lease.release()
    try? workspace.close()
    try? FileManager.default.removeItem(at: folder)
  }
}
