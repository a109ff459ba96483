import CommandLanguage
import Foundation
import LinearAlgebra
import WorkspaceStore

/// How a statement ended, for whoever decides what comes next.
package enum Flow: Sendable { case completed, failed, interrupted, quit }

/// Where the statements of an input come from and where their reports go.
package struct RunContext {
  let source: SourceText
  let input: Int
  let report: (CellReport) -> Void
  /// Whether the input is this one command, whose cell then ends it, too.
  var isWholeInput = false
  /// The scripts that are being run, one inside the other, outermost first.
  var chain: [String] = []

  /// What makes an error's place where the text has no name.
  var showsCell: Bool { source.name == nil }

  /// The context of a script that is sourced here.
  func inside(_ text: SourceText) -> RunContext {
    RunContext(
      source: text, input: input, report: report,
      chain: chain + [text.name].compactMap { $0 }.map(ScriptFile.identity))
  }
}

extension Session {
  /// Runs one top-level statement as one input.
  ///
  /// - Parameters:
  ///   - text: the statement as typed, with the comments before it, for `save`.
  ///   - chain: the scripts that are being run around it, outermost first.
  ///   - report: called for every command in it, as soon as it is over.
  package func run(
    _ statement: Statement, in source: SourceText, text: String, chain: [String] = [],
    report: @escaping (CellReport) -> Void
  ) throws -> Flow {
    let input = try beginInput(overridden(statement, in: source, text: text))
    let context = RunContext(
      source: source, input: input, report: report, isWholeInput: !statement.isLoop,
      chain: chain + [source.name].compactMap { $0 }.map(ScriptFile.identity))
    hasEndedInput = false
    loop = []
    defer { loop = [] }
    var position = 0
    let flow =
      if case .assignment(let assignment) = statement,
        let value = overrides[assignment.name.text]
      {
        try assign(assignment, context, &position, instead: value)
      } else {
        try execute(statement, context, &position)
      }
    if !hasEndedInput, !lease.isReadOnly { try lease.endInput(input, status: flow.status) }
    return flow
  }

  /// Where nothing can be written, inputs have the number that they would have.
  private func beginInput(_ text: String) throws -> Int {
    lease.isReadOnly ? try lease.nextInput() : try lease.beginInput(text: text)
  }

  /// The text with the value that takes the place of a top-level assignment's own.
  private func overridden(_ statement: Statement, in source: SourceText, text: String) -> String {
    guard case .assignment(let assignment) = statement,
      let value = overrides[assignment.name.text]
    else { return text }
    return text.replacing(
      source.slice(assignment.range), with: "\(assignment.name.text) = \(value.text)",
      maxReplacements: 1)
  }

  /// Keeps text that holds no statement (comments at the end of a script), for `save`.
  package func note(_ text: String) throws {
    guard !lease.isReadOnly else { return }
    try lease.endInput(try lease.beginInput(text: text), status: .ok)
  }

  func execute(_ statement: Statement, _ context: RunContext, _ position: inout Int) throws -> Flow
  {
    if Interrupt.isRequested { return .interrupted }
    switch statement {
    case .assignment(let assignment): return try assign(assignment, context, &position)
    case .command(let command): return try perform(command, context, &position)
    case .repeat(let loop):
      return try control(loop.range, context, &position) { position in
        let count = try loop.times(in: variables)
        return try iterate(0..<count, loop.body, context, &position) {
          _ -> SessionState.Variable? in nil
        }
      }
    case .for(let loop):
      return try control(loop.range, context, &position) { position in
        try loop.requireName(besides: self.loop.map(\.name))
        let values = try loop.values(in: variables)
        return try iterate(values.indices, loop.body, context, &position) {
          SessionState.Variable(name: loop.variable.text, value: values[$0])
        }
      }
    }
  }

  private func iterate(
    _ range: Range<Int>, _ body: CommandLanguage.Block, _ context: RunContext,
    _ position: inout Int,
    binding variable: (Int) -> SessionState.Variable?
  ) throws -> Flow {
    for index in range {
      let bound = variable(index)
      if let bound { loop.append(bound) }
      defer { if bound != nil { loop.removeLast() } }
      for statement in body.statements {
        let flow = try execute(statement, context, &position)
        guard case .completed = flow else { return flow }
      }
    }
    return .completed
  }

  /// Runs what is no command itself; an error in its own words becomes a failed cell.
  func control(
    _ range: SourceRange, _ context: RunContext, _ position: inout Int,
    _ body: (inout Int) throws -> Flow
  ) throws -> Flow {
    do {
      return try body(&position)
    } catch let diagnostic as Diagnostic {
      let typed = String(context.source.slice(range).prefix { $0 != "{" && !$0.isNewline })
      return try fail(
        diagnostic, command: typed.trimmingSuffix(), typed: typed, context, &position)
    }
  }

  private func assign(
    _ assignment: Assignment, _ context: RunContext, _ position: inout Int,
    instead override: Value? = nil
  ) throws -> Flow {
    let typed = String(context.source.slice(assignment.range))
    let name = assignment.name.text
    let value: Value
    do throws(Diagnostic) {
      value = if let override { override } else { try assignment.value.evaluate(in: variables) }
    } catch {
      return try fail(error, command: typed, typed: typed, context, &position)
    }
    let bound = BoundCommand.assignment(to: name, value, range: assignment.range)
    return try conclude(bound, typed: typed, context, &position) { invocation in
      invocation.effect = .assigned(name: name, value: value.text)
      return Output(
        record: .record(("name", .string(name)), ("value", Values.json(value))), lines: [])
    }
  }

