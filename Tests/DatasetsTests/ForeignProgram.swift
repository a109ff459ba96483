import Foundation
import Glibc
import TestSupport

/// Other people's programs, which judge what is written here.
enum ForeignProgram {
  /// How a program ended, and what it wrote to stdout and stderr.
  struct Ending {
    let status: Int32
    let text: String
  }

  /// Runs a program found on the `PATH` and waits for it. `posix_spawn` rather than `Process`, which
  /// may hang where many tests run at once.
  static func run(_ command: [String]) throws -> Ending {
    try withTemporaryFolder { folder in
      let log = folder.appending(component: "log").path(percentEncoded: false)
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
      var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
      defer { for argument in arguments { free(argument) } }
      var child: pid_t = 0
      let code = posix_spawnp(&child, command[0], &actions, nil, &arguments, environ)
      guard code == 0 else { return Ending(status: -1, text: String(cString: strerror(code))) }
      var status: Int32 = 0
      while waitpid(child, &status, 0) < 0 && errno == EINTR {}
      let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      return Ending(status: status & 0x7f == 0 ? status >> 8 & 0xff : -2, text: text)
    }
  }

  /// The first Python that has these modules; nil where none has, and the tests say so.
  static func python(with modules: [String]) throws -> String? {
    for python in ["python3", "/usr/bin/python3"] {
      let imports = modules.map { "import \($0)" }.joined(separator: "; ")
      if try run([python, "-c", imports]).status == 0 { return python }
    }
    print("no Python with \(modules.joined(separator: ", ")): not compared with it")
    return nil
  }
}
