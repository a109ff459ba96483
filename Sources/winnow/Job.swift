import CommandLanguage
import Datasets
import Foundation
import Glibc
import LinearAlgebra
import Notebook
import WorkspaceStore

/// One run of the program with its flags: opens what is needed, runs scripts, says how it went.
struct Job {
  let options: SharedOptions
  let console: Console

  init(_ options: SharedOptions) {
    self.options = options
    console = Console(options)
    if let threads = options.threads { Parallel.threads = threads }
  }

  // MARK: Subcommands

  func root(_ parts: [CommandParts.Part]) throws -> ExitStatus {
    if !parts.isEmpty { return try runOrRefuse(try parts.map(part)) }
    if options.interactive {
      return try inSession(choice(or: .newest)) { try Conversation(self, $0).run() }
    }
    if isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 {
      return try inSession(choice(or: .newest)) { try Prompt(self, $0).run() }
    }
    return try runOrRefuse([ScriptPart(try standardInput())])
  }

  func run(_ command: Run) throws -> ExitStatus {
    let overrides = try Overrides(command.parameters)
    let sources = try command.scripts.map(readScript)
    let headers = sources.map { ReplayHeader($0) }
    let parts = zip(sources, headers).map { source, header in
      ScriptPart(source, requiresReads: header == nil, overrides: overrides.values)
    }
    try overrides.requireUse(in: parts.map(\.source))
    guard options.continues || options.session != nil else {
      // A script that does not check leaves no session behind.
      guard try checked(parts, variables: [:]) != nil else { return .usage }
      let recorded = headers.first.flatMap { $0?.seed }
      return try inSession(.new, seed: recorded) { try run(parts, in: $0) }
    }
    return try inSession(choice(or: .newest)) { try run(parts, in: $0) }
  }

  func check(_ command: Check) throws -> ExitStatus {
    let parts = try command.scripts.map(readScript).map { source in
      ScriptPart(source, requiresReads: ReplayHeader(source) == nil)
    }
    for part in parts {
      guard try checked([part], variables: [:]) != nil else { return .usage }
    }
    return .ok
  }

  // MARK: Sessions

  var environment: Environment {
    Environment(
      data: DataDirectories(paths: Places.data(options.data)),
      downloads: Places.downloads(options.data), cache: DerivedCache(folder: Places.derived),
      timing: options.timing, paging: Pager.isPossible, columns: Console.columns(of: STDOUT_FILENO),
      glyphs: .ofThisTerminal,
      terminalGraphics: allowsGraphics ? TerminalGraphics.ofThisTerminal : nil)
  }

  /// Escape codes are for a terminal that obeys them, and for a person alone.
  private var allowsGraphics: Bool {
    let name = ProcessInfo.processInfo.environment["TERM"] ?? ""
    return isatty(STDOUT_FILENO) == 1 && !name.isEmpty && name != "dumb" && options.mode == .box
      && options.color.isOn
  }

  private func choice(or standard: SessionChoice) -> SessionChoice {
    options.session.map { .number($0) } ?? standard
  }

  /// - Parameter seed: of a new session, where `--seed` says nothing.
  private func inSession(
    _ choice: SessionChoice, seed: Int? = nil, _ body: (Session) throws -> ExitStatus
  ) throws -> ExitStatus {
    let workspace = try Workspace.open(
      Places.workspace(options.workspace), readOnly: options.readOnly)
    defer { try? workspace.close() }
    let lease: SessionLease
    do {
      lease = try workspace.openSession(choice, seed: options.seed ?? seed ?? 0)
    } catch {
      guard case .noSession = error else { throw error }
      console.say(Failure(WorkspaceMessage.diagnostic(error), in: nil))
      return .usage
    }
    defer { lease.release() }
    if let copy = workspace.olderCopy {
      console.warn(
        "note: the workspace was of format \(copy.version) and is brought to this version's; "
          + "as it was, it lies in \(copy.path)")
    }
    if let seed = options.seed, seed != lease.seed, !lease.isNew {
      console.warn(
        "error: session \(lease.number) began with seed \(lease.seed); --seed is for new sessions, "
          + "type seed \(seed) to change it")
      return .usage
    }
    let session = try Session(workspace: workspace, lease: lease, environment: environment)
    let status: ExitStatus
    do {
      status = try body(session)
    } catch let fault as ReportedFault {
      try console.close()
      throw fault
    }
    // Where nothing ran, stdout stays empty.
    if status != .usage { try console.close() }
    return status
  }

  // MARK: Scripts

  private func part(_ part: CommandParts.Part) throws -> ScriptPart {
    switch part {
    case .text(let text): ScriptPart(SourceText(text: text), requiresReads: false)
    case .file(let path): ScriptPart(try readScript(path))
    }
  }

