import CommandLanguage
import WorkspaceStore

/// A session in one file, as `export json` writes it: script, results of all cells with picks, labels,
/// verdicts, digests and curves, and where it ran. A replay holds all of that against what it finds.
struct SessionBundle {
  struct Cell {
    let number: Int
    let command: String
    let result: JSON
  }

  let script: String
  /// Those that ended well, in the order of the script.
  let cells: [Cell]

  /// Whether a text can be one, and is no script for sure.
  static func isLike(_ text: SourceText) -> Bool { text.text.first { !$0.isWhitespace } == "{" }

  /// - Throws: `file-format`.
  init(_ text: SourceText) throws(Diagnostic) {
    let name = text.name.map { "'\($0)'" } ?? "this"
    guard let json = JSON(reading: text.text.trimmed), case .string(let script)? = json["script"],
      case .array(let cells)? = json["cells"], case .int(ReplayHeader.version)? = json["winnow"]
    else {
      throw Diagnostic(
        .fileFormat, "\(name) is neither a script nor a session as export json writes it")
    }
    self.script = script
    self.cells = cells.compactMap { cell in
      guard case .int(let number)? = cell["cell"], case .string(let command)? = cell["command"],
        case .string("ok")? = cell["status"], let result = cell["result"]
      else { return nil }
      return Cell(number: number, command: command, result: result)
    }
  }
}

extension SessionBundle.Cell {
  /// Metrics are fractions, mostly; losses and times of training are not.
  private static let absolute = 0.02
  private static let relative = 0.05

  /// Where the result of a command run again first differs; nil where it is the same. Whole numbers,
  /// words and digests are compared as they are, other numbers within .02 or a twentieth.
  func difference(from now: JSON) -> String? {
    Self.difference(result, now, at: "").map { "cell \(number), \($0)" }
  }

  private static func difference(_ one: JSON, _ other: JSON, at place: String) -> String? {
    switch (one, other) {
    case (.object(let members), .object(let others)):
      for member in members where member.key != "seconds" {
        let found = others.first { $0.key == member.key }?.value ?? .null
        let inner = place.isEmpty ? member.key : "\(place).\(member.key)"
        if let text = difference(member.value, found, at: inner) { return text }
      }
      return nil
    case (.array(let values), .array(let others)):
      guard values.count == others.count else {
        return "\(place): recorded \(values.count) values, now \(others.count)"
      }
      for (index, pair) in zip(values, others).enumerated() {
        if let text = difference(pair.0, pair.1, at: "\(place)[\(index)]") { return text }
      }
      return nil
    default:
      if one == other { return nil }
      if one.isFraction || other.isFraction, let a = one.number, let b = other.number,
        abs(a - b) <= max(absolute, relative * abs(a))
      {
        return nil
      }
      return "\(place): recorded \(one.text), now \(other.text)"
    }
  }
}

extension JSON {
  fileprivate var isFraction: Bool { if case .double = self { true } else { false } }
}

/// Walks through a bundle beside the cells of a replay.
struct BundleReading {
  private var rest: ArraySlice<SessionBundle.Cell>

  init(_ bundle: SessionBundle) { rest = bundle.cells[...] }

  /// Passes over as many cells as these, and says where the first of them differs.
  mutating func difference(_ cells: [CellRecord], _ lease: SessionLease) throws -> String? {
    var first: String?
    for cell in cells where cell.isNode && cell.status == .ok {
      guard let recorded = rest.popFirst() else { return first ?? "more cells than are recorded" }
      guard first == nil, let now = try lease.result(of: cell.number).flatMap(JSON.init(reading:))
      else { continue }
      if recorded.command != cell.command {
        first = "cell \(recorded.number): recorded \(recorded.command), now \(cell.command)"
      } else {
        first = recorded.difference(from: now)
      }
    }
    return first
  }
}
