import Foundation
import GRDB

extension SessionSummary {
  /// What the file knows of a session; who holds it is asked of the lock.
  struct Stored {
    let number: Int
    private let created: Date
    private let seed: Int
    private let head: Int?
    private let cells: Int
    private let lastUsed: Date
    private let holder: SessionHolder?

    static func fetchAll(_ db: Database) throws -> [Stored] {
      try Row.fetchAll(
        db,
        sql: """
          SELECT s.number, s.created, s.seed, s.head, count(c.number),
            coalesce(max(c.started), s.created), s.holder_pid, s.holder_host, s.holder_since
          FROM session_rows s LEFT JOIN cell_rows c ON c.session = s.number
          GROUP BY s.number ORDER BY s.number
          """
      ).map { try Stored($0) }
    }

    private init(_ row: Row) throws {
      number = try row.number(atIndex: 0)
      created = try row.decode(atIndex: 1)
      seed = try row.decode(atIndex: 2)
      head = try row.optionalNumber(atIndex: 3)
      cells = try row.decode(atIndex: 4)
      lastUsed = try row.decode(atIndex: 5)
      holder = try SessionHolder(row, from: 6)
    }

    func summary(isHeld: Bool) -> SessionSummary {
      SessionSummary(
        number: number, created: created, seed: seed, head: head, cells: cells, lastUsed: lastUsed,
        isHeld: isHeld, holder: holder)
    }
  }
}

extension SessionHolder {
  /// Who signed in the three columns from `index` on, or nil where nobody has.
  init?(_ row: Row, from index: Int) throws {
    guard let pid: Int = try row.decode(atIndex: index) else { return nil }
    self.init(
      pid: pid, host: try row.decode(atIndex: index + 1), since: try row.decode(atIndex: index + 2))
  }
}
