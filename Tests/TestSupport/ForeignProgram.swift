import Foundation
import Glibc

/// Starts programs: other people's, which judge what is written here, and our own.
package enum ForeignProgram {
  /// How a program ended, and what it wrote.
  package struct Ending {
    /// The exit status; negative where it did not start or was killed.
    package let status: Int32
    /// What it wrote to stdout.
    package let output: String
    /// What it wrote to stderr.
    package let errors: String
    /// Both.
    package var text: String { output + errors }
  }

  /// Runs a program found on the `PATH` and waits for it. `posix_spawn` rather than `Process`, which
  /// may hang where many tests run at once.
  package static func run(_ command: [String]) throws -> Ending {
    try withTemporaryFolder { folder in
      let logs = ["output", "errors"].map {
        folder.appending(component: $0).path(percentEncoded: false)
      }
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      defer { posix_spawn_file_actions_destroy(&actions) }
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
      for (descriptor, log) in zip([1, 2] as [Int32], logs) {
        posix_spawn_file_actions_addopen(&actions, descriptor, log, O_WRONLY | O_CREAT, 0o600)
      }
      var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
      defer { for argument in arguments { free(argument) } }
      var child: pid_t = 0
      let code = posix_spawnp(&child, command[0], &actions, nil, &arguments, environ)
      guard code == 0 else {
        return Ending(status: -1, output: "", errors: String(cString: strerror(code)))
      }
      var status: Int32 = 0
      while waitpid(child, &status, 0) < 0 && errno == EINTR {}
      let texts = logs.map { (try? String(contentsOfFile: $0, encoding: .utf8)) ?? "" }
      return Ending(
        status: status & 0x7f == 0 ? status >> 8 & 0xff : -2, output: texts[0], errors: texts[1])
    }
  }

  /// The first Python that has these modules; nil where none has, and the tests say so.
  package static func python(with modules: [String]) throws -> String? {
    for python in ["python3", "/usr/bin/python3"] {
      let imports = modules.map { "import \($0)" }.joined(separator: "; ")
      if try run([python, "-c", imports]).status == 0 { return python }
    }
    print("no Python with \(modules.joined(separator: ", ")): not compared with it")
    return nil
  }
}
