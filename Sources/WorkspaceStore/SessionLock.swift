import Foundation
import Glibc

/// A lock on one byte of the file beside the workspace: byte N for session N, byte 0 while the
/// schema is made. It is an open-file-description lock, so it belongs to this value and not to
/// the process, and it goes when the process goes, however that ends.
///
/// The file is made once and never renamed or removed: a lock on a removed file excludes nobody.
struct SessionLock: ~Copyable {
  private let descriptor: Int32
  private let byte: Int

  /// Linux's F_OFD_GETLK and F_OFD_SETLK, which the C library shows to GNU sources only.
  private static let getLock: Int32 = 36
  private static let setLock: Int32 = 37

  /// Unlocks before it closes: a child process that is just being made may share the descriptor
  /// for a moment, and would keep the lock as long.
  deinit {
    var range = Self.range(byte)
    range.l_type = Int16(F_UNLCK)
    _ = fcntl(descriptor, Self.setLock, &range)
    close(descriptor)
  }

  /// Gives the lock back here, and not where the compiler sees its last use.
  consuming func release() {}

  static func path(of workspace: String) -> String { workspace + "-lock" }

  /// Takes the lock on `byte`, or returns nil at once where someone else has it.
  static func acquire(byte: Int, of workspace: String) throws(WorkspaceError) -> SessionLock? {
    let path = path(of: workspace)
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: reason(errno)) }
    var range = range(byte)
    if fcntl(descriptor, setLock, &range) == 0 {
      return SessionLock(descriptor: descriptor, byte: byte)
    }
    let code = errno
    close(descriptor)
    if code == EAGAIN || code == EACCES { return nil }
    throw .cannotOpen(path: path, reason: reason(code))
  }

  /// Takes the lock on `byte`, trying for as long as SQLite waits for a writer.
  static func wait(byte: Int, of workspace: String) throws(WorkspaceError) -> SessionLock {
    for _ in 0..<500 {
      if let lock = try acquire(byte: byte, of: workspace) { return lock }
      usleep(10_000)
    }
    throw .busy(path: workspace)
  }

  /// Whether someone has the lock on `byte`. Takes no lock itself; no lock file, no holder.
  static func isHeld(byte: Int, of workspace: String) -> Bool {
    let descriptor = open(path(of: workspace), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var range = range(byte)
    return fcntl(descriptor, getLock, &range) == 0 && range.l_type != Int16(F_UNLCK)
  }

  private static func range(_ byte: Int) -> flock {
    var range = flock()
    range.l_type = Int16(F_WRLCK)
    range.l_whence = Int16(SEEK_SET)
    range.l_start = byte
    range.l_len = 1
    return range
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
