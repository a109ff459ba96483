import CommandLanguage
import LinearAlgebra
import Networks
import WorkspaceStore

/// A session, or a script that was not run, as something to read: prose, code, results.
package struct SessionDocument {
  /// What a command left behind.
  struct CellResult {
    let cell: CellRecord
    let result: JSON?
    let error: JSON?

    init(_ cell: CellRecord, _ lease: SessionLease) throws {
      self.cell = cell
      result = try lease.result(of: cell.number).flatMap { JSON(reading: $0) }
      error = cell.error.flatMap { JSON(reading: $0) }
    }

    /// The result for the eye: a table as it is, of a record a row for each value in it.
    var table: Table? {
      guard let result, case .object(let members) = result else { return nil }
      if let table = Table(restoring: result), case .array? = result["rows"] { return table }
      return Table(
        columns: [.init("key"), .init("value")],
        rows: members.flatMap { Self.rows($0.key, $0.value) })
    }

    private static func rows(_ name: String, _ value: JSON) -> [[JSON]] {
      switch value {
      case .object(let members):
        return members.flatMap { rows("\(name).\($0.key)", $0.value) }
      case .array(let values):
        let isNested = values.contains {
          if case .array = $0 { true } else if case .object = $0 { true } else { false }
        }
        let text =
          isNested
          ? "\(Format.count(values.count, "row")), which the json export has"
          : values.map { Format.cell($0) }.joined(separator: " ")
        return [[.string(name), .string(text)]]
      default: return [[.string(name), value]]
      }
    }

    /// What `plot` drew, from its record; nil for any other command.
    var picture: (any Picture)? {
      guard let result, cell.command.hasPrefix("plot ") else { return nil }
      if let figure = Figure(record: result) { return figure }
      return HeatMap(record: result)
    }

    /// `cell 5: query npc 20 …`
    var title: String { "cell \(cell.number): \(cell.typed.firstCodeLine)" }

    var message: String? {
      guard let error, case .string(let text)? = error["message"] else { return nil }
      return "error: \(text)"
    }
  }

  /// The script.
  let text: String
  let blocks: [ScriptBlock]
  /// Of each statement what its commands left behind.
  private let results: [[CellResult]]
  /// Where it was run; null for a script that was not.
  let facts: JSON

  /// A session, but for the input that asks.
  package init(_ session: Session, except running: Int = 0) throws {
    let lease = session.lease
    let saved = try SavedScript(session, except: running)
    let source = SourceText(text: saved.text)
    text = saved.text
    blocks = ScriptBlock.blocks(of: source, try Parser.parse(source))
    results = try saved.statements.map { try $0.map { try CellResult($0, lease) } }
    let platform = try Platforms(lease).platform(at: lease.lineage())
    facts = .record(
      ("session", .int(lease.number)), ("branch", .string(try lease.branch())),
      ("seed", .int(lease.seed)), ("kernels", .optional(platform?["kernels"])),
      ("blas", .optional(platform?["blas"])), ("onednn", .optional(platform?["onednn"])),
      ("sqlite", .string(Workspace.libraryVersion)),
      ("threads", .optional(platform?["threads"].flatMap { Int($0) })))
  }

  /// A script that was not run.
  /// - Throws: its diagnostics, if it does not parse.
  package init(script source: SourceText) throws(ParseFailure) {
    text = source.text
    blocks = ScriptBlock.blocks(of: source, try Parser.parse(source))
    results = []
    facts = .null
  }

  /// What the statements of a block left behind.
  func results(of block: ScriptBlock) -> [CellResult] {
    block.statements.flatMap { results.indices.contains($0) ? results[$0] : [] }
  }

  /// All of it.
  var cells: [CellResult] { results.flatMap(\.self) }
}

/// What a session can be written as.
package enum DocumentFormat: String, CaseIterable, Sendable {
  case winnow, md, html, ipynb, json

  /// Pictures are drawn anew, from the records of the cells that drew them.
  /// - Throws: `Interrupted`.
  package func text(of document: SessionDocument) throws -> String {
    switch self {
    case .winnow: document.text
    case .md: MarkdownDocument(document).text
    case .html: try WebDocument(document).text
    case .ipynb: try JupyterDocument(document).text
    case .json: document.json.text + "\n"
    }
  }
}

extension SessionDocument {
  /// The session with the records of its cells, as results have them.
  var json: JSON {
    .record(
      ("winnow", .int(ReplayHeader.version)), ("session", facts), ("script", .string(text)),
      (
        "cells",
        .array(
          cells.map { one in
            .record(
              ("cell", .int(one.cell.number)), ("input", .int(one.cell.input)),
              ("command", .string(one.cell.command)),
              ("status", .string(one.cell.status.rawValue)),
              ("seconds", .optional(one.cell.seconds)), ("result", one.result ?? .null),
              ("error", one.error ?? .null))
          })
      ))
  }
}
