/// Class names in a text file, one a line.
enum ClassNameFile {
  /// More bytes than this are no list of names.
  private static let limit = 1 << 16

  /// Reads all names; spaces around them and empty lines do not count.
  /// - Throws: `FileError` where there are not exactly `count` of them.
  static func read(_ path: String, count: Int) throws -> [String] {
    let file = try FileBytes(path)
    guard file.count <= limit else { throw wrong(path, count, "a file of \(file.count) bytes") }
    let text = String(decoding: try file.bytes(0..<file.count), as: UTF8.self)
    let names = text.split(whereSeparator: \.isNewline).map(trimmed).filter { !$0.isEmpty }
    guard names.count == count else { throw wrong(path, count, "\(names.count)") }
    return names
  }

  private static func trimmed(_ line: Substring) -> String {
    String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  private static func wrong(_ path: String, _ count: Int, _ found: String) -> FileError {
    FileError(.format, path: path, expected: "\(count) class names, one a line", found: found)
  }
}
