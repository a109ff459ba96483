import Foundation
import Glibc

/// Shows what is longer than the screen by screens: through `$PAGER`, else through less, where that
/// is installed.
enum Pager {
  /// -F: what fits after all just stands there. -X: the result stays on the screen. -K: Ctrl-C
  /// leaves, as it leaves everything else at the prompt.
  private static let standard = (program: "less", command: "less -FRXK")

  /// Whether there is somebody to page for, on a terminal that can.
  static var isPossible: Bool {
    let name = ProcessInfo.processInfo.environment["TERM"] ?? ""
    return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && !name.isEmpty
      && name != "dumb"
  }

  /// Shows `text` and waits until the user has seen enough. A Ctrl-C meanwhile was for the pager.
  ///
  /// - Returns: false where `text` fits on the screen, lines have been typed ahead, which would be
  ///   lost to the pager, or nothing can show it: the caller writes it.
  static func show(_ text: String) -> Bool {
    guard isPossible, !isTypedAhead, let rows = Console.rows(of: STDOUT_FILENO),
      isLonger(text, than: rows, columns: Console.columns(of: STDOUT_FILENO)),
      let command, let child = Child(command)
    else { return false }
    let hasRun = child.feed(Array(text.utf8))
    Signals.forget()
    return hasRun
  }

  private static var isTypedAhead: Bool {
    var keys = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    return poll(&keys, 1, 0) > 0
  }

  /// Whether the text leaves no row for the prompt.
  static func isLonger(_ text: String, than rows: Int, columns: Int) -> Bool {
    var used = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      used += max(1, (line.count + columns - 1) / columns)
      if used >= rows { return true }
    }
    return false
  }

  /// What the shell is to run; nil where the user wants none (an empty `$PAGER`), or there is none.
  private static var command: String? {
    let environment = ProcessInfo.processInfo.environment
    if let chosen = environment["PAGER"] {
      return chosen.allSatisfy(\.isWhitespace) ? nil : chosen
    }
    let folders = (environment["PATH"] ?? "").split(separator: ":")
    let isThere = folders.contains { access("\($0)/\(standard.program)", X_OK) == 0 }
    return isThere ? standard.command : nil
  }
}

/// A shell's command that reads from us and has the terminal.
private struct Child {
  /// What a shell answers where there is no such program, or it cannot be run.
  private static let notRun: Set<Int32> = [126, 127]

  private let process: pid_t
  private let input: Int32

  init?(_ command: String) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    guard let process = Self.start(command, reading: ends[0]) else {
      for end in ends { close(end) }
      return nil
    }
    close(ends[0])
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    self.process = process
    input = ends[1]
  }

  /// In a child, a write to a closed pipe ends the program again.
  private static func start(_ command: String, reading descriptor: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    var defaults = sigset_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, descriptor, STDIN_FILENO)
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var process: pid_t = 0
    let failed = withStrings(["sh", "-c", command]) { arguments in
      withStrings(variables) { environment in
        posix_spawn(&process, "/bin/sh", &actions, &attributes, arguments, environment)
      }
    }
    return failed == 0 ? process : nil
  }

  /// Ours, and for less that results are UTF-8 in every locale.
  private static var variables: [String] {
    let given = ProcessInfo.processInfo.environment
    return given.merging(["LESSCHARSET": "utf-8"]) { given, _ in given }
      .map { "\($0.key)=\($0.value)" }
  }

  private static func withStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }

  /// Hands on `bytes` as far as they are read, and waits for the end. A signal that ends this process
  /// ends the child first.
  ///
  /// - Returns: false where the command could not be run.
  func feed(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    var isOpen = true
    var status: Int32 = 0
    while waitpid(process, &status, WNOHANG) == 0 {
      if isOpen {
        isOpen = write(&rest)
      } else {
        poll(nil, 0, Self.pause)
      }
      if let signal = Signals.received, signal != SIGINT { kill(process, SIGTERM) }
    }
    if isOpen { close(input) }
    return !(status & 0x7f == 0 && Self.notRun.contains(status >> 8 & 0xff))
  }

  /// How long to wait between two looks at the child, in milliseconds.
  private static let pause: Int32 = 20

  /// Writes what there is room for. False once nothing is left to write or nobody reads it, the
  /// input then being closed.
  private func write(_ rest: inout ArraySlice<UInt8>) -> Bool {
    var source = pollfd(fd: input, events: Int16(POLLOUT), revents: 0)
    guard poll(&source, 1, Self.pause) > 0 else { return true }
    let written = rest.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
    if written > 0 { rest = rest.dropFirst(written) }
    let isBroken = written < 0 && errno != EAGAIN && errno != EINTR
    guard rest.isEmpty || isBroken else { return true }
    close(input)
    return false
  }
}
