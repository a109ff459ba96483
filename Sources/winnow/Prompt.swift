import CommandLanguage
import Foundation
import Glibc
import LinearAlgebra
import Notebook
import WorkspaceStore

/// The prompt: reads lines from a person, runs them, and comes back whatever happens.
struct Prompt {
  private let job: Job
  private let session: Session

  init(_ job: Job, _ session: Session) {
    self.job = job
    self.session = session
  }

  func run() throws -> ExitStatus {
    let history = try session.workspace.recentInputs(limit: 5000)
    guard
      let editor = LineEditor(
        program: "winnow", history: history, colors: job.options.color.allowsPromptColors,
        help: TypingHelp(session))
    else { return try Conversation(job, session).run() }
    applySettings()
    if session.environment.editor == nil { session.environment.editor = editor.keys }
    try greet()
    return try converse(editor)
  }

  private func converse(_ editor: LineEditor) throws -> ExitStatus {
    while true {
      if let keys = session.environment.editor { editor.use(keys) }
      switch try read(editor) {
      case .line(let text):
        // A Ctrl-C from here on is for the command: the next `readLine` forgets it.
        editor.remember(text)
        guard try answer(text) else { return .ok }
      case .interrupted, .back: continue
      case .endOfFile: return .ok
      case .terminated: return .stopped
      }
    }
  }

  /// The user's file of settings, which the prompt alone reads: a script runs alike everywhere. What
  /// is wrong with it is said, and the prompt comes all the same. Flags come before it.
  private func applySettings() {
    guard FileManager.default.fileExists(atPath: Places.settings) else { return }
    do {
      try Preferences.apply(
        try ScriptFile.read(Places.settings), to: session, timing: job.options.timing)
    } catch {
      job.console.say(Failure(error, in: error.source))
    }
    if let threads = job.options.threads { Parallel.threads = threads }
  }

  private func greet() throws {
    var text = "winnow \(Program.version), session \(session.lease.number) in "
    text += Places.workspace(job.options.workspace)
    if let summary = session.restored { text += "\nrestored: \(summary)" }
    if let undone = try session.leftUndone {
      text += "\ncut short: \(undone); resume goes on with it"
    }
    if !job.options.quiet { job.console.warn(text + "\nhelp says what there is, Ctrl-D leaves") }
  }

  /// A whole input, over as many lines as it takes.
  private func read(_ editor: LineEditor) throws -> LineEditor.Event {
    let number = try session.nextCell
    var text = ""
    var again = (text: "", cursor: 0)
    while true {
      let event = editor.readLine(
        prompt: text.isEmpty ? "[\(number)]> " : Self.continuation, after: text,
        editing: again.text, cursor: again.cursor)
      again = ("", 0)
      switch event {
      case .back(let line):
        again = (line.isEmpty ? text : text + "\n" + line, text.utf8.count)
        text = ""
      case .line(let line):
        text += text.isEmpty ? line : "\n" + line
        if text.allSatisfy(\.isWhitespace) { text = "" }
        if !text.isEmpty, !Parser.isIncomplete(text) { return .line(text) }
      case .interrupted, .endOfFile, .terminated: return event
      }
    }
  }

  /// What stands before the further lines of an input.
  private static let continuation = "...  "

  /// False where the user wants to leave, or was told to. Errors are said; the prompt comes back.
  private func answer(_ text: String) throws -> Bool {
    session.environment.columns = Console.columns(of: STDOUT_FILENO)
    do {
      switch try job.answer([UInt8](text.utf8), in: session, atPrompt: true) {
      case .quit: return false
      case .completed, .failed, .interrupted: break
      }
    } catch is ReportedFault {
      // Said already; nothing of the command is kept, and the state is that of the cell before.
    } catch let error as WorkspaceError {
      job.console.say(Failure(WorkspaceMessage.diagnostic(error), in: nil))
    }
    if let signal = Signals.received, signal != SIGINT { throw Stop(status: .stopped) }
    return true
  }
}
