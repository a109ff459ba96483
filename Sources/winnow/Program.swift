import ArgumentParser
import CommandLanguage
import Foundation
import Glibc
import LinearAlgebra
import Notebook
import WorkspaceStore

/// The program from its arguments to its exit status.
enum Program {
  static let version = "0.1.0"

  static func run(_ arguments: [String]) -> Int32 {
    do {
      return try dispatch(arguments).rawValue
    } catch let stop as Stop {
      return stop.status.rawValue
    } catch is Interrupted {
      return ExitStatus.stopped.rawValue
    } catch let fault as ReportedFault {
      return ExitStatus(fault.code).rawValue
    } catch let error as WorkspaceError {
      let diagnostic = WorkspaceMessage.diagnostic(error)
      complain(Failure(diagnostic, in: nil).text(color: false))
      return ExitStatus(diagnostic.code).rawValue
    } catch let failure as Failure {
      // Of a value on the command line; failures of commands are reported as cells.
      complain(failure.text(color: false))
      return ExitStatus.usage.rawValue
    } catch {
      complain("error: \(error)")
      return ExitStatus.failed.rawValue
    }
  }

  private static func dispatch(_ arguments: [String]) throws -> ExitStatus {
    let command: any ParsableCommand
    do {
      command = try Winnow.parseAsRoot(arguments)
    } catch {
      return usage(error)
    }
    switch command {
    case let run as Run: return try Job(run.shared).run(run)
    case let replay as ReplayScript: return try Job(replay.shared).replay(replay)
    case let check as Check: return try Job(check.shared).check(check)
    case let sessions as Sessions: return try Job(sessions.shared).sessions()
    case let history as History: return try Job(history.shared).history(history)
    case let diff as Diff: return try Job(diff.shared).diff(diff)
    case let export as Export: return try Job(export.shared).export(export)
    case let doctor as Doctor: return try Job(doctor.shared).doctor()
    case let completions as Completions:
      return try Job(completions.shared).completions(completions)
    case let root as Winnow:
      return try Job(root.shared).root(CommandParts.ordered(arguments, of: root))
    default: return usage(of: command)
    }
  }

  /// `help`, whose running throws the text that was asked for.
  private static func usage(of help: any ParsableCommand) -> ExitStatus {
    var help = help
    do {
      try help.run()
      return .ok
    } catch {
      return usage(error)
    }
  }

  /// Help and version go to stdout with status 0; anything else is a mistake on the command line.
  private static func usage(_ error: any Error) -> ExitStatus {
    let message = Winnow.fullMessage(for: error)
    guard Winnow.exitCode(for: error) == .success else {
      complain(message)
      return .usage
    }
    try? FileHandle.standardOutput.write(contentsOf: Data((message + "\n").utf8))
    return .ok
  }

  private static func complain(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }
}

/// A text or file of the root command, in the order typed.
enum CommandParts {
  enum Part {
    case text(String)
    case file(String)
  }

  /// The argument parser keeps all `-c` and all `-f` apart; their order is read from the arguments.
  static func ordered(_ arguments: [String], of root: Winnow) -> [Part] {
    var texts = root.texts[...]
    var files = root.files[...]
    var parts: [Part] = []
    for argument in arguments {
      if argument == "-c" || argument.hasPrefix("-c="), let text = texts.popFirst() {
        parts.append(.text(text))
      } else if argument == "-f" || argument.hasPrefix("-f="), let file = files.popFirst() {
        parts.append(.file(file))
      }
    }
    return parts + texts.map(Part.text) + files.map(Part.file)
  }
}
