import CommandLanguage
import Foundation
import LinearAlgebra
import Notebook
import TestSupport
import Testing

/// Each error that a command can raise: its code, its place, what is suggested, and that the
/// session stands where it stood.
@Suite struct DiagnosticTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let code: Diagnostic.Code
    let before: String
    let line: String
    /// What the caret points at; empty where something is missing behind the end.
    let marked: String
    var suggestions: [String] = []
    var testDescription: String { "\(code.rawValue): \(line)" }
  }

  private static let labeled = "load digits\nnoise sym 0.5\nquery npc 12\n"

  static let cases: [Case] = [
    Case(
      code: .unknownName, before: labeled, line: "query ncp 20", marked: "ncp",
      suggestions: ["npc"]),
    Case(
      code: .unknownName, before: "", line: "qurey npc 20", marked: "qurey", suggestions: ["query"]),
    Case(
      code: .unknownName, before: "", line: "load digit", marked: "digit", suggestions: ["digits"]),
    Case(
      code: .unknownName, before: labeled, line: "query npc 20 filter=amu", marked: "amu",
      suggestions: ["aum"]),
    Case(
      code: .unknownName, before: labeled, line: "show lableed", marked: "lableed",
      suggestions: ["labeled"]),
    Case(
      code: .unknownName, before: "budget = 3\n" + labeled, line: "query npc $bugdet",
      marked: "$bugdet", suggestions: ["$budget"]),
    Case(code: .unknownName, before: "", line: "help elephants", marked: "elephants"),
    Case(
      code: .unknownOption, before: labeled, line: "query npc 20 dleta=0.5", marked: "dleta",
      suggestions: ["delta"]),
    Case(code: .unknownOption, before: labeled, line: "train 1nn epochs=3", marked: "epochs"),
    Case(
      code: .unknownOption, before: labeled, line: "filter aum(epoch=3)", marked: "epoch",
      suggestions: ["epochs"]),
    Case(
      code: .unknownOption, before: labeled, line: "query maxherding 5 delta=0.5", marked: "delta",
      suggestions: ["sigma"]),
    Case(code: .unknownOption, before: labeled, line: "query npc 5 momentum=1", marked: "momentum"),
    Case(
      code: .unknownOption, before: labeled, line: "query npc 5 filter=aum(card=true)",
      marked: "card"),
    Case(code: .range, before: labeled, line: "query npc 5 filter=aum(epochs=0)", marked: "0"),
    Case(code: .range, before: labeled, line: "query npc 5 delta=[0.5, -1]", marked: "-1"),
    Case(code: .type, before: labeled, line: "query npc 5 delta=0.5,wide", marked: "wide"),
    Case(
      code: .unknownName, before: labeled, line: "noise panel [sym(rate=0.1), exprt(classes=2)]",
      marked: "exprt", suggestions: ["expert"]),
    Case(code: .range, before: labeled, line: "noise panel [none, sym(rate=7)]", marked: "7"),
    Case(code: .unknownName, before: labeled, line: "noise expert [1, one]", marked: "one"),
    Case(
      code: .range, before: labeled, line: "noise panel [none, expert(classes=12)]",
      marked: "expert(classes=12)"),
    Case(code: .needsModel, before: labeled, line: "filter cl probs=model", marked: "model"),
    Case(
      code: .needsModel, before: labeled, line: "query npc 9 filter=cl(probs=model)",
      marked: "cl(probs=model)"),
    Case(code: .missingArgument, before: labeled, line: "query", marked: ""),
    Case(code: .missingArgument, before: labeled, line: "query random", marked: ""),
    Case(code: .missingArgument, before: labeled, line: "noise sym", marked: ""),
    Case(code: .missingArgument, before: "", line: "assert accuracy >=", marked: ""),
    Case(code: .syntax, before: labeled, line: "query random 5 6", marked: "6"),
    Case(code: .syntax, before: labeled, line: "query npc 5 share=2 share=3", marked: "share"),
    Case(code: .syntax, before: labeled, line: "query npc 5 share=2 b=3", marked: "b"),
    Case(code: .type, before: labeled, line: "query random many", marked: "many"),
    Case(code: .type, before: labeled, line: "query random 2.5", marked: "2.5"),
    Case(code: .type, before: labeled, line: "query npc 5 delta=wide", marked: "wide"),
    Case(code: .type, before: labeled, line: "query [npc, random] 5", marked: "[npc, random]"),
    Case(code: .type, before: "", line: "set memory lots", marked: "lots"),
    Case(code: .type, before: "", line: "set timing maybe", marked: "maybe"),
    Case(code: .range, before: labeled, line: "query random 0", marked: "0"),
    Case(code: .range, before: labeled, line: "query npc 5 delta=0", marked: "0"),
    Case(code: .range, before: labeled, line: "query npc 5 delta=-1", marked: "-1"),
    Case(code: .range, before: labeled, line: "query npc 5 share=0", marked: "0"),
    Case(code: .range, before: labeled, line: "noise sym 1.5", marked: "1.5"),
    Case(code: .range, before: labeled, line: "train linear momentum=1", marked: "1"),
    Case(code: .range, before: labeled, line: "filter aum percentile=101", marked: "101"),
    Case(
      code: .range, before: "", line: "load digits features=pca:65",
      marked: "pca:65"),
    Case(code: .range, before: "", line: "seed -1", marked: "-1"),
    Case(code: .range, before: "seed 1\n", line: "undo 5", marked: "5"),
    Case(code: .range, before: "", line: "redo", marked: "redo"),
    Case(code: .budget, before: labeled, line: "query npc 1286", marked: "1286"),
    Case(code: .budget, before: labeled, line: "query npc spc=0.5", marked: "0.5"),
    Case(code: .needsData, before: "", line: "query random 5", marked: "query random 5"),
    Case(code: .needsData, before: "", line: "noise sym 0.5", marked: "noise sym 0.5"),
    Case(code: .needsData, before: "", line: "filter aum", marked: "filter aum"),
    Case(code: .needsData, before: "", line: "train linear", marked: "train linear"),
    Case(code: .needsData, before: "", line: "show pool", marked: "show pool"),
    Case(
      code: .needsEmbedding, before: "", line: "load blobs features=pixels",
      marked: "load blobs features=pixels"),
    Case(code: .needsLabels, before: "load digits", line: "train linear", marked: "train linear"),
    Case(code: .needsModel, before: labeled, line: "test", marked: "test"),
    Case(
      code: .fileMissing, before: "", line: "load arrays features=/no/f.npy labels=/no/l.npy",
      marked: "/no/f.npy"),
    Case(code: .fileMissing, before: "", line: "source /no/s.winnow", marked: "/no/s.winnow"),
    Case(
      code: .fileMissing, before: "", line: "save /no/where/s.winnow", marked: "/no/where/s.winnow"),
    Case(
      code: .refused, before: labeled, line: "query probcover 5 filter=aum", marked: "filter",
      suggestions: ["npc"]),
    Case(
      code: .refused, before: labeled, line: "sql 'DELETE FROM cells'",
      marked: "sql 'DELETE FROM cells'"),
    Case(
      code: .assertion, before: labeled, line: "assert coverage > 1", marked: "assert coverage > 1"),
    Case(
      code: .assertion, before: labeled, line: "assert accuracy > 0", marked: "assert accuracy > 0"),
  ]

  @Test(arguments: cases)
  func `says what is wrong and where, and leaves the session where it was`(_ test: Case) throws {
    try withTrial { trial in
      if !test.before.isEmpty { try trial.ok(test.before) }
      let before = try trial.state()
      // One line down and behind a comment, so that line and column have to be worked out.
      let failed = try trial.failing("# a remark\n  " + test.line)
      #expect(failed.status == .error)
      let error = try #require(failed.json["error"])
      #expect(failed.json["result"] == nil)
      #expect(error["code"]?.string == test.code.rawValue)
      #expect(error["file"] == .null)
      #expect(error["line"]?.int == 2)
      let column = try #require(error["column"]?.int)
      let length = try #require(error["length"]?.int)
      #expect(error["suggestions"]?.strings == test.suggestions)
      let line = "  " + test.line
      if test.marked.isEmpty {
        #expect(column == line.count + 1)
      } else {
        #expect(String(line.dropFirst(column - 1).prefix(length)) == test.marked)
      }
      let text = try #require(failed.failure?.text(color: false))
      #expect(text.hasPrefix("error[\(test.code.rawValue)]: "))
      #expect(text.contains("--> cell \(failed.cell)"))
      #expect(!text.contains("\u{1b}"))
      #expect(failed.failure?.diagnostic.message.hasSuffix(".") == false)
      #expect(try trial.state() == before)
    }
  }

  @Test func `in a script with a name the error names file, line and column`() throws {
    try withTrial { trial in
      let failed = try #require(try trial.run("seed 1\n seed x", name: "demo.winnow").last)
      let error = try #require(failed.json["error"])
      #expect(error["file"]?.string == "demo.winnow")
      #expect(error["line"]?.int == 2)
      #expect(error["column"]?.int == 7)
      #expect(failed.failure?.text(color: false).contains("--> demo.winnow:2:7") == true)
    }
  }

  @Test(arguments: [
    ("garbage.npy", Diagnostic.Code.fileFormat), ("npy-ref/object_dict.npy", .fileFormat),
    ("npy-ref/scalar.npy", .fileFormat), ("npy-ref/empty.npy", .fileFormat),
  ])
  func `a file that is not what it should be is named`(_ name: String, _ code: Diagnostic.Code)
    throws
  {
    try withTrial { trial in
      try Data("this is no array".utf8).write(
        to: trial.folder.appending(component: "garbage.npy"))
      let path =
        name.contains("/") ? Fixtures.url(name).path(percentEncoded: false) : trial.path(name)
      let line = "load arrays features='\(path)' labels='\(path)'"
      let failed = try trial.failing(line)
      #expect(failed.failure?.code == code)
      #expect(failed.failure?.diagnostic.message.contains(path) == true)
      #expect(try trial.failing("show pool").failure?.code == .needsData)
    }
  }

  @Test func `labels that do not fit the pool are refused with the row`() throws {
    try withTrial { trial in
      try trial.ok("load blobs samples=4 test=0 classes=2")
      for (labels, part) in [("0\n1\n0\n", "3"), ("0\n1\n2\n0\n", "2"), ("0\n1\nx\n0\n", "line 3")]
      {
        try Data(labels.utf8).write(to: trial.folder.appending(component: "l.txt"))
        let failed = try trial.failing("noise file '\(trial.path("l.txt"))'")
        #expect(failed.failure?.code == .fileFormat)
        #expect(failed.failure?.diagnostic.message.contains(part) == true)
      }
    }
  }

  @Test func `every code that a command can raise is tried`() {
    let outside: Set<Diagnostic.Code> = [
      // Raised by files, by checking, by an interrupt, and on opening a workspace.
      .fileFormat, .fileForbidden, .unreadVariable, .interrupted, .workspaceHeld, .workspaceNewer,
      .workspaceCorrupt, .diskFull,
      // Where no radius is known, delta=auto finds one.
      .needsDelta,
    ]
    let tried = Set(Self.cases.map(\.code))
    #expect(tried.union(outside) == Set(Diagnostic.Code.allCases))
  }
}

