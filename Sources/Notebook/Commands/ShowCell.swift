import CommandLanguage
import WorkspaceStore

extension Showing {
  /// A cell again in full: what was typed, how it ended, and its result as it was stored.
  /// - Throws: `range` where the session has no such cell.
  static func cell(_ invocation: Invocation) throws -> Output {
    let lease = invocation.session.lease
    let number = invocation.arguments.integer("number") ?? 0
    guard number != invocation.cell, let cell = try lease.cell(number) else {
      throw Diagnostic(
        .range, "the session has no cell \(number)", at: invocation.arguments.ranges["number"],
        notes: ["show cells lists all"])
    }
    let result = try lease.result(of: number).flatMap { JSON(reading: $0) }
    let failure = cell.error.flatMap { JSON(reading: $0) }
    let record = JSON.record(
      ("cell", .int(number)), ("input", .int(cell.input)), ("typed", .string(cell.typed)),
      ("command", .string(cell.command)), ("status", .string(cell.status.rawValue)),
      ("seconds", .optional(cell.seconds)), ("restored", .bool(true)),
      ("result", result ?? .null), ("error", failure ?? .null))
    let drawn = result.flatMap(Table.init(restoring:))
    return Output(
      record: record, table: drawn, drawn: drawn, lines: lines(cell, failure, result, drawn))
  }

  private static func lines(
    _ cell: CellRecord, _ failure: JSON?, _ result: JSON?, _ drawn: Table?
  ) -> [String] {
    let seconds = cell.seconds.map { ", \(Format.duration($0))" } ?? ""
    var lines = ["cell \(cell.number), input \(cell.input): \(cell.status.rawValue)\(seconds)"]
    lines += cell.typed.split(whereSeparator: \.isNewline).map { "  \($0)" }
    if cell.command != cell.typed { lines.append("as \(cell.command)") }
    if case .string(let message)? = failure?["message"] { lines.append("error: \(message)") }
    if result != nil {
      lines.append(drawn == nil ? "restored: \(result?.text ?? "")" : "restored:")
    }
    return lines
  }
}

extension Table {
  /// The table that a stored result is, or a record with a row for each key; nil for what is neither.
  init?(restoring result: JSON) {
    guard case .object(let members) = result, !members.isEmpty else { return nil }
    if case .array(let columns)? = result["columns"], case .array(let rows)? = result["rows"],
      members.count == 2
    {
      self.init(
        columns: columns.map { column in
          Column(column["name"].flatMap(\.word) ?? "", unit: column["unit"].flatMap(\.word))
        },
        rows: rows.compactMap { if case .array(let row) = $0 { row } else { nil } })
      return
    }
    self.init(
      columns: [.init("key"), .init("value")],
      rows: members.map {
        [.string($0.key), $0.value.isNested ? .string($0.value.text) : $0.value]
      })
  }
}

extension JSON {
  /// A string's text.
  fileprivate var word: String? { if case .string(let text) = self { text } else { nil } }

  fileprivate var isNested: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }
}
