import CommandLanguage

/// A stretch of whole lines of a script; all of them together are the script, byte for byte.
struct ScriptBlock {
  enum Kind {
    /// Comments that are Markdown.
    case prose
    /// Statements, with the machine's lines and blank lines behind them.
    case code
    /// Lines for the machine before any statement, and blank lines.
    case machine
  }

  let kind: Kind
  /// With its line ends.
  fileprivate(set) var text: String
  /// The statements in it, by their places in the script.
  fileprivate(set) var statements: [Int]

  static func blocks(of source: SourceText, _ script: Script) -> [ScriptBlock] {
    var statementsAt: [Int: [Int]] = [:]
    var codeLines: Set<Int> = []
    for (index, statement) in script.statements.enumerated() {
      let first = source.place(of: statement.range.lower).line
      let last = source.place(of: max(statement.range.lower, statement.range.upper - 1)).line
      statementsAt[first, default: []].append(index)
      codeLines.formUnion(first...last)
    }
    var blocks: [ScriptBlock] = []
    var isInside = false
    for (index, line) in ScriptLines.of(source.text).enumerated() {
      let number = index + 1
      let own = statementsAt[number] ?? []
      // A line that goes on with the statement of the line before, or has another beside it.
      let continues = isInside && codeLines.contains(number) && own.isEmpty
      isInside = codeLines.contains(number)
      let kind = continues ? nil : kind(line, isCode: codeLines.contains(number))
      blocks.add(line, kind, own)
    }
    return blocks
  }

  /// Nil for what belongs to the block before.
  private static func kind(_ line: String, isCode: Bool) -> Kind? {
    if isCode { return .code }
    let text = line.drop { $0 == " " || $0 == "\t" }
    return text.hasPrefix("#") && !ScriptLines.isMachine(line) ? .prose : nil
  }

  /// Of prose: the Markdown that it is.
  var markdown: String {
    ScriptLines.of(text).map { line in
      let text = line.trimmed
      if text.hasPrefix("##") || !text.hasPrefix("#") { return text }
      let rest = text.dropFirst()
      return String(rest.hasPrefix(" ") ? rest.dropFirst() : rest)
    }.joined(separator: "\n").trimmed
  }

  /// Of code: what a person typed of it.
  var typed: String { ScriptLines.typed(text).trimmed }
}

extension [ScriptBlock] {
  fileprivate mutating func add(_ line: String, _ kind: ScriptBlock.Kind?, _ statements: [Int]) {
    let joins = kind == nil || (kind == .prose && last?.kind == .prose)
    if joins, !isEmpty {
      self[count - 1].text += line
      self[count - 1].statements += statements
    } else {
      append(ScriptBlock(kind: kind ?? .machine, text: line, statements: statements))
    }
  }
}
