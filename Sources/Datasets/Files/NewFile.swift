import Glibc

/// A file being written. Under its own name it appears only when it is whole, so that whoever is
/// interrupted or runs out of space leaves an older file as it was.
package final class NewFile {
  private let path: String
  private let temporaryPath: String
  private var descriptor: Int32

  /// What ends the name of a file that is not whole yet.
  package static let suffix = ".partial"

  package init(_ path: String) throws {
    self.path = path
    // Processes that share a folder may have the same number on their machines.
    let draw = UInt64.random(in: 0...UInt64.max)
    temporaryPath = "\(path).\(draw)\(Self.suffix)"
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.unwritable(path, errno) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporaryPath)
  }

  package func append(_ bytes: UnsafeRawBufferPointer) throws {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let step = write(descriptor, rest.baseAddress, rest.count)
      if step < 0 && errno == EINTR { continue }
      guard step > 0 else { throw Self.unwritable(path, errno) }
      done += step
    }
  }

  /// Appends values.
  /// - Parameter stored: a value as it is to lie in the file.
  func append<Value, Stored: BitwiseCopyable>(
    _ values: [Value], as stored: (Value) -> Stored
  ) throws {
    try Self.forEachPiece(of: values, as: stored) { try append($0) }
  }

  /// Hands `body` the bytes of values as they are to lie in a file, piece by piece.
  static func forEachPiece<Value, Stored: BitwiseCopyable>(
    of values: [Value], as stored: (Value) -> Stored,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    for start in stride(from: 0, to: values.count, by: 1 << 16) {
      let piece = values[start..<min(start + 1 << 16, values.count)].map(stored)
      try piece.withUnsafeBytes(body)
    }
  }

  /// Makes the file appear. Nothing can be appended afterwards.
  /// - Parameter isDurable: whether it has to survive a loss of power from now on.
  package func commit(isDurable: Bool = true) throws {
    guard !isDurable || fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else {
      throw Self.unwritable(path, errno)
    }
    close(descriptor)
    descriptor = -1
  }

  private static func unwritable(_ path: String, _ code: Int32) -> FileError {
    FileError(
      .unwritable, path: path, expected: "a file that can be written",
      found: String(cString: strerror(code)))
  }
}
