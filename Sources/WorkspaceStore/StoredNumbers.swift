import GRDB

/// Numbers as they come back from the file. What was written here is never below 0 or above 2⁵³, up
/// to which JSON is exact; a file that says otherwise is damaged, and arithmetic on it could overflow.
enum StoredNumber {
  private static let largest = 1 << 53

  static func checked(_ number: Int) throws -> Int {
    guard (0...largest).contains(number) else {
      throw DatabaseError(
        resultCode: .SQLITE_CORRUPT, message: "\(number) is no number of anything")
    }
    return number
  }

  /// One more than the largest so far, which the query asks for; 1 where there is none.
  static func next(
    after sql: String, _ arguments: StatementArguments, _ db: Database
  ) throws -> Int {
    try checked(Int.fetchOne(db, sql: sql, arguments: arguments) ?? 0) + 1
  }
}

extension Row {
  /// The number of a session, cell, sample, …, or how many.
  func number(atIndex index: Int) throws -> Int {
    try StoredNumber.checked(decode(atIndex: index))
  }

  func optionalNumber(atIndex index: Int) throws -> Int? {
    try decode(Int?.self, atIndex: index).map(StoredNumber.checked)
  }
}
