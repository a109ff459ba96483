import ArgumentParser
import CommandLanguage
import Foundation
import Glibc
import Notebook
import WorkspaceStore

/// What answers about Winnow and its workspaces without running a command.
extension Job {
  /// The sessions of the workspace; none where there is no file yet, which is not made.
  func sessions() throws -> ExitStatus {
    let path = Places.workspace(options.workspace)
    guard FileManager.default.fileExists(atPath: path) else {
      try console.show(Output([]))
      return .ok
    }
    let workspace = try Workspace.open(path, readOnly: true)
    defer { try? workspace.close() }
    try console.show(Output(try workspace.sessions()))
    return .ok
  }

  /// The inputs of a session, or of all that hold a text.
  func history(_ command: History) throws -> ExitStatus {
    let view = try value { () throws(Diagnostic) in
      try HistoryView(command.search == nil ? command.which : "-g", command.search)
    }
    return try reading { try console.show(view.output($1)) } ?? .ok
  }

  /// Where two ways differ first.
  func diff(_ command: Diff) throws -> ExitStatus {
    var isSame = true
    let status = try reading { workspace, lease in
      let compared: (output: Output, isSame: Bool)
      do {
        compared = try Comparing(workspace, lease, environment).output(command.a, command.b)
      } catch let diagnostic as Diagnostic {
        throw Failure(diagnostic, in: nil)
      }
      try console.show(compared.output)
      isSame = compared.isSame
    }
    return status ?? (isSame ? .ok : .differs)
  }

  /// Whether the workspace, the libraries and the folders are as they should be.
  func doctor() throws -> ExitStatus {
    var report = HealthReport()
    let path = Places.workspace(options.workspace)
    do {
      let workspace = try Workspace.open(path, readOnly: true)
      defer { try? workspace.close() }
      try report.examine(workspace)
    } catch let error as WorkspaceError {
      report.add(path, error)
    }
    report.examine(environment, terminal: Self.terminal)
    try console.show(report.output)
    return report.isWell ? .ok : .workspace
  }

  private static var terminal: String {
    let names = ["TERM", "COLORTERM", "LANG", "LC_ALL", "NO_COLOR"]
    let variables = names.compactMap { name in
      ProcessInfo.processInfo.environment[name].map { "\(name)=\($0)" }
    }
    let size = "\(Console.columns(of: STDOUT_FILENO)) columns"
    return ([isatty(STDOUT_FILENO) == 1 ? size : "none on stdout"] + variables)
      .joined(separator: ", ")
  }

  /// A value of the command line.
  private func value<Value>(_ body: () throws(Diagnostic) -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      throw Failure(error, in: nil)
    }
  }

  /// Runs `body` on the workspace and a session of it, of which nothing is written or held. Where
  /// there is no file, or no session of the number asked for, that is said.
  func reading(
    session number: Int? = nil, _ body: (Workspace, SessionLease) throws -> Void
  ) throws -> ExitStatus? {
    let workspace = try Workspace.open(Places.workspace(options.workspace), readOnly: true)
    defer { try? workspace.close() }
    let lease: SessionLease
    do {
      lease = try workspace.readingLease(
        (number ?? options.session).map { .number($0) } ?? .newest)
    } catch {
      guard case .noSession = error else { throw error }
      console.say(Failure(WorkspaceMessage.diagnostic(error), in: nil))
      return .usage
    }
    try body(workspace, lease)
    return nil
  }

  /// What a shell reads to complete subcommands, flags and files.
  func completions(_ command: Completions) throws -> ExitStatus {
    try console.write(Winnow.completionScript(for: command.shell.library))
    return .ok
  }
}

/// The shells that completions are written for.
enum Shell: String, ExpressibleByArgument, CaseIterable {
  case bash, zsh, fish

  var library: CompletionShell {
    switch self {
    case .bash: .bash
    case .zsh: .zsh
    case .fish: .fish
    }
  }
}
