import Foundation
import GRDB
import Glibc

extension Workspace {
  /// Takes a session for writing. Cells and inputs that were running when its last writer went
  /// away become `crashed`.
  ///
  /// - Parameters:
  ///   - choice: on a read-only workspace `newest` is the newest of all, held or not.
  ///   - seed: what a new session begins with; a session that exists keeps its own.
  /// - Throws: `held`, `noSession`; `readOnly` or `newer` for a new one where nothing is written.
  package func openSession(_ choice: SessionChoice, seed: Int = 0) throws(WorkspaceError)
    -> SessionLease
  {
    if isReadOnly { return try readingLease(choice) }
    switch choice {
    case .new: return try newSession(seed: seed)
    case .number(let number): return try existingSession(number)
    case .newest:
      for number in try sessionNumbers().reversed() {
        if let lease = try lease(number) { return lease }
      }
      return try newSession(seed: seed)
    }
  }

  private func sessionNumbers() throws(WorkspaceError) -> [Int] {
    do {
      return try read { db in
        try Int.fetchAll(db, sql: "SELECT number FROM session_rows ORDER BY number")
          .map(StoredNumber.checked)
      }
    } catch .missing {
      return []
    }
  }

  private func existingSession(_ number: Int) throws(WorkspaceError) -> SessionLease {
    let all = try sessionNumbers()
    guard all.contains(number) else { throw Self.noSession(number, among: all) }
    if let lease = try lease(number) { return lease }
    throw .held(session: number, holder: try holder(of: number))
  }

  /// The lease of a session that exists, or nil where someone else has it.
  private func lease(_ number: Int) throws(WorkspaceError) -> SessionLease? {
    guard let lock = try SessionLock.acquire(byte: number, of: path) else { return nil }
    let seed = try write { db in
      try Self.markCrashed(number, db)
      try Self.sign(number, db)
      return try Self.seed(of: number, db)
    }
    return SessionLease(workspace: self, number: number, isNew: false, seed: seed, lock: lock)
  }

  /// The lock is taken before the new session can be seen, so nobody comes in between.
  private func newSession(seed: Int) throws(WorkspaceError) -> SessionLease {
    var lock: SessionLock?
    let number = try write { db in
      var number = try StoredNumber.next(after: "SELECT max(number) FROM session_rows", [], db)
      // Held without a session: someone is about to learn that there is no such number.
      while true {
        lock = try SessionLock.acquire(byte: number, of: path)
        if lock != nil { break }
        number += 1
      }
      try db.execute(
        sql: "INSERT INTO session_rows (number, created, seed) VALUES (?, ?, ?)",
        arguments: [number, Date(), seed])
      try Self.sign(number, db)
      return number
    }
    return SessionLease(workspace: self, number: number, isNew: true, seed: seed, lock: lock)
  }

  /// A lease that only reads, of a session that somebody else may hold.
  /// - Throws: `noSession`; `readOnly` or `newer` for a new one.
  package func readingLease(_ choice: SessionChoice) throws(WorkspaceError) -> SessionLease {
    let all = try sessionNumbers()
    let number: Int
    switch choice {
    case .number(let wanted) where all.contains(wanted): number = wanted
    case .number(let wanted): throw Self.noSession(wanted, among: all)
    case .newest where !all.isEmpty: number = all[all.count - 1]
    case .newest, .new: throw readOnlyReason ?? .readOnly(path: path)
    }
    let seed = try read { try Self.seed(of: number, $0) }
    return SessionLease(workspace: self, number: number, isNew: false, seed: seed, lock: nil)
  }

  private func holder(of number: Int) throws(WorkspaceError) -> SessionHolder? {
    try read { db in
      try Row.fetchOne(
        db,
        sql: "SELECT holder_pid, holder_host, holder_since FROM session_rows WHERE number = ?",
        arguments: [number]
      ).flatMap { try SessionHolder($0, from: 0) }
    }
  }

  private static func noSession(_ number: Int, among all: [Int]) -> WorkspaceError {
    guard let first = all.first, let last = all.last else {
      return .noSession(number, existing: nil)
    }
    return .noSession(number, existing: first...last)
  }

  /// Whoever has the lock knows that nothing else is running in the session.
  private static func markCrashed(_ number: Int, _ db: Database) throws {
    for table in ["cell_rows", "input_rows"] {
      try db.execute(
        sql: "UPDATE \(table) SET status = 'crashed' WHERE session = ? AND status = 'running'",
        arguments: [number])
    }
  }

  private static func sign(_ number: Int, _ db: Database) throws {
    try db.execute(
      sql: """
        UPDATE session_rows SET holder_pid = ?, holder_host = ?, holder_since = ? WHERE number = ?
        """, arguments: [Int(getpid()), hostName, Date(), number])
  }

  /// The machine's own name, without asking the network for it.
  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    // One byte is kept back: a name that is cut need not end in a zero.
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func seed(of number: Int, _ db: Database) throws -> Int {
    try Int.fetchOne(
      db, sql: "SELECT seed FROM session_rows WHERE number = ?", arguments: [number]) ?? 0
  }
}
