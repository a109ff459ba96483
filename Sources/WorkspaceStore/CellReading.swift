import Foundation
import GRDB

extension SessionLease {
  /// The cells from the first to the head, in order.
  package func lineage() throws(WorkspaceError) -> [CellRecord] {
    try workspace.read { db in
      let head = try self.head(in: db)
      let line = try self.lineage(to: head, db)
      guard line.last?.number == head else {
        throw DatabaseError(
          resultCode: .SQLITE_CORRUPT,
          message: "session \(self.number) stands at a cell that is not there")
      }
      return line
    }
  }

  /// The cells from the first to `cell`, in order.
  ///
  /// - Throws: `noCell`.
  package func lineage(of cell: Int) throws(WorkspaceError) -> [CellRecord] {
    let line = try workspace.read { try self.lineage(to: cell, $0) }
    if line.isEmpty { throw .noCell(cell, session: number) }
    return line
  }

  /// All cells in the order of their numbers, failed and undone ones included.
  package func cells() throws(WorkspaceError) -> [CellRecord] {
    try workspace.read { db in
      try CellRecord.fetchAll(db, sql: "FROM cell_rows c WHERE c.session = ?", arguments: [number])
    }
  }

  /// The cells of an input in the order of their numbers.
  package func cells(ofInput input: Int) throws(WorkspaceError) -> [CellRecord] {
    try workspace.read { db in
      try CellRecord.fetchAll(
        db, sql: "FROM cell_rows c WHERE c.session = ? AND c.input = ?",
        arguments: [number, input])
    }
  }

  /// One cell, or nil where there is none of that number.
  package func cell(_ cell: Int) throws(WorkspaceError) -> CellRecord? {
    try workspace.read { db in
      try CellRecord.fetchAll(
        db, sql: "FROM cell_rows c WHERE c.session = ? AND c.number = ?", arguments: [number, cell]
      ).first
    }
  }

  /// The result of a cell as it was stored, or nil where it has none.
  package func result(of cell: Int) throws(WorkspaceError) -> String? {
    try workspace.read { db in
      try String.fetchOne(
        db, sql: "SELECT result FROM cell_rows WHERE session = ? AND number = ?",
        arguments: [number, cell])
    }
  }

  /// What was typed, in order.
  package func inputs() throws(WorkspaceError) -> [InputRecord] {
    try workspace.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT number, text, status, started FROM input_rows WHERE session = ? ORDER BY number
          """, arguments: [number]
      ).map { try InputRecord($0, from: 0) }
    }
  }

  private func lineage(to cell: Int?, _ db: Database) throws -> [CellRecord] {
    let line = try CellRecord.fetchAll(
      db, with: Self.line,
      sql: "FROM line l JOIN cell_rows c ON c.session = l.session AND c.number = l.number",
      arguments: [cell, number])
    var parent: Int?
    for record in line {
      guard record.parent == parent else {
        throw DatabaseError(
          resultCode: .SQLITE_CORRUPT,
          message: "cell \(record.number) does not follow cell \(record.parent ?? 0)")
      }
      parent = record.number
    }
    return line
  }
}

extension CellRecord {
  // Columns are read by place: by name costs more than the query does.
  private static let columns = """
    c.number, c.parent, c.input, c.position, c.command, c.typed, c.is_node, c.changes_state,
    c.variables, c.status, c.started, c.seconds, c.run, c.round, c.dataset, c.noise, c.seed,
    c.strategy, c.filter, c.model, c.error, c.effect
    """

  fileprivate static func fetchAll(
    _ db: Database, with prefix: String = "", sql: String, arguments: StatementArguments
  ) throws -> [CellRecord] {
    let rows = try Row.fetchCursor(
      db, sql: "\(prefix)SELECT \(columns) \(sql) ORDER BY c.number", arguments: arguments)
    var records: [CellRecord] = []
    while let row = try rows.next() { records.append(try CellRecord(row)) }
    return records
  }

  private init(_ row: Row) throws {
    self.init(
      number: try row.number(atIndex: 0), parent: try row.optionalNumber(atIndex: 1),
      input: try row.number(atIndex: 2), position: try row.number(atIndex: 3),
      command: try row.decode(atIndex: 4),
      typed: try row.decode(atIndex: 5), isNode: try row.decode(atIndex: 6),
      changesState: try row.decode(atIndex: 7), variables: try row.decode(atIndex: 8),
      status: try .stored(row, 9), started: try row.decode(atIndex: 10),
      seconds: try row.decode(atIndex: 11), run: try row.optionalNumber(atIndex: 12),
      round: try row.optionalNumber(atIndex: 13),
      settings: CellSettings(
        dataset: try row.decode(atIndex: 14), noise: try row.decode(atIndex: 15),
        seed: try row.decode(atIndex: 16), strategy: try row.decode(atIndex: 17),
        filter: try row.decode(atIndex: 18),
        model: try row.decode(atIndex: 19)),
      error: try row.decode(atIndex: 20), effect: try row.decode(atIndex: 21))
  }
}

extension InputRecord {
  /// From the columns number, text, status, started, the first of them at `index`.
  init(_ row: Row, from index: Int) throws {
    self.init(
      number: try row.number(atIndex: index), text: try row.decode(atIndex: index + 1),
      status: try .stored(row, index + 2), started: try row.decode(atIndex: index + 3))
  }
}

extension RunStatus {
  /// The schema admits no other word, so another means a damaged file.
  fileprivate static func stored(_ row: Row, _ index: Int) throws -> RunStatus {
    let word: String = try row.decode(atIndex: index)
    if let status = RunStatus(rawValue: word) { return status }
    throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "unknown status '\(word)'")
  }
}
