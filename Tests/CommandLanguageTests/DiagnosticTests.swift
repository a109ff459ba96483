import CommandLanguage
import Testing

struct `Diagnostics` {
  private let script = SourceText(
    name: "demo.winnow", text: "\n\n\n\n\n\n  query ncp 100\nrepeat 2 {\n\ta $x\n}\n")

  private func offset(of text: String, in source: SourceText) throws -> SourceRange {
    let range = try #require(source.text.firstRange(of: text))
    let lower = source.text.utf8.distance(from: source.text.startIndex, to: range.lowerBound)
    return SourceRange(lower, lower + text.utf8.count)
  }

  private func unknown(_ range: SourceRange?) -> Diagnostic {
    Diagnostic(
      .unknownName, "no query strategy 'ncp'", at: range,
      notes: ["strategies: npc, margin, entropy, … (help query)"], suggestions: ["npc"])
  }

  @Test func `show the place, the line and what may have been meant`() throws {
    let diagnostic = unknown(try offset(of: "ncp", in: script))
    #expect(
      diagnostic.render(in: script) == """
        error[unknown-name]: no query strategy 'ncp'
         --> demo.winnow:7:9
          |
        7 |   query ncp 100
          |         ^^^ did you mean 'npc'?
          = strategies: npc, margin, entropy, … (help query)
        """)
    let location = diagnostic.location(in: script)
    #expect(location.file == "demo.winnow")
    #expect([location.line, location.column, location.length] == [7, 9, 3])
  }

  @Test func `name the cell at the prompt`() throws {
    let source = SourceText(text: "query ncp 100")
    #expect(
      unknown(SourceRange(6, 9)).render(in: source, location: "cell 12") == """
        error[unknown-name]: no query strategy 'ncp'
         --> cell 12
          |
        1 | query ncp 100
          |       ^^^ did you mean 'npc'?
          = strategies: npc, margin, entropy, … (help query)
        """)
    #expect(
      unknown(SourceRange(6, 9)).render(in: source).contains("\n --> line 1, column 7\n"))
  }

  @Test func `do without a place`() {
    #expect(
      unknown(nil).render(in: nil, location: "cell 3") == """
        error[unknown-name]: no query strategy 'ncp'
         --> cell 3
          = did you mean 'npc'?
          = strategies: npc, margin, entropy, … (help query)
        """)
    #expect(
      Diagnostic(.diskFull, "the disk is full").render(in: nil) == """
        error[disk-full]: the disk is full
        """)
    let location = unknown(nil).location(in: nil)
    #expect(location.file == nil)
    #expect([location.line, location.column, location.length] == [nil, nil, nil])
  }

  @Test func `widen the margin for long line numbers`() {
    let source = SourceText(name: "f", text: String(repeating: "\n", count: 99) + "load x")
    let diagnostic = Diagnostic(.refused, "no", at: SourceRange(104, 105), notes: ["two\nlines"])
    #expect(
      diagnostic.render(in: source) == """
        error[refused]: no
           --> f:100:6
            |
        100 | load x
            |      ^
            = two
              lines
        """)
  }

  @Test func `count display columns`() throws {
    let source = SourceText(name: "f", text: "say 数据 e\u{301}\t'🙂é' xyz")
    let wide = try offset(of: "'🙂é'", in: source)
    #expect(
      Diagnostic(.type, "m", at: wide, label: "here").render(in: source) == """
        error[type]: m
         --> f:1:12
          |
        1 | say 数据 e\u{301} '🙂é' xyz
          |            ^^^^^ here
        """)
    #expect(Diagnostic(.type, "m", at: wide).location(in: source).length == 5)
  }

  @Test func `mark the first line of what has many`() throws {
    let source = SourceText(name: "f", text: "a\nb [1,\r\n 2]\n")
    let range = SourceRange(4, 12)
    #expect(source.slice(range) == "[1,\r\n 2]")
    #expect(
      Diagnostic(.type, "m", at: range).render(in: source) == """
        error[type]: m
         --> f:2:3
          |
        2 | b [1,
          |   ^^^
        """)
  }

  @Test func `mark the place behind the last character`() {
    let source = SourceText(name: "f", text: "a b=\n")
    #expect(
      Diagnostic(.syntax, "m", at: SourceRange(4, 4)).render(in: source) == """
        error[syntax]: m
         --> f:1:5
          |
        1 | a b=
          |     ^
        """)
    #expect(
      Diagnostic(.syntax, "m", at: SourceRange(5, 5)).render(in: source) == """
        error[syntax]: m
         --> f:2:1
          |
        2 |
          | ^
        """)
  }

  @Test func `cut long lines around the mark`() {
    let text =
      "start " + String(repeating: "a", count: 200) + " bad " + String(repeating: "b", count: 200)
    let source = SourceText(name: "f", text: text)
    let lines = Diagnostic(.type, "m", at: SourceRange(207, 210)).render(in: source, width: 40)
      .split(separator: "\n")
    #expect(lines[3] == "1 | …aaaaaaaaaa bad bbbbbbbbbbbbbbbbbbb…")
    #expect(lines[4] == "  |             ^^^")
    let first = Diagnostic(.type, "m", at: SourceRange(0, 5)).render(in: source, width: 40)
      .split(separator: "\n")
    #expect(first[3] == "1 | start aaaaaaaaaaaaaaaaaaaaaaaaaaaaa…")
    #expect(first[4] == "  | ^^^^^")
    let last = Diagnostic(.type, "m", at: SourceRange(410, 411)).render(in: source, width: 40)
      .split(separator: "\n")
    #expect(last[3] == "1 | …" + String(repeating: "b", count: 35))
    #expect(last[4] == "  | " + String(repeating: " ", count: 35) + "^")
  }

  @Test func `keep every window of a wide line within its columns`() {
    let text = String(repeating: "数a", count: 60)
    let source = SourceText(name: "f", text: text)
    for lower in stride(from: 0, to: text.utf8.count, by: 1) {
      let range = SourceRange(lower, lower + 1)
      let lines = Diagnostic(.type, "m", at: range).render(in: source, width: 44)
        .split(separator: "\n")
      #expect(Display.width(of: lines[3]) <= 44)
      #expect(Display.width(of: lines[4]) <= 44)
    }
  }

  @Test func `obey nothing that stands in a text`() {
    let source = SourceText(name: "f\u{1B}[2J", text: "a \u{1B}]0;x\u{7}\u{202E}b")
    let diagnostic = Diagnostic(
      .syntax, "bad \u{1B}[31m\nline", at: SourceRange(2, 4), label: "l\u{9B}m", notes: ["\u{8}n"])
    #expect(
      diagnostic.render(in: source) == """
        error[syntax]: bad \u{FFFD}[31m line
         --> f\u{FFFD}[2J:1:3
          |
        1 | a \u{FFFD}]0;x\u{FFFD}\u{FFFD}b
          |   ^^ l\u{FFFD}m
          = \u{FFFD}n
        """)
  }

  @Test func `are coloured only where asked`() throws {
    let diagnostic = unknown(try offset(of: "ncp", in: script))
    let colored = diagnostic.render(in: script, color: true)
    #expect(colored.hasPrefix("\u{1B}[1;31merror[unknown-name]\u{1B}[0m\u{1B}[1m: no query"))
    #expect(
      colored.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == diagnostic.render(in: script))
  }

  @Test func `are shown in their own source if they have one`() {
    var diagnostic = unknown(SourceRange(6, 9))
    diagnostic.source = SourceText(name: "inner.winnow", text: "query ncp 5")
    let text = diagnostic.render(in: script, location: "cell 4")
    #expect(text.contains("\n --> inner.winnow:1:7\n"))
    #expect(diagnostic.location(in: script).file == "inner.winnow")
  }

  @Test func `stand by the label when there are suggestions too`() {
    let source = SourceText(name: "f", text: "a b")
    var diagnostic = Diagnostic(
      .unknownName, "m", at: SourceRange(2, 3), suggestions: ["x", "y", "z", "w"])
    #expect(diagnostic.suggestions.count == 3)
    #expect(diagnostic.render(in: source).hasSuffix("^ did you mean 'x', 'y' or 'z'?"))
    diagnostic.label = "here"
    #expect(diagnostic.render(in: source).hasSuffix("^ here\n  = did you mean 'x', 'y' or 'z'?"))
  }

  @Test func `never trap, wherever their range points`() {
    let source = SourceText(name: "f", text: "é\r\n数\n")
    for lower in -2..<14 {
      for upper in -2..<14 {
        let diagnostic = Diagnostic(.type, "m", at: SourceRange(lower, upper))
        #expect(diagnostic.render(in: source).contains("^"))
      }
    }
  }

  @Test func `have the codes that programs rely on`() {
    #expect(
      Diagnostic.Code.allCases.map(\.rawValue).joined(separator: ", ") == """
        syntax, unknown-name, unknown-option, unread-variable, missing-argument, type, range, \
        budget, needs-data, needs-embedding, needs-labels, needs-model, needs-delta, \
        file-missing, file-format, file-forbidden, refused, assertion, interrupted, \
        workspace-held, workspace-newer, workspace-corrupt, disk-full
        """)
  }
}
