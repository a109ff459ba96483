import CommandLanguage
import Foundation
import Notebook
import TestSupport
import Testing

/// What is found before anything runs.
@Suite struct ScriptCheckerTests {
  private func check(
    _ script: String, variables: [String: Value] = [:], replaced: Set<String> = [],
    requiresReads: Bool = true
  ) -> [Diagnostic] {
    ScriptChecker(
      SourceText(name: "s.winnow", text: script), variables: variables, replaced: replaced,
      requiresReads: requiresReads
    ).check().diagnostics
  }

  private func codes(_ script: String) -> [Diagnostic.Code] { check(script).map(\.code) }

  @Test func `a right script has nothing to say`() {
    let script = """
      budget = 10
      load digits
      noise sym 0.5
      for q in probcover npc(delta=0.6) { reset; repeat 2 { query $q $budget; train linear } }
      assert accuracy >= 0.1
      show rounds
      """
    #expect(check(script).isEmpty)
  }

  @Test func `every mistake is reported, in the order of the text`() {
    let script = """
      load digit
      quer npc 5
      query npc 5 detla=2
      query npc many
      query npc 0
      query
      """
    let found = check(script)
    #expect(
      found.map(\.code) == [
        .unknownName, .unknownName, .unknownOption, .type, .range, .missingArgument,
      ])
    let lines = found.map { $0.location(in: SourceText(text: script)).line }
    #expect(lines == [1, 2, 3, 4, 5, 6])
  }

  @Test func `a mistake in a block is reported once`() {
    #expect(codes("repeat 50 { query ncp 5 }") == [.unknownName])
    #expect(codes("for n in 1..50 { query ncp $n }") == [.unknownName])
  }

  @Test(arguments: [
    ("noise fatigued 0.5 0.1", Diagnostic.Code.range, "0.1"),
    ("query npc 5 delta=0.5,0.6 schedule=max_std", .refused, "0.5,0.6"),
    ("query probcover(delta=[0.5, 0.6], schedule=linear_descent) 5", .refused, "[0.5, 0.6]"),
    ("query typiclust 5 filter=aum", .refused, "aum"), ("query uherding 5 share=3", .refused, "3"),
    ("for q in uherding(nas=true) typiclust { query $q 5 noise_dropout=true }", .refused, "true"),
    ("noise asym 0.2 map=next matrix=probe", .syntax, "next"),
    ("noise asym 0.2 map=sideways", .type, "sideways"),
    ("noise asym 0.2 map=['1>2', '3']", .type, "'3'"),
    ("noise panel [sym(rate=0.1), none] votes=1", .range, "1"),
    ("noise panel [none, sym(rate=0.1, votes=3)]", .refused, "sym(rate=0.1, votes=3)"),
    ("noise panel [none, panel(annotators=none)]", .refused, "panel(annotators=none)"),
    ("filter cv votes=heldout", .refused, "heldout"),
    ("query npc 5 filter=cv(votes=heldout)", .refused, "heldout"),
    ("plot accuracy file=curve.jpg", .type, "curve.jpg"),
  ])
  func `what needs no data is found beforehand, with its place`(
    _ line: String, _ code: Diagnostic.Code, _ marked: String
  ) throws {
    let found = check(line)
    #expect(found.map(\.code) == [code])
    let range = try #require(found.first?.range)
    #expect(String(SourceText(text: line).slice(range)) == marked)
  }

  @Test(arguments: [
    "query npc 5 delta=0.5,0.6", "query npc 5 delta=0.5 schedule=max_std",
    "query uherding(nas=true) 5 share=3 filter=aum", "noise asym 0.2 map='cat>dog, 1>2'",
    "filter cv train_on=complement votes=heldout", "noise fatigued 0.1 0.1",
    "noise panel [sym(rate=0.1), none] votes=4", "plot accuracy file=curve.SVG",
  ])
  func `what needs no data and is right passes`(_ line: String) { #expect(check(line).isEmpty) }

  @Test func `a loop over methods and numbers is checked with each of its values`() {
    #expect(codes("for q in random npc { query $q 5 }").isEmpty)
    #expect(codes("for q in random ncp { query $q 5 }") == [.unknownName])
    #expect(codes("for q in npc(delta=0.5) npc(delta=0) { query $q 5 }") == [.range])
    #expect(codes("for n in 1..5 { query random $n }").isEmpty)
    #expect(codes("for n in 0..5 { query random $n }") == [.range])
    #expect(codes("for n in 100..0:-1 { query random $n }") == [.range])
    #expect(codes("for q in probcover npc { query $q 5 share=2 }") == [.unknownOption])
    #expect(codes("for f in ideal aum { query npc 5 filter=$f }").isEmpty)
    #expect(codes("for r in 0.2 1.2 { noise sym $r }") == [.range])
  }

  @Test func `a variable that is never read is an error, with how an option is written`() throws {
    let found = check("delta = 0.5\nload digits\nquery npc 5")
    #expect(found.map(\.code) == [.unreadVariable])
    let first = try #require(found.first)
    #expect(first.range == SourceRange(0, 5))
    #expect(first.notes.contains { $0.contains("delta=…") })
    #expect(codes("b = 3\nb = 4\nseed 1") == [.unreadVariable])
    #expect(codes("b = 3\nquery random $b").isEmpty)
    #expect(codes("b = 3\nsql \"SELECT $b\"").isEmpty)
    #expect(codes("b = 3\nsql 'SELECT $b'") == [.unreadVariable])
    #expect(codes("for s in 1..3 { seed 1 }").isEmpty)
    #expect(check("b = 3\nseed 1", requiresReads: false).isEmpty)
  }

  @Test func `a variable without a value is an error, before and after its loop`() {
    #expect(codes("query random $n") == [.unknownName])
    #expect(codes("query random $n\nn = 3") == [.unknownName])
    #expect(codes("for n in 1..2 { query random $n }\nquery random $n") == [.unknownName])
    #expect(check("query random $n", variables: ["n": Value(3)]).isEmpty)
  }

  @Test func `a value given from outside takes the place of the assignment`() {
    let script = "budget = 10\nload digits\nquery random $budget"
    let given: [String: Value] = ["budget": Value(0)]
    #expect(check(script, variables: given, replaced: ["budget"]).map(\.code) == [.range])
    #expect(check(script, variables: given).isEmpty)
    #expect(
      check(
        "budget = 0\nquery random $budget", variables: ["budget": Value(3)], replaced: ["budget"]
      )
      .isEmpty)
  }

  @Test func `files must be there, and a sourced script must be right`() throws {
    try withTemporaryFolder { folder in
      func path(_ name: String) -> String {
        folder.appending(component: name).path(percentEncoded: false)
      }
      func write(_ text: String) throws {
        try Data(text.utf8).write(to: folder.appending(component: "inner.winnow"))
      }
      let source = "source '\(path("inner.winnow"))'"
      #expect(codes("noise file '\(path("l.npy"))'") == [.fileMissing])
      #expect(codes(source) == [.fileMissing])
      try write("load digits\nquery random $budget\n")
      #expect(codes("budget = 5\n" + source).isEmpty)
      #expect(codes(source + " budget=5").isEmpty)
      #expect(codes(source) == [.unknownName])
      #expect(codes(source + " budget=0") == [.range])
      try write("budget = 3\nquery random $budget\n")
      #expect(codes(source + " budget=5").isEmpty)
      #expect(codes(source + " budget=0") == [.range])
      try write("query random (\n")
      let broken = check("seed 1\n" + source)
      #expect(broken.map(\.code) == [.syntax])
      #expect(broken.first?.source?.name == path("inner.winnow"))
      try write(source)
      #expect(codes(source) == [.refused])
      let deep = try withTrial { try $0.failing(source) }
      #expect(deep.failure?.code == .refused)
    }
  }

  @Test func `an unread variable of a sourced script is found when it is sourced`() throws {
    try withTrial { trial in
      let path = trial.path("inner.winnow")
      try Data("budget = 3\nseed 4\n".utf8).write(to: URL(filePath: path))
      let failed = try trial.failing("source '\(path)'")
      #expect(failed.failure?.code == .unreadVariable)
      #expect(failed.json["error"]?["file"]?.string == path)
      #expect(try trial.ok("show vars").rows.isEmpty)
    }
  }

  @Test func `source runs with the variables given, and they end with it`() throws {
    try withTrial { trial in
      let script = try ExampleFiles.placed("source steps.winnow", in: trial.folder)
      #expect(try trial.ok(script + " budget=5")["selected"]?.ints?.count == 5)
      #expect(try trial.failing("query random $budget").failure?.code == .unknownName)
      #expect(try trial.ok(script)["selected"]?.ints?.count == 3)
      #expect(try trial.ok("query random $budget")["selected"]?.ints?.count == 3)
    }
  }

  @Test func `what does not parse is reported with every mistake of its text`() {
    let found = check("seed 1\nquery npc (\nrepeat { }\n")
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { $0.code == .syntax })
  }

  @Test func `checking runs nothing`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(component: "out.winnow").path(percentEncoded: false)
      #expect(codes("load digits\nsave '\(path)'\nset threads 1").isEmpty)
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func `a long loop is not walked through`() {
    let seconds = processorSeconds {
      #expect(codes("for a in 1..1000000 { for b in 1..1000 { seed $b } }").isEmpty)
    }
    #expect(seconds < 60)
  }
}
