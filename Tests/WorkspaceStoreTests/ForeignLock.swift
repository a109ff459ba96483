import Glibc

/// Another process that holds an open-file-description lock on one byte beside a workspace.
///
/// It is spawned by hand: Foundation's `Process` waits on a descriptor that any other child begun
/// at the same time may have inherited, and children inherit the blocked signals of its threads.
struct ForeignLock {
  struct Refused: Error {}
  private let pid: pid_t

  private static let script = """
    import fcntl, signal, struct, sys
    file = open(sys.argv[1], "r+b")
    try:
        fcntl.fcntl(file, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, int(sys.argv[2]), 1, 0))
        print("held", flush=True)
    except OSError:
        print("refused", flush=True)
    signal.pause()
    """

  init(byte: Int, of workspace: String) throws {
    var pipe: [Int32] = [0, 0]
    guard Glibc.pipe(&pipe) == 0 else { throw Refused() }
    defer { close(pipe[0]) }
    for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let arguments = ["env", "python3", "-c", Self.script, workspace + "-lock", String(byte)]
    var argv = arguments.map { strdup($0) } + [nil]
    defer { for argument in argv { free(argument) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipe[1], 1)
    var child: pid_t = 0
    let failed = posix_spawn(&child, "/usr/bin/env", &actions, nil, &argv, nil)
    close(pipe[1])
    guard failed == 0 else { throw Refused() }
    pid = child
    var answer: [UInt8] = [0]
    guard read(pipe[0], &answer, 1) == 1, answer == Array("h".utf8) else {
      Self.kill(pid)
      throw Refused()
    }
  }

  func end() { Self.kill(pid) }

  private static func kill(_ pid: pid_t) {
    Glibc.kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }
}
