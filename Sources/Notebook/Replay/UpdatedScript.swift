import CommandLanguage

/// A script whose `#:` lines say what a new run has decided; everything else is as it was.
package struct UpdatedScript {
  /// The whole text.
  package let text: String
  /// What is taken out (-) and put in (+), each with its line; empty where nothing changes.
  package let changes: [String]

  /// - Parameters:
  ///   - header: of the run.
  ///   - records: of each statement; nil where there is nothing to record. Of statements on one line
  ///     only the last has a place for its record.
  init(_ source: SourceText, _ script: Script, header: ReplayHeader, records: [RecordLine?]) {
    let lines = ScriptLines.of(source.text)
    // Its lines end as the first one does.
    let end = lines.first?.utf8.suffix(2).elementsEqual("\r\n".utf8) ?? false ? "\r\n" : "\n"
    var recordAfter: [Int: String] = [:]
    for (statement, record) in zip(script.statements, records) {
      // The last statement of a line is the last to say so.
      recordAfter[Self.lastLine(statement.range, source)] = record.map { "#: \($0.text)\(end)" }
    }
    let isShebang = lines.first?.hasPrefix("#!") ?? false
    var result = isShebang ? [Self.ended(lines[0], end)] : []
    result.append(header.text + end)
    for (index, line) in lines.enumerated() where !(isShebang && index == 0) {
      let record = recordAfter[index + 1]
      if !Self.isRecord(line) { result.append(record == nil ? line : Self.ended(line, end)) }
      if let record { result.append(record) }
    }
    text = result.joined()
    changes = Self.changes(lines.map(Self.body), result.map(Self.body))
  }

  /// Of a range's last character, from 1.
  private static func lastLine(_ range: SourceRange, _ source: SourceText) -> Int {
    source.place(of: max(range.lower, range.upper - 1)).line
  }

  private static func ended(_ line: String, _ end: String) -> String {
    ScriptLines.isEnded(line) ? line : line + end
  }

  /// Without its end.
  private static func body(_ line: String) -> String {
    String(line.unicodeScalars.prefix { $0 != "\r" && $0 != "\n" })
  }

  private static func isRecord(_ line: String) -> Bool {
    line.drop { $0 == " " || $0 == "\t" }.hasPrefix("#:")
  }

  /// Lines that are no records are the same on both sides, so records between two of them belong
  /// together.
  private static func changes(_ old: [String], _ new: [String]) -> [String] {
    func groups(_ lines: [String]) -> [[String]] {
      lines.reduce(into: [[]]) { groups, line in
        if isRecord(line) { groups[groups.count - 1].append(line) } else { groups.append([]) }
      }
    }
    var place = 0
    return zip(groups(old), groups(new)).flatMap { before, after -> [String] in
      defer { place += before.count + 1 }
      guard before != after else { return [] }
      return ["line \(place + 1):"] + before.map { "- \($0)" } + after.map { "+ \($0)" }
    }
  }
}
