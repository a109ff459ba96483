import Foundation
import Glibc
import Synchronization
import Testing

/// Where the product under test and the repository's own files lie.
enum Product {
  /// The program as built beside the tests, or the one that `WINNOW_BINARY` names.
  static var binary: URL {
    get throws {
      let named = ProcessInfo.processInfo.environment["WINNOW_BINARY"].map { URL(filePath: $0) }
      return try named ?? built("winnow")
    }
  }

  /// A program as built beside the tests.
  static func built(_ name: String) throws -> URL {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    let program = tests.deletingLastPathComponent().appending(component: name)
    try #require(
      FileManager.default.isExecutableFile(atPath: program.path),
      "\(program.path) is missing: swift build -c release --product \(name) makes it")
    return program
  }

  /// A file or folder of the repository, by its path from the top.
  static func file(_ path: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: path)
  }
}

/// One started `winnow`, driven through pipes. Every wait has a limit: a program that hangs fails
/// its test and is killed with the value that started it.
final class WinnowProcess {
  /// How a process ended.
  enum Ending: Equatable {
    case exited(Int32)
    case killed(Int32)
  }

  /// What the program did not do in time.
  struct TimedOut: Error, CustomStringConvertible {
    let description: String
  }

  let identifier: pid_t
  private let errors: URL
  private var input: Int32
  private var output: Int32
  private var ending: Ending?
  private var buffer: [UInt8] = []
  private var isAtEnd = false

  /// - Parameters:
  ///   - program: the product unless another one is named.
  ///   - folder: where it runs; its stderr is kept in a file there.
  ///   - input: a file for stdin; nil gives it a pipe that `send` writes to.
  ///   - output: a descriptor for stdout; nil gives it a pipe that `readLine` reads.
  init(
    _ arguments: [String], program: String? = nil, in folder: URL,
    environment: [String: String], input: URL? = nil, output: Int32? = nil
  ) throws {
    _ = Self.withoutBrokenPipes
    errors = folder.appending(component: ".stderr-\(UUID().uuidString)")
    // `env` takes the place of a call that changes the folder, and then becomes the program.
    let command =
      ["/usr/bin/env", "-C", folder.path, try program ?? Product.binary.path] + arguments
    let errors = self.errors.path
    (identifier, self.input, self.output) = try Self.spawning.withLock { _ in
      let toChild = input == nil ? try Self.pipe() : nil
      let fromChild = output == nil ? try Self.pipe() : nil
      var spawn = Spawn()
      defer { spawn.destroy() }
      if let toChild { spawn.use(toChild.reading, as: 0) }
      if let input { spawn.open(input.path, O_RDONLY, as: 0) }
      spawn.use(fromChild?.writing ?? output ?? -1, as: 1)
      spawn.open(errors, O_WRONLY | O_CREAT | O_APPEND, as: 2)
      let child = try spawn.start(command, environment)
      if let toChild { close(toChild.reading) }
      if let fromChild { close(fromChild.writing) }
      return (child, toChild?.writing ?? -1, fromChild?.reading ?? -1)
    }
  }

  deinit {
    if ending == nil {
      kill(identifier, SIGKILL)
      var status: Int32 = 0
      waitpid(identifier, &status, 0)
    }
    closeInput()
    closeOutput()
  }

  /// Everything that it has written to stderr so far.
  var complaints: String {
    String(decoding: (try? Data(contentsOf: errors)) ?? Data(), as: UTF8.self)
  }

  /// Writes to its stdin. What it does not read because it has gone is nothing to complain of here.
  func send(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  func closeInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// Nobody reads its stdout from here on.
  func closeOutput() {
    if output >= 0 { close(output) }
    output = -1
  }

  func signal(_ number: Int32) { kill(identifier, number) }

  /// The next whole line of its stdout; nil where that has ended.
  func readLine(within seconds: Double = 120) throws -> String? {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer.removeSubrange(...end) }
        return String(decoding: buffer[..<end], as: UTF8.self)
      }
      if isAtEnd { return nil }
      try fill(until: deadline)
    }
  }

  /// The rest of its stdout, with an unfinished last line.
  func readAll(within seconds: Double = 240) throws -> String {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !isAtEnd { try fill(until: deadline) }
    defer { buffer = [] }
    return String(decoding: buffer, as: UTF8.self)
  }

  /// Waits for its end.
  @discardableResult
  func wait(within seconds: Double = 240) throws -> Ending {
    if let ending { return ending }
    let deadline = ContinuousClock.now + .seconds(seconds)
    var status: Int32 = 0
    while waitpid(identifier, &status, WNOHANG) == 0 {
      guard ContinuousClock.now < deadline else { throw late("did not end") }
      usleep(500)
    }
    let signal = status & 0x7f
    let result = signal == 0 ? Ending.exited((status >> 8) & 0xff) : .killed(signal)
    ending = result
    return result
  }

  /// Waits until stderr holds `text`.
  func awaitComplaint(_ text: String, within seconds: Double = 120) throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !complaints.contains(text) {
      guard ContinuousClock.now < deadline else { throw late("did not say '\(text)'") }
      usleep(5_000)
    }
  }

  private func fill(until deadline: ContinuousClock.Instant) throws {
    var source = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    let left = (deadline - ContinuousClock.now) / .milliseconds(1)
    guard left > 0 else { throw late("wrote nothing more") }
    guard poll(&source, 1, Int32(left.rounded(.up))) > 0 else { return }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(output, &chunk, chunk.count)
    if count < 0, errno == EINTR { return }
    if count <= 0 { isAtEnd = true } else { buffer += chunk[..<count] }
  }

  private func late(_ what: String) -> TimedOut {
    TimedOut(description: "winnow \(what) in time; on stderr: \(complaints)")
  }

  /// A write to a program that has gone shall be an error of that write.
  private static let withoutBrokenPipes: Void = { Glibc.signal(SIGPIPE, SIG_IGN) }()

  /// Held from making a pipe to starting its process: an end that another child inherits in between
  /// would never be seen to close.
  private static let spawning = Mutex(())

  private static func pipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    try #require(Glibc.pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}

/// The actions of a `posix_spawn`. The child begins with all signals as a shell would give them,
/// whatever whoever runs the tests ignores or blocks.
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
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
  }

  mutating func destroy() {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }

  mutating func use(_ descriptor: Int32, as number: Int32) {
    posix_spawn_file_actions_adddup2(&actions, descriptor, number)
  }

  mutating func open(_ path: String, _ flags: Int32, as number: Int32) {
    posix_spawn_file_actions_addopen(&actions, number, path, flags, 0o644)
  }

  mutating func start(_ command: [String], _ environment: [String: String]) throws -> pid_t {
    var argv = command.map { strdup($0) } + [nil]
    var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in argv + envp { free(text) } }
    var identifier: pid_t = 0
    let code = posix_spawn(&identifier, command[0], &actions, &attributes, &argv, &envp)
    try #require(code == 0, "\(command[0]) does not start: \(String(cString: strerror(code)))")
    return identifier
  }
}
