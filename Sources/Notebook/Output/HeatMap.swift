import CommandLanguage

/// A square matrix of shares as a picture: rows are true classes, columns observed ones.
struct HeatMap {
  let title: String
  let names: [String]
  /// In [0, 1]; nil where a share is not known.
  let shares: [[Double?]]

  func record(file: String?) -> JSON {
    .record(
      ("title", .string(title)), ("file", .optional(file)),
      ("classes", .array(names.map(JSON.string))),
      ("evaluation", .record(("matrix", .array(shares.map(JSON.doubles))))))
  }

  /// With percentages where they fit, else one shade for each cell, or for each square of cells.
  func drawn(columns: Int) -> [String] {
    let labels = names.map { Display.width(of: $0) <= 12 ? $0 : String($0.prefix(11)) + "…" }
    let margin = labels.map { Display.width(of: $0) }.max() ?? 0
    func padded(_ label: String) -> String {
      label + String(repeating: " ", count: margin - Display.width(of: label))
    }
    if margin + 6 * names.count <= columns {
      let rows = zip(labels, shares).map { padded($0) + $1.map(Self.percentage).joined() }
      return [title] + rows + ["rows: true class; columns: observed class, in the same order; in %"]
    }
    let side = max(1, (names.count + columns - margin - 2) / max(1, columns - margin - 1))
    let starts = stride(from: 0, to: names.count, by: side)
    let rows = starts.map { row in
      padded(labels[row]) + " "
        + starts.map { Self.shade(largest(row: row, column: $0, side: side)) }.joined()
    }
    let unit = side == 1 ? "" : "; each character is the largest of \(side) by \(side)"
    return [title] + rows + ["rows: true class; columns: observed class, in the same order\(unit)"]
  }

  /// - Throws: `type` for an ending that means no picture; what gnuplot and the file throw.
  func write(to path: String, at range: SourceRange?) throws {
    let terminal = try Figure.terminal(for: path, at: range)
    let bytes =
      terminal.hasPrefix("dumb")
      ? Array((drawn(columns: 79).joined(separator: "\n") + "\n").utf8)
      : try Gnuplot.run(text(terminal: terminal))
    try WrittenFile.write(bytes, to: path, at: range)
  }

  /// What gnuplot is told. One hue from light to dark, which everybody can tell apart.
  private func text(terminal: String) -> String {
    let rows = shares.map { $0.map { $0.map { "\($0)" } ?? "NaN" }.joined(separator: " ") }
    let tics = names.enumerated().map { "\(Gnuplot.quoted($1)) \($0)" }.joined(separator: ", ")
    let last = Double(names.count) - 0.5
    var lines = [
      "set terminal \(terminal)", "set encoding utf8",
      "set title \(Gnuplot.quoted(title)) noenhanced", "set xlabel 'observed class'",
      "set ylabel 'true class'", "set cblabel 'share of the true class'", "set cbrange [0:1]",
      "set palette defined (0 '#f7fbff', 0.5 '#6baed6', 1 '#08306b')", "set size ratio 1",
      "set xrange [-0.5:\(last)]", "set yrange [\(last):-0.5]", "unset key",
    ]
    if names.count <= 25 {
      lines += ["set xtics rotate noenhanced (\(tics))", "set ytics noenhanced (\(tics))"]
    }
    lines += ["$shares << END"] + rows + ["END", "plot $shares matrix with image pixels"]
    return lines.joined(separator: "\n") + "\n"
  }

  private func largest(row: Int, column: Int, side: Int) -> Double? {
    let rows = row..<min(row + side, names.count)
    let columns = column..<min(column + side, names.count)
    return rows.flatMap { shares[$0][columns] }.compactMap(\.self).max()
  }

  private static func percentage(_ share: Double?) -> String {
    guard let share else { return "     –" }
    let text = share == 0 ? "·" : share < 0.005 ? "<1" : Format.fixed(100 * share, 0)
    return " " + shade(share) + String(repeating: " ", count: 4 - text.count) + text
  }

  private static func shade(_ share: Double?) -> String {
    guard let share, share > 0 else { return " " }
    let shades = ["░", "▒", "▓", "█"]
    return shades[min(3, max(0, Int(share * 4)))]
  }
}
