import CommandLanguage
import Foundation
import Notebook
import Testing

/// `show curves`, `plot` and `show rounds`: what is one curve, what it is called, how it is drawn.
@Suite struct CurvesTests {
  private static let data = "load blobs samples=80 test=60 classes=4 dimensions=3 seed=2\n"

  @Test func `each seed counts once in a curve`() throws {
    try withTrial { trial in
      try trial.ok(Self.data + "for s in 1..4 { seed 5; query random 8; train 1nn }")
      let report = try #require(try trial.run("show curves").last)
      #expect(report.output?.json.column("seeds").compactMap(\.int) == [1])
      #expect(report.output?.json.column("lower") == [.null])
      #expect(report.notices.contains { $0.contains("3 runs of random") })
    }
  }

  @Test func `what was done with other options is another curve, named by them`() throws {
    try withTrial { trial in
      try trial.ok(
        Self.data + """
          for d in 0.2 0.4 { for s in 1..2 { seed $s; query probcover 8 delta=$d; train 1nn } }
          seed 3
          query random 8
          train 1nn
          reset
          query random 8
          train linear epochs=2
          """)
      for _ in 1...2 {
        let table = try trial.ok("show curves")
        #expect(
          table.column("strategy").compactMap(\.string) == [
            "probcover (delta=0.2)", "probcover (delta=0.4)", "random (train=1nn)",
            "random (train=linear)",
          ])
        #expect(table.column("seeds").compactMap(\.int) == [2, 2, 1, 1])
        try trial.reopen()
      }
    }
  }

  @Test func `a run that stopped half-way belongs to the curve that it is the beginning of`() throws
  {
    try withTrial { trial in
      try trial.ok(
        Self.data + "seed 1\nrepeat 2 { query random 8; train 1nn }\nseed 2\nquery random 8")
      try trial.ok("train 1nn")
      let table = try trial.ok("show curves")
      #expect(table.column("strategy").compactMap(\.string) == ["random", "random"])
      #expect(table.column("seeds").compactMap(\.int) == [2, 1])
    }
  }

  @Test func `where nothing was measured it is said what measures it`() throws {
    try withTrial { trial in
      let empty = try trial.failing(Self.data + "show curves")
      #expect(empty.failure?.diagnostic.message.contains("nothing has been queried") == true)
      let failed = try trial.failing("query random 8\nshow curves metric=loss")
      #expect(failed.failure?.diagnostic.message == "no round has loss yet: train measures it")
      #expect(failed.failure?.json["column"]?.int == 20)
    }
  }

  @Test func `a value of a loop is named without its quotes, by all alike`() throws {
    try withTrial { trial in
      try trial.ok(Self.data)
      try trial.ok("for q in 'a b' \"it's\" \"'''\" { reset; query random 8; train 1nn }")
      let names = ["a b", "it's", "'''"]
      #expect(try trial.ok("show rounds").column("q").compactMap(\.string) == names)
      #expect(try trial.ok("show curves by=q").column("q").compactMap(\.string) == names)
      let arms = try trial.ok("compare 'a b' \"it's\"")["arms"]?.array
      #expect(arms?.compactMap { $0["arm"]?.string } == ["it's", "a b"])
      let plot = try #require(try trial.run("plot accuracy by=q").last?.output)
      #expect(plot.json["curves"]?.array?.compactMap { $0["name"]?.string } == names)
      #expect(plot.picture.joined().contains("it's"))
    }
  }

  @Test func `loops may be called like columns`() throws {
    try withTrial { trial in
      try trial.ok(
        Self.data + """
          for seed in 1..2 {
            seed $seed
            for strategy in random probcover(delta=0.4) {
              reset
              for round in 5..6 { query $strategy 8; train 1nn }
            }
          }
          """)
      let table = try trial.ok("show rounds columns=seed,loop_strategy,strategy,loop_round,round")
      #expect(
        table.rows[2].map(\.text) == ["1", "\"probcover(delta=0.4)\"", "\"probcover\"", "5", "1"])
      let result = try trial.ok("compare strategy by=seed")
      #expect(result["arms"]?.array?[1]["arm"]?.string == "probcover(delta=0.4)")
      #expect(
        try trial.ok("show curves by=strategy").column("strategy").last?.string
          == "probcover(delta=0.4)")
      let rows = try trial.ok(
        "sql 'SELECT loop_seed, loop_strategy, loop_round, round FROM rounds'")
      #expect(rows.rows[2].map(\.text) == ["1", "\"probcover(delta=0.4)\"", "5", "1"])
    }
  }

  @Test func `the inner of two loops of one name is the one that counts`() throws {
    try withTrial { trial in
      try trial.ok(
        Self.data + "for s in 1..2 { for s in 7 { seed $s; query random 8; train 1nn } }")
      for _ in 1...2 {
        #expect(try trial.ok("show rounds").column("s").compactMap(\.int) == [7, 7])
        try trial.reopen()
      }
    }
  }

  @Test func `loops that differ in case alone are refused, by check too`() throws {
    let script = "for s in 1..2 { for S in 1..2 { seed $s; seed $S } }"
    let found = ScriptChecker(SourceText(text: script), variables: [:]).check().diagnostics
    #expect(found.map(\.message) == ["'S' and 's' of the loop around it differ in case alone"])
    try withTrial { trial in
      #expect(try trial.failing(script).failure?.code == .refused)
      try trial.ok(Self.data + "for s in 1..2 { query random 4 }\nfor S in 3..4 { query random 4 }")
      let table = try trial.ok("sql 'SELECT s FROM rounds ORDER BY s'")
      #expect(table.column(table.columns.first ?? "").compactMap(\.int) == [1, 2, 3, 4])
      #expect(try trial.ok("show rounds columns=s").column("s").compactMap(\.int) == [1, 2])
      #expect(try trial.ok("show rounds columns=S").column("S").compactMap(\.int) == [3, 4])
    }
  }

  @Test(arguments: [20, 50, 80, 100])
  func `a picture is as wide as the screen and never broken`(_ columns: Int) throws {
    try withTrial(columns: columns) { trial in
      try trial.ok(Self.data + "for s in 1..2 { seed $s; repeat 2 { query random 8; train 1nn } }")
      let report = try #require(try trial.run("plot accuracy").last)
      let picture = try #require(report.output?.picture)
      let widest = picture.map(\.count).max() ?? 0
      #expect(widest < max(columns, 41) && widest > max(columns, 41) * 3 / 4)
      var box = Renderer(mode: .box, width: 30)
      #expect(box.render(report) == picture.map { $0 + "\n" }.joined())
      var markdown = Renderer(mode: .markdown)
      #expect(markdown.render(report).hasPrefix("```\n"))
      #expect(markdown.render(report).hasSuffix("\n```\n"))
    }
  }
}

