import CommandLanguage
import Foundation
import LinearAlgebra
import Notebook
import WorkspaceStore

extension Job {
  /// Runs a script in a workspace of its own that is gone afterwards.
  func replay(_ command: ReplayScript) throws -> ExitStatus {
    let source = try readScript(command.script)
    let replay: Replay
    do {
      replay = try Replay(source)
    } catch {
      for diagnostic in error.diagnostics { console.say(Failure(diagnostic, in: source)) }
      return .usage
    }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("winnow-replay-\(ProcessInfo.processInfo.globallyUniqueString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let workspace = try Workspace.open(folder.appendingPathComponent("replay.sqlite").path)
    defer { try? workspace.close() }
    let seed = options.seed ?? replay.header?.seed ?? 0
    let lease = try workspace.openSession(.new, seed: seed)
    defer { lease.release() }
    let session = try Session(workspace: workspace, lease: lease, environment: environment)
    return try command.verify ? verify(replay, session) : repeatAgain(replay, session)
  }

  private func repeatAgain(_ replay: Replay, _ session: Session) throws -> ExitStatus {
    var code = Diagnostic.Code.refused
    let flow = try console.progress.show {
      try replay.run(
        in: session,
        report: { report in
          if let failure = report.failure { code = failure.code }
          try? console.show(report, timing: options.timing)
        }, verified: nil)
    }
    try console.close()
    return status(flow, code)
  }

  private func verify(_ replay: Replay, _ session: Session) throws -> ExitStatus {
    var code = Diagnostic.Code.refused
    var results: [Verification] = []
    let flow = try console.progress.show {
      try replay.run(
        in: session,
        report: { report in
          guard let failure = report.failure else { return }
          code = failure.code
          console.say(failure)
        }, verified: { results.append($0) })
    }
    // For programs there is one object per input, and nothing else on stdout.
    let isForPrograms = options.mode == .jsonl || options.mode == .json
    let say = { (text: String) in
      if isForPrograms { console.warn(text) } else { try console.write(text + "\n") }
    }
    for difference in try replay.differences(in: session) { try say(difference) }
    for result in results {
      try console.write((isForPrograms ? result.json.text : result.text) + "\n")
    }
    guard case .completed = flow else { return status(flow, code) }
    let differing = results.count { $0.outcome == .differs }
    try say(summary(results, differing: differing))
    return differing == 0 ? .ok : .differs
  }

  private func summary(_ results: [Verification], differing: Int) -> String {
    guard differing == 0 else { return "\(differing) of \(results.count) inputs differ" }
    let unrecorded = results.count { !$0.isRecorded }
    return unrecorded == 0
      ? "verified: all \(results.count) inputs are as recorded"
      : "nothing differs, but of \(unrecorded) of \(results.count) inputs nothing is recorded"
  }

  private func status(_ flow: Flow, _ code: Diagnostic.Code) -> ExitStatus {
    switch flow {
    case .completed, .quit: .ok
    case .failed: ExitStatus(code)
    case .interrupted: .stopped
    }
  }
}
