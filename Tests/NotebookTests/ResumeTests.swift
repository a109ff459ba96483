import LinearAlgebra
import Notebook
import Testing

/// Going on with what was cut short. The interrupt flag is the process's own, so each test that
/// raises it has a process to itself.
@Suite struct ResumeTests {
  private static let sweep = """
    n = 4
    for s in 1..3 {
      seed $s
      n = $s
      for m in $n 5 { query random $m }
    }
    """

  /// After how many of the sweep's 12 cells in the block it is cut short.
  @Test(arguments: [2, 3, 4, 5, 8, 11])
  func `a block that goes on ends as one that was never cut short`(cells: Int) async {
    await #expect(processExitsWith: .success) { [cells] in
      let whole = try withTrial { trial in
        try trial.ok("load digits\nnoise sym 0.3\n" + Self.sweep)
        return try (trial.state(), trial.ok("history 1").column("status"))
      }
      try withTrial { trial in
        try trial.ok("load digits\nnoise sym 0.3")
        try trial.run(Self.sweep) { if $0.cell == 3 + cells { Interrupt.request() } }
        Interrupt.clear()
        #expect(trial.flow == .interrupted)
        try trial.reopen()
        try trial.ok("show rounds")
        try trial.run("resume") { if $0.cell == 6 + cells { Interrupt.request() } }
        Interrupt.clear()
        if trial.flow == .interrupted { try trial.run("resume") }
        #expect(trial.flow == .completed)
        #expect(try trial.state() == whole.0)
        try trial.ok("resume")
        #expect(try trial.state() == whole.0)
      }
    }
  }

  @Test func `a command that was cut short runs again, and the saved script verifies`() async {
    await #expect(processExitsWith: .success) {
      try withTrial { trial in
        try trial.ok("load digits\nquery random 30")
        let stopping = ProgressMeter { _, _, _ in Interrupt.request() }
        try ProgressMeter.$current.withValue(stopping) {
          _ = try trial.failing("repeat 2 { train linear; query npc 5 }")
        }
        Interrupt.clear()
        let reports = try trial.run("resume")
        #expect(reports.map(\.status) == [.ok, .ok, .ok, .ok])
        #expect(reports.allSatisfy { $0.input == 3 })
        #expect(try trial.ok("history").column("status").prefix(3) == [.string("ok")].cycled(3))
        let script = trial.path("saved.winnow")
        try trial.ok("save '\(script)'")
        try trial.ok("undo")
        #expect(try trial.ok("show labeled").rows.count == 30)
      }
    }
  }

  @Test func `nothing goes on where something else was changed since`() async {
    await #expect(processExitsWith: .success) {
      try withTrial { trial in
        try trial.ok("load digits")
        try trial.run("repeat 3 { query random 4 }") {
          if $0.cell == 2 { Interrupt.request() }
        }
        Interrupt.clear()
        try trial.ok("query random 1")
        let failure = try #require(try trial.failing("resume").failure)
        #expect(failure.code == .refused)
        #expect(failure.text(color: false).contains("query random 1"))
        try trial.ok("undo\nresume")
        #expect(try trial.ok("show labeled").rows.count == 12)
        try trial.run("repeat 3 { query random 4 }") {
          if $0.cell > 9 { Interrupt.request() }
        }
        Interrupt.clear()
        try trial.ok("undo 2")
        #expect(try trial.failing("resume").failure?.code == .refused)
      }
    }
  }

  @Test func `there is nothing to do where every input ran to its end`() throws {
    try withTrial { trial in
      try trial.ok("resume")
      _ = try trial.failing("load digits\nquery random 0")
      let before = try trial.state()
      try trial.ok("resume")
      #expect(try trial.state() == before)
    }
  }
}

extension Array {
  /// The elements again and again, `count` times.
  fileprivate func cycled(_ count: Int) -> ArraySlice<Element> {
    (0..<count).flatMap { _ in self }[...]
  }
}
