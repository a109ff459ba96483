import CommandLanguage

/// Tables as text: box-drawing characters for the screen, pipes for Markdown.
enum TextTable {
  /// A boxed table at most `width` columns wide: long texts go on in the next line of their cell,
  /// and columns that still do not fit are drawn in a further box below. Nothing is cut.
  static func boxed(_ table: Table, _ width: Int) -> String {
    let numeric = table.columns.indices.map { isNumeric(table, $0) }
    var widths = table.columns.indices.map { column in
      ([header(table.columns[column])] + table.rows.map { Format.cell($0[column]) })
        .map { Display.width(of: $0) }.max() ?? 0
    }
    shrink(&widths, table, numeric, to: width)
    return groups(widths, width).map { box(table, widths, numeric, $0) }.joined()
  }

  /// A pipe table, all columns in one.
  static func markdown(_ table: Table, _ width: Int) -> String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
    let rule = table.columns.indices.map { isNumeric(table, $0) ? "---:" : "---" }
    return line(table.columns.map(header)) + line(rule)
      + table.rows.map { line($0.map { Display.safe(Format.cell($0)) }) }.joined()
  }

  private static func header(_ column: Table.Column) -> String {
    column.unit.map { "\(column.name) (\($0))" } ?? column.name
  }

  private static func isNumeric(_ table: Table, _ column: Int) -> Bool {
    table.rows.allSatisfy { row in
      switch row[column] {
      case .int, .double, .null: true
      default: false
      }
    }
  }

  /// Makes columns narrower until all fit: headings first, which may break behind an underscore,
  /// then the widest text column, one cell at a time, as long as texts stay readable.
  private static func shrink(
    _ widths: inout [Int], _ table: Table, _ numeric: [Bool], to width: Int
  ) {
    func isTooWide() -> Bool { widths.reduce(1) { $0 + $1 + 3 } > width }
    let least = widths.indices.map { column in
      let parts = headingParts(table.columns[column]).map { Display.width(of: $0) }
      return (parts + table.rows.map { Display.width(of: Format.cell($0[column])) }).max() ?? 0
    }
    let numbers = widths.indices.filter { numeric[$0] }
    while isTooWide(),
      let slack = numbers.max(by: { widths[$0] - least[$0] < widths[$1] - least[$1] }),
      widths[slack] > least[slack]
    {
      widths[slack] -= 1
    }
    let texts = widths.indices.filter { !numeric[$0] }
    while isTooWide(), let widest = texts.max(by: { widths[$0] < widths[$1] }), widths[widest] > 16
    {
      widths[widest] -= 1
    }
  }

  /// `clean_coverage` as `clean_`, `coverage`.
  private static func headingParts(_ column: Table.Column) -> [String] {
    var parts = [""]
    for character in header(column) {
      parts[parts.count - 1].append(character)
      if character == "_" { parts.append("") }
    }
    return parts.filter { !$0.isEmpty }
  }

  /// The heading in lines of at most `width` columns, if its parts allow.
  private static func heading(_ column: Table.Column, _ width: Int) -> [String] {
    var lines: [String] = []
    for part in headingParts(column) {
      if let last = lines.last, Display.width(of: last + part) <= width {
        lines[lines.count - 1] = last + part
      } else {
        lines.append(part)
      }
    }
    return lines.flatMap { Format.broken($0, to: width) }
  }

  /// Which columns stand side by side in one box.
  private static func groups(_ widths: [Int], _ width: Int) -> [[Int]] {
    var result: [[Int]] = []
    var group: [Int] = []
    var used = 1
    for column in widths.indices {
      if !group.isEmpty, used + widths[column] + 3 > width {
        result.append(group)
        group = []
        used = 1
      }
      group.append(column)
      used += widths[column] + 3
    }
    return group.isEmpty ? result : result + [group]
  }

  private static func box(_ table: Table, _ widths: [Int], _ numeric: [Bool], _ group: [Int])
    -> String
  {
    func rule(_ left: String, _ middle: String, _ right: String) -> String {
      left + group.map { String(repeating: "─", count: widths[$0] + 2) }.joined(separator: middle)
        + right + "\n"
    }
    func lines(_ cells: [[String]]) -> String {
      (0..<(cells.map(\.count).max() ?? 1)).map { index in
        let shown = zip(group, cells).map { column, cell in
          let piece = cell.indices.contains(index) ? cell[index] : ""
          let gap = String(repeating: " ", count: max(0, widths[column] - Display.width(of: piece)))
          return numeric[column] ? gap + piece : piece + gap
        }
        return "│ " + shown.joined(separator: " │ ") + " │\n"
      }.joined()
    }
    let body = table.rows.map { row in
      lines(group.map { Format.broken(Format.cell(row[$0]), to: widths[$0]) })
    }
    return rule("┌", "┬", "┐") + lines(group.map { heading(table.columns[$0], widths[$0]) })
      + rule("├", "┼", "┤") + body.joined() + rule("└", "┴", "┘")
  }
}
