import CommandLanguage
import Foundation
import Notebook
import WorkspaceStore

/// `--interactive`: reads stdin statement by statement and answers each at once, for programs that
/// drive Winnow through pipes.
struct Conversation {
  private let job: Job
  private let session: Session

  init(_ job: Job, _ session: Session) {
    self.job = job
    self.session = session
  }

  func run() throws -> ExitStatus {
    let reader = InputReader()
    var status = ExitStatus.ok
    var pending: [UInt8] = []
    while true {
      switch reader.readLine() {
      case .line(let bytes):
        pending += pending.isEmpty ? bytes : [UInt8(ascii: "\n")] + bytes
        if Parser.isIncomplete(String(decoding: pending, as: UTF8.self)) { continue }
        let text = pending
        pending = []
        guard let next = try answer(text, &status) else { return status }
        status = next
      case .endOfFile:
        if !pending.isEmpty { _ = try answer(pending, &status) }
        return status
      case .interrupted, .terminated: return .stopped
      case .failed: return .failed
      }
    }
  }

  /// The status so far; nil where the conversation is over.
  private func answer(_ bytes: [UInt8], _ status: inout ExitStatus) throws -> ExitStatus? {
    switch try job.answer(bytes, in: session) {
    case .completed: return status
    case .quit: return nil
    case .interrupted:
      status = .stopped
      return nil
    case .failed(let code):
      status = ExitStatus(code)
      return job.options.keepGoing || status == .failed ? status : nil
    }
  }
}

extension Job {
  /// Parses and runs what was typed: an error in it becomes a failed cell, and nothing stops.
  func answer(_ bytes: [UInt8], in session: Session, atPrompt: Bool = false) throws -> Ending {
    let source: SourceText
    let script: Script
    do {
      source = try SourceText(name: nil, bytes: bytes)
    } catch {
      return try refuse(error, text: String(decoding: bytes, as: UTF8.self), in: session)
    }
    do {
      script = try Parser.parse(source)
    } catch {
      let first = error.diagnostics.first ?? Diagnostic(.syntax, "this is no statement")
      return try refuse(first, text: source.text, in: session)
    }
    var ending = Ending.completed
    for text in InputText.slices(of: script, in: source) {
      guard let statement = text.statement else {
        try session.note(text.text)
        continue
      }
      ending = try perform(
        statement, text: text.text, source: source, in: session, atPrompt: atPrompt)
      guard case .completed = ending else { return ending }
    }
    return ending
  }

  private func refuse(_ diagnostic: Diagnostic, text: String, in session: Session) throws -> Ending
  {
    var broken: (any Error)?
    try session.refuse(diagnostic, text: text) { report in
      do {
        try console.show(report, timing: false)
      } catch {
        broken = error
      }
    }
    if let broken { throw broken }
    return .failed(diagnostic.code)
  }
}
