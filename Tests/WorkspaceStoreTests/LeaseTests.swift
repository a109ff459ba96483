import Foundation
import TestSupport
import Testing
import WorkspaceStore

/// Who may write a session.
struct LeaseTests {
  @Test func `goes on with the newest session that nobody holds`() throws {
    try withPath { path in
      let one = try Workspace.open(path)
      let other = try Workspace.open(path)
      let first = try one.openSession(.newest, seed: 3)
      #expect(first.number == 1 && first.isNew && first.seed == 3)
      let second = try other.openSession(.newest)
      #expect(second.number == 2 && second.isNew && second.seed == 0)
      let third = try one.openSession(.new)
      #expect(third.number == 3)
      second.release()
      first.release()
      let again = try other.openSession(.newest, seed: 9)
      #expect(again.number == 2 && !again.isNew && again.seed == 0)
      #expect(try other.openSession(.newest).number == 1)
      #expect(try other.openSession(.newest).number == 1, "a lease that is dropped is given back")
    }
  }

  @Test func `tells whoever is refused who holds the session`() throws {
    try withPath { path in
      let one = try Workspace.open(path)
      let lease = try one.openSession(.new)
      let other = try Workspace.open(path)
      guard case .held(1, let holder?) = failure({ try other.openSession(.number(1)) }) else {
        Issue.record("not refused")
        return
      }
      #expect(holder.pid == Int(getpid()))
      #expect(!holder.host.isEmpty)
      #expect(abs(holder.since.timeIntervalSinceNow) < 60)
      // The same workspace is refused as well: the lock belongs to the lease.
      #expect(failure { try one.openSession(.number(1)) } != nil)
      let summary = try #require(try other.sessions().first)
      #expect(summary.isHeld && summary.holder == holder)
      lease.release()
      lease.release()
      #expect(try other.sessions().first?.isHeld == false)
      #expect(failure { try lease.run("late") } == .released(session: 1))
      #expect(try other.openSession(.number(1)).number == 1)
    }
  }

  @Test func `says which sessions there are`() throws {
    try withWorkspace { workspace in
      #expect(
        failure { try workspace.openSession(.number(1)) } == .noSession(1, existing: nil))
      for _ in 1...3 { try workspace.openSession(.new).release() }
      #expect(
        failure { try workspace.openSession(.number(4)) } == .noSession(4, existing: 1...3))
      #expect(
        failure { try workspace.openSession(.number(0)) } == .noSession(0, existing: 1...3))
      #expect(
        failure { try workspace.openSession(.number(.min)) }
          == .noSession(.min, existing: 1...3))
    }
  }

  @Test func `respects a lock of another process on the session's byte`() throws {
    try withPath { path in
      let workspace = try Workspace.open(path)
      for _ in 1...2 { try workspace.openSession(.new).release() }
      let holder = try ForeignLock(byte: 2, of: path)
      #expect(try workspace.sessions().map(\.isHeld) == [false, true])
      #expect(failure { try workspace.openSession(.number(2)) } == .held(session: 2, holder: nil))
      #expect(try workspace.openSession(.newest).number == 1)
      holder.end()
      #expect(try workspace.openSession(.newest).number == 2)
    }
  }

  @Test func `keeps a session from another process`() throws {
    try withPath { path in
      let workspace = try Workspace.open(path)
      let lease = try workspace.openSession(.new)
      #expect(throws: ForeignLock.Refused.self) { _ = try ForeignLock(byte: 1, of: path) }
      try ForeignLock(byte: 2, of: path).end()
      lease.release()
      try ForeignLock(byte: 1, of: path).end()
    }
  }

  @Test func `makes the schema once when many begin at the same time`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(component: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(component: "w.sqlite").path(percentEncoded: false)
    let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let lease = try Workspace.open(path).openSession(.new)
          for _ in 0..<5 { try lease.run("x") }
          return lease.number
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(numbers.sorted() == Array(1...8))
    #expect(try Workspace.open(path).sessions().map(\.cells) == Array(repeating: 5, count: 8))
  }
}
