import Foundation
import GRDB

extension SessionLease {
  /// Writes down what was typed: one top-level statement with its comments. It is `running` until
  /// `endInput`, or until a cell that ends it.
  ///
  /// - Returns: its number.
  package func beginInput(text: String) throws(WorkspaceError) -> Int {
    try write { db in
      let input = try self.nextNumber(in: "input_rows", db)
      try db.execute(
        sql: """
          INSERT INTO input_rows (session, number, text, status, started)
          VALUES (?, ?, ?, 'running', ?)
          """, arguments: [number, input, text, Date()])
      return input
    }
  }

  /// Says how an input ended; one that never ends becomes `crashed` when the session is next taken.
  package func endInput(_ input: Int, status: EndStatus) throws(WorkspaceError) {
    try write { try self.end(input, status, $0) }
  }

  /// Writes a command as `running`, on disk before this returns, so that a crash leaves a trace.
  ///
  /// - Returns: the cell's number.
  package func begin(_ cell: NewCell) throws(WorkspaceError) -> Int {
    try write { try self.insert(cell, $0) }
  }

  /// Ends a running cell with everything that it did, in one transaction.
  ///
  /// - Parameter command: the canonical text, where it became known only as the command ran.
  /// - Throws: `cellNotRunning`; `noCell` where the head is to move to no node that ended well.
  package func finish(_ cell: Int, _ outcome: CellOutcome, command: String? = nil)
    throws(WorkspaceError)
  {
    try write { db in
      try self.complete(cell, outcome, db)
      guard let command else { return }
      try db.execute(
        sql: "UPDATE cell_rows SET command = ? WHERE session = ? AND number = ?",
        arguments: [command, number, cell])
    }
  }

  /// `begin` and `finish` in one transaction, for commands that take no time.
  ///
  /// - Returns: the cell's number.
  package func record(_ cell: NewCell, _ outcome: CellOutcome) throws(WorkspaceError) -> Int {
    try write { db in
      let number = try self.insert(cell, db)
      try self.complete(number, outcome, db)
      return number
    }
  }

  private func insert(_ cell: NewCell, _ db: Database) throws -> Int {
    let next = try nextNumber(in: "cell_rows", db)
    let parent = try head(in: db)
    try db.execute(
      sql: """
        INSERT INTO cell_rows (session, number, parent, input, position, command, typed, is_node,
          changes_state, variables, status, started)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)
        """,
      arguments: [
        number, next, parent, cell.input, cell.position, cell.command, cell.typed, cell.isNode,
        cell.changesState, cell.variables, Date(),
      ])
    if let platform = cell.platform { try note(platform: platform, of: next, db) }
    return next
  }

  private func complete(_ cell: Int, _ outcome: CellOutcome, _ db: Database) throws {
    let running = try Row.fetchOne(
      db,
      sql: """
        SELECT is_node, parent, input FROM cell_rows
        WHERE session = ? AND number = ? AND status = 'running'
        """, arguments: [number, cell])
    guard let running else { throw WorkspaceError.cellNotRunning(cell, session: number) }
    let isNode: Bool = try running.decode(atIndex: 0)
    let stretch =
      isNode
      ? try stretch(of: cell, after: try running.decode(atIndex: 1), outcome.begins, db) : Stretch()
    try update(cell, outcome, stretch, db)
    try insertPurchases(outcome.purchases, of: cell, db)
    try insertVerdicts(outcome.verdicts, of: cell, db)
    try insertMetrics(outcome.metrics, of: cell, db)
    try insertBlobs(outcome.blobs, of: cell, db)
    if outcome.status != .interrupted { try dropCheckpoint(of: cell, db) }
    switch outcome.headMove {
    case .to(let target): try setHead(to: target, db)
    case .onNewBranch(let name): try startBranch(name, db)
    case .onBranch(let name): try switchBranch(to: name, db)
    case .byItself where isNode && outcome.status == .ok: try storeHead(cell, db)
    case .byItself: break
    }
    if outcome.endsInput { try end(try running.decode(atIndex: 2), outcome.status, db) }
  }

  private func end(_ input: Int, _ status: EndStatus, _ db: Database) throws {
    try db.execute(
      sql: """
        UPDATE input_rows SET status = ? WHERE session = ? AND number = ? AND status = 'running'
        """, arguments: [status.rawValue, number, input])
    if db.changesCount == 0 { throw WorkspaceError.inputNotRunning(input, session: number) }
  }

  /// The run and round that a cell belongs to.
  private struct Stretch {
    var run: Int?
    var round: Int?
    /// The cell that began the round.
    var roundCell: Int?
  }

  private func stretch(of cell: Int, after parent: Int?, _ begins: CellBoundary?, _ db: Database)
    throws -> Stretch
  {
    if begins == .run {
      let run = try StoredNumber.next(
        after: "SELECT max(run) FROM cell_rows WHERE session = ?", [number], db)
      return Stretch(run: run, round: 0, roundCell: cell)
    }
    let row = try Row.fetchOne(
      db,
      sql: "SELECT run, round, round_cell FROM cell_rows WHERE session = ? AND number = ?",
      arguments: [number, parent])
    var stretch =
      try row.map {
        Stretch(
          run: try $0.optionalNumber(atIndex: 0), round: try $0.optionalNumber(atIndex: 1),
          roundCell: try $0.optionalNumber(atIndex: 2))
      } ?? Stretch()
    if begins == .round {
      stretch.round = (stretch.round ?? 0) + 1
      stretch.roundCell = cell
    }
    return stretch
  }

  private func update(_ cell: Int, _ outcome: CellOutcome, _ stretch: Stretch, _ db: Database)
    throws
  {
    let settings = outcome.settings
    try db.execute(
      sql: """
        UPDATE cell_rows SET status = ?, seconds = ?, run = ?, round = ?, round_cell = ?,
          dataset = ?, noise = ?, seed = ?, strategy = ?, filter = ?, model = ?,
          error = ?, effect = ?, result = ?
        WHERE session = ? AND number = ?
        """,
      arguments: [
        outcome.status.rawValue, outcome.seconds, stretch.run, stretch.round, stretch.roundCell,
        settings.dataset, settings.noise, settings.seed, settings.strategy, settings.filter,
        settings.model, outcome.error, outcome.effect, outcome.result, number, cell,
      ])
  }
}
