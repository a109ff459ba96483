import Foundation
import Testing
import WorkspaceStore

/// Cells and inputs: what is written, and what is read back.
struct CellTests {
  @Test func `reads back what was written`() throws {
    try withPath { path in
      let workspace = try Workspace.open(path)
      let lease = try workspace.openSession(.new)
      let purchases = [
        Purchase(sample: 5, label: 1, source: "oracle", round: 1, share: 0, score: 0.5),
        Purchase(sample: 3, label: 2, source: "person", round: 1, share: 1),
      ]
      let verdicts = [
        Verdict(sample: 5, isClean: true, quality: 1, score: -2.5),
        Verdict(sample: 3, isClean: false, quality: .nan),
      ]
      let settings = CellSettings(
        dataset: "digits", noise: "sym(rate=0.5)", seed: 4, strategy: "npc", filter: "aum",
        model: "linear")
      let input = try lease.beginInput(text: "# why\nquery npc 2")
      let new = NewCell(
        input: input, position: 3, command: "query npc 2", typed: "query $q 2",
        variables: #"{"q":"npc"}"#)
      let number = try lease.begin(new)
      #expect(try lease.cell(number)?.status == .running)
      try lease.finish(
        number,
        CellOutcome(
          status: .ok, seconds: 1.25, result: #"{"round":1}"#, effect: #"{"delta":0.68}"#,
          begins: .round, settings: settings, purchases: purchases, verdicts: verdicts,
          metrics: [Metric("n_labeled", 2), Metric("loss", nil), Metric("delta", .nan)]),
        command: "query npc 2 delta=0.68")
      try lease.endInput(input, status: .ok)
      lease.release()
      try workspace.close()

      let again = try Workspace.open(path).openSession(.newest)
      let cell = try #require(try again.lineage().first)
      #expect(cell.number == 1 && cell.parent == nil && cell.input == 1 && cell.position == 3)
      #expect(cell.command == "query npc 2 delta=0.68" && cell.typed == "query $q 2")
      #expect(cell.isNode && cell.changesState && cell.variables == #"{"q":"npc"}"#)
      #expect(cell.status == .ok && cell.seconds == 1.25 && cell.round == 1 && cell.run == nil)
      #expect(cell.settings == settings && cell.error == nil)
      #expect(cell.effect == #"{"delta":0.68}"#)
      #expect(abs(cell.started.timeIntervalSinceNow) < 60)
      #expect(try again.result(of: 1) == #"{"round":1}"#)
      let rows = try again.purchases(in: [1])
      #expect(rows.map(\.purchase) == purchases && rows.map(\.position) == [0, 1])
      let judged = try again.verdicts(in: 1)
      #expect(judged.map(\.verdict.sample) == [5, 3] && judged[0].verdict == verdicts[0])
      #expect(judged[1].verdict.quality.isNaN && !judged[1].verdict.isClean)
      #expect(
        try again.metrics(in: [1]).map(\.metric) == [
          Metric("delta", nil), Metric("loss", nil), Metric("n_labeled", 2),
        ])
      #expect(try again.inputs().map(\.text) == ["# why\nquery npc 2"])
      #expect(try again.inputs().map(\.status) == [.ok])
    }
  }

