/// Which SQL statements a reader may run, judged by their first words before SQLite sees them.
///
/// The connection could not write to the workspace anyway; this keeps out what does not write but
/// still is no reading: attaching other files, changing the connection, transactions.
enum ReadOnlyStatement {
  private static let verbs: Set<String> = ["select", "with", "values", "explain"]
  private static let pragmas: Set<String> = [
    "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
    "foreign_key_list", "database_list", "function_list", "collation_list", "compile_options",
    "integrity_check", "quick_check",
  ]

  static func check(_ sql: String) throws(WorkspaceError) {
    var words = Words(sql)
    guard let verb = words.next() else {
      throw .query(message: "the query is empty", offset: nil)
    }
    if verbs.contains(verb.text) { return }
    guard verb.text == "pragma" else {
      throw .query(
        message: "only SELECT, WITH, VALUES, EXPLAIN and PRAGMA table_info are possible here",
        offset: verb.offset)
    }
    guard let name = words.next(), pragmas.contains(name.text) else {
      throw .query(
        message: "of PRAGMA only table_info and others that read the schema are possible here",
        offset: verb.offset)
    }
  }

  /// Whether a name stands somewhere in the query.
  static func mentions(_ name: String, in sql: String) -> Bool {
    var words = Words(sql)
    while let word = words.next() { if word.text == name { return true } }
    return false
  }

  static func firstWord(of sql: String) -> (text: String, offset: Int)? {
    var words = Words(sql)
    return words.next()
  }

  /// Where the first table expression of a `WITH` or `WITH RECURSIVE` begins, in bytes.
  static func afterWith(_ sql: String) -> Int {
    var words = Words(sql)
    _ = words.next()
    guard let word = words.next() else { return sql.utf8.count }
    return word.text == "recursive" ? words.next()?.offset ?? sql.utf8.count : word.offset
  }

  /// The words of a statement in lower case, comments and blanks skipped; anything else than a
  /// letter, digit or underscore is a word by itself.
  private struct Words {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ sql: String) { bytes = Array(sql.utf8) }

    mutating func next() -> (text: String, offset: Int)? {
      skip()
      guard offset < bytes.count else { return nil }
      let start = offset
      while offset < bytes.count, isWord(bytes[offset]) { offset += 1 }
      if offset == start { offset += 1 }
      return (String(decoding: bytes[start..<offset], as: UTF8.self).lowercased(), start)
    }

    private mutating func skip() {
      while offset < bytes.count {
        if " \t\n\r\u{C}".utf8.contains(bytes[offset]) {
          offset += 1
        } else if bytes[offset...].starts(with: "--".utf8) {
          while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
        } else if bytes[offset...].starts(with: "/*".utf8) {
          offset += 2
          while offset < bytes.count, !bytes[offset...].starts(with: "*/".utf8) { offset += 1 }
          offset = min(offset + 2, bytes.count)
        } else {
          return
        }
      }
    }

    private func isWord(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
  }
}
