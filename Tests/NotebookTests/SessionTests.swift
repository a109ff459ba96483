import CommandLanguage
import Foundation
import Notebook
import Testing

/// Cells, inputs, blocks and variables.
@Suite struct SessionTests {
  @Test func `commands are numbered as cells, statements as inputs`() throws {
    try withTrial { trial in
      let reports = try trial.run("seed 1; repeat 2 { seed 2; seed 3 }\nx = 4\nquit")
      #expect(reports.map(\.cell) == [1, 2, 3, 4, 5, 6])
      #expect(reports.map(\.input) == [1, 2, 2, 2, 2, 3])
      #expect(
        reports.map(\.command) == ["seed 1", "seed 2", "seed 3", "seed 2", "seed 3", "x = 4"])
      #expect(trial.flow == .quit)
      #expect(try trial.session.nextCell == 7)
    }
  }

  @Test func `a failed command is a cell too, and numbers are never used again`() throws {
    try withTrial { trial in
      try trial.ok("seed 1")
      #expect(try trial.failing("sede 2").cell == 2)
      #expect(try trial.failing("seed -1").cell == 3)
      try trial.ok("undo")
      #expect(try trial.run("seed 5").last?.cell == 5)
    }
  }

  @Test func `canonical commands have full names, all options and no variables`() throws {
    try withTrial { trial in
      let reports = try trial.run(
        """
        n = 12
        LOAD Digits
        noise symmetric .5
        query prob-cover_NAS $n B=4 Filter=low_budget_aum
        train Linear_Probe wd=1e-4 epochs=2
        """)
      #expect(
        reports.map(\.command) == [
          "n = 12", "load digits features=pca:32 metric=l2 normalization=unit scale=auto",
          "noise sym 0.5 inclusive=false",
          "query npc 12 delta=0.68 schedule=constant softening=none consider_noise=false "
            + "alpha=0.95 support=full ties=random share=4 remainder=first noise_dropout=false "
            + "filter=aum",
          "train linear epochs=2 lr=0.025 batch=64 momentum=0.9 weight_decay=0.0001 schedule=cos "
            + "dropout=0 scale=auto on=clean",
        ])
    }
  }

  @Test func `what a block has finished stays when a later command fails`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5")
      let reports = try trial.run("for n in 5 6 0 7 { query random $n }")
      #expect(reports.map(\.status) == [.ok, .ok, .error])
      #expect(trial.flow == .failed)
      #expect(try trial.ok("show labeled").rows.count == 11)
      #expect(try trial.ok("query random 1")["round"]?.int == 3)
    }
  }

  @Test func `the variable of a loop ends with it, and hides one of its name`() throws {
    try withTrial { trial in
      try trial.ok("s = 9\nfor s in 1..2 { seed $s }")
      #expect(try trial.run("seed $s").last?.command == "seed 9")
      try trial.ok("for t in 1 { seed $t }")
      #expect(try trial.failing("seed $t").failure?.code == .unknownName)
      #expect(try trial.ok("show vars").column("name") == [.string("s")])
    }
  }

  @Test func `a loop variable ends also when its loop fails`() throws {
    try withTrial { trial in
      let failed = try trial.failing("for t in 1 { for u in a { seed $u } }")
      #expect(failed.failure?.code == .type)
      #expect(try trial.failing("seed $t").failure?.code == .unknownName)
      #expect(try trial.ok("show vars").rows.isEmpty)
    }
  }

  @Test func `double quotes put values in, single ones do not`() throws {
    try withTrial { trial in
      try trial.ok("load digits; n = 3")
      let table = try trial.ok(
        #"query random 5; sql "SELECT $n AS three, '$n' AS text FROM purchases LIMIT $n""#)
      #expect(table.rows == Array(repeating: [.int(3), .string("3")], count: 3))
      #expect(try trial.ok("x = '$n'")["value"]?.string == "$n")
      #expect(try trial.ok(#"x = "a $n b""#)["value"]?.string == "a 3 b")
    }
  }

  @Test func `an assignment replaces the value and keeps its kind`() throws {
    try withTrial { trial in
      let number = try trial.ok("a = 3")
      #expect(number == .object([.init("name", .string("a")), .init("value", .int(3))]))
      #expect(try trial.ok("a = 0.5")["value"] == .double(0.5))
      #expect(try trial.ok("a = on")["value"] == .bool(true))
      #expect(try trial.ok("a = [1, x]")["value"] == .array([.int(1), .string("x")]))
      #expect(try trial.ok("a = npc(delta=0.5)")["value"] == .string("npc(delta=0.5)"))
      #expect(try trial.ok("show vars").rows == [[.string("a"), .string("npc(delta=0.5)")]])
    }
  }

  @Test func `a method in a variable carries its options`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nm = npc(delta=0.5, share=3)\nquery $m 6")
      let cells = try trial.ok("show cells").column("command").compactMap(\.string)
      #expect(
        cells.last == "query npc 6 delta=0.5 schedule=constant softening=none "
          + "consider_noise=false alpha=0.95 support=full ties=random share=3 remainder=first "
          + "noise_dropout=false filter=aum")
    }
  }

  @Test func `values given by the caller take the place of assignments at the top level`() throws {
    try withTrial { trial in
      trial.session.overrides = ["seed_of_run": Value(7)]
      let reports = try trial.run(
        "seed_of_run = 1\nseed $seed_of_run\nrepeat 1 { seed_of_run = 2 }")
      #expect(reports.map(\.command) == ["seed_of_run = 7", "seed 7", "seed_of_run = 2"])
    }
  }

  @Test func `repeat of nothing runs nothing, and a wrong count is a failed cell`() throws {
    try withTrial { trial in
      #expect(try trial.run("repeat 0 { seed 1 }").isEmpty)
      #expect(trial.flow == .completed)
      let failed = try trial.failing("repeat -1 { seed 1 }")
      #expect(failed.failure?.code == .range)
      #expect(failed.command == "repeat -1")
      #expect(try trial.failing("for x in 5..1:1 { seed $x }").failure?.code == .range)
      #expect(try trial.failing("repeat ten { seed 1 }").failure?.code == .type)
    }
  }

  @Test func `text that is no statement is kept as a failed input`() throws {
    try withTrial { trial in
      let text = "query npc 20 ("
      let failure = try #require(throws: ParseFailure.self) {
        try Parser.parse(SourceText(text: text))
      }
      var reports: [CellReport] = []
      try trial.session.refuse(try #require(failure.diagnostics.first), text: text) {
        reports.append($0)
      }
      #expect(reports.map(\.status) == [.error])
      #expect(reports.first?.failure?.code == .syntax)
      #expect(try trial.ok("history").column("text") == [.string(text)])
    }
  }

  @Test func `history lists what was typed, newest last, without itself`() throws {
    try withTrial { trial in
      try trial.run("# a remark\nseed 1\nsede 2")
      try trial.ok("repeat 2 { seed 3 }")
      let table = try trial.ok("history")
      #expect(
        table.column("text").compactMap(\.string) == [
          "# a remark\nseed 1", "sede 2", "repeat 2 { seed 3 }",
        ])
      #expect(table.column("status").compactMap(\.string) == ["ok", "error", "ok"])
      #expect(try trial.ok("history 1").column("text") == [.string("history")])
    }
  }

  @Test func `set changes the process and no state`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nquery random 5")
      let before = try trial.state()
      #expect(
        try trial.ok("set timing on")
          == .object([.init("name", .string("timing")), .init("value", .bool(true))]))
      #expect(trial.session.environment.timing)
      try trial.ok("set memory 64M")
      #expect(trial.session.environment.memory == 64 << 20)
      #expect(try trial.failing("set memory much").failure?.code == .type)
      #expect(try trial.failing("set memory 0").failure?.code == .type)
      #expect(try trial.state() == before)
    }
  }

  @Test func `streaming for want of memory gives the same picks`() throws {
    func picks(_ memory: String) throws -> JSON? {
      try withTrial { trial in
        try trial.ok("set memory \(memory)\nload digits\nnoise sym 0.5\nquery npc 30")["selected"]
      }
    }
    #expect(try picks("1K") == picks("1G"))
  }
}