  @Test func `writes a cell wholly or not at all`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      let twice = Array(
        repeating: Purchase(sample: 1, label: 0, source: "oracle", round: 1, share: 0), count: 2)
      let bad = CellOutcome(
        status: .ok, seconds: 0, purchases: twice, metrics: [Metric("accuracy", 1)])
      #expect(failure { try lease.run("query", bad) } != nil)
      #expect(try lease.cells().isEmpty)
      let input = try lease.beginInput(text: "query")
      let cell = try lease.begin(NewCell(input: input, command: "query", typed: "query"))
      #expect(failure { try lease.finish(cell, bad) } != nil)
      #expect(try lease.cell(cell)?.status == .running)
      #expect(try lease.purchases(in: [cell]).isEmpty && lease.metrics(in: [cell]).isEmpty)
      #expect(try lease.head() == nil)
      try lease.finish(cell, CellOutcome(status: .error, seconds: 0, error: "{}"))
      #expect(try lease.cell(cell)?.error == "{}")
    }
  }

  @Test func `finishes a cell and an input once`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      let cell = try lease.run("load")
      let outcome = CellOutcome(status: .ok, seconds: 0)
      #expect(failure { try lease.finish(cell, outcome) } == .cellNotRunning(1, session: 1))
      #expect(failure { try lease.finish(99, outcome) } == .cellNotRunning(99, session: 1))
      #expect(failure { try lease.endInput(1, status: .ok) } == .inputNotRunning(1, session: 1))
      #expect(failure { try lease.endInput(7, status: .ok) } == .inputNotRunning(7, session: 1))
    }
  }

  @Test func `stands before a cell that failed, was interrupted or is no node`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      let first = try lease.run("load")
      for status in EndStatus.allCases where status != .ok {
        let cell = try lease.run("train", CellOutcome(status: status, seconds: 0))
        #expect(try lease.head() == first)
        #expect(try lease.cell(cell)?.parent == first)
        #expect(try lease.cell(cell)?.status.rawValue == status.rawValue)
      }
      try lease.run("history", isNode: false)
      #expect(try lease.head() == first)
      let last = try lease.run("test")
      #expect(try lease.lineage().map(\.number) == [first, last])
      #expect(try lease.lineage(of: 2).map(\.number) == [first, 2])
      #expect(failure { try lease.lineage(of: 40) } == .noCell(40, session: 1))
      #expect(try lease.cells().map(\.number) == [1, 2, 3, 4, 5])
    }
  }

  @Test func `marks what was running when its writer went away`() throws {
    try withPath { path in
      var lease = try Workspace.open(path).openSession(.new)
      let first = try lease.run("load")
      let input = try lease.beginInput(text: "repeat 2 { train }")
      let cell = try lease.begin(NewCell(input: input, command: "train", typed: "train"))
      lease.release()
      // Until someone takes the session, nobody can know whether the writer comes back.
      let reader = try Workspace.open(path, readOnly: true)
      #expect(try reader.openSession(.newest).cell(cell)?.status == .running)
      lease = try Workspace.open(path).openSession(.newest)
      #expect(try lease.cell(cell)?.status == .crashed)
      #expect(try lease.inputs().map(\.status) == [.ok, .crashed])
      #expect(try lease.head() == first)
      let outcome = CellOutcome(status: .ok, seconds: 0)
      #expect(failure { try lease.finish(cell, outcome) } == .cellNotRunning(2, session: 1))
    }
  }

  @Test func `leaves another session's running cells alone`() throws {
    try withPath { path in
      let one = try Workspace.open(path).openSession(.new)
      let cell = try one.begin(
        NewCell(input: try one.beginInput(text: "train"), command: "train", typed: "train"))
      let other = try Workspace.open(path).openSession(.newest)
      #expect(other.number == 2)
      try one.finish(cell, CellOutcome(status: .ok, seconds: 9))
      #expect(try one.head() == cell)
    }
  }

  @Test func `never uses a number twice`() throws {
    try withPath { path in
      var cells: [Int] = []
      var inputs: [Int] = []
      for opening in 0..<4 {
        let lease = try Workspace.open(path).openSession(.newest)
        #expect(lease.number == 1)
        inputs.append(try lease.nextInput())
        let input = try lease.beginInput(text: "x")
        cells.append(try lease.nextCell())
        let cell = try lease.begin(NewCell(input: input, command: "x", typed: "x"))
        #expect(cell == cells.last && input == inputs.last)
        if opening == 1 { try lease.finish(cell, CellOutcome(status: .ok, seconds: 0)) }
        if opening == 2 { try lease.moveHead(to: nil) }
        lease.release()
      }
      #expect(cells == [1, 2, 3, 4] && inputs == [1, 2, 3, 4])
    }
  }

  @Test func `remembers what was typed last in any session`() throws {
    try withWorkspace { workspace in
      let one = try workspace.openSession(.new)
      let two = try workspace.openSession(.new)
      for (lease, text) in [(one, "a"), (two, "b"), (one, "c"), (one, "d")] {
        _ = try lease.beginInput(text: text)
        usleep(2000)
      }
      #expect(try workspace.recentInputs(limit: 3) == ["b", "c", "d"])
      #expect(try workspace.recentInputs(limit: 99) == ["a", "b", "c", "d"])
      #expect(try workspace.recentInputs(limit: -1).isEmpty)
    }
  }

  @Test func `takes any text`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      let texts = [
        "", "'); DROP TABLE cell_rows; --", "é漢字🙂", String(repeating: "x", count: 100_000),
      ]
      for text in texts { try lease.run(text) }
      #expect(try lease.cells().map(\.command) == texts)
      #expect(try lease.inputs().map(\.text) == texts)
    }
  }
}
