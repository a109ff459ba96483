import CommandLanguage
import WorkspaceStore

/// The commands that walk the tree of cells: logged and numbered, but no nodes of it.
extension Vocabulary {
  static let history = Row(
    Entry(
      .command, "history", "lists what was typed in this session, or finds it in all of them",
      parameters: [
        .positional(
          "which", .either([.integer(1...Int.max), .text]), default: .absent,
          "a number: the last so many inputs; 3..7, 3.. or ..7: those; -g: search"),
        .positional("text", .text, default: .absent, "what to search for, behind -g"),
      ],
      details: """
        history -g TEXT finds the inputs of all sessions of the workspace that hold a text, whatever the
        case of its letters; the newest come first.
        """,
      examples: [
        "load digits\nquery random 5\nhistory 1\nhistory 1..2",
        "load digits\nhistory -g DIGITS",
      ]),
    CommandImplementation(
      isNode: false, validate: HistoryView.validate,
      action: .compute { invocation in
        let view = try HistoryView(
          invocation.arguments["which"]?.plainText, invocation.arguments.text("text"),
          at: invocation.arguments.ranges["which"])
        return try view.output(invocation.session.lease, except: invocation.input)
      }))

  static let undo = Row(
    Entry(
      .command, "undo", "goes back to before the last input that changed something",
      parameters: [
        .positional("n", .integer(1...Int.max), default: .value("1"), "how many such inputs")
      ],
      details: """
        Nothing is erased: redo goes forward again, and show cells lists all. Inside a block, or a
        script that is sourced, it goes back to before that.
        """,
      examples: [
        "load digits\nquery random 5\nundo\nshow labeled", "seed 1\nseed 2\nundo 2",
      ]),
    CommandImplementation(isNode: false, action: .compute(runUndo)))

  @Sendable private static func runUndo(_ invocation: inout Invocation) throws -> Output {
    let times = invocation.arguments.integer("n") ?? 1
    var line = try invocation.session.lease.lineage()
    let texts = Dictionary(
      try invocation.session.lease.inputs().map { ($0.number, $0.text.firstCodeLine) },
      uniquingKeysWith: { first, _ in first })
    var undone: [String] = []
    for _ in 0..<times {
      guard let last = line.last(where: \.changesState) else { break }
      undone.append(texts[last.input] ?? last.command)
      line.removeAll { $0.number >= last.number || $0.input == last.input }
    }
    guard undone.count == times else {
      throw Diagnostic(
        .range,
        undone.isEmpty
          ? "there is nothing to undo"
          : "there is no more than \(Format.count(undone.count, "input")) to undo",
        at: invocation.arguments.ranges["n"] ?? invocation.bound.range)
    }
    let head = line.last?.number
    invocation.headMove = .to(head)
    return HeadReport.output(
      head, branch: try invocation.session.lease.branch(),
      "undone: \(undone.reversed().joined(separator: "; "))")
  }

  static let redo = Row(
    Entry(
      .command, "redo", "goes forward again to where undo came from",
      examples: ["load digits\nundo\nredo\nshow pool", "seed 3\nundo\nredo"]),
    CommandImplementation(isNode: false, action: .compute(runRedo)))

  /// Follows the child last left, up to the end of the input that changed something. What was only
  /// looked at since `undo` is passed over.
  @Sendable private static func runRedo(_ invocation: inout Invocation) throws -> Output {
    let lease = invocation.session.lease
    var head = try lease.head()
    while let number = head, try lease.lastLeftChild(of: head) == nil,
      let cell = try lease.cell(number), !cell.changesState
    {
      head = cell.parent
    }
    var redone: CellRecord?
    while let child = try lease.lastLeftChild(of: head), let cell = try lease.cell(child) {
      if let redone, redone.input != cell.input { break }
      if cell.changesState { redone = cell }
      head = child
    }
    guard let redone else {
      throw Diagnostic(.range, "there is nothing to redo", at: invocation.bound.range)
    }
    invocation.headMove = .to(head)
    let text = try lease.inputs().first { $0.number == redone.input }?.text.firstCodeLine
    return HeadReport.output(
      head, branch: try lease.branch(), "again: \(text ?? redone.command)")
  }
}

extension String {
  /// The first line that is no comment, with a mark where more lines follow.
  var firstCodeLine: String {
    let lines = split(whereSeparator: \.isNewline).map { String($0).trimmed }
      .filter { !$0.isEmpty && !$0.hasPrefix("#") }
    guard let first = lines.first else { return trimmed }
    return lines.count > 1 ? first + " …" : first
  }

  var trimmed: String {
    let text = trimmingSuffix()
    return String(text.drop { $0.isWhitespace })
  }
}
