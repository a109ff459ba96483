import CommandLanguage
import WorkspaceStore

extension Vocabulary {
  static let resume = Row(
    Entry(
      .command, "resume", "goes on with the rest of an input that was interrupted or crashed",
      details: """
        Commands of it that ended well are not run again. A training goes on after the last epoch
        that it finished, and ends with the weights that it would have had. Nothing may have been
        changed since; undo takes such changes back.
        """,
      examples: [
        "load digits\nquery random 5\nresume",
        "load digits\nrepeat 3 { query probcover 5; train linear }\nresume",
      ]),
    CommandImplementation(isNode: false, action: .control(runResume)))

  @Sendable private static func runResume(
    _ session: Session, _ bound: BoundCommand, _ context: RunContext, _ position: inout Int
  ) throws -> Flow {
    guard let unfinished = try session.unfinishedInput(before: context.input) else {
      let typed = String(context.source.slice(bound.range))
      return try session.conclude(bound, typed: typed, context, &position) { _ in
        Output(
          record: .record(("input", .null)),
          lines: ["nothing to go on with: every input ran to its end"])
      }
    }
    guard session.loop.isEmpty else {
      throw Diagnostic(.refused, "resume stands alone, not in a block", at: bound.range)
    }
    try unfinished.requireUntouched(at: bound.range, session.lease.lineage())
    return try session.goOn(with: unfinished, report: context.report)
  }
}

/// An input that was cut short, with all cells that it has made so far.
struct UnfinishedInput {
  let input: InputRecord
  let cells: [CellRecord]

  /// Those that need not run again, in the order of their positions.
  var done: [CellRecord] { cells.filter { $0.status == .ok } }
  /// The one that it was cut short in; nil where that was between two.
  var cutShort: CellRecord? { cells.last.flatMap { $0.status == .ok ? nil : $0 } }

  /// Whether nothing has changed since on the line of cells that the session stands on.
  func isUntouched(on line: [CellRecord]) -> Bool { stands(on: line) && changes(in: line).isEmpty }

  /// The cell that the session stood at when it was cut short.
  private var stoodAt: Int? { cutShort.map(\.parent) ?? cells.last?.number }

  private func stands(on line: [CellRecord]) -> Bool {
    stoodAt.map { cell in line.contains { $0.number == cell } } ?? true
  }

  private func changes(in line: [CellRecord]) -> [CellRecord] {
    line.filter { $0.number > stoodAt ?? 0 && $0.changesState }
  }

  /// - Parameter line: the cells that the session stands on.
  /// - Throws: `refused` where something else was changed or undone since.
  func requireUntouched(at range: SourceRange, _ line: [CellRecord]) throws(Diagnostic) {
    guard !isUntouched(on: line) else { return }
    throw Diagnostic(
      .refused, "the session has changed since input \(input.number) was cut short", at: range,
      label: changes(in: line).first.map { "by cell \($0.number): \($0.command)" },
      notes: ["undo takes that back; or type what is left to do"])
  }
}

/// What an input that goes on need not do again.
struct Skipping {
  /// Of the cells that ended well, those that are not passed yet.
  var rest: ArraySlice<CellRecord>
  /// What `$NAME` stood for at this point of the input.
  var variables: [String: Value]
}

extension Session {
  /// The first line of what `resume` would go on with; nil where it would do nothing or refuse.
  package var leftUndone: String? {
    get throws {
      guard let unfinished = try unfinishedInput(before: .max),
        unfinished.isUntouched(on: try lease.lineage())
      else { return nil }
      return unfinished.input.text.firstCodeLine
    }
  }

  /// The last input before another that did not run to its end, if it made a cell.
  func unfinishedInput(before number: Int) throws -> UnfinishedInput? {
    for input in try lease.inputs().reversed() where input.number < number {
      guard input.status == .interrupted || input.status == .crashed else { continue }
      let cells = try lease.cells(ofInput: input.number)
      if !cells.isEmpty { return UnfinishedInput(input: input, cells: cells) }
    }
    return nil
  }

  /// Runs the input once more under its own number, without what is done.
  func goOn(with unfinished: UnfinishedInput, report: @escaping (CellReport) -> Void) throws
    -> Flow
  {
    let source = SourceText(text: unfinished.input.text)
    guard let statement = try Parser.parse(source).statements.first else { return .completed }
    let number = unfinished.input.number
    let context = RunContext(source: source, input: number, report: report)
    skipping = Skipping(
      rest: unfinished.done[...],
      variables: try variables(before: unfinished.cells.first?.number ?? 0))
    if unfinished.done.isEmpty { skipping = nil }
    cutShort = unfinished.cutShort?.number
    defer {
      skipping = nil
      cutShort = nil
    }
    try lease.reopenInput(number)
    var position = 0
    let flow = try execute(statement, context, &position)
    try lease.endInput(number, status: flow.status)
    return flow
  }

  /// What was assigned on the line that the session stands on before a cell.
  private func variables(before cell: Int) throws -> [String: Value] {
    var state = SessionState()
    for record in try lease.lineage() where record.number < cell {
      guard let effect = try record.storedEffect(in: workspace),
        case .assigned(let name, let text) = effect
      else { continue }
      state.assign(name, Value(canonical: text))
    }
    return state.environment
  }

  /// Whether the command about to run is done already.
  /// - Throws: `refused` where the input does not run as it did then: a script that it sources has
  ///   changed.
  func skips(_ typed: String, _ position: Int) throws(Diagnostic) -> Bool {
    guard let cell = skipping?.rest.first, cell.position == position else { return false }
    guard cell.typed == typed, cell.variables == LoopVariables.encoded(loop) else {
      throw Diagnostic(
        .refused, "what is to go on does not run as it did: cell \(cell.number) was \(cell.typed)",
        notes: ["a script that it sources may have changed; type what is left to do"])
    }
    skipping?.rest.removeFirst()
    if let text = cell.effect, let effect = try? Effect(text: text),
      case .assigned(let name, let value) = effect
    {
      skipping?.variables[name] = Value(canonical: value)
    }
    if skipping?.rest.isEmpty ?? true { skipping = nil }
    return true
  }
}
