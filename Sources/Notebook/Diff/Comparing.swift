import CommandLanguage
import Foundation
import WorkspaceStore

/// Two ways beside each other: branches and sessions of a workspace, other workspaces, scripts.
package struct Comparing {
  private let workspace: Workspace
  /// The session whose branches can be named.
  private let lease: SessionLease
  private let environment: Environment

  package init(_ workspace: Workspace, _ lease: SessionLease, _ environment: Environment) {
    self.workspace = workspace
    self.lease = lease
    self.environment = environment
  }

  private enum Side {
    case trail(Trail, session: (Workspace, Int)?)
    case script(ScriptTrail)
  }

  /// What differs first, and whether anything does.
  /// - Throws: `unknown-name`, `file-missing`, `file-format`, `refused`.
  package func output(_ a: String, _ b: String) throws -> (Output, isSame: Bool) {
    let difference: Difference?
    switch (try side(a), try side(b)) {
    case (.trail(let one, _), .trail(let two, _)): difference = one.difference(from: two)
    case (let one, let two):
      difference = try script(one).difference(from: try script(two))
    }
    return (DifferenceReport(a, b, difference).output, difference == nil)
  }

  private func side(_ word: String) throws -> Side {
    if let number = Int(word) {
      let other = try workspace.readingLease(.number(number))
      let trail = try Trail("session \(number)", other, to: other.head())
      return .trail(trail, session: (workspace, number))
    }
    if word.hasSuffix(".winnow") {
      return .script(try ScriptTrail(word, try ScriptFile.read(word)))
    }
    if word.hasSuffix(".sqlite") || word.contains("/") {
      let other = try Workspace.open(word, readOnly: true)
      let newest = try other.openSession(.newest)
      return .trail(
        try Trail(word, newest, to: newest.head()), session: (other, newest.number))
    }
    let branches = try lease.branches()
    guard let branch = branches.first(where: { $0.name == word }) else {
      throw Diagnostic(
        .unknownName, "no branch '\(word)'",
        notes: [
          "branches: \(branches.map(\.name).joined(separator: ", "))",
          "also a session's number, a file .winnow, a workspace .sqlite",
        ], suggestions: Spelling.nearest(word, among: branches.map(\.name)))
    }
    return .trail(
      try Trail("branch \(word)", lease, to: branch.head),
      session: branch.isCurrent ? (workspace, lease.number) : nil)
  }

  /// A way as the script that `save` would write of it.
  private func script(_ side: Side) throws -> ScriptTrail {
    switch side {
    case .script(let script): return script
    case .trail(let trail, let session):
      guard let (workspace, number) = session else {
        throw Diagnostic(
          .refused,
          "\(trail.name) can be held against a script only where the session stands on it",
          notes: ["switch there first, or save it as a script"])
      }
      let reading = try Session(
        workspace: workspace, lease: workspace.readingLease(.number(number)),
        environment: environment)
      let saved = try SavedScript(reading, except: 0)
      return try ScriptTrail(trail.name, SourceText(name: nil, text: saved.text))
    }
  }
}

/// What `diff` says.
private struct DifferenceReport {
  let names: (String, String)
  let difference: Difference?

  init(_ a: String, _ b: String, _ difference: Difference?) {
    names = (a, b)
    self.difference = difference
  }

  var output: Output {
    let table = difference.map { found in
      Table(
        columns: [.init("of"), .init("at"), .init("command"), .init("value")],
        rows: [found.a, found.b].map { side in
          [
            .string(side.name), .optional(side.place), .optional(side.command),
            .optional(side.value),
          ]
        })
    }
    return Output(
      record: .record(
        ("same", .bool(difference == nil)), ("what", .optional(difference?.what)),
        ("a", json(difference?.a)), ("b", json(difference?.b)),
        ("gap", .optional(difference?.gap)),
        ("platform", .array((difference?.platform ?? []).map(JSON.string))),
        ("reason", .optional(difference?.reason))),
      table: table, drawn: table, lines: lines)
  }

  private func json(_ side: Difference.Side?) -> JSON {
    guard let side else { return .null }
    return .record(
      ("name", .string(side.name)), ("at", .optional(side.place)),
      ("command", .optional(side.command)), ("value", .optional(side.value)))
  }

  private var lines: [String] {
    guard let difference else { return ["\(names.0) and \(names.1): the same"] }
    let gap = difference.gap.map { ", \(Format.decimal($0)) apart" } ?? ""
    let platform = difference.platform.map { "platform differs: \($0)" }
    return platform + ["first difference: \(difference.what)\(gap)", "  \(difference.reason)"]
  }
}

extension Vocabulary {
  static let diff = Row(
    Entry(
      .command, "diff", "names the first cell, pick and reason in which two ways differ",
      parameters: [
        .positional("a", .text, "a branch, a session's number, a file .winnow or .sqlite"),
        .positional("b", .text, "what it is compared with"),
      ],
      details: """
        Cells that changed something are compared in their order: commands with all options, data,
        observed labels, picks, verdicts, metrics. A script is held against a script, or what save
        would write of a session; of a workspace it is the newest session.
        """,
      examples: [
        "load digits\nbranch other\nquery random 5\nswitch main\nquery coreset 5\ndiff main other",
        "seed 1\nsave one.winnow\nseed 2\nsave two.winnow\ndiff one.winnow two.winnow",
      ]),
    CommandImplementation(
      isNode: false,
      action: .compute { invocation in
        let session = invocation.session
        let comparing = Comparing(session.workspace, session.lease, invocation.environment)
        do {
          return try comparing.output(
            invocation.arguments.text("a") ?? "", invocation.arguments.text("b") ?? ""
          ).0
        } catch var diagnostic as Diagnostic where diagnostic.range == nil {
          diagnostic.range = invocation.bound.range
          throw diagnostic
        }
      }))
}
