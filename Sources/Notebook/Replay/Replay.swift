import CommandLanguage
import Foundation
import LinearAlgebra
import WorkspaceStore

/// Runs a script again in a fresh workspace and, if asked, holds it against what it recorded.
package struct Replay {
  package let source: SourceText
  private let script: Script
  private let chain: [String]
  private let bundle: SessionBundle?

  /// - Parameter chain: the scripts that are being run around it, outermost first.
  /// - Throws: the script's diagnostics, if it does not parse or check.
  package init(_ source: SourceText, chain: [String] = []) throws(ParseFailure) {
    try self.init(source, bundle: nil, chain)
  }

  /// A script, or a session in one file.
  /// - Throws: `ParseFailure` as for a script, `Diagnostic` for a file that is neither.
  package static func reading(_ text: SourceText, chain: [String] = []) throws -> Replay {
    guard SessionBundle.isLike(text) else { return try Replay(text, chain: chain) }
    let bundle = try SessionBundle(text)
    let script = try SourceText(name: text.name, bytes: Array(bundle.script.utf8))
    return try Replay(script, bundle: bundle, chain)
  }

  private init(_ source: SourceText, bundle: SessionBundle?, _ chain: [String]) throws(ParseFailure)
  {
    let (script, _, diagnostics) = ScriptChecker(
      source, variables: [:], requiresReads: ReplayHeader(source) == nil, chain: chain
    ).check()
    guard let script, diagnostics.isEmpty else { throw ParseFailure(diagnostics) }
    self.source = source
    self.script = script
    self.chain = chain
    self.bundle = bundle
  }

  /// Whether there are results beside the script.
  package var isBundle: Bool { bundle != nil }

  package var statements: [Statement] { script.statements }

  /// How many statements end above a line of the script, counted from 1; nil where none begins or
  /// goes on there or below.
  package func statements(above line: Int) -> Int? {
    statements.firstIndex { source.place(of: $0.range.upper).line >= line }
  }

  /// Where a statement begins, by its place from 0.
  package func line(ofStatement index: Int) -> Int {
    source.place(of: statements[index].range.lower).line
  }

  package var header: ReplayHeader? { ReplayHeader(script) }

  /// - Parameters:
  ///   - session: new, with the header's seed, or as it stands after the first statements.
  ///   - first: how many statements it has behind it.
  ///   - verified: called for each input when it is over; nil runs without comparing.
  package func run(
    in session: Session, from first: Int = 0, report: @escaping (CellReport) -> Void,
    verified: ((Verification) -> Void)?
  ) throws -> Flow {
    var isAfterTie = false
    var recorded = bundle.map(BundleReading.init)
    if first > 0 { recorded = nil }
    for (index, statement) in script.statements.enumerated().dropFirst(first) {
      let flow = try session.run(
        statement, in: source, text: String(source.slice(statement.range)), chain: chain,
        report: report)
      // What stands behind quit never ran.
      if case .quit = flow { return .completed }
      guard case .completed = flow else { return flow }
      guard let verified else { continue }
      let cells = try session.lease.cells(ofInput: session.lease.nextInput() - 1)
      let verification = Verification(
        line: source.place(of: statement.range.lower).line, command: title(statement),
        recorded: record(after: index), now: try InputFacts(cells, lease: session.lease),
        isAfterTie: isAfterTie, results: try recorded?.difference(cells, session.lease))
      isAfterTie = isAfterTie || verification.outcome == .tie
      verified(verification)
    }
    return .completed
  }

  /// What differs between the header and this machine and data.
  package func differences(in session: Session) throws -> [String] {
    try header?.differences(from: ReplayHeader(session)) ?? []
  }

  /// The script with records of what a session that ran it has decided.
  package func updated(from session: Session) throws -> UpdatedScript {
    let inputs = try session.lease.inputs()
    let records = try script.statements.indices.map { index -> RecordLine? in
      guard inputs.indices.contains(index) else { return nil }
      let cells = try session.lease.cells(ofInput: inputs[index].number)
      return try InputFacts(cells, lease: session.lease).line
    }
    return UpdatedScript(source, script, header: try ReplayHeader(session), records: records)
  }

  /// The `#:` line between this statement and the next.
  private func record(after index: Int) -> RecordLine? {
    let lower = script.statements[index].range.upper
    let next = script.statements.indices.contains(index + 1)
    let upper = next ? script.statements[index + 1].range.lower : source.count
    let comment = script.comments.first {
      $0.kind == .machine && $0.range.lower >= lower && $0.range.upper <= upper
        && !$0.text.hasPrefix("winnow ")
    }
    return comment.map { RecordLine(parsing: $0.text) }
  }

  private func title(_ statement: Statement) -> String {
    let text = source.slice(statement.range)
    let first = text.prefix { !$0.isNewline }
    return first.count < text.count ? first + " …" : String(first)
  }
}
