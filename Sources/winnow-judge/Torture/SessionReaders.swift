import CommandLanguage
import Datasets
import Foundation
import Notebook
import WorkspaceStore

extension Reader {
  /// Scripts, and the workspaces in which sessions are kept.
  static let sessions = [
    Reader(
      name: "script", seeds: { $0.files(".winnow") },
      read: { _, file in
        try SoundSession.shared.look(at: [UInt8](Data(contentsOf: URL(filePath: file))), file)
      }),
    Reader(
      name: "workspace", seeds: { _ in SoundSession.seeds },
      read: { _, file in
        defer { SoundSession.removeCompanions(of: file) }
        try SoundSession.goOn(in: file)
      }),
  ]

  /// Whether an error says what is wrong with a file, which is all that a bad one may bring about.
  static func isRefusal(_ error: any Error) -> Bool {
    error is FileError || error is WorkspaceError || error is ReportedFault
      || error is ParseFailure || error is Diagnostic
  }
}

/// A small session that is well: what scripts are checked against, and a workspace to be damaged.
private struct SoundSession: @unchecked Sendable {
  /// Used by one thread only, as the readers are.
  static let shared = SoundSession()

  private let session: Session?

  private static let commands = """
    seed 3
    load blobs samples=40 test=10 classes=3
    noise sym 0.3
    x = 4
    query npc $x delta=0.5 share=2
    filter aum epochs=3
    train linear on=all epochs=3
    branch other
    for q in random margin { query $q 2 }
    undo
    label skip
    """

  private init() {
    let folder = NSTemporaryDirectory() + "winnow-sound-\(getpid())"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    session = try? Self.opened(folder + "/sound.sqlite")
  }

  /// The file of a session that has done a bit of everything.
  static let seeds: [Seed] = {
    let folder = NSTemporaryDirectory() + "winnow-seed-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let path = folder + "/seed.sqlite"
      let session = try opened(path)
      try run(commands, in: session)
      session.lease.release()
      try session.workspace.close()
      return [Seed("work.sqlite", [UInt8](try Data(contentsOf: URL(filePath: path))))]
    } catch {
      preconditionFailure("no sound workspace: \(error)")
    }
  }()

  private static func opened(_ path: String, _ choice: SessionChoice = .new) throws -> Session {
    let workspace = try Workspace.open(path)
    return try Session(
      workspace: workspace, lease: try workspace.openSession(choice),
      environment: Environment(data: Reader.nowhere))
  }

  private static func run(_ text: String, in session: Session) throws {
    let source = SourceText(text: text)
    for piece in InputText.slices(of: try Parser.parse(source), in: source) {
      guard let statement = piece.statement else { continue }
      _ = try session.run(statement, in: source, text: piece.text) { _ in }
    }
  }

  /// What the prompt and `check` do with a text: colours, completions, checks, canonical words.
  func look(at bytes: [UInt8], _ name: String) throws {
    let source = try SourceText(name: name, bytes: bytes)
    _ = Parser.isIncomplete(source.text)
    if let session {
      for stretch in Highlighter(session).stretches(of: source.text, cursor: source.count) {
        precondition(stretch.range.upper <= source.count, "colours beyond the end")
      }
      let answer = Completer(session).complete(source.text, source.count)
      precondition(answer.replace.upper <= source.count, "a completion beyond the end")
    }
    let script = try Parser.parse(source)
    let slices = InputText.slices(of: script, in: source).map(\.text).joined()
    let lost = source.text.utf8.dropFirst(slices.utf8.count)
    precondition(
      source.text.utf8.starts(with: slices.utf8)
        && lost.allSatisfy { " \t\r\n;".utf8.contains($0) },
      "slices lose some of the text")
    let notebook = try DocumentFormat.ipynb.text(of: SessionDocument(script: source))
    let back = try JupyterScript(Array(notebook.utf8), name: name).text
    precondition(back.utf8.elementsEqual(source.text.utf8), "a notebook with another script")
    let found = ScriptChecker(source, variables: [:]).check().diagnostics
    for diagnostic in found { _ = diagnostic.render(in: source) }
  }

  /// Opens what may be a workspace, looks at all of it, and works on in its newest session.
  static func goOn(in path: String) throws {
    let workspace = try Workspace.open(path)
    defer { try? workspace.close() }
    _ = try workspace.examine()
    _ = try workspace.sessions()
    let lease = try workspace.openSession(.newest)
    defer { lease.release() }
    let session = try Session(
      workspace: workspace, lease: lease, environment: Environment(data: Reader.nowhere))
    try run(
      """
      show rounds
      show labeled
      show tree
      show cells
      history
      query random 1
      undo
      train linear on=all epochs=1
      """, in: session)
    _ = try SessionDocument(session)
  }

  static func removeCompanions(of path: String) {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    let name = URL(filePath: path).lastPathComponent
    for entry in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where entry.hasPrefix(name) && entry != name {
      try? FileManager.default.removeItem(atPath: folder + "/" + entry)
    }
  }
}
