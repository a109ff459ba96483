/// What a query found: column names as SQLite gives them, and rows of typed values.
package struct SQLTable: Sendable, Hashable {
  package let columns: [String]
  /// Each as long as `columns`.
  package let rows: [[SQLValue]]
}

/// One value of a query's answer.
package enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}
