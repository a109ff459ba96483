import GRDB
import GRDBSQLite

extension Workspace {
  /// Answers one SQL query over the views. Nothing but reading is possible.
  ///
  /// - Parameter isInterrupted: asked every few thousand steps; true stops the query.
  /// - Throws: `missing`, `query` with SQLite's message, `interrupted`.
  package func query(_ sql: String, isInterrupted: @escaping @Sendable () -> Bool = { false })
    throws(WorkspaceError) -> SQLTable
  {
    try ReadOnlyStatement.check(sql)
    return try read { db in
      sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_ATTACHED, 0)
      let query = try LoopColumns(sql, in: db)
      do {
        return try Self.polling(isInterrupted, db) { try Self.table(query.sql, db) }
      } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
        throw WorkspaceError.query(
          message: error.message ?? "", offset: Self.errorOffset(db, sql, query.shift))
      } catch let error as DatabaseError
        where [.SQLITE_READONLY, .SQLITE_MISUSE].contains(error.resultCode)
      {
        throw WorkspaceError.query(message: error.message ?? "", offset: nil)
      }
    }
  }

  private static func table(_ sql: String, _ db: Database) throws -> SQLTable {
    let statement = try db.makeStatement(sql: sql)
    guard statement.isReadonly else {
      throw WorkspaceError.query(message: "only reading is possible here", offset: nil)
    }
    let cursor = try Row.fetchCursor(statement)
    var rows: [[SQLValue]] = []
    while let row = try cursor.next() { rows.append(row.map { SQLValue($0.1) }) }
    return SQLTable(columns: statement.columnNames, rows: rows)
  }

  /// Lets SQLite ask `isInterrupted` while `body` runs.
  private static func polling<T>(
    _ isInterrupted: @escaping @Sendable () -> Bool, _ db: Database, _ body: () throws -> T
  ) throws -> T {
    let question = Question(ask: isInterrupted)
    return try withExtendedLifetime(question) {
      sqlite3_progress_handler(
        db.sqliteConnection, 10_000,
        { context in
          guard let context else { return 0 }
          return Unmanaged<Question>.fromOpaque(context).takeUnretainedValue().ask() ? 1 : 0
        },
        Unmanaged.passUnretained(question).toOpaque())
      defer { sqlite3_progress_handler(db.sqliteConnection, 0, nil, nil) }
      return try body()
    }
  }

  private final class Question: Sendable {
    let ask: @Sendable () -> Bool
    init(ask: @escaping @Sendable () -> Bool) { self.ask = ask }
  }

  private static func errorOffset(_ db: Database, _ sql: String, _ shift: Int) -> Int? {
    let offset = Int(sqlite3_error_offset(db.sqliteConnection)) - shift
    return (0...sql.utf8.count).contains(offset) ? offset : nil
  }
}

extension SQLValue {
  fileprivate init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let number): self = .integer(number)
    case .double(let number): self = .real(number)
    case .string(let text): self = .text(text)
    case .blob(let data): self = .blob([UInt8](data))
    }
  }
}
