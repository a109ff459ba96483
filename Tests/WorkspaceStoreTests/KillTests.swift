import Foundation
import Testing
import WorkspaceStore

/// A process that is killed in the middle of its work.
struct KillTests {
  /// Twenty times: a child writes cells and notes each one that was acknowledged, until it is
  /// killed at some moment; then all that it noted must be there, and nothing by halves. The first
  /// are killed while they open the workspace, or make it.
  @Test func `loses no acknowledged cell when its process is killed`() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(component: "winnow-\(UUID().uuidString)").path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var acknowledged = 0
    for round in 0..<20 {
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [folder = folder as String, round = round as Int] in
        if round < 5 { KillTests.killSelf(afterMilliseconds: 3 * round) }
        let lease = try Workspace.open(folder + "/w.sqlite").openSession(.newest)
        KillTests.killSelf(afterMilliseconds: 2 + 7 * round)
        try KillTests.work(lease, notes: folder + "/notes")
      }
      acknowledged = try Self.judge(folder)
    }
    #expect(acknowledged > 20)
    let workspace = try Workspace.open(folder + "/w.sqlite")
    #expect(try workspace.query("PRAGMA integrity_check").rows == [[.text("ok")]])
  }

  private static func killSelf(afterMilliseconds delay: Int) {
    Thread.detachNewThread {
      usleep(UInt32(delay) * 1000)
      kill(getpid(), SIGKILL)
    }
  }

  /// Writes cells without end: even ones in one step, odd ones in two.
  private static func work(_ lease: SessionLease, notes path: String) throws {
    let notes = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o666)
    while true {
      let number = try lease.nextCell()
      let outcome = CellOutcome(
        status: .ok, seconds: 0, result: String(number),
        purchases: (0..<10).map {
          Purchase(sample: $0, label: number, source: "oracle", round: 1, share: 0)
        }, metrics: [Metric("n_labeled", Double(number))])
      if number.isMultiple(of: 2) {
        try lease.run("query \(number)", outcome)
      } else {
        let input = try lease.beginInput(text: "query \(number)")
        let cell = try lease.begin(NewCell(input: input, command: "query \(number)", typed: "q"))
        try lease.finish(cell, outcome)
      }
      let note = "\(number)\n"
      _ = note.withCString { write(notes, $0, strlen($0)) }
    }
  }

  /// - Returns: how many cells were acknowledged so far.
  private static func judge(_ folder: String) throws -> Int {
    let notes = (try? String(contentsOfFile: folder + "/notes", encoding: .utf8)) ?? ""
    let acknowledged = notes.split(separator: "\n").compactMap { Int($0) }
    let workspace = try Workspace.open(folder + "/w.sqlite")
    let lease = try workspace.openSession(.newest)
    #expect(lease.number == 1, "the dead process holds nothing")
    let cells = try lease.cells()
    let done = cells.filter { $0.status == .ok }
    #expect(Set(acknowledged).isSubset(of: done.map(\.number)))
    #expect(cells.allSatisfy { $0.status == .ok || $0.status == .crashed })
    #expect(try lease.lineage().map(\.number) == done.map(\.number))
    #expect(cells.map(\.number) == Array(1..<cells.count + 1))
    let purchases = try Dictionary(
      grouping: lease.purchases(in: cells.map(\.number)), by: \.cell
    ).mapValues(\.count)
    #expect(purchases == Dictionary(uniqueKeysWithValues: done.map { ($0.number, 10) }))
    lease.release()
    return acknowledged.count
  }
}
