import GRDB

/// The version of the workspace file, how a file is recognised, and how it comes to be.
///
/// Migrations are append-only: what once was released is never edited, a change is a new one that
/// raises `version`.
enum Schema {
  /// "WNNW", in the header of every workspace.
  static let applicationID: Int64 = 0x574E_4E57
  static let version = 4

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      for statement in Tables.version1 + Views.version1 {
        try db.execute(sql: statement)
      }
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: "PRAGMA user_version = 1")
    }
    migrator.registerMigration("2") { db in
      for statement in Tables.version2 { try db.execute(sql: statement) }
      try db.execute(sql: "PRAGMA user_version = 2")
    }
    migrator.registerMigration("3") { db in
      for statement in Tables.version3 { try db.execute(sql: statement) }
      try db.execute(sql: "PRAGMA user_version = 3")
    }
    migrator.registerMigration("4") { db in
      for statement in Tables.version4 + Views.version4 { try db.execute(sql: statement) }
      try db.execute(sql: "PRAGMA user_version = 4")
    }
    return migrator
  }

  /// What stands in a file that SQLite could open.
  enum Content: Equatable {
    /// Nothing yet: a new or empty file.
    case vacant
    case workspace(version: Int)
    case foreign(applicationID: UInt32)
  }

  /// To be asked within a transaction: another process may be making the file.
  static func content(of db: Database) throws -> Content {
    let id = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    if id == applicationID {
      return .workspace(version: try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0)
    }
    // A writer that is killed while it makes the file leaves a header, and then GRDB's own table,
    // which it makes in a transaction of its own before the first migration.
    let tables = "SELECT count(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'"
    let isEmpty = try Int.fetchOne(db, sql: tables) == 0
    return id == 0 && isEmpty ? .vacant : .foreign(applicationID: UInt32(truncatingIfNeeded: id))
  }
}
