import CommandLanguage
import WorkspaceStore

/// The commands that give places in the tree of cells names: no nodes of it.
extension Vocabulary {
  static let branch = Row(
    Entry(
      .command, "branch", "goes on under a new name; what is left stays where it is",
      parameters: [
        .positional("name", .text, default: .absent, "a new name; none lists the branches")
      ],
      details: """
        A session begins on the branch main. branch NAME begins another at this cell and stands on
        it: undo and new commands move its end, and switch main goes back to where main was left.
        """,
      examples: [
        "load digits\nquery random 5\nbranch other\nundo\nquery coreset 5\nswitch main",
        "seed 1\nbranch trial\nbranch",
      ]),
    CommandImplementation(isNode: false, action: .compute(runBranch)))

  @Sendable private static func runBranch(_ invocation: inout Invocation) throws -> Output {
    let all = try invocation.session.lease.branches()
    guard let name = invocation.arguments.text("name") else { return list(all) }
    let range = invocation.arguments.ranges["name"]
    guard isName(name) else {
      throw Diagnostic(
        .type, "'\(name)' is no name for a branch", at: range,
        label: "a letter, then letters, digits, - or _")
    }
    guard !all.contains(where: { $0.name == name }) else {
      throw Diagnostic(
        .refused, "there is a branch '\(name)' already", at: range,
        notes: ["go there: switch \(name)"])
    }
    invocation.headMove = .onNewBranch(name)
    let head = try invocation.session.lease.head()
    return HeadReport.output(head, branch: name, "on branch \(name)")
  }

  /// What stands for nothing else where sessions and files can be named, too.
  private static func isName(_ text: String) -> Bool {
    guard let first = text.first, first.isLetter else { return false }
    return text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
  }

  private static func list(_ all: [Branch]) -> Output {
    Output(
      table: Table(
        columns: [.init("branch"), .init("head"), .init("current")],
        rows: all.map { [.string($0.name), .optional($0.head), .bool($0.isCurrent)] }))
  }

  static let `switch` = Row(
    Entry(
      .command, "switch", "goes to where another branch was left",
      parameters: [.positional("name", .text, "a branch; branch alone lists them")],
      examples: [
        "load digits\nbranch other\nquery random 5\nswitch main\nshow pool",
        "seed 1\nbranch trial\nseed 2\nswitch main",
      ]),
    CommandImplementation(isNode: false, action: .compute(runSwitch)))

  @Sendable private static func runSwitch(_ invocation: inout Invocation) throws -> Output {
    let lease = invocation.session.lease
    let all = try lease.branches()
    let name = invocation.arguments.text("name") ?? ""
    guard let branch = all.first(where: { $0.name == name }) else {
      var diagnostic = Diagnosis.diagnose(
        WorkspaceError.noBranch(name, session: lease.number, among: all.map(\.name)),
        command: invocation.bound)
      diagnostic.range = invocation.arguments.ranges["name"]
      throw diagnostic
    }
    invocation.headMove = .onBranch(name)
    let place = branch.head.map { "at cell \($0)" } ?? "before the first cell"
    return HeadReport.output(
      branch.head, branch: name,
      branch.isCurrent ? "on branch \(name) already" : "on branch \(name), \(place)")
  }
}

/// Where a session stands: what undo, redo, branch and switch say.
enum HeadReport {
  static func output(_ head: Int?, branch: String, _ line: String) -> Output {
    Output(
      record: .record(("head", .optional(head)), ("branch", .string(branch))), lines: [line])
  }
}
