import CommandLanguage
import Foundation

extension Vocabulary {
  static let source = Row(
    Entry(
      .command, "source", "runs a script here, as if it were typed",
      parameters: [.positional("file", .file, "a .winnow script")],
      details: """
        name=value gives $name a value inside the script, in place of an assignment to that name at
        its top level: source is the procedure. The script is checked as a whole first.
        """,
      examples: ["source steps.winnow", "source steps.winnow budget=5"], takesAnyOption: true),
    CommandImplementation(changesState: true, action: .control(runSource)))

  private static func runSource(
    _ session: Session, _ bound: BoundCommand, _ context: RunContext, _ position: inout Int
  ) throws -> Flow {
    let path = bound.arguments.text("file") ?? ""
    let text = try ScriptFile.read(path, at: bound.range)
    try ScriptFile.requireNew(path, in: context.chain, at: bound.range)
    let given = bound.arguments.extra.map { SessionState.Variable(name: $0.name, value: $0.value) }
    let checked = ScriptChecker(
      text, variables: session.variables.merging(given.map { ($0.name, $0.value) }) { $1 },
      replaced: Set(given.map(\.name)), chain: context.chain)
    let script = try checked.script()
    let before = session.loop.count
    session.loop += given
    defer { session.loop.removeLast(session.loop.count - before) }
    let inner = context.inside(text)
    for statement in script.statements {
      if case .assignment(let assignment) = statement,
        given.contains(where: { $0.name == assignment.name.text })
      {
        continue
      }
      let flow = try session.execute(statement, inner, &position)
      guard case .completed = flow else { return flow }
    }
    return .completed
  }

  static let quit = Row(
    Entry(
      .command, "quit", aliases: ["exit"], "leaves; everything is kept",
      examples: ["quit", "load digits\nquit"]),
    CommandImplementation(action: .control { _, _, _, _ in .quit }))
}

/// Scripts on disk.
package enum ScriptFile {
  /// How deep scripts may source one another.
  private static let maximumDepth = 16

  /// The file behind a path, however the path is written.
  static func identity(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }

  /// - Throws: `refused` for a script that runs itself: with nothing to decide when to stop, it
  ///   would do so for ever.
  static func requireNew(_ path: String, in chain: [String], at range: SourceRange)
    throws(Diagnostic)
  {
    guard !chain.contains(identity(path)) else {
      throw Diagnostic(
        .refused, "'\(path)' runs itself, and would never end", at: range,
        notes: ["repeat and for go round a fixed number of times"])
    }
    guard chain.count < maximumDepth else {
      throw Diagnostic(
        .refused, "scripts run one another more than \(maximumDepth) deep", at: range)
    }
  }

  /// - Throws: `file-missing`, or `syntax` for bytes that are no UTF-8.
  package static func read(_ path: String, at range: SourceRange? = nil) throws(Diagnostic)
    -> SourceText
  {
    // Not by FileManager, which reads no pipes.
    guard
      let data = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)).readToEnd() ?? Data()
    else {
      let reason = FileManager.default.fileExists(atPath: path) ? "cannot be read" : "is not there"
      throw Diagnostic(
        .fileMissing, "the script '\(path)' \(reason)", at: range,
        notes: ["looked in \(FileManager.default.currentDirectoryPath)"])
    }
    return try SourceText(name: path, bytes: [UInt8](data))
  }
}