  private func perform(_ command: Command, _ context: RunContext, _ position: inout Int) throws
    -> Flow
  {
    let typed = String(context.source.slice(command.range))
    let bound: BoundCommand
    do {
      bound = try CommandBinder.bind(command, variables: variables)
    } catch {
      return try fail(error, command: typed, typed: typed, context, &position)
    }
    switch bound.row.implementation.action {
    case .compute(let run): return try conclude(bound, typed: typed, context, &position, run)
    case .control(let run):
      return try control(command.range, context, &position) { position in
        try run(self, bound, context, &position)
      }
    }
  }

  /// Runs a bound command, writes its cell, and only then lets it count.
  func conclude(
    _ bound: BoundCommand, typed: String, _ context: RunContext, _ position: inout Int,
    _ run: (inout Invocation) throws -> Output
  ) throws -> Flow {
    do {
      if try skips(typed, position) {
        position += 1
        return .completed
      }
    } catch {
      return try fail(error, command: bound.canonical, typed: typed, context, &position)
    }
    let traits = bound.row.implementation
    let started = ContinuousClock.now
    var invocation = Invocation(
      session: self, bound: bound, cell: try lease.nextCell(), input: context.input,
      source: context.source)
    invocation.cutShort = cutShort
    cutShort = nil
    var cell = NewCell(
      input: context.input, position: position, command: bound.canonical, typed: typed,
      isNode: traits.isNode, changesState: traits.changesState,
      variables: LoopVariables.encoded(loop), platform: Platform.current.line.text)
    position += 1
    let number = traits.isLong && !lease.isReadOnly ? try lease.begin(cell) : nil
    let result = Result {
      try requireWritable(bound, traits.changesState)
      let output = try run(&invocation)
      try requireWritable(bound, invocation.headMove != .byItself)
      return output
    }
    cell.command = invocation.bound.canonical
    let seconds = (ContinuousClock.now - started).seconds
    var report = self.report(invocation, result, seconds, context)
    var outcome = try CellRecording.outcome(report, invocation, seconds: seconds)
    outcome.endsInput = context.isWholeInput
    do throws(WorkspaceError) {
      if lease.isReadOnly {
        // What only looks leaves no cell.
      } else if let number {
        try lease.finish(number, outcome, command: cell.command)
      } else {
        _ = try lease.record(cell, outcome)
      }
    } catch {
      report = report.failing(
        Failure(
          Diagnosis.diagnose(error, command: bound), in: context.source,
          location: context.showsCell ? "cell \(invocation.cell)" : nil))
      context.report(report)
      throw ReportedFault(code: report.failure?.code ?? .workspaceCorrupt)
    }
    hasEndedInput = context.isWholeInput
    if case .success = result { try commit(invocation, seconds: seconds) }
    context.report(report)
    return report.flow
  }

  /// - Throws: `refused` for what would change a session of which nothing can be written.
  private func requireWritable(_ bound: BoundCommand, _ changes: Bool) throws {
    guard changes, let reason = workspace.readOnlyReason else { return }
    var diagnostic = WorkspaceMessage.diagnostic(reason)
    diagnostic.range = bound.range
    diagnostic.notes.append("commands that only look, such as show and plot, can be given")
    throw diagnostic
  }

  private func report(
    _ invocation: Invocation, _ result: Result<Output, any Error>, _ seconds: Double,
    _ context: RunContext
  ) -> CellReport {
    var failure: Failure?
    if case .failure(let error) = result {
      failure = Failure(
        Diagnosis.diagnose(invocation.explaining(error), command: invocation.bound),
        in: context.source,
        location: context.showsCell ? "cell \(invocation.cell)" : nil)
    }
    return CellReport(
      cell: invocation.cell, input: context.input, command: invocation.bound.canonical,
      status: failure.map { $0.code == .interrupted ? .interrupted : .error } ?? .ok,
      seconds: seconds, output: try? result.get(), failure: failure,
      notices: invocation.notices)
  }

  /// Records a command that could not even be bound.
  func fail(
    _ diagnostic: Diagnostic, command: String, typed: String, _ context: RunContext,
    _ position: inout Int
  ) throws -> Flow {
    let number = try lease.nextCell()
    let failure = Failure(
      diagnostic, in: context.source, location: context.showsCell ? "cell \(number)" : nil)
    let cell = NewCell(
      input: context.input, position: position, command: command, typed: typed,
      changesState: false, variables: LoopVariables.encoded(loop))
    position += 1
    if !lease.isReadOnly {
      _ = try lease.record(
        cell,
        CellOutcome(
          status: .error, seconds: 0, error: failure.json.text, endsInput: context.isWholeInput))
    }
    hasEndedInput = context.isWholeInput
    let report = CellReport(
      cell: number, input: context.input, command: command, status: .error, seconds: 0,
      output: nil, failure: failure, notices: [])
    context.report(report)
    return .failed
  }
}

/// The workspace could not keep a cell; that was reported, and the session cannot go on.
package struct ReportedFault: Error, Sendable {
  package let code: Diagnostic.Code
}

extension Statement {
  var isLoop: Bool {
    switch self {
    case .repeat, .for: true
    case .assignment, .command: false
    }
  }
}

extension Flow {
  var status: EndStatus {
    switch self {
    case .completed, .quit: .ok
    case .failed: .error
    case .interrupted: .interrupted
    }
  }
}

extension CellReport {
  var flow: Flow {
    switch status {
    case .ok: .completed
    case .error: .failed
    case .interrupted: .interrupted
    }
  }

  func failing(_ failure: Failure) -> CellReport {
    CellReport(
      cell: cell, input: input, command: command, status: .error, seconds: seconds, output: nil,
      failure: failure, notices: notices)
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

extension String {
  func trimmingSuffix() -> String {
    var text = Substring(self)
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return String(text)
  }
}
