import CommandLanguage

/// A table as text: box-drawing characters for the screen, pipes for Markdown.
struct TextTable {
  private let headings: [String]
  private let cells: [[String]]
  /// Columns of numbers are set to the right.
  private let isNumeric: [Bool]
  private let rule: Int?

  init(_ table: Table) {
    headings = table.columns.map { column in
      column.unit.map { "\(column.name) (\($0))" } ?? column.name
    }
    isNumeric = table.columns.indices.map { Self.isNumeric(table, $0) }
    let isWhole = table.columns.indices.map { Self.isWhole(table, $0) }
    cells = table.rows.map { row in
      row.indices.map {
        Format.cell(row[$0], whole: isWhole[$0], decimals: table.columns[$0].decimals)
      }
    }
    rule = table.rule
  }

  /// A boxed table at most `width` columns wide: long texts go on in the next line of their cell,
  /// and columns that still do not fit are drawn in a further box below. Nothing is cut.
  func boxed(_ width: Int) -> String {
    var widths = headings.indices.map { column in
      ([headings[column]] + cells.map { $0[column] }).map { Display.width(of: $0) }.max() ?? 0
    }
    shrink(&widths, to: width)
    return groups(widths, width).map { box(widths, $0) }.joined()
  }

  /// A pipe table, all columns in one.
  func markdown() -> String {
    func line(_ texts: [String]) -> String {
      let safe = texts.map {
        Display.safe($0.replacing("|", with: "\\|")).replacing("\n", with: "<br>")
      }
      return "| " + safe.joined(separator: " | ") + " |\n"
    }
    return line(headings) + line(isNumeric.map { $0 ? "---:" : "---" }) + cells.map(line).joined()
  }

  private static func isNumeric(_ table: Table, _ column: Int) -> Bool {
    table.rows.allSatisfy { row in
      switch row[column] {
      case .int, .double, .null: true
      default: false
      }
    }
  }

  /// Whether a column's numbers are all whole: then no decimals are shown.
  private static func isWhole(_ table: Table, _ column: Int) -> Bool {
    table.rows.allSatisfy { row in
      if case .double(let value) = row[column] { value == value.rounded() } else { true }
    }
  }

  /// Makes columns narrower until all fit: headings first, which may break behind an underscore,
  /// then the widest text column, one cell at a time: while texts stay readable, then while words
  /// stay whole, and only then through them.
  private func shrink(_ widths: inout [Int], to width: Int) {
    func isTooWide() -> Bool { widths.reduce(1) { $0 + $1 + 3 } > width }
    let least = widths.indices.map { column in
      (Self.parts(headings[column]) + cells.map { $0[column] }).map { Display.width(of: $0) }
        .max() ?? 0
    }
    let numbers = widths.indices.filter { isNumeric[$0] }
    while isTooWide(),
      let slack = numbers.max(by: { widths[$0] - least[$0] < widths[$1] - least[$1] }),
      widths[slack] > least[slack]
    {
      widths[slack] -= 1
    }
    let texts = widths.indices.filter { !isNumeric[$0] }
    let words = widths.indices.map(widestWord)
    for least in [words.map { max($0, 16) }, words, words.map { _ in 16 }] {
      while isTooWide(),
        let widest = texts.filter({ widths[$0] > least[$0] }).max(by: { widths[$0] < widths[$1] })
      {
        widths[widest] -= 1
      }
    }
  }

  /// What a column needs so that no word of it breaks.
  private func widestWord(_ column: Int) -> Int {
    let words = cells.flatMap { $0[column].split { $0 == " " || $0 == "\n" }.map(String.init) }
    return (Self.parts(headings[column]) + words).map { Display.width(of: $0) }.max() ?? 0
  }

  /// `clean_coverage` as `clean_`, `coverage`.
  private static func parts(_ heading: String) -> [String] {
    var parts = [""]
    for character in heading {
      parts[parts.count - 1].append(character)
      if character == "_" { parts.append("") }
    }
    return parts.filter { !$0.isEmpty }
  }

  /// A heading in lines of at most `width` columns, if its parts allow.
  private static func broken(_ heading: String, _ width: Int) -> [String] {
    var lines: [String] = []
    for part in parts(heading) {
      if let last = lines.last, Display.width(of: last + part) <= width {
        lines[lines.count - 1] = last + part
      } else {
        lines.append(part)
      }
    }
    return lines.flatMap { Format.broken($0, to: width) }
  }

  /// Which columns stand side by side in one box.
  private func groups(_ widths: [Int], _ width: Int) -> [[Int]] {
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

  private func box(_ widths: [Int], _ group: [Int]) -> String {
    func rule(_ left: String, _ middle: String, _ right: String) -> String {
      left + group.map { String(repeating: "─", count: widths[$0] + 2) }.joined(separator: middle)
        + right + "\n"
    }
    func lines(_ texts: [[String]]) -> String {
      (0..<(texts.map(\.count).max() ?? 1)).map { index in
        let shown = zip(group, texts).map { column, text in
          let piece = text.indices.contains(index) ? text[index] : ""
          let gap = String(repeating: " ", count: max(0, widths[column] - Display.width(of: piece)))
          return isNumeric[column] ? gap + piece : piece + gap
        }
        return "│ " + shown.joined(separator: " │ ") + " │\n"
      }.joined()
    }
    let body = cells.enumerated().map { index, row in
      (index == self.rule ? rule("├", "┼", "┤") : "")
        + lines(group.map { Format.broken(row[$0], to: widths[$0]) })
    }
    return rule("┌", "┬", "┐") + lines(group.map { Self.broken(headings[$0], widths[$0]) })
      + rule("├", "┼", "┤") + body.joined() + rule("└", "┴", "┘")
  }
}
