import CommandLanguage
import TestSupport
import Testing

struct `Robustness` {
  private static let alphabet = Array("a1 \n=,;$'\"[](){}#\\>.\u{E9}")

  /// `#expect` takes microseconds even where it holds, too long for a million conditions.
  private func check(
    _ condition: Bool, _ text: @autoclosure () -> String,
    at location: SourceLocation = #_sourceLocation
  ) {
    if !condition { Issue.record("\(text())", sourceLocation: location) }
  }

  /// What must hold for any text whatever.
  private func examine(_ text: String) {
    let source = SourceText(name: "t", text: text)
    do {
      let script = try Parser.parse(source)
      var end = 0
      for statement in script.statements {
        check(
          statement.range.lower >= end && statement.range.upper <= source.count,
          source.text.debugDescription)
        end = statement.range.upper
        let alone = try Parser.parse(SourceText(text: String(source.slice(statement.range))))
        check(described(alone.statements) == described([statement]), "\(text.debugDescription)")
        if case .assignment(let assignment) = statement { checkRoundTrip(assignment.value) }
      }
      for comment in script.comments { #expect(source.slice(comment.range).first == "#") }
      let backslash = text.last { $0 != " " } == "\\"
      check(!Parser.isIncomplete(text) || backslash, "\(text.debugDescription)")
    } catch {
      check(!error.diagnostics.isEmpty, source.text.debugDescription)
      for diagnostic in error.diagnostics { checkDiagnostic(diagnostic, source) }
    }
  }

  private func checkRoundTrip(_ expression: Expression) {
    guard let value = try? expression.evaluate(in: ["a": .word("v")]) else { return }
    let again = try? Parser.parseValue(SourceText(text: value.text)).evaluate(in: [:])
    check(again == value, "\(value.text)")
  }

  private func checkDiagnostic(_ diagnostic: Diagnostic, _ source: SourceText) {
    guard let range = diagnostic.range else {
      Issue.record("no range: \(diagnostic.message)")
      return
    }
    check(range.lower >= 0 && range.upper <= source.count, source.text.debugDescription)
    let rendered = diagnostic.render(in: source)
    check(
      !rendered.utf8.contains { $0 < 0x20 && $0 != UInt8(ascii: "\n") },
      source.text.debugDescription)
    check(rendered.utf8.contains(UInt8(ascii: "^")), source.text.debugDescription)
  }

  @Test func `reads or refuses every short text`() {
    var texts: [String] = [""]
    for _ in 0..<4 {
      var longer: [String] = []
      longer.reserveCapacity(texts.count * Self.alphabet.count)
      for text in texts {
        for character in Self.alphabet {
          let next = text + String(character)
          examine(next)
          longer.append(next)
        }
      }
      texts = longer
    }
  }

  @Test func `completes at every place of every short text`() {
    for a in Self.alphabet {
      for b in Self.alphabet {
        for c in Self.alphabet {
          let text = "x \(a)\(b)\(c)"
          for cursor in 0...text.utf8.count {
            let context = CompletionContext(line: text, cursor: cursor)
            check(context.replace.upper <= cursor && context.replace.lower >= 0, text)
          }
        }
      }
    }
  }

  @Test func `reads or refuses soups of tokens`() {
    let tokens = [
      "repeat", "for", "in", "x", "1..3", "5", "0.5", "$x", "'s'", "\"a $x\"", "[", "]", "(", ")",
      "{", "}", ",", ";", "\n", "\r\n", "=", ">=", " ", " ", " ", "# c\n", "\\\n", "npc(", "d=1",
      "\t", "数", "\u{FEFF}", "'", "\"",
    ]
    var state: UInt64 = 7
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<20_000 {
      let text = (0..<(1 + next(14))).map { _ in tokens[next(tokens.count)] }.joined()
      examine(text)
      let cursor = next(text.utf8.count + 1)
      check(CompletionContext(line: text, cursor: cursor).replace.upper <= cursor, text)
    }
  }

  @Test(arguments: ["[", "a(b=", "repeat 1 {", "repeat 1 {\n", "for x in a {"])
  func `refuses what is nested too deeply`(_ opener: String) {
    let inBlock = opener.hasPrefix("repeat") || opener.hasPrefix("for")
    let start = inBlock ? "" : "a "
    let text = start + String(repeating: opener, count: 100_000)
    #expect(failures(text).map(\.message) == ["more than 64 levels of nesting"])
    #expect(Parser.isIncomplete(text))
    _ = CompletionContext(line: text, cursor: text.utf8.count)
  }

  @Test func `accepts the deepest nesting allowed`() throws {
    let open = String(repeating: "[", count: 64)
    let close = String(repeating: "]", count: 64)
    let script = try Parser.parse(SourceText(text: "a " + open + close))
    #expect(script.statements.count == 1)
  }

  @Test(
    arguments: [
      "a b\n", "a ,b\n", "\\ ", "\\", "'", "\"$x\" ", "\"${", "[1,", "}", "a=", "$", "#", " #",
      "a b(c=1)\n", "1,", "\u{A0}", "repeat 1 { a }\n", "\u{0}",
    ])
  func `takes time in proportion to the text`(_ piece: String) {
    let text = "a " + String(repeating: piece, count: 300_000)
    let seconds = processorSeconds {
      _ = failures(text)
      _ = Parser.isIncomplete(text)
    }
    #expect(seconds < 60)
  }
}
