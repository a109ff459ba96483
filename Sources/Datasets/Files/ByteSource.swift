import Glibc

/// Bytes of known number that can be read at any place: a file, or data compiled into the program.
protocol ByteSource {
  /// The file's path, or what stands for it in an error.
  var name: String { get }
  var count: Int { get }

  /// Fills `target` with the bytes from `offset` on.
  /// - Throws: `FileError` where that reaches past the end, or the system cannot read.
  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws
}

extension ByteSource {
  /// The bytes in `range`, copied. Meant for headers; contents are streamed.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    try checkBounds(range.lowerBound, range.count)
    return try [UInt8](unsafeUninitializedCapacity: range.count) { target, count in
      try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(target))
      count = range.count
    }
  }

  func checkBounds(_ offset: Int, _ length: Int) throws {
    guard offset >= 0, length >= 0, offset <= count, length <= count - offset else {
      throw FileError(
        .format, path: name, at: .byte(min(max(offset, 0), count)),
        expected: "\(length) more bytes", found: "the end of the file at byte \(count)",
        hints: ["the file may have been cut off while it was copied"])
    }
  }
}

/// A file open for reading. It is read in pieces and never mapped: a mapped file that another
/// program shortens would end this one.
package final class FileBytes: ByteSource, Sendable {
  let name: String
  package let count: Int
  private let descriptor: Int32

  /// - Throws: `FileError` of kind `missing` where there is no regular file that may be read.
  package init(_ path: String) throws {
    name = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileBytes.unreadable(path, errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw FileBytes.unreadable(path, code)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw FileError(
        .missing, path: path, expected: "a file", found: isFolder ? "a folder" : "a special file")
    }
    count = Int(status.st_size)
  }

  deinit { close(descriptor) }

  package func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws {
    try checkBounds(offset, target.count)
    var done = 0
    while done < target.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[done...])
      let step = pread(descriptor, rest.baseAddress, rest.count, offset + done)
      if step < 0 && errno == EINTR { continue }
      guard step >= 0 else { throw FileBytes.unreadable(name, errno) }
      guard step > 0 else {
        throw FileError(
          .format, path: name, at: .byte(offset + done), expected: "\(count) bytes",
          found: "a file that became shorter while it was read")
      }
      done += step
    }
  }

  private static func unreadable(_ path: String, _ code: Int32) -> FileError {
    let reason =
      code == ENOENT || code == ENOTDIR ? "no such file" : String(cString: strerror(code))
    return FileError(.missing, path: path, expected: "a file that can be read", found: reason)
  }
}

/// Bytes that are already in memory, for data compiled into the program.
struct MemoryBytes: ByteSource {
  let name: String
  /// Must outlive every use of this value.
  let buffer: UnsafeRawBufferPointer

  var count: Int { buffer.count }

  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws {
    try checkBounds(offset, target.count)
    target.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: buffer[offset..<offset + target.count]))
  }
}
