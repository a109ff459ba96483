import CommandLanguage

/// A script cut into inputs: each statement with the comments and blank lines before it and what
/// stands behind it on its line, so that the pieces together are the script, but for blank space and
/// semicolons behind its last statement and comment.
package struct InputText {
  /// Nil for a piece that holds comments only.
  package let statement: Statement?
  package let text: String

  package static func slices(of script: Script, in source: SourceText) -> [InputText] {
    var pieces: [InputText] = []
    var lower = 0
    for (index, statement) in script.statements.enumerated() {
      let next = script.statements.indices.contains(index + 1)
      let limit = next ? script.statements[index + 1].range.lower : source.count
      let upper = end(of: statement, in: source, limit: limit)
      pieces.append(
        InputText(
          statement: statement, text: String(source.slice(SourceRange(lower, upper)))))
      lower = upper
    }
    let rest = String(source.slice(SourceRange(lower, source.count)))
    if rest.utf8.contains(UInt8(ascii: "#")) {
      pieces.append(InputText(statement: nil, text: rest))
    }
    return pieces
  }

  /// Behind the line end, or where the next statement on the same line begins.
  private static func end(of statement: Statement, in source: SourceText, limit: Int) -> Int {
    let tail = source.slice(SourceRange(statement.range.upper, limit)).utf8
    guard let newline = tail.firstIndex(of: UInt8(ascii: "\n")) else { return limit }
    return statement.range.upper + tail.distance(from: tail.startIndex, to: newline) + 1
  }
}