/// `show rounds layout=paper` and `export rounds`.
@Suite struct RoundTableTests {
  @Test func `the reference's table has its rows, in its order`() throws {
    try withTrial { trial in
      try trial.ok(
        """
        load blobs samples=200 test=60 classes=4 dimensions=3 seed=2
        noise sym 0.5
        for spc in 1 2 { query npc spc=$spc delta=0.4; train 1nn on=all }
        """)
      let table = try trial.ok("show rounds layout=paper")
      #expect(table.columns == ["figure", "1 SPC", "2 SPC"])
      #expect(
        table.column("figure").compactMap(\.string) == [
          "True Noise Ratios", "Predicted Noise Ratios", "Noise Accuracy", "Clean Recall",
          "Clean Precision", "Clean F1", "Test Accuracy", "Total Budgets", "ProbCover Delta",
          "Clean Coverage", "Keep-all F1",
        ])
      let tidy = try trial.ok("show rounds")
      #expect(table.rows[7].dropFirst().compactMap(\.int) == [8, 16])
      #expect(
        table.rows[6].dropFirst().compactMap(\.double)
          == tidy.column("accuracy").compactMap(\.double).map { $0 * 100 })
      #expect(table.rows[5].dropFirst() == tidy.column("clean_f1")[...])
    }
  }

  @Test func `without noise, or with the ideal filter, the reference has fewer rows`() throws {
    try withTrial { trial in
      try trial.ok(
        "load blobs samples=80 test=60 classes=4 dimensions=3 seed=2\nquery dcom 8 delta=0.4")
      try trial.ok("query dcom 8 delta=0.4")
      let dcom = try trial.ok("show rounds layout=paper")
      #expect(
        dcom.column("figure").compactMap(\.string) == [
          "Test Accuracy", "Total Budgets", "Delta Avg", "Delta Std", "Clean Coverage",
          "Keep-all F1",
        ])
      #expect(dcom.rows[3][1].double == 0)
      #expect((dcom.rows[3][2].double ?? -1) >= 0)
      try trial.ok("noise sym 0.5\nquery npc 8 filter=ideal delta=0.4")
      #expect(
        try trial.ok("show rounds layout=paper").column("figure").prefix(2).compactMap(\.string)
          == ["True Noise Ratios", "Test Accuracy"])
      try trial.ok("reset")
      #expect(try trial.failing("show rounds layout=paper").failure?.code == .refused)
    }
  }

  @Test func `rounds are exported as a table that other programs read`() throws {
    try withTrial { trial in
      let path = trial.path("results.csv")
      try trial.ok("load blobs samples=80 test=60 classes=4 dimensions=3 seed=2")
      #expect(try trial.failing("export rounds '\(path)'").failure?.code == .needsLabels)
      try trial.ok(
        "for q in random 'probcover' { reset; query $q 8; train 1nn }\nexport rounds '\(path)'")
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\r\n")
      #expect(lines.count == 3)
      #expect(
        lines[0].hasPrefix("seed,strategy,filter,round,n_labeled,accuracy,clean_coverage,clean_f1,")
      )
      #expect(lines[0].hasSuffix(",seconds,loop_q"))
      #expect(lines[2].hasPrefix("0,probcover,,1,8,") && lines[2].hasSuffix(",probcover"))
    }
  }
}
