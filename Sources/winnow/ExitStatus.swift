import CommandLanguage
import Glibc
import Notebook

/// How the process ends.
enum ExitStatus: Int32 {
  case ok = 0
  /// A command failed.
  case failed = 1
  /// Wrong usage, or a script that does not parse or check: nothing ran.
  case usage = 2
  /// Verification found differences.
  case differs = 3
  /// The workspace is held, newer, corrupt, or its disk full.
  case workspace = 4
  case interrupted = 130
  case terminated = 143

  /// What an interruption means, by the signal that asked for it.
  static var stopped: ExitStatus { Signals.received == SIGINT ? .interrupted : .terminated }

  init(_ code: Diagnostic.Code) {
    self = WorkspaceMessage.isWorkspaceFault(code) ? .workspace : .failed
  }
}

/// Ends the program with a status, after everything was said.
struct Stop: Error {
  let status: ExitStatus
}
