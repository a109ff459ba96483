import Glibc

/// Reads lines from a pipe, a file or a terminal without editing, and stops waiting when a signal
/// asks to.
///
/// Bytes are handed on as they are: invalid UTF-8 and NUL are for the parser to judge. Only the
/// newline that ends a line is taken off.
final class InputReader {
  /// What came of waiting for a line. An unfinished last line is a line.
  enum Event: Equatable {
    case line([UInt8])
    case endOfFile
    case interrupted
    case terminated
    /// Reading failed, with the system's error number.
    case failed(Int32)
  }

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var searched = 0
  private var isAtEnd = false

  /// - Parameter descriptor: stays the caller's, who closes it.
  init(descriptor: Int32 = STDIN_FILENO) {
    self.descriptor = descriptor
  }

  /// Waits for the next line. After an event other than a line, the next call goes on with what has
  /// been read so far.
  func readLine() -> Event {
    while true {
      if let event = Self.stop { return event }
      if let line = takeLine() { return .line(line) }
      if isAtEnd {
        guard start < buffer.count else { return .endOfFile }
        return .line(takeRest())
      }
      if let failure = fill() { return failure }
    }
  }

  /// Waits for everything up to the end of the input, newlines included, as `.line`; for scripts,
  /// which are checked as a whole before they run.
  func readAll() -> Event {
    while true {
      if let event = Self.stop { return event }
      if isAtEnd { return .line(takeRest()) }
      if let failure = fill() { return failure }
    }
  }

  private static var stop: Event? {
    switch Signals.received {
    case nil: nil
    case SIGINT: .interrupted
    default: .terminated
    }
  }

  private func takeLine() -> [UInt8]? {
    guard let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
      searched = buffer.count
      return nil
    }
    defer {
      start = end + 1
      searched = start
    }
    return Array(buffer[start..<end])
  }

  private func takeRest() -> [UInt8] {
    defer {
      buffer = []
      start = 0
      searched = 0
    }
    return Array(buffer[start...])
  }

  /// Waits for more bytes or for a signal. Nil when there is something new to look at.
  private func fill() -> Event? {
    var sources = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: Signals.eventDescriptor, events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&sources, 2, -1) > 0 else { return errno == EINTR ? nil : .failed(errno) }
    if sources[1].revents != 0 {
      var count: UInt64 = 0
      _ = read(Signals.eventDescriptor, &count, MemoryLayout.size(ofValue: count))
      return nil
    }
    return readSome()
  }

  private func readSome() -> Event? {
    if start > 0 {
      buffer.removeSubrange(..<start)
      searched -= start
      start = 0
    }
    let room = 1 << 16
    var failure: Int32 = 0
    var got = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: room) { bytes, count in
      got = read(descriptor, bytes.baseAddress, room)
      if got < 0 { failure = errno }
      count = max(0, got)
    }
    if got < 0 {
      return failure == EINTR || failure == EAGAIN ? nil : .failed(failure)
    }
    if got == 0 { isAtEnd = true }
    buffer += chunk
    return nil
  }
}
