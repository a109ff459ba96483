import Foundation
import Notebook
import Testing

/// Going back and forth between the inputs of a session.
@Suite struct UndoTests {
  private let beginning = "load digits\nnoise sym 0.5\nfilter ideal\nquery npc 20\ntrain linear"

  @Test func `undo restores the state before each input, redo the one after it`() throws {
    try withTrial { trial in
      var states = [try trial.state()]
      let inputs = [
        "b = 5", "load digits", "noise sym 0.5", "query npc 20", "filter ideal",
        "repeat 2 { query random $b; train linear epochs=3 }", "b = 6", "reset", "seed 4",
        "query random $b", "load blobs",
      ]
      for input in inputs {
        try trial.ok(input)
        states.append(try trial.state())
      }
      // Looking at the state is an input of its own, which undo passes over.
      for state in states.reversed().dropFirst() {
        try trial.ok("undo")
        #expect(try trial.state() == state)
      }
      #expect(try trial.failing("undo").failure?.code == .range)
    }
  }

  @Test func `redo goes forward input by input, to where undo came from`() throws {
    try withTrial { trial in
      try trial.ok(beginning)
      try trial.ok("repeat 2 { query random 5 }")
      let end = try trial.ok("undo 3")["head"]?.int
      #expect(end == 3)
      for head in [4, 5, 7] {
        #expect(try trial.ok("redo")["head"]?.int == head)
      }
      #expect(try trial.failing("redo").failure?.code == .range)
      #expect(try trial.ok("show labeled").rows.count == 30)
    }
  }

  @Test func `looking around after undo does not lose the way forward`() throws {
    try withTrial { trial in
      try trial.ok("seed 1\nseed 2\nundo\nshow vars\nhistory\nx = 1\nundo\nshow cells")
      try trial.ok("redo")
      #expect(try trial.ok("show vars").rows.count == 1)
      try trial.ok("load digits\nquery random 5\nundo\nshow labeled\nshow pool\nredo")
      #expect(try trial.ok("show labeled").rows.count == 5)
    }
  }

  @Test func `undo N is N times undo`() throws {
    let once = try withTrial { trial in
      try trial.ok(beginning)
      try trial.ok("undo; undo; undo")
      return try trial.state()
    }
    let thrice = try withTrial { trial in
      try trial.ok(beginning)
      try trial.ok("undo 3")
      return try trial.state()
    }
    #expect(once == thrice)
  }

  @Test func `more than there is cannot be undone, and then nothing is`() throws {
    try withTrial { trial in
      try trial.ok(beginning)
      let before = try trial.state()
      #expect(try trial.failing("undo 6").failure?.code == .range)
      #expect(try trial.state() == before)
      #expect(try trial.ok("undo 5")["head"] == .null)
    }
  }

  @Test func `a command after undo begins a line of its own, and what was left stays to be read`()
    throws
  {
    try withTrial { trial in
      try trial.ok("load digits\nquery random 5\nundo\nquery random 7")
      #expect(try trial.failing("redo").failure?.code == .range)
      #expect(try trial.ok("show labeled").rows.count == 7)
      let counts = try trial.ok(
        "sql 'SELECT live, count(*) AS labels FROM purchases GROUP BY live ORDER BY live'")
      #expect(counts.rows == [[.int(0), .int(5)], [.int(1), .int(7)]])
      let cells = try trial.ok("show cells")
      #expect(
        zip(cells.column("command"), cells.column("live")).filter { $0.1 == .bool(false) }.map(\.0)
          .prefix(2) == [.string("query random 5"), .string("undo 1")])
    }
  }

  @Test func `what is undone and done again is the same`() throws {
    try withTrial { trial in
      try trial.ok(beginning)
      let first = try trial.ok("query npc 15")
      #expect(try trial.ok("undo; query npc 15") == first)
    }
  }

  @Test func `undo of a source is undo of all that it did`() throws {
    try withTrial { trial in
      let script = try ExampleFiles.placed("source steps.winnow", in: trial.folder)
      try trial.ok("seed 3")
      let before = try trial.state()
      try trial.ok(script)
      #expect(try trial.ok("show labeled").rows.count == 3)
      try trial.ok("undo")
      #expect(try trial.state() == before)
    }
  }
}
