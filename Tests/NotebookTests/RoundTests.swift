import Foundation
import Notebook
import Testing

/// `show rounds`, `assert`, `sql` and budgets over several rounds.
@Suite struct RoundTests {
  @Test func `one row per round since load, across seed and reset, with the loops' variables`()
    throws
  {
    try withTrial { trial in
      try trial.ok(
        """
        load digits
        noise sym 0.5
        for s in 1..2 { seed $s; for q in random npc(share=4) { reset; repeat 2 { query $q 12 } } }
        """)
      let table = try trial.ok("show rounds")
      #expect(table.columns.prefix(5) == ["s", "q", "round", "strategy", "filter"])
      #expect(table.column("s").compactMap(\.int) == [1, 1, 1, 1, 2, 2, 2, 2])
      #expect(
        table.column("q").compactMap(\.string)
          == Array(repeating: ["random", "random", "npc(share=4)", "npc(share=4)"], count: 2)
          .flatMap { $0 })
      #expect(table.column("round").compactMap(\.int) == [1, 2, 1, 2, 1, 2, 1, 2])
      #expect(table.column("n_labeled").compactMap(\.int) == [12, 24, 12, 24, 12, 24, 12, 24])
      #expect(table.column("filter")[0] == .null)
      #expect(table.column("filter")[2] == .string("aum"))
      try trial.ok("load digits")
      #expect(try trial.ok("show rounds").rows.isEmpty)
    }
  }

  @Test func `a round's row has the newest values that were measured in it`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nquery npc 40")
      let inQuery = try trial.ok("show rounds").column("clean_f1")[0]
      let judged = try trial.ok("filter ideal")
      #expect(judged["evaluation"]?["clean_f1"]?.double == 1)
      #expect(inQuery != .double(1))
      let first = try trial.ok("train linear epochs=5")["evaluation"]?["accuracy"]
      let second = try trial.ok("train 1nn")["evaluation"]?["accuracy"]
      let row = try trial.ok("show rounds")
      #expect(row.column("clean_f1") == [.double(1)])
      #expect(row.column("filter") == [.string("ideal")])
      #expect(row.column("accuracy") == [second])
      #expect(first != second)
      #expect(row.column("loss") == [.null])
    }
  }

  @Test func `columns are chosen by name, in the order given`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nquery random 5")
      let table = try trial.ok("show rounds columns=n-labeled,Round,clean_coverage")
      #expect(table.columns == ["n_labeled", "round", "clean_coverage"])
      #expect(table.rows[0].prefix(2) == [.int(5), .int(1)])
      let failed = try trial.failing("show rounds columns=round,acuracy")
      #expect(failed.failure?.code == .unknownName)
      #expect(failed.failure?.diagnostic.suggestions == ["accuracy"])
    }
  }

  @Test(arguments: [
    ("sym 0.5", [20, 40, 60, 80, 100]), ("sym 0.2", [13, 25, 38, 50, 63]),
    ("none", [10, 20, 30, 40, 50]),
  ])
  func `spc buys up to the cumulative budget`(_ noise: String, _ totals: [Int]) throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise \(noise)")
      for (index, total) in totals.enumerated() {
        let report = try #require(try trial.run("query random spc=\(index + 1)").last)
        let before = index == 0 ? 0 : totals[index - 1]
        #expect(report.command == "query random \(total - before)")
        #expect(report.output?.json["selected"]?.ints?.count == total - before)
      }
      #expect(try trial.failing("query random spc=5").failure?.code == .budget)
      #expect(try trial.failing("query random 3 spc=9").failure?.code == .syntax)
    }
  }

  @Test func `assert compares the newest value, and says both where it fails`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nquery random 20\ntrain 1nn")
      for (op, holds) in [
        (">=", true), ("<=", true), (">", false), ("<", false), ("==", true), ("!=", false),
      ] {
        let report = try #require(try trial.run("assert n_labeled \(op) 20").last)
        #expect((report.status == .ok) == holds, "\(op)")
        guard holds else { continue }
        let passed = try #require(report.output?.json)
        #expect(passed["actual"]?.double == 20)
        #expect(passed["passed"] == .bool(true))
      }
      let failed = try trial.failing("assert accuracy > 1")
      #expect(failed.failure?.code == .assertion)
      #expect(failed.failure?.diagnostic.message.contains("which is not > 1") == true)
      #expect(try trial.failing("assert loss < 9").failure?.code == .assertion)
      #expect(try trial.failing("assert acuracy > 0").failure?.code == .unknownName)
    }
  }

  @Test func `sql reads the views, and changes nothing`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nquery npc 12\ntrain linear epochs=5")
      for view in [
        "sessions", "cells", "runs", "rounds", "picks", "purchases", "verdicts", "metrics",
      ] {
        #expect(try !trial.ok("sql 'SELECT * FROM \(view)'").rows.isEmpty, "\(view)")
      }
      let accuracy = try trial.ok("show rounds").column("accuracy")
      #expect(
        try trial.ok("sql 'SELECT accuracy FROM rounds WHERE round = 1'").column("accuracy")
          == accuracy)
      let count = try trial.ok("sql 'SELECT count(*) AS n FROM cells'").rows
      for statement in [
        "DELETE FROM cell_rows", "DROP VIEW cells", "UPDATE session_rows SET seed = 1",
        "PRAGMA user_version = 9", "SELEC 1", "SELECT 1; SELECT 2", "",
      ] {
        #expect(try trial.failing("sql '\(statement)'").failure?.code == .refused, "\(statement)")
      }
      #expect(
        try trial.ok("sql 'SELECT count(*) AS n FROM cells'").rows[0][0].int ?? 0 > count[0][0].int
          ?? 0)
    }
  }

  @Test func `exhausted picks are counted, and a notice says what would help`() throws {
    try withTrial { trial in
      try trial.ok("load digits")
      let report = try #require(try trial.run("query probcover 30 delta=2").last)
      let exhausted = try #require(report.output?.json["exhausted"]?.int)
      #expect(exhausted > 20)
      #expect(!report.notices.isEmpty)
      #expect(try trial.ok("show rounds").column("exhausted") == [.int(exhausted)])
      #expect(report.output?.json["coverage"]?.double == 1)
    }
  }

  @Test func `the view of rounds has a column for each metric`() throws {
    try withTrial { trial in
      let table = try trial.ok("load digits\nsql 'SELECT * FROM rounds'")
      let columns = table["columns"]?.array?.compactMap { $0["name"]?.string } ?? []
      #expect(Set(Metrics.keys).isSubset(of: columns))
    }
  }
}
