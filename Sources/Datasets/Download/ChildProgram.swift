import Foundation
import Glibc
import LinearAlgebra

/// A program of the system that does something for us: started without a shell, watched, and
/// stopped when we are.
package enum ChildProgram {
  /// What a program that has ended leaves.
  package struct Result {
    /// What it exited with; where a signal ended it, 128 and the signal's number.
    package let status: Int32
    /// What it wrote to standard error.
    package let complaints: String
  }

  /// Runs a program to its end. It is in a process group of its own, so that Ctrl-C reaches us
  /// alone and we decide; it reads nothing from standard input.
  /// - Parameters:
  ///   - program: by name, looked for along `PATH`, or by path.
  ///   - package: the Debian package to install where it is missing.
  ///   - variables: of its environment, in place of ours.
  ///   - sharing: a descriptor that it holds open as long as it runs, as number 3.
  ///   - output: handed what it writes to standard output, as that comes.
  ///   - tick: called about twenty times a second; where it throws, the program is stopped.
  /// - Throws: `FileError` where it cannot be started; `Interrupted`; what `output` and `tick` do.
  package static func run(
    _ program: String, _ arguments: [String], package: String,
    variables: [String: String] = [:], sharing: Int32? = nil,
    output: ([UInt8]) throws -> Void = { _ in }, tick: () throws -> Void = {}
  ) throws -> Result {
    var pipes = try Pipes()
    defer { pipes.close() }
    let child = try start(program, arguments, package, variables, pipes, sharing)
    pipes.closeWritingEnds()
    var complaints: [UInt8] = []
    do {
      while true {
        let status = ended(child)
        try output(pipes.drain(0))
        complaints = (complaints + pipes.drain(1)).suffix(1 << 16)
        if let status {
          return Result(status: status, complaints: String(decoding: complaints, as: UTF8.self))
        }
        try Interrupt.check()
        try tick()
        pipes.wait(milliseconds: 50)
      }
    } catch {
      stop(child)
      throw error
    }
  }

  private static func start(
    _ program: String, _ arguments: [String], _ package: String, _ variables: [String: String],
    _ pipes: Pipes, _ sharing: Int32?
  ) throws -> pid_t {
    var spawn = Spawn()
    defer { spawn.destroy() }
    spawn.readNothing()
    spawn.use(pipes.writing[0], as: 1)
    spawn.use(pipes.writing[1], as: 2)
    if let sharing { spawn.use(sharing, as: 3) }
    switch spawn.start([program] + arguments, environment().merging(variables) { $1 }) {
    case .success(let child): return child
    case .failure(let error):
      throw FileError(
        .missing, path: program, expected: "the program \(package)",
        found: error.code == .ENOENT ? "none" : String(cString: strerror(error.code.rawValue)),
        hints: ["apt-get install \(package)"])
    }
  }

  /// Ours, but with messages that are not translated; and this machine is not asked through a
  /// proxy.
  private static func environment() -> [String: String] {
    var environment = ProcessInfo.processInfo.environment
    environment["LC_ALL"] = "C"
    let excepted = environment["no_proxy"] ?? environment["NO_PROXY"]
    environment["no_proxy"] = [excepted, "localhost,127.0.0.1,::1"].compactMap { $0 }
      .joined(separator: ",")
    return environment
  }

  /// The exit status of a child that has ended, which is thereby gone.
  private static func ended(_ child: pid_t) -> Int32? {
    var status: Int32 = 0
    let result = waitpid(child, &status, WNOHANG)
    if result == 0 || (result < 0 && errno == EINTR) { return nil }
    // Where the system keeps no status for us (SIGCHLD is ignored), it is as if it had failed.
    guard result == child else { return 127 }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : 128 + signal
  }

  /// Asks it to end, and after two seconds makes it.
  private static func stop(_ child: pid_t) {
    kill(-child, SIGTERM)
    for _ in 0..<200 {
      if ended(child) != nil { return }
      usleep(10_000)
    }
    kill(-child, SIGKILL)
    while ended(child) == nil { usleep(10_000) }
  }
}

/// Two pipes from a child: its standard output and its standard error.
private struct Pipes {
  private var reading: [Int32] = []
  private(set) var writing: [Int32] = []
  private var isAtEnd = [false, false]

  init() throws {
    for _ in 0..<2 {
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else {
        let code = errno
        close()
        throw Folder.unwritable("a pipe", code)
      }
      reading.append(ends[0])
      writing.append(ends[1])
      // Another child that is started right now may share an end: nobody waits for one to close.
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    }
  }

  mutating func closeWritingEnds() {
    for end in writing { Glibc.close(end) }
    writing = []
  }

  mutating func close() {
    for end in reading + writing { Glibc.close(end) }
    (reading, writing) = ([], [])
  }

  /// What is there now.
  mutating func drain(_ index: Int) -> [UInt8] {
    var result: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 12)
    // Bounded, so that a flood does not keep the caller from looking at the interrupt.
    while !isAtEnd[index], result.count < 1 << 20 {
      let count = read(reading[index], &piece, piece.count)
      if count > 0 {
        result += piece[..<count]
      } else {
        isAtEnd[index] = count == 0
        break
      }
    }
    return result
  }

  /// Until something comes.
  func wait(milliseconds: Int32) {
    let open = zip(reading, isAtEnd).filter { !$1 }.map(\.0)
    guard !open.isEmpty else {
      usleep(5_000)
      return
    }
    var sources = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    _ = poll(&sources, nfds_t(sources.count), milliseconds)
  }
}

/// The actions of a `posix_spawn`. The child begins with all signals as a shell would give them,
/// whatever this process ignores or blocks.
private struct Spawn {
  private var actions = posix_spawn_file_actions_t()
  private var attributes = posix_spawnattr_t()

  init() {
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    var all = sigset_t()
    sigfillset(&all)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
  }

  mutating func destroy() {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }

  mutating func readNothing() {
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
  }

  mutating func use(_ descriptor: Int32, as number: Int32) {
    posix_spawn_file_actions_adddup2(&actions, descriptor, number)
  }

  mutating func start(_ command: [String], _ environment: [String: String])
    -> Swift.Result<pid_t, POSIXError>
  {
    var argv = command.map { strdup($0) } + [nil]
    var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in argv + envp { free(text) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, command[0], &actions, &attributes, &argv, &envp)
    guard code == 0 else {
      return .failure(POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO))
    }
    return .success(child)
  }
}
