import CommandLanguage
import Datasets
import Foundation
import Notebook
import TestSupport
import Testing
import WorkspaceStore

/// A session in a workspace of its own, driven by text as the prompt and scripts drive it.
final class Trial {
  let folder: URL
  private(set) var session: Session
  private(set) var workspace: Workspace
  /// How the last statement ended.
  private(set) var flow = Flow.completed

  /// - Parameters:
  ///   - columns: of the screen.
  ///   - glyphs: what pictures on it are made of.
  init(
    in folder: URL, name: String = "w.sqlite", seed: Int = 0, columns: Int = 80,
    glyphs: PictureGlyphs = .braille
  ) throws {
    self.folder = folder
    workspace = try Workspace.open(folder.appending(component: name).path(percentEncoded: false))
    let lease = try workspace.openSession(.new, seed: seed)
    var environment = Trial.environment
    environment.columns = columns
    environment.glyphs = glyphs
    session = try Session(workspace: workspace, lease: lease, environment: environment)
  }

  private static var environment: Environment {
    Environment(data: DataDirectories(paths: [DataTrees.path]))
  }

  func close() throws {
    session.lease.release()
    try workspace.close()
  }

  /// Leaves the workspace and comes back to the same session, as a new process would.
  func reopen() throws {
    let number = session.lease.number
    try close()
    workspace = try Workspace.open(workspace.path)
    session = try Session(
      workspace: workspace, lease: try workspace.openSession(.number(number)),
      environment: Trial.environment)
  }

  /// The path of a file in the trial's folder.
  func path(_ name: String) -> String {
    folder.appending(component: name).path(percentEncoded: false)
  }

  /// Runs the statements of `script` one by one, each as an input, up to the first that does not
  /// end well; returns what was reported.
  @discardableResult
  func run(
    _ script: String, name: String? = nil, watching: @escaping (CellReport) -> Void = { _ in }
  )
    throws -> [CellReport]
  {
    let source = SourceText(name: name, text: script)
    let parsed = try Parser.parse(source)
    var reports: [CellReport] = []
    for piece in InputText.slices(of: parsed, in: source) {
      guard let statement = piece.statement else {
        try session.note(piece.text)
        continue
      }
      flow = try session.run(statement, in: source, text: piece.text) {
        reports.append($0)
        watching($0)
      }
      guard case .completed = flow else { break }
    }
    return reports
  }

  /// Runs what has to end well; returns the result of the last command.
  @discardableResult
  func ok(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSON {
    let reports = try run(script)
    for report in reports {
      if let failure = report.failure {
        Issue.record(
          "\(report.command): \(failure.text(color: false))", sourceLocation: sourceLocation)
      }
    }
    return try #require(reports.last?.output?.json, sourceLocation: sourceLocation)
  }

  /// Runs what has to fail; returns the report of the command that did.
  func failing(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) throws
    -> CellReport
  {
    let last = try #require(try run(script).last, sourceLocation: sourceLocation)
    #expect(last.status != .ok, "\(script) ended well", sourceLocation: sourceLocation)
    return last
  }

  /// Everything of the state that commands can see, without times.
  func state() throws -> [String: String] {
    var state: [String: String] = ["vars": try ok("show vars").text]
    state["rounds"] = try ok("show rounds").withoutColumn("seconds").text
    guard try run("show pool").last?.status == .ok else { return state }
    for part in ["pool", "labeled", "noise", "filter"] {
      state[part] = try ok("show \(part)").text
    }
    let test = try #require(try run("test").last)
    state["test"] = test.output?.json.text ?? test.failure?.code.rawValue
    return state
  }
}

/// Runs `body` with a session of a new workspace in memory, both gone afterwards.
func withTrial<Result>(
  seed: Int = 0, columns: Int = 80, glyphs: PictureGlyphs = .braille,
  _ body: (Trial) throws -> Result
) throws -> Result {
  try withMemoryFolder { folder in
    let trial = try Trial(in: folder, seed: seed, columns: columns, glyphs: glyphs)
    defer { try? trial.close() }
    return try body(trial)
  }
}

extension JSON {
  var int: Int? { if case .int(let value) = self { value } else { nil } }
  var string: String? { if case .string(let value) = self { value } else { nil } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  var isNull: Bool { self == .null }

  var double: Double? {
    switch self {
    case .double(let value): value
    case .int(let value): Double(value)
    default: nil
    }
  }

  var array: [JSON]? { if case .array(let values) = self { values } else { nil } }
  var ints: [Int]? { array?.compactMap(\.int) }
  var doubles: [Double]? { array?.compactMap(\.double) }
  var bools: [Bool]? { array?.compactMap(\.bool) }
  var strings: [String]? { array?.compactMap(\.string) }
  /// Rows of numbers.
  var matrix: [[Double]]? { array?.compactMap(\.doubles) }

  var keys: [String]? {
    if case .object(let members) = self { members.map(\.key) } else { nil }
  }

  /// The names of a table's columns.
  var columns: [String] { self["columns"]?.array?.compactMap { $0["name"]?.string } ?? [] }

  var rows: [[JSON]] { self["rows"]?.array?.compactMap(\.array) ?? [] }

  /// The values of a table's column.
  func column(_ name: String) -> [JSON] {
    guard let index = columns.firstIndex(of: name) else { return [] }
    return rows.map { $0[index] }
  }

  /// The table without one of its columns.
  func withoutColumn(_ name: String) -> JSON {
    guard let index = columns.firstIndex(of: name) else { return self }
    return .array(
      [.array(columns.filter { $0 != name }.map(JSON.string))]
        + rows.map { row in .array(row.indices.filter { $0 != index }.map { row[$0] }) })
  }
}
