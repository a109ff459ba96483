import Foundation
import TestSupport
import WorkspaceStore

/// Runs `body` on a new workspace in memory, where writing thousands of cells takes no time.
func withWorkspace<T>(_ body: (Workspace) throws -> T) throws -> T {
  try withPath { try body(try Workspace.open($0)) }
}

/// Runs `body` with the path of a workspace that does not exist yet.
func withPath<T>(_ body: (String) throws -> T) throws -> T {
  try withMemoryFolder { folder in
    try body(folder.appending(component: "w.sqlite").path(percentEncoded: false))
  }
}

/// What `body` throws.
func failure<T>(_ body: () throws -> T) -> WorkspaceError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? WorkspaceError
  }
}

func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

/// Overwrites bytes of a file that no workspace has open.
func patch(_ path: String, at offset: Int, with new: [UInt8]) throws {
  var data = try bytes(path)
  data.replaceSubrange(offset..<offset + new.count, with: new)
  try data.write(to: URL(filePath: path))
}

extension SessionLease {
  /// One input with one quick command in it; returns the cell's number.
  @discardableResult
  func run(
    _ command: String, isNode: Bool = true, changesState: Bool = true, variables: String? = nil,
    _ outcome: CellOutcome = CellOutcome(status: .ok, seconds: 0.5)
  ) throws -> Int {
    var outcome = outcome
    outcome.endsInput = true
    return try record(
      NewCell(
        input: try beginInput(text: command), command: command, typed: command, isNode: isNode,
        changesState: changesState, variables: variables), outcome)
  }
}

/// Integers and texts of a query's answer; nil for NULL.
func values(_ table: SQLTable) -> [[String?]] {
  table.rows.map { row in
    row.map { value in
      switch value {
      case .null: nil
      case .integer(let number): String(number)
      case .real(let number): String(number)
      case .text(let text): text
      case .blob(let bytes): "\(bytes.count) bytes"
      }
    }
  }
}
