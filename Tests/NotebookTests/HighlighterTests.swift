import CommandLanguage
import Notebook
import TestSupport
import Testing

/// What is coloured while it is typed, and what is marked as wrong.
@Suite struct HighlighterTests {
  /// The words of a role; the cursor is at the `|`, or at the end.
  private func words(_ text: String, _ role: Highlighter.Role, in trial: Trial) -> [String] {
    let parts = text.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
    let line = parts.joined()
    let source = SourceText(text: line)
    return Highlighter(trial.session).stretches(of: line, cursor: parts[0].utf8.count)
      .filter { $0.role == role }.map { String(source.slice($0.range)) }
  }

  private func wrong(_ text: String) throws -> [String] {
    try withTrial { Set(words(text, .wrong, in: $0)).sorted() }
  }

  @Test func `every role has its words`() throws {
    try withTrial { trial in
      let text = """
        x = 'a' # remark
        for s in 1..5 { query npc(delta=0.5) 20 ties=lowest; plan train linear on=all }
        show vars; sql "select $x"; set timing on
        """
      #expect(
        words(text, .command, in: trial)
          == ["for", "in", "query", "plan", "train", "show", "sql", "set"])
      #expect(words(text, .method, in: trial) == ["npc", "linear", "timing"])
      #expect(words(text, .option, in: trial) == ["delta", "ties", "on"])
      #expect(words(text, .variable, in: trial) == ["x", "s", "$x"])
      #expect(words(text, .string, in: trial) == ["'a'", "\"select $x\""])
      #expect(words(text, .number, in: trial) == ["1..5", "0.5", "20", "on"])
      #expect(words(text, .comment, in: trial) == ["# remark"])
      #expect(words(text, .wrong, in: trial) == [])
    }
  }

  @Test(arguments: [
    ("quey npc", ["quey"]), ("query ncp 20", ["ncp"]), ("query npc 20 dela=3 ", ["dela"]),
    ("query npc 20 delta=3 share=0 ", ["0"]), ("train linear on=some ", ["some"]),
    ("seed $nothing ", ["$nothing"]), ("query npc ) 20", [")"]), ("noise sym 1.5 ", ["1.5"]),
    ("repeat 5 { quey npc", ["quey"]), ("repeat 5 {\n  seed 1\n  query ncp 20\n  tr", ["ncp"]),
    ("quey npc 20; lod digits; seed 1", ["lod", "quey"]),
    ("query ncp 20 delta=", ["ncp"]), ("source nowhere.winnow ", ["nowhere.winnow"]),
    ("quey| npc 20 delta=0.5", ["quey"]), ("load digits subset=none; set x 1 ", ["x"]),
  ])
  func `what does not exist or does not fit is marked`(_ text: String, _ expected: [String]) throws
  {
    #expect(try wrong(text) == expected)
  }

  @Test(arguments: [
    "q", "quer", "query", "query n", "query npc 20 del", "query npc 20 delta=", "query npc 2",
    "x =", "x = ", "for", "for s", "for s in ", "repeat 5", "repeat 5 {", "query npc(", "load 'di",
    "query npc(delta=0.5, sh", "noise sym 5", "train linear on=cl", "query npc 20 ti|es=lowest",
    "q|uery npc 20", "x| = 5", "query npc 20 | delta=0.5", "seed 1; ", "# remark",
    "query npc 20 \\", "",
  ])
  func `what may still become right is not marked`(_ text: String) throws {
    #expect(try wrong(text) == [])
  }

  @Test func `loops of a million values and scripts are not walked for each key`() throws {
    try withTrial { trial in
      let text = "for a in 1..1000000 { for b in 1..1000000 { repeat 1000000 { query ncp $a } } }"
      let seconds = processorSeconds { #expect(words(text, .wrong, in: trial) == ["ncp"]) }
      #expect(seconds < 60)
    }
  }

  @Test func `any cursor in any example keeps within the text`() throws {
    try withTrial { trial in
      let highlighter = Highlighter(trial.session)
      for example in Vocabulary.all.flatMap(\.examples) {
        for cursor in -1...example.utf8.count + 1 {
          for stretch in highlighter.stretches(of: example, cursor: cursor) {
            #expect(stretch.range.lower >= 0 && stretch.range.upper <= example.utf8.count)
          }
        }
      }
    }
  }
}
