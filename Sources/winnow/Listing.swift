import ArgumentParser
import Foundation
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
