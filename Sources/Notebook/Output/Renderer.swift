/// Turns reports into the text of an output mode. `json` needs an opening and a closing, so that
/// the array is whole also after an error.
package struct Renderer: Sendable {
  package let mode: OutputMode
  /// Columns of the screen, which may change.
  package var width: Int
  private var count = 0

  /// - Parameter width: columns of the screen; 80 where there is none.
  package init(mode: OutputMode, width: Int = 80) {
    self.mode = mode
    self.width = width
  }

  /// What goes to stdout for one executed command; empty where this mode has nothing to say.
  package mutating func render(_ report: CellReport) -> String {
    defer { count += 1 }
    switch mode {
    case .jsonl: return report.json.text + "\n"
    case .json: return (count == 0 ? "[\n" : ",\n") + report.json.text
    case .csv, .box, .markdown: return report.output.map(render) ?? ""
    }
  }

  /// What goes to stdout for an answer that stands alone: no command, no cell.
  package func render(_ output: Output) -> String {
    switch mode {
    case .jsonl, .json: output.json.text + "\n"
    case .csv: csv(output)
    case .box: drawn(output) { TextTable($0).boxed(width) }
    case .markdown: drawn(output) { TextTable($0).markdown() }
    }
  }

  /// What goes to stdout after the last command.
  package func closing() -> String {
    guard mode == .json else { return "" }
    return count == 0 ? "[]\n" : "\n]\n"
  }

  private func drawn(_ output: Output, _ draw: (Table) -> String) -> String {
    var text = output.lines.flatMap { Format.wrapped($0, to: width) }
      .map { $0 + "\n" }.joined()
    if mode == .box, let graphic = output.graphic {
      text += graphic + "\n"
    } else if !output.picture.isEmpty {
      let fence = mode == .markdown ? ["```"] : []
      text += (fence + output.picture + fence).map { $0 + "\n" }.joined()
    }
    guard let table = output.drawn else { return text }
    if mode == .markdown, !text.isEmpty { text += "\n" }
    text += draw(table)
    return text
  }

  private func csv(_ output: Output) -> String {
    (output.table ?? Self.singleRow(output.json)).csv
  }

  /// A record as a table of one row; what is nested gets dotted names.
  private static func singleRow(_ record: JSON) -> Table {
    let members = flattened(record, prefix: "")
    return Table(columns: members.map { .init($0.0) }, rows: [members.map(\.1)])
  }

  private static func flattened(_ value: JSON, prefix: String) -> [(String, JSON)] {
    guard case .object(let members) = value else { return [(prefix, value)] }
    return members.flatMap {
      flattened($0.value, prefix: prefix.isEmpty ? $0.key : "\(prefix).\($0.key)")
    }
  }
}

extension Table {
  /// RFC 4180.
  var csv: String {
    let header = columns.map { Self.field(.string($0.name)) }.joined(separator: ",")
    let rows = rows.map { $0.map(Self.field).joined(separator: ",") }
    return ([header] + rows).map { $0 + "\r\n" }.joined()
  }

  /// Quoted where it must be, quotes doubled.
  private static func field(_ value: JSON) -> String {
    let text: String
    switch value {
    case .null: text = ""
    case .string(let string): text = string
    default: text = value.text
    }
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
