import Foundation
import TestSupport
import Testing
import WorkspaceStore

/// Files that are damaged, foreign or too new, and disks that are full.
struct FaultTests {
  /// Offsets in SQLite's header.
  private static let userVersion = 60
  private static let applicationID = 68

  /// Makes a closed workspace of some size at `path`.
  private static func make(_ path: String) throws {
    let workspace = try Workspace.open(path)
    let lease = try workspace.openSession(.new, seed: 4)
    for round in 1...20 {
      let result = String(repeating: "r", count: 2_000)
      try lease.run(
        "query random \(round)",
        CellOutcome(
          status: .ok, seconds: 1, result: result, begins: round == 1 ? .run : .round,
          purchases: (0..<round).map {
            Purchase(sample: $0, label: 0, source: "oracle", round: round, share: 0)
          },
          verdicts: (0..<round).map { Verdict(sample: $0, isClean: true, quality: 1) },
          metrics: [Metric("accuracy", 0.5)]))
    }
    lease.release()
    try workspace.close()
  }

  /// Everything that reading offers.
  private static func readAll(_ path: String) throws {
    let workspace = try Workspace.open(path)
    _ = try workspace.sessions()
    _ = try workspace.recentInputs(limit: 100)
    let lease = try workspace.openSession(.newest)
    let cells = try lease.cells().map(\.number)
    _ = try lease.lineage()
    _ = try lease.inputs()
    _ = try lease.purchases(in: cells)
    _ = try lease.metrics(in: cells)
    for cell in cells {
      _ = try lease.verdicts(in: cell)
      _ = try lease.result(of: cell)
    }
    for view in ViewTests.columns.keys { _ = try workspace.query("SELECT * FROM \(view)") }
    try lease.run("load digits")
  }

  @Test func `opens a newer file for reading only`() throws {
    try withPath { path in
      try Self.make(path)
      try patch(path, at: Self.userVersion, with: [0, 0, 0, 9])
      let workspace = try Workspace.open(path)
      let newer = WorkspaceError.newer(path: workspace.path, found: 9, known: 4)
      #expect(workspace.isReadOnly && workspace.readOnlyReason == newer)
      #expect(try workspace.sessions().map(\.cells) == [20])
      #expect(try workspace.query("SELECT count(*) FROM rounds").rows == [[.integer(20)]])
      let lease = try workspace.openSession(.newest)
      #expect(try lease.lineage().count == 20)
      #expect(failure { try lease.run("load") } == newer)
      #expect(failure { try workspace.openSession(.new) } == newer)
      try workspace.close()
    }
  }

  @Test func `leaves another program's file as it was`() throws {
    try withPath { path in
      try Self.make(path)
      for (id, bytes) in [(0, [0, 0, 0, 0]), (0x1234_5678, [0x12, 0x34, 0x56, 0x78])] {
        try patch(path, at: Self.applicationID, with: bytes.map { UInt8($0) })
        let before = try bytesOf(path)
        guard
          case .notAWorkspace(_, .applicationID(let found)) = failure({ try Workspace.open(path) })
        else {
          Issue.record("opened")
          return
        }
        #expect(found == UInt32(id))
        #expect(try bytesOf(path) == before)
      }
    }
  }

  private func bytesOf(_ path: String) throws -> Data { try bytes(path) }

  @Test func `leaves a file that is no database as it was`() throws {
    try withPath { path in
      for text in ["x", "load digits\nquery npc 20\n", String(repeating: "winnow ", count: 5000)] {
        try Data(text.utf8).write(to: URL(filePath: path))
        guard case .notAWorkspace(_, .notSQLite) = failure({ try Workspace.open(path) }) else {
          Issue.record("opened")
          return
        }
        #expect(try bytes(path) == Data(text.utf8))
      }
      try FileManager.default.removeItem(atPath: path)
      try Self.make(path)
      try patch(path, at: 0, with: [UInt8](repeating: 0, count: 16))
      #expect(failure { try Workspace.open(path) } != nil)
    }
  }

