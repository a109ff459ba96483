import Foundation
import TestSupport
import Testing
import WorkspaceStore

/// Opening, making, closing.
struct OpeningTests {
  @Test func `makes the file and its folder at the first write, not before`() throws {
    try withMemoryFolder { folder in
      let path = folder.appending(components: "a", "b", "w.sqlite").path(percentEncoded: false)
      let workspace = try Workspace.open(path)
      #expect(try workspace.sessions().isEmpty)
      #expect(try workspace.recentInputs(limit: 10).isEmpty)
      #expect(failure { try workspace.query("SELECT 1") } == .missing(path: workspace.path))
      #expect(!FileManager.default.fileExists(atPath: folder.path(percentEncoded: false) + "a"))
      let lease = try workspace.openSession(.newest)
      #expect(lease.number == 1 && lease.isNew)
      #expect(FileManager.default.fileExists(atPath: path))
      #expect(try workspace.sessions().map(\.number) == [1])
    }
  }

  @Test func `takes an empty file for a workspace to be made`() throws {
    try withPath { path in
      try Data().write(to: URL(filePath: path))
      let workspace = try Workspace.open(path)
      #expect(try workspace.sessions().isEmpty)
      #expect(try workspace.openSession(.newest).number == 1)
    }
  }

  @Test func `does not open what is not there for reading`() throws {
    try withPath { path in
      #expect(failure { try Workspace.open(path, readOnly: true) } != nil)
      try Data().write(to: URL(filePath: path))
      let error = failure { try Workspace.open(path, readOnly: true) }
      guard case .missing = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try bytes(path).isEmpty)
    }
  }

  @Test func `writes with the settings that keep every acknowledged cell`() throws {
    try withWorkspace { workspace in
      _ = try workspace.openSession(.new)
      #expect(
        try workspace.settings() == [
          "journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000",
          "trusted_schema": "0", "cell_size_check": "1", "application_id": "1464749655",
          "user_version": "4",
        ])
    }
  }

  @Test func `leaves everything in the one file when it closes`() throws {
    try withPath { path in
      let workspace = try Workspace.open(path)
      let lease = try workspace.openSession(.new)
      try lease.run("load digits")
      lease.release()
      try workspace.close()
      try workspace.close()
      #expect(failure { try workspace.sessions() } == .closed(path: workspace.path))
      let copy = path + ".copy"
      try FileManager.default.copyItem(atPath: path, toPath: copy)
      let again = try Workspace.open(copy, readOnly: true)
      #expect(try again.openSession(.newest).cells().map(\.command) == ["load digits"])
    }
  }

  @Test func `reads without writing, locking or recording anything`() throws {
    try withPath { path in
      let first = try Workspace.open(path)
      let writer = try first.openSession(.new, seed: 7)
      try writer.run("load digits")
      let reading = try Workspace.open(path, readOnly: true)
      #expect(reading.isReadOnly && !first.isReadOnly)
      let lease = try reading.openSession(.newest)
      #expect(lease.isReadOnly && lease.seed == 7 && !lease.isNew)
      #expect(try lease.lineage().count == 1)
      let refusal = WorkspaceError.readOnly(path: reading.path)
      #expect(failure { try lease.run("train linear") } == refusal)
      #expect(failure { try reading.openSession(.new) } == refusal)
      let blob = CellOutcome(
        status: .ok, seconds: 1, blobs: [NamedBlob(name: "weights", digest: "d", bytes: [1])])
      #expect(failure { try lease.run("train linear", blob) } == refusal)
      #expect(
        failure { try reading.openSession(.number(3)) } == .noSession(3, existing: 1...1))
      lease.release()
      #expect(try writer.cells().count == 1)
    }
  }

  @Test func `locks the same bytes through a link`() throws {
    try withPath { path in
      let link = path + ".link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      // The link points to nothing yet; the workspace is made where it points.
      let direct = try Workspace.open(link)
      let lease = try direct.openSession(.new)
      #expect(FileManager.default.fileExists(atPath: path))
      let linked = try Workspace.open(path)
      #expect(linked.path == direct.path)
      guard case .held(1, _) = failure({ try linked.openSession(.number(1)) }) else {
        Issue.record("session 1 was given twice")
        return
      }
      lease.release()
    }
  }

  @Test func `keeps big arrays once under their digest`() throws {
    try withWorkspace { workspace in
      let lease = try workspace.openSession(.new)
      let array = [UInt8](repeating: 7, count: 1_000_000)
      #expect(try workspace.blob("ab") == nil)
      let stored = [NamedBlob(name: "weights", digest: "ab", bytes: array)]
      for _ in 0..<2 {
        let cell = try lease.run("train", CellOutcome(status: .ok, seconds: 1, blobs: stored))
        #expect(try lease.blobs(of: cell) == [NamedBlob(name: "weights", digest: "ab")])
      }
      #expect(try workspace.blob("ab") == array)
      // A cell that cannot be written leaves none of its arrays behind.
      let unknown = [
        NamedBlob(name: "labels", digest: "ef", bytes: array),
        NamedBlob(name: "weights", digest: "cd"),
      ]
      #expect(
        failure { try lease.run("train", CellOutcome(status: .ok, seconds: 1, blobs: unknown)) }
          != nil)
      #expect(try workspace.blob("ef") == nil)
      #expect(try lease.cells().count == 2)
    }
  }
}
