/// The lines of a script, as bytes have them: as a character, `\r\n` is one that is no `\n`.
enum ScriptLines {
  /// With their ends, `\n` or `\r\n`; an empty last one is none.
  static func of(_ text: String) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      line.append(scalar)
      if scalar == "\n" {
        lines.append(String(line))
        line = String.UnicodeScalarView()
      }
    }
    return line.isEmpty ? lines : lines + [String(line)]
  }

  /// Whether a line has an end.
  static func isEnded(_ line: String) -> Bool { line.utf8.last == UInt8(ascii: "\n") }

  /// Whether saving writes it anew: a shebang, a record, recorded output.
  static func isMachine(_ line: String) -> Bool {
    let text = line.drop { $0 == " " || $0 == "\t" }
    return text.hasPrefix("#:") || text.hasPrefix("#!") || text.hasPrefix("#>")
  }

  /// What a person typed of a text: all lines but those that saving writes anew.
  static func typed(_ text: String) -> String {
    of(text).filter { !isMachine($0) }.joined()
  }
}
