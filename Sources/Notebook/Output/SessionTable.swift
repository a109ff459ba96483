import Foundation
import WorkspaceStore

extension Output {
  /// The sessions of a workspace as a table, under the names of the view `sessions`, and who writes to
  /// each at this moment.
  package init(_ sessions: [SessionSummary]) {
    let names = ["session", "created", "seed", "head", "cells", "last_used", "held_by"]
    let table = Table(columns: names.map { .init($0) }, rows: sessions.map(\.row))
    self.init(
      table: table, drawn: table.choosing(names.filter { $0 != "created" }),
      lines: sessions.isEmpty ? ["no session yet"] : [])
  }
}

extension SessionSummary {
  fileprivate var row: [JSON] {
    [
      .int(number), .string(Self.text(created)), .int(seed), head.map(JSON.int) ?? .null,
      .int(cells), .string(Self.text(lastUsed)), isHeld ? .string(writer) : .null,
    ]
  }

  private var writer: String {
    holder.map { "process \($0.pid) on \($0.host)" } ?? "another process"
  }

  /// UTC, to the second.
  private static func text(_ date: Date) -> String { date.formatted(.iso8601) }
}
