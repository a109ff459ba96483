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
    let overrides = try Overrides(command.parameters)
    try overrides.requireUse(in: [source])
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("winnow-replay-\(ProcessInfo.processInfo.globallyUniqueString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let workspace = try Workspace.open(folder.appendingPathComponent("replay.sqlite").path)
    defer { try? workspace.close() }
    let seed = options.seed ?? replay.header?.seed ?? 0
    let lease = try workspace.openSession(.new, seed: seed)
    defer { lease.release() }
    let session = try Session(workspace: workspace, lease: lease, environment: environment)
    session.overrides = overrides.values
    if command.verify { return try verify(replay, session, exactly: command.exact) }
    if command.update { return try update(command.script, replay, session) }
    return try repeatAgain(replay, session)
  }

  /// Runs the script, shows which records change, and puts the new ones in the place of the old ones:
  /// wholly, or not at all.
  private func update(_ path: String, _ replay: Replay, _ session: Session) throws -> ExitStatus {
    var code = Diagnostic.Code.refused
    let flow = try console.progress.show {
      try replay.run(
        in: session,
        report: { report in
          guard let failure = report.failure else { return }
          code = failure.code
          console.say(failure)
        }, verified: nil)
    }
    guard case .completed = flow else { return status(flow, code) }
    let updated = try replay.updated(from: session)
    for line in updated.changes { try console.write(line + "\n") }
    guard !updated.changes.isEmpty else {
      try console.write("nothing to record anew in \(path)\n")
      return .ok
    }
    do {
      try RewrittenFile.write(Array(updated.text.utf8), to: path)
    } catch {
      console.say(
        Failure(Diagnostic(.fileMissing, "'\(path)' cannot be written: \(error)"), in: nil))
      return .failed
    }
    return .ok
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

  private func verify(_ replay: Replay, _ session: Session, exactly: Bool) throws -> ExitStatus {
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
    let ties = results.count { $0.outcome == .tie }
    try say(summary(results, differing: differing, ties: ties))
    return differing == 0 && (ties == 0 || !exactly) ? .ok : .differs
  }

  private func summary(_ results: [Verification], differing: Int, ties: Int) -> String {
    guard differing == 0 else { return "\(differing) of \(results.count) inputs differ" }
    guard ties == 0 else {
      return "a tie: two values closer than \(Verification.tieGap) fell the other way; "
        + "the metrics are as recorded"
    }
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