  /// Goes on in the newest session. What does not parse leaves no workspace behind.
  private func runOrRefuse(_ parts: [ScriptPart]) throws -> ExitStatus {
    var isWhole = true
    for part in parts {
      do {
        _ = try Parser.parse(part.source)
      } catch {
        for diagnostic in error.diagnostics { console.say(Failure(diagnostic, in: part.source)) }
        isWhole = false
      }
    }
    guard isWhole else { return .usage }
    return try inSession(choice(or: .newest)) { try run(parts, in: $0) }
  }

  /// Checks all, then runs all, statement by statement.
  private func run(_ parts: [ScriptPart], in session: Session) throws -> ExitStatus {
    guard let scripts = try checked(parts, variables: session.variables) else { return .usage }
    var status = ExitStatus.ok
    for (part, script) in zip(parts, scripts) {
      session.overrides = part.overrides
      for text in InputText.slices(of: script, in: part.source) {
        guard let statement = text.statement else {
          try session.note(text.text)
          continue
        }
        let flow = try perform(statement, text: text.text, source: part.source, in: session)
        switch flow {
        case .completed: break
        case .quit: return status
        case .interrupted: return .stopped
        case .failed(let code):
          status = ExitStatus(code)
          guard options.keepGoing, status == .failed else { return status }
        }
      }
    }
    return status
  }

  enum Ending {
    case completed, quit, interrupted
    case failed(Diagnostic.Code)
  }

  /// Runs one statement with its progress and its results shown.
  ///
  /// - Parameter atPrompt: whether somebody looks at them who may want to see them by screens; what
  ///   loops and scripts have to say is never held up.
  func perform(
    _ statement: Statement, text: String, source: SourceText, in session: Session,
    atPrompt: Bool = false
  ) throws -> Ending {
    let mayPage = atPrompt && statement.isCommand(besides: ["source", "replay"])
    var code = Diagnostic.Code.refused
    var broken: (any Error)?
    let flow = try console.progress.show {
      try session.run(statement, in: source, text: text) { report in
        if let failure = report.failure { code = failure.code }
        do {
          try console.show(
            report, timing: session.environment.timing,
            paging: mayPage && session.environment.paging)
        } catch {
          broken = error
          Interrupt.request()
        }
      }
    }
    if let broken { throw broken }
    return switch flow {
    case .completed: .completed
    case .quit: .quit
    case .interrupted: .interrupted
    case .failed: .failed(code)
    }
  }

  /// The scripts, or nil where something is wrong with one, which is then said.
  private func checked(_ parts: [ScriptPart], variables: [String: Value]) throws -> [Script]? {
    var known = variables
    var scripts: [Script] = []
    for part in parts {
      let checker = ScriptChecker(
        part.source, variables: known.merging(part.overrides) { $1 },
        replaced: Set(part.overrides.keys), requiresReads: part.requiresReads)
      let result = checker.check()
      if Signals.received != nil { throw Stop(status: .stopped) }
      let fatal =
        options.keepGoing ? result.diagnostics.filter { $0.code == .syntax } : result.diagnostics
      guard let script = result.script, fatal.isEmpty else {
        for diagnostic in result.diagnostics { console.say(Failure(diagnostic, in: part.source)) }
        return nil
      }
      known = result.variables
      scripts.append(script)
    }
    return scripts
  }

  func readScript(_ path: String) throws -> SourceText {
    do {
      return try ScriptFile.read(path)
    } catch {
      console.say(Failure(error, in: error.source))
      throw Stop(status: .usage)
    }
  }

  private func standardInput() throws -> SourceText {
    switch InputReader().readAll() {
    case .line(let bytes):
      do {
        return try SourceText(name: nil, bytes: bytes)
      } catch {
        console.say(Failure(error, in: error.source))
        throw Stop(status: .usage)
      }
    case .interrupted, .terminated: throw Stop(status: .stopped)
    case .endOfFile: return SourceText(text: "")
    case .failed(let code):
      console.warn("error: stdin cannot be read: \(String(cString: strerror(code)))")
      throw Stop(status: .usage)
    }
  }
}

extension Statement {
  /// Whether it is one command, and none of those with these names.
  fileprivate func isCommand(besides names: [String]) -> Bool {
    guard case .command(let command) = self else { return false }
    return !names.contains(Spelling.normalised(command.verb.text))
  }
}

/// A script with how it is to be checked.
struct ScriptPart {
  let source: SourceText
  let requiresReads: Bool
  let overrides: [String: Value]

  init(_ source: SourceText, requiresReads: Bool = true, overrides: [String: Value] = [:]) {
    self.source = source
    self.requiresReads = requiresReads
    self.overrides = overrides
  }
}
