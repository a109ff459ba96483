/// How results are written to stdout.
package enum OutputMode: String, Sendable, CaseIterable {
  case box, markdown, csv, json, jsonl
}

/// Everything that is said about one executed command.
package struct CellReport: Sendable {
  package enum Status: String, Sendable { case ok, error, interrupted }

  package let cell: Int
  package let input: Int
  /// Canonical where the command could be bound, else as typed.
  package let command: String
  package let status: Status
  package let seconds: Double
  package let output: Output?
  package let failure: Failure?
  /// Things worth saying that are no result: for stderr.
  package let notices: [String]

  /// The object of `--mode jsonl`.
  package var json: JSON {
    var members: [JSON.Member] = [
      .init("cell", .int(cell)), .init("input", .int(input)), .init("command", .string(command)),
      .init("status", .string(status.rawValue)),
      .init("seconds", .double((seconds * 1e4).rounded() / 1e4)),
    ]
    switch status {
    case .ok: members.append(.init("result", output?.json ?? .null))
    case .error, .interrupted: members.append(.init("error", failure?.json ?? .null))
    }
    return .object(members)
  }
}
