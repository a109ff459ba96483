import Testing
import WorkspaceStore

/// How far a long command has come, kept until it is over.
struct CheckpointTests {
  private func running(_ lease: SessionLease) throws -> Int {
    let input = try lease.beginInput(text: "train resnet18")
    return try lease.begin(
      NewCell(input: input, command: "train resnet18", typed: "train resnet18"))
  }

  @Test func `the newest state of the newest command is there after a crash`() throws {
    try withPath { path in
      let workspace = try Workspace.open(path)
      let lease = try workspace.openSession(.new)
      let first = try running(lease)
      try lease.keep(Checkpoint(step: 1, work: "a", state: [1, 2]), of: first)
      try lease.finish(first, CellOutcome(status: .interrupted, seconds: 1))
      #expect(try lease.checkpoint(of: first)?.state == [1, 2])
      let second = try running(lease)
      for step in 1...3 {
        try lease.keep(Checkpoint(step: step, work: "b", state: [UInt8(step)]), of: second)
      }
      lease.release()
      try workspace.close()

      let again = try Workspace.open(path)
      let taken = try again.openSession(.newest)
      #expect(try taken.cell(second)?.status == .crashed)
      #expect(try taken.checkpoint(of: first) == nil)
      #expect(
        try taken.checkpoint(of: second) == Checkpoint(step: 3, work: "b", state: [3]))
      #expect(throws: WorkspaceError.self) {
        try taken.keep(Checkpoint(step: 4, work: "b", state: []), of: second)
      }
      let looking = try Workspace.open(path, readOnly: true).openSession(.newest)
      #expect(try looking.checkpoint(of: second)?.step == 3)
    }
  }

  @Test(arguments: [EndStatus.ok, .error])
  func `what is over needs none`(status: EndStatus) throws {
    try withPath { path in
      let lease = try Workspace.open(path).openSession(.new)
      let cell = try running(lease)
      try lease.keep(Checkpoint(step: 1, work: "a", state: [1]), of: cell)
      try lease.finish(cell, CellOutcome(status: status, seconds: 1))
      #expect(try lease.checkpoint(of: cell) == nil)
    }
  }

  @Test func `only an input that was cut short goes on`() throws {
    try withPath { path in
      let lease = try Workspace.open(path).openSession(.new)
      let input = try lease.beginInput(text: "repeat 2 { query random 1 }")
      try lease.endInput(input, status: .interrupted)
      try lease.reopenInput(input)
      try lease.endInput(input, status: .ok)
      #expect(throws: WorkspaceError.self) { try lease.reopenInput(input) }
      #expect(try lease.inputs().map(\.status) == [.ok])
    }
  }
}
