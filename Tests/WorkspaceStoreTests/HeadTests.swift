import Foundation
import Testing
import WorkspaceStore

/// The session as a tree: undo, redo, branches.
struct HeadTests {
  @Test func `remembers which child was left last`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      for command in ["a", "b", "c"] { try lease.run(command) }
      try lease.moveHead(to: 1)
      #expect(try lease.lineage().map(\.number) == [1])
      #expect(try lease.lastLeftChild(of: 1) == 2)
      #expect(try lease.lastLeftChild(of: 2) == 3)
      #expect(try lease.lastLeftChild(of: nil) == nil)
      try lease.run("d")
      #expect(try lease.lineage().map(\.number) == [1, 4])
      #expect(try lease.lastLeftChild(of: 4) == nil)
      try lease.moveHead(to: nil)
      #expect(try lease.head() == nil && lease.lineage().isEmpty)
      #expect(try lease.lastLeftChild(of: nil) == 1)
      #expect(try lease.lastLeftChild(of: 1) == 4)
      // To the other branch and back: each side is left at the fork.
      try lease.moveHead(to: 3)
      #expect(try lease.lineage().map(\.number) == [1, 2, 3])
      try lease.moveHead(to: 4)
      #expect(try lease.lastLeftChild(of: 1) == 2)
    }
  }

  @Test func `moves the head in the transaction of the cell that asks for it`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      for command in ["a", "b"] { try lease.run(command) }
      let undo = try lease.run(
        "undo", isNode: false, CellOutcome(status: .ok, seconds: 0, headMove: .to(1)))
      #expect(try lease.head() == 1 && lease.lastLeftChild(of: 1) == 2)
      #expect(try lease.cell(undo)?.parent == 2)
      let lost = CellOutcome(status: .ok, seconds: 0, headMove: .to(77))
      #expect(failure { try lease.run("redo", isNode: false, lost) } == .noCell(77, session: 1))
      #expect(try lease.cells().count == 3)
    }
  }

  @Test func `stands only at nodes that ended well`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      try lease.run("a")
      try lease.run("b", CellOutcome(status: .error, seconds: 0))
      try lease.run("history", isNode: false)
      for cell in [2, 3, 4, 0, -1] {
        #expect(failure { try lease.moveHead(to: cell) } == .noCell(cell, session: 1))
      }
      #expect(try lease.head() == 1)
    }
  }

  enum Step: CaseIterable { case run, fail, undo, redo }

  /// A session as plain lists, to judge the stored one by.
  struct Model {
    var parents: [Int?] = []
    var head: Int?
    var left: [Int: Int] = [:]

    mutating func apply(_ step: Step) {
      switch step {
      case .run:
        parents.append(head)
        head = parents.count
      case .fail: parents.append(head)
      case .undo:
        guard let from = head else { return }
        head = parents[from - 1]
        left[head ?? 0] = from
      case .redo: head = left[head ?? 0] ?? head
      }
    }

    var line: [Int] {
      Array(sequence(first: head) { $0.flatMap { parents[$0 - 1] } }.prefix { $0 != nil })
        .compactMap { $0 }.reversed()
    }
  }

  /// Every sequence of five steps that begins by running something.
  @Test func `agrees with plain lists on every short history`() throws {
    try withWorkspace { workspace in
      let count = Step.allCases.count
      for code in 0..<count * count * count * count {
        var model = Model()
        let lease = try workspace.openSession(.new)
        var steps = [Step.run]
        var rest = code
        for _ in 0..<4 {
          steps.append(Step.allCases[rest % count])
          rest /= count
        }
        for step in steps {
          model.apply(step)
          switch step {
          case .run: try lease.run("x")
          case .fail: try lease.run("x", CellOutcome(status: .error, seconds: 0))
          case .undo:
            guard let head = try lease.head() else { break }
            try lease.moveHead(to: try lease.cell(head)?.parent)
          case .redo:
            guard let child = try lease.lastLeftChild(of: try lease.head()) else { break }
            try lease.moveHead(to: child)
          }
          #expect(try lease.lineage().map(\.number) == model.line, "\(steps)")
        }
        #expect(try lease.cells().map(\.parent) == model.parents, "\(steps)")
        lease.release()
      }
      let live = try workspace.query("SELECT count(*) FROM cells WHERE live")
      let all = try workspace.query("SELECT sum(length) FROM (SELECT 1 AS length FROM live_cells)")
      #expect(live.rows == all.rows)
    }
  }
}
