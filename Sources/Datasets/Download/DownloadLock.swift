import Foundation
import Glibc
import LinearAlgebra

/// The right to download into a directory: a lock on a file there, which goes when its holder goes,
/// however that ends.
///
/// It is an open-file-description lock, and `curl` and `tar` are given the descriptor, too. If this
/// process is killed and they are not, the directory stays locked until they have ended, and two of
/// them never write the same file. The lock file is never removed: a lock on a removed file excludes
/// nobody.
final class DownloadLock {
  let descriptor: Int32

  /// Linux's F_OFD_SETLK, which the C library shows to GNU sources only.
  private static let setLock: Int32 = 37

  /// Waits until nobody else downloads into `directory`.
  /// - Throws: `FileError` where no file can be made there; `Interrupted`.
  init(directory: String) throws {
    let path = directory + "/.winnow-download-lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Folder.unwritable(path, errno) }
    var range = Self.range(Int16(F_WRLCK))
    while fcntl(descriptor, Self.setLock, &range) != 0 {
      let code = errno
      guard code == EAGAIN || code == EACCES || code == EINTR else {
        throw Folder.unwritable(path, code)
      }
      ProgressMeter.current.report("waiting for another download into '\(directory)'", 0, of: 0)
      try Interrupt.check()
      usleep(100_000)
    }
  }

  deinit { close(descriptor) }

  /// Gives the right back now, also where a child process still shares the descriptor.
  func release() {
    var range = Self.range(Int16(F_UNLCK))
    _ = fcntl(descriptor, Self.setLock, &range)
  }

  private static func range(_ type: Int16) -> flock {
    var range = flock()
    range.l_type = type
    range.l_whence = Int16(SEEK_SET)
    range.l_len = 1
    return range
  }
}
