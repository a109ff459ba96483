import CommandLanguage

/// A square matrix of shares as a picture: rows are true classes, columns observed ones.
struct HeatMap: Picture {
  let title: String
  let names: [String]
  /// In [0, 1]; nil where a share is not known.
  let shares: [[Double?]]

  var contents: String { "the noise matrix" }

  func record(file: String?) -> JSON {
    .record(
      ("title", .string(title)), ("file", .optional(file)),
      ("classes", .array(names.map(JSON.string))),
      ("evaluation", .record(("matrix", .array(shares.map(JSON.doubles))))))
  }

  /// With percentages where they fit, else one shade for each cell, or for each square of cells.
  func drawn(columns: Int, with glyphs: PictureGlyphs) -> [String] {
    let key = "rows: true class; columns: observed class, in the same order"
    let (rows, unit) = rows(columns, glyphs)
    let lines =
      Format.wrapped(title, to: columns) + rows + Format.wrapped(key + "; " + unit, to: columns)
    return lines.map { glyphs.line($0).trimmingSuffix() }
  }

  /// The matrix, and what a character of it means.
  private func rows(_ columns: Int, _ glyphs: PictureGlyphs) -> (rows: [String], unit: String) {
    let labels = names.map {
      Display.width(of: $0) <= 12 ? $0 : String($0.prefix(11)) + glyphs.ellipsis
    }
    let margin = labels.map { Display.width(of: $0) }.max() ?? 0
    func padded(_ label: String) -> String {
      label + String(repeating: " ", count: margin - Display.width(of: label))
    }
    if margin + 6 * names.count <= columns {
      let rows = zip(labels, shares).map { label, shares in
        padded(label) + shares.map { Self.percentage($0, glyphs) }.joined()
      }
      return (rows, "in %")
    }
    let side = max(1, (names.count + columns - margin - 2) / max(1, columns - margin - 1))
    let starts = stride(from: 0, to: names.count, by: side)
    let rows = starts.map { row in
      padded(labels[row]) + " "
        + starts.map { Self.shade(largest(row: row, column: $0, side: side), glyphs) }.joined()
    }
    let shade = "a darker character is more"
    return (rows, side == 1 ? shade : "each character is the largest of \(side) by \(side)")
  }

  /// One hue from light to dark, which everybody can tell apart.
  var instructions: [String] {
    let rows = shares.map { $0.map { $0.map { "\($0)" } ?? "NaN" }.joined(separator: " ") }
    let tics = names.enumerated().map { "\(Gnuplot.quoted($1)) \($0)" }.joined(separator: ", ")
    let last = Double(names.count) - 0.5
    var lines = [
      "set title \(Gnuplot.quoted(title)) noenhanced", "set xlabel 'observed class'",
      "set ylabel 'true class'", "set cblabel 'share of the true class'", "set cbrange [0:1]",
      "set palette defined (0 '#f7fbff', 0.5 '#6baed6', 1 '#08306b')", "set size ratio 1",
      "set xrange [-0.5:\(last)]", "set yrange [\(last):-0.5]", "unset key",
    ]
    if names.count <= 25 {
      lines += ["set xtics rotate noenhanced (\(tics))", "set ytics noenhanced (\(tics))"]
    }
    return lines + ["$shares << END"] + rows + ["END", "plot $shares matrix with image pixels"]
  }

  private func largest(row: Int, column: Int, side: Int) -> Double? {
    let rows = row..<min(row + side, names.count)
    let columns = column..<min(column + side, names.count)
    return rows.flatMap { shares[$0][columns] }.compactMap(\.self).max()
  }

  private static func percentage(_ share: Double?, _ glyphs: PictureGlyphs) -> String {
    guard let share else { return "     " + glyphs.unknown }
    let text = share == 0 ? glyphs.none : share < 0.005 ? "<1" : Format.fixed(100 * share, 0)
    return " " + shade(share, glyphs) + String(repeating: " ", count: 4 - text.count) + text
  }

  private static func shade(_ share: Double?, _ glyphs: PictureGlyphs) -> String {
    guard let share, share > 0 else { return " " }
    return glyphs.shades[min(3, max(0, Int(share * 4)))]
  }
}

extension HeatMap {
  /// The matrix of a typed result; nil for what is none.
  init?(record: JSON) {
    guard case .string(let title)? = record["title"], let classes = record["classes"]?.elements,
      let rows = record["evaluation"]?["matrix"]?.elements?.map({ $0.elements ?? [] }),
      rows.count == classes.count, rows.allSatisfy({ $0.count == classes.count })
    else { return nil }
    self.init(
      title: title, names: classes.map { if case .string(let name) = $0 { name } else { "" } },
      shares: rows.map { $0.map(\.number) })
  }
}
