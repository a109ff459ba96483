import CommandLanguage
import WorkspaceStore

/// Errors of the workspace in words.
package enum WorkspaceMessage {
  package static func diagnostic(_ error: WorkspaceError) -> Diagnostic {
    switch error {
    case .missing(let path):
      return Diagnostic(
        .fileMissing, "there is no workspace at '\(path)' yet",
        notes: ["the first command that writes makes it"])
    case .cannotOpen(let path, let reason):
      return Diagnostic(.workspaceCorrupt, "the workspace '\(path)' cannot be opened: \(reason)")
    case .notAWorkspace(let path, let found):
      return Diagnostic(
        .workspaceCorrupt, "'\(path)' is no workspace: \(words(found))",
        notes: ["it was not changed; give another file with --workspace"])
    case .corrupt(let path, let detail):
      return Diagnostic(
        .workspaceCorrupt, "the workspace '\(path)' is damaged: \(detail)",
        notes: ["it was not changed; take a copy before anything else"])
    case .newer(let path, let found, let known):
      return Diagnostic(
        .workspaceNewer,
        "the workspace '\(path)' was written by a newer version (format \(found), "
          + "this one knows \(known))",
        notes: ["it was not changed; use the newer version, or another file with --workspace"])
    case .readOnly(let path):
      return Diagnostic(.refused, "the workspace '\(path)' is open for reading only")
    case .held(let session, let holder):
      let who = holder.map { " by process \($0.pid) on \($0.host) since \($0.since)" } ?? ""
      return Diagnostic(
        .workspaceHeld, "session \(session) is held\(who)",
        notes: ["leave it there, or go on with another: --session N"])
    case .noSession(let number, let existing):
      let range = existing.map { "sessions: \($0.lowerBound)…\($0.upperBound)" }
      return Diagnostic(
        .range, "no session \(number)", notes: [range ?? "there is no session yet"])
    case .noCell(let cell, let session):
      return Diagnostic(.range, "session \(session) has no cell \(cell) to stand at")
    case .branchExists(let name, let session):
      return Diagnostic(.refused, "session \(session) has a branch '\(name)' already")
    case .noBranch(let name, let session, let all):
      return Diagnostic(
        .unknownName, "session \(session) has no branch '\(name)'",
        notes: ["branches: \(all.joined(separator: ", "))"],
        suggestions: Spelling.nearest(name, among: all))
    case .cellNotRunning, .inputNotRunning, .released, .closed:
      return Diagnostic(.refused, "the session is not open any more")
    case .diskFull(let path):
      return Diagnostic(
        .diskFull, "no space left for the workspace '\(path)'",
        notes: ["nothing that was there is lost; make room and repeat the command"])
    case .busy(let path):
      return Diagnostic(
        .workspaceHeld, "another process has been writing '\(path)' for over five seconds",
        notes: ["repeat the command"])
    case .tooBig(let path):
      return Diagnostic(.refused, "a value is too big for the workspace '\(path)'")
    case .interrupted: return Diagnostic(.interrupted, "interrupted")
    case .query(let message, _): return Diagnostic(.refused, "SQL: \(message)")
    case .failed(let path, let code, let detail):
      return Diagnostic(.workspaceCorrupt, "workspace '\(path)': \(detail) (SQLite code \(code))")
    }
  }

  /// Exit code 4: the workspace is at fault.
  package static func isWorkspaceFault(_ code: Diagnostic.Code) -> Bool {
    switch code {
    case .workspaceHeld, .workspaceNewer, .workspaceCorrupt, .diskFull: true
    default: false
    }
  }

  private static func words(_ found: ForeignFile) -> String {
    switch found {
    case .notSQLite: "no SQLite file"
    case .applicationID(let number):
      "another program's SQLite file (application id 0x\(String(number, radix: 16)))"
    }
  }
}
