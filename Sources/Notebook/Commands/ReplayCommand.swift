import CommandLanguage
import LinearAlgebra

extension Vocabulary {
  static let replay = Row(
    Entry(
      .command, "replay", "runs a saved script again, apart from this session, and compares",
      parameters: [
        .positional("file", .file, "a script, as save writes it, or a session as export json does"),
        .option("exact", .boolean, default: .value("false"), "ties count as differences"),
      ],
      details: """
        The script runs in a workspace of its own, which is gone afterwards: nothing of this session
        changes. Each input is ok, TIE (a decision between values closer than 1e-5 fell the other way;
        from there on only metrics are compared) or DIFF, which fails. winnow replay FILE --verify does
        the same from the command line.
        """,
      examples: [
        "load digits\nquery random 5\nsave demo.winnow\nreplay demo.winnow", "replay steps.winnow",
      ]),
    CommandImplementation(isNode: false, isLong: true, action: .control(runReplay)))

  private static func runReplay(
    _ session: Session, _ bound: BoundCommand, _ context: RunContext, _ position: inout Int
  ) throws -> Flow {
    let path = bound.arguments.text("file") ?? ""
    let text = try ScriptFile.read(path, at: bound.range)
    try ScriptFile.requireNew(path, in: context.chain, at: bound.range)
    let replay: Replay
    do {
      replay = try .reading(text, chain: context.chain)
    } catch {
      var first = Diagnosis.diagnose(error, command: bound)
      first.source = first.source ?? text
      throw first
    }
    let typed = String(context.source.slice(bound.range))
    return try session.conclude(bound, typed: typed, context, &position) { invocation in
      try ReplayReport(replay, path, invocation).output
    }
  }
}

/// What `replay` says.
private struct ReplayReport {
  private let path: String
  private let environment: [String]
  private let results: [Verification]

  /// - Throws: `assertion` where an input differs, `refused` where one fails.
  init(_ replay: Replay, _ path: String, _ invocation: Invocation) throws {
    let trial = try ReplayTrial(replay, invocation.environment)
    defer { trial.close() }
    var results: [Verification] = []
    var failure: Failure?
    let flow = try replay.run(
      in: trial.session, report: { failure = $0.failure ?? failure },
      verified: { results.append($0) })
    self.path = path
    self.results = results
    environment = try replay.differences(in: trial.session)
    switch flow {
    case .completed, .quit: break
    case .interrupted: throw Interrupted()
    case .failed:
      throw Diagnostic(
        .refused, "'\(path)' fails: \(failure?.diagnostic.message ?? "it does not run")",
        at: invocation.bound.range)
    }
    let isExact = invocation.arguments.flag("exact")
    guard ReplaySummary(results).isSame(exactly: isExact) else {
      throw Diagnostic(
        .assertion, "'\(path)': \(summary)", at: invocation.bound.range,
        notes: environment + differing(exactly: isExact))
    }
  }

  private var summary: String { ReplaySummary(results).text }

  private func differing(exactly: Bool) -> [String] {
    results.filter { $0.outcome == .differs || (exactly && $0.outcome == .tie) }.map(\.text)
  }

  var output: Output {
    Output(
      record: .record(
        ("file", .string(path)), ("environment", .array(environment.map(JSON.string))),
        ("inputs", .array(results.map(\.json)))),
      table: Table(
        columns: [.init("line"), .init("command"), .init("outcome")],
        rows: results.map {
          [.int($0.line), .string($0.command), .string($0.outcome.rawValue)]
        }),
      lines: environment + results.map(\.text) + [summary])
  }
}
