import CommandLanguage

/// Tables as text: box-drawing characters for the screen, pipes for Markdown.
enum TextTable {
  /// A boxed table at most `width` columns wide where that is possible: columns that do not fit
  /// are drawn in a further box below, with the first column repeated.
  static func boxed(_ table: Table, _ width: Int) -> String {
    let cells = table.rows.map { $0.map(Format.cell) }
    let widths = table.columns.indices.map { column in
      ([header(table.columns[column])] + cells.map { $0[column] })
        .map { Display.width(of: $0) }.max() ?? 0
    }
    return groups(widths, width).map { box(table, cells, widths, $0) }.joined()
  }

  /// A pipe table, all columns in one.
  static func markdown(_ table: Table, _ width: Int) -> String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
    let rule = table.columns.indices.map { isNumeric(table, $0) ? "---:" : "---" }
    return line(table.columns.map(header)) + line(rule)
      + table.rows.map { line($0.map(Format.cell)) }.joined()
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

  /// Which columns stand side by side in one box.
  private static func groups(_ widths: [Int], _ width: Int) -> [[Int]] {
    var result: [[Int]] = []
    var group: [Int] = []
    var used = 1
    for column in widths.indices {
      if !group.isEmpty, used + widths[column] + 3 > width {
        result.append(group)
        group = [0]
        used = 1 + widths[0] + 3
      }
      group.append(column)
      used += widths[column] + 3
    }
    return group.isEmpty ? result : result + [group]
  }

  private static func box(_ table: Table, _ cells: [[String]], _ widths: [Int], _ group: [Int])
    -> String
  {
    let numeric = group.map { isNumeric(table, $0) }
    func rule(_ left: String, _ middle: String, _ right: String) -> String {
      left + group.map { String(repeating: "─", count: widths[$0] + 2) }.joined(separator: middle)
        + right + "\n"
    }
    func line(_ texts: [String], right: [Bool]) -> String {
      let padded = zip(texts, zip(group, right)).map { text, place in
        let gap = String(
          repeating: " ", count: max(0, widths[place.0] - Display.width(of: text)))
        return place.1 ? gap + text : text + gap
      }
      return "│ " + padded.joined(separator: " │ ") + " │\n"
    }
    return rule("┌", "┬", "┐") + line(group.map { header(table.columns[$0]) }, right: numeric)
      + rule("├", "┼", "┤")
      + cells.map { row in line(group.map { row[$0] }, right: numeric) }.joined()
      + rule("└", "┴", "┘")
  }
}