/// Stopping a command that runs. The flag is the process's own, so each test has a process to itself.
@Suite struct InterruptTests {
  @Test func `a command stops at the next step and leaves the state before it`() async {
    await #expect(processExitsWith: .success) {
      for command in ["query npc 40", "filter aum", "train linear"] {
        try withTrial { trial in
          try trial.ok("load digits\nnoise sym 0.5\nquery npc 30")
          let before = try trial.state()
          let stopping = ProgressMeter { _, _, _ in Interrupt.request() }
          let reports = try ProgressMeter.$current.withValue(stopping) { try trial.run(command) }
          Interrupt.clear()
          let report = try #require(reports.last)
          #expect(report.status == .interrupted)
          #expect(report.json["status"]?.string == "interrupted")
          #expect(report.json["error"]?["code"]?.string == "interrupted")
          #expect(trial.flow == .interrupted)
          #expect(try trial.state() == before)
          #expect(try trial.run(command).last?.status == .ok)
        }
      }
    }
  }

  @Test func `a block stops between its commands and keeps what is finished`() async {
    await #expect(processExitsWith: .success) {
      try withTrial { trial in
        try trial.ok("load digits")
        let reports = try trial.run("repeat 5 { query random 4 }") {
          if $0.cell == 3 { Interrupt.request() }
        }
        Interrupt.clear()
        #expect(reports.count == 2)
        #expect(trial.flow == .interrupted)
        #expect(try trial.ok("show labeled").rows.count == 8)
        #expect(try trial.ok("history").column("status")[1] == .string("interrupted"))
      }
    }
  }

  @Test func `a query of sql stops too`() async {
    await #expect(processExitsWith: .success) {
      try withTrial { trial in
        let endless =
          "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        let timer = Thread {
          Thread.sleep(forTimeInterval: 0.3)
          Interrupt.request()
        }
        timer.start()
        let report = try #require(try trial.run("sql '\(endless)'").last)
        Interrupt.clear()
        #expect(report.status == .interrupted)
        try trial.ok("seed 1")
      }
    }
  }
}
