import CommandLanguage
import WorkspaceStore

/// A cell of a workspace at which a session stands as a script does after its first statements: from
/// there a replay can go on without running them again.
///
/// The two are compared by the digest of their lineage: the SHA-256 of the session's seed and, one after
/// the other, of the statements as typed, without comments around them; those that only look leave it
/// as it is. What a script sources is no part of its text, so no prefix reaches beyond a `source`.
package struct StoredPrefix: Sendable {
  package let session: Int
  package let cell: Int
  /// How many statements of the script are behind it.
  package let statements: Int

  /// The state that has the most of the script, of several the newest; nil where there is none.
  ///
  /// - Parameters:
  ///   - limit: no more than so many statements.
  ///   - seed: that the replay begins with.
  package static func newest(
    of replay: Replay, before limit: Int, seed: Int, in workspace: Workspace
  ) throws -> StoredPrefix? {
    var reach: [String: Int] = [:]
    var lineage = LineageDigest(seed: seed)
    for (index, statement) in replay.statements.prefix(limit).enumerated() {
      guard lineage.add(statement, in: replay.source) else { break }
      reach[lineage.text] = index + 1
    }
    var best: StoredPrefix?
    for summary in try workspace.sessions() {
      let lease = try workspace.readingLease(.number(summary.number))
      for (cell, digest) in try digests(of: lease) {
        guard let count = reach[digest] else { continue }
        if count >= best?.statements ?? 0 {
          best = StoredPrefix(session: summary.number, cell: cell, statements: count)
        }
      }
    }
    return best
  }

  /// The lineage of each cell that ends an input which is over, in the order of their numbers.
  private static func digests(of lease: SessionLease) throws -> [(cell: Int, digest: String)] {
    let inputs = try Dictionary(
      lease.inputs().map { ($0.number, $0) }, uniquingKeysWith: { $1 })
    let cells = try lease.cells().filter { $0.isNode && $0.status == .ok }
    let last = Dictionary(cells.map { ($0.input, $0.number) }, uniquingKeysWith: max)
    let changing = Set(cells.filter(\.changesState).map(\.input))
    let known = Dictionary(cells.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
    // Before a cell's input, and behind it where the input ends there.
    var before: [Int: LineageDigest] = [:]
    var behind: [Int: LineageDigest] = [:]
    var found: [(cell: Int, digest: String)] = []
    for cell in cells {
      let parent = cell.parent.flatMap { known[$0] }
      let start =
        parent.map { $0.input == cell.input ? before[$0.number] : behind[$0.number] }
        ?? LineageDigest(seed: lease.seed)
      guard var lineage = start, let input = inputs[cell.input] else { continue }
      before[cell.number] = lineage
      guard last[cell.input] == cell.number, input.status == .ok else { continue }
      if changing.contains(cell.input), !lineage.add(typed: input.text) { continue }
      behind[cell.number] = lineage
      found.append((cell.number, lineage.text))
    }
    return found
  }
}

/// What was typed so far, as one number.
private struct LineageDigest {
  private(set) var text: String

  init(seed: Int) { text = Digest.sha256("seed \(seed)".utf8) }

  /// - Returns: false where the statement's text does not say what it does.
  mutating func add(_ statement: Statement, in source: SourceText) -> Bool {
    guard !statement.runsFile else { return false }
    if !statement.onlyLooks {
      text = Digest.sha256((text + "\n" + String(source.slice(statement.range))).utf8)
    }
    return true
  }

  /// - Parameter typed: the text of an input, which is one statement.
  mutating func add(typed: String) -> Bool {
    let source = SourceText(text: typed)
    guard let script = try? Parser.parse(source), script.statements.count == 1 else {
      return false
    }
    return add(script.statements[0], in: source)
  }
}

extension Statement {
  /// Whether it is one command that changes nothing.
  var onlyLooks: Bool {
    guard case .command(let command) = self else { return false }
    return command.row.map { !$0.implementation.changesState } ?? false
  }

  /// Whether a script is sourced in it, at any depth.
  fileprivate var runsFile: Bool {
    switch self {
    case .assignment: false
    case .command(let command): command.row?.entry.name == Vocabulary.source.entry.name
    case .repeat(let loop): loop.body.statements.contains(where: \.runsFile)
    case .for(let loop): loop.body.statements.contains(where: \.runsFile)
    }
  }
}

extension Command {
  /// What its verb stands for; nil where it is no command.
  fileprivate var row: Row<CommandImplementation>? {
    guard let entry = Vocabulary.find(.command, verb.text)?.entry else { return nil }
    return Vocabulary.commands.first { $0.entry.name == entry.name }
  }
}