  @Test func `says that a folder or a path below a file cannot be opened`() throws {
    try withPath { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      guard case .cannotOpen = failure({ try Workspace.open(path) }) else {
        Issue.record("\(String(describing: failure { try Workspace.open(path) }))")
        return
      }
      let pipe = path + "/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      #expect(
        failure { try Workspace.open(pipe) }
          == .cannotOpen(path: pipe, reason: "it is no regular file"))
      try Data("x".utf8).write(to: URL(filePath: path + "/file"))
      let below = try Workspace.open(path + "/file/w.sqlite")
      guard case .cannotOpen = failure({ try below.openSession(.new) }) else {
        Issue.record("opened")
        return
      }
    }
  }

  @Test func `tells a file that was cut short`() throws {
    try withPath { path in
      try Self.make(path)
      let whole = try bytes(path)
      let copy = path + ".cut"
      for length in stride(from: 1, to: whole.count, by: 2048) {
        try whole.prefix(length).write(to: URL(filePath: copy))
        let error = failure { try Self.readAll(copy) }
        switch error {
        case .corrupt, .notAWorkspace: break
        default: Issue.record("\(length) bytes: \(String(describing: error))")
        }
        try? FileManager.default.removeItem(atPath: copy + "-wal")
        try? FileManager.default.removeItem(atPath: copy + "-shm")
      }
    }
  }

  /// Each page in turn is overwritten, with zeros, with ones, and with another page.
  @Test func `never traps on a damaged page`() throws {
    try withPath { path in
      try Self.make(path)
      let whole = [UInt8](try bytes(path))
      let pages = whole.count / 4096
      let copy = path + ".bad"
      var refused = 0
      for page in 0..<pages {
        let range = page * 4096..<(page + 1) * 4096
        let other = (page + 7) % pages
        for filling in [
          [UInt8](repeating: 0, count: 4096), [UInt8](repeating: 255, count: 4096),
          Array(whole[other * 4096..<(other + 1) * 4096]),
        ] {
          var bad = whole
          bad.replaceSubrange(range, with: filling)
          try Data(bad).write(to: URL(filePath: copy))
          if failure({ try Self.readAll(copy) }) != nil { refused += 1 }
          try? FileManager.default.removeItem(atPath: copy + "-wal")
          try? FileManager.default.removeItem(atPath: copy + "-shm")
        }
      }
      #expect(pages > 20 && refused > pages)
    }
  }

  @Test func `never traps on single damaged bytes`() throws {
    try withPath { path in
      try Self.make(path)
      let whole = [UInt8](try bytes(path))
      let copy = path + ".bad"
      var state: UInt64 = 0x9E37_79B9_7F4A_7C15
      for _ in 0..<200 {
        var bad = whole
        for _ in 0..<8 {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          bad[Int(state >> 33) % bad.count] ^= UInt8(truncatingIfNeeded: state >> 25)
        }
        try Data(bad).write(to: URL(filePath: copy))
        _ = failure { try Self.readAll(copy) }
        try? FileManager.default.removeItem(atPath: copy + "-wal")
        try? FileManager.default.removeItem(atPath: copy + "-shm")
      }
    }
  }

  @Test(.enabled(if: SmallDisk.isPossible, "needs the right to mount one of a fixed size"))
  func `keeps what it acknowledged when the disk is full`() throws {
    try SmallDisk.with(kilobytes: 2048) { folder in
      let path = folder + "/w.sqlite"
      let workspace = try Workspace.open(path)
      let lease = try workspace.openSession(.new)
      var acknowledged: [Int] = []
      var refusal: WorkspaceError?
      while refusal == nil, acknowledged.count < 10_000 {
        let outcome = CellOutcome(
          status: .ok, seconds: 0, result: String(repeating: "r", count: 20_000))
        refusal = failure { acknowledged.append(try lease.run("x", outcome)) }
      }
      #expect(refusal == .diskFull(path: workspace.path))
      #expect(acknowledged.count > 10)
      #expect(try lease.cells().filter { $0.status == .ok }.map(\.number) == acknowledged)
      #expect(try lease.head() == acknowledged.last)
      guard
        case .diskFull = failure({
          let blob = NamedBlob(
            name: "weights", digest: "d", bytes: .init(repeating: 1, count: 3_000_000))
          try lease.run("x", CellOutcome(status: .ok, seconds: 0, blobs: [blob]))
        })
      else {
        Issue.record("a blob bigger than the disk was taken")
        return
      }
      #expect(try lease.cells().count >= acknowledged.count)
    }
  }
}

/// A file system of a few kilobytes, in memory.
enum SmallDisk {
  static let isPossible = (try? with(kilobytes: 64) { _ in true }) ?? false

  struct NotMounted: Error {}

  static func with<T>(kilobytes: Int, _ body: (String) throws -> T) throws -> T {
    try withTemporaryFolder { folder in
      let path = folder.path(percentEncoded: false)
      guard mount("none", path, "tmpfs", 0, "size=\(kilobytes)k") == 0 else { throw NotMounted() }
      defer { umount2(path, Int32(MNT_DETACH)) }
      return try body(path)
    }
  }
}
