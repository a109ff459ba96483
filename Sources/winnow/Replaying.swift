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
      replay = try .reading(source)
    } catch let error as ParseFailure {
      for diagnostic in error.diagnostics { console.say(Failure(diagnostic, in: source)) }
      return .usage
    } catch let diagnostic as Diagnostic {
      console.say(Failure(diagnostic, in: nil))
      return .usage
    }
    if replay.isBundle, command.update {
      console.warn("error: --update is for scripts; export json writes a session anew")
      return .usage
    }
    let overrides = try Overrides(command.parameters)
    try overrides.requireUse(in: [replay.source])
    guard let trial = try trial(of: replay, command) else { return .usage }
    defer { trial.close() }
    trial.session.overrides = overrides.values
    if command.verify { return try verify(replay, trial, exactly: command.exact) }
    if command.update { return try update(command.script, replay, trial.session) }
    return try repeatAgain(replay, trial)
  }

  /// - Returns: nil where `--from` names no place in the script, which is then said.
  private func trial(of replay: Replay, _ command: ReplayScript) throws -> ReplayTrial? {
    let seed = options.seed ?? replay.header?.seed ?? 0
    guard let line = command.from else {
      return try ReplayTrial(replay, seed: seed, environment)
    }
    guard let limit = replay.statements(above: line) else {
      console.warn(
        "error: --from \(line): '\(command.script)' has no input at this line or behind it")
      return nil
    }
    guard let original = try existingWorkspace(),
      let prefix = try StoredPrefix.newest(of: replay, before: limit, seed: seed, in: original)
    else {
      console.warn("note: no session has begun like this script; all of it runs")
      return try ReplayTrial(replay, seed: seed, environment)
    }
    defer { try? original.close() }
    let reached = replay.line(ofStatement: prefix.statements)
    console.warn(
      "note: from line \(reached) on; what is before it stands at cell \(prefix.cell) of session "
        + "\(prefix.session)")
    return try ReplayTrial(after: prefix, in: original, environment)
  }

  /// For reading; nil where there is none yet.
  private func existingWorkspace() throws -> Workspace? {
    do {
      return try Workspace.open(Places.workspace(options.workspace), readOnly: true)
    } catch WorkspaceError.missing {
      return nil
    }
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

  private func repeatAgain(_ replay: Replay, _ trial: ReplayTrial) throws -> ExitStatus {
    var code = Diagnostic.Code.refused
    let flow = try console.progress.show {
      try replay.run(
        in: trial.session, from: trial.prefix?.statements ?? 0,
        report: { report in
          if let failure = report.failure { code = failure.code }
          try? console.show(report, timing: options.timing)
        }, verified: nil)
    }
    try console.close()
    return status(flow, code)
  }

  private func verify(_ replay: Replay, _ trial: ReplayTrial, exactly: Bool) throws -> ExitStatus {
    var code = Diagnostic.Code.refused
    var results: [Verification] = []
    let flow = try console.progress.show {
      try replay.run(
        in: trial.session, from: trial.prefix?.statements ?? 0,
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
    for difference in try replay.differences(in: trial.session) { try say(difference) }
    for result in results {
      try console.write((isForPrograms ? result.json.text : result.text) + "\n")
    }
    guard case .completed = flow else { return status(flow, code) }
    let summary = ReplaySummary(results)
    try say(summary.text)
    return summary.isSame(exactly: exactly) ? .ok : .differs
  }

  private func status(_ flow: Flow, _ code: Diagnostic.Code) -> ExitStatus {
    switch flow {
    case .completed, .quit: .ok
    case .failed: ExitStatus(code)
    case .interrupted: .stopped
    }
  }
}
