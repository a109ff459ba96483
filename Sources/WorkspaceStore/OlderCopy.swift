import Foundation
import GRDB
import Glibc

/// A copy of a workspace as an older version wrote it, made before the file is brought to this version.
package struct OlderCopy: Sendable {
  /// Beside the workspace: its name with `-version1`, `-version2`, … behind it.
  package let path: String
  /// The version of the file's format.
  package let version: Int

  /// The copy has its name once it is whole and on the disk; one that was there before is replaced.
  init(of queue: DatabaseQueue, at path: String, version: Int) throws(WorkspaceError) {
    self.path = "\(path)-version\(version)"
    self.version = version
    let partial = self.path + ".partial"
    try queue.copy(to: partial, from: path)
    guard Self.flush(partial), rename(partial, self.path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(partial)
      throw .cannotOpen(path: self.path, reason: "the copy of before cannot be kept: \(reason)")
    }
  }

  private static func flush(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return fsync(descriptor) == 0
  }
}

extension Workspace {
  /// Writes all that is acknowledged now to another file, in the place of what is there; others may
  /// go on writing here.
  package func copy(to target: String) throws(WorkspaceError) {
    try withReader { (queue) throws(WorkspaceError) in try queue.copy(to: target, from: path) }
  }
}

extension DatabaseQueue {
  /// Through SQLite's backup interface, so that what is still in the log is in the copy, too.
  fileprivate func copy(to target: String, from path: String) throws(WorkspaceError) {
    do {
      unlink(target)
      let copy = try DatabaseQueue(path: target)
      try backup(to: copy)
      try copy.close()
    } catch {
      unlink(target)
      throw WorkspaceError(error, path: path)
    }
  }
}
