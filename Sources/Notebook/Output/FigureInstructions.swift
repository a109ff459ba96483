import CommandLanguage

extension Figure: Picture {
  var contents: String { Format.count(curves.count, "curve") }

  func drawn(columns: Int, with glyphs: PictureGlyphs) -> [String] {
    TextChart(self, columns: columns, rows: 22, glyphs: glyphs).lines
  }

  var instructions: [String] {
    var lines = [
      "set colorsequence podo",
      "set title \(Gnuplot.quoted(title)) noenhanced",
      "set xlabel \(Gnuplot.quoted(xLabel)) noenhanced",
      "set ylabel \(Gnuplot.quoted(yLabel)) noenhanced",
      "set key outside right noenhanced",
      "set style fill transparent solid 0.2 noborder",
    ]
    if isSquare { lines += ["set size ratio -1"] + ranges }
    for (index, curve) in curves.enumerated() {
      lines.append("$curve\(index) << END")
      lines += curve.points.map { "\($0.x) \($0.y) \($0.lower ?? $0.y) \($0.upper ?? $0.y)" }
      lines.append("END")
    }
    let bands = curves.indices.filter { curves[$0].hasBand }.map {
      "$curve\($0) using 1:3:4 with filledcurves linecolor \($0 + 1) notitle"
    }
    let means = curves.indices.map { index in
      let color = curves[index].color.map { "rgb \(Gnuplot.quoted($0))" } ?? "\(index + 1)"
      return "$curve\(index) using 1:2\(Self.drawing(curves[index])) "
        + "linecolor \(color) title \(Gnuplot.quoted(curves[index].name))"
    }
    lines.append("plot " + (bands + means).joined(separator: ", \\\n  "))
    return lines
  }

  /// Of both axes, so wide that every point and every disc is whole, with a little room around.
  private var ranges: [String] {
    let places = curves.flatMap { curve in curve.points.map { ($0, curve.radius ?? 0) } }
    return [("x", \Point.x), ("y", \Point.y)].compactMap { name, axis in
      let lower = places.map { $0.0[keyPath: axis] - $0.1 }.filter(\.isFinite).min()
      let upper = places.map { $0.0[keyPath: axis] + $0.1 }.filter(\.isFinite).max()
      guard let lower, let upper else { return nil }
      let room = max(0.02 * (upper - lower), 1e-9)
      return "set \(name)range [\(lower - room):\(upper + room)]"
    }
  }

  /// The rest of `using` and the `with` of a curve.
  private static func drawing(_ curve: Curve) -> String {
    switch curve.style {
    case .line: " with linespoints"
    case .steps: " with histeps " + (curve.isEvaluation ? "dashtype 2 linewidth 2" : "linewidth 4")
    case .dots(let mark): " with points pointtype 7 pointsize \(mark == "." ? 0.3 : 1)"
    case .discs(let radius): ":(\(radius)) with circles fillstyle empty border"
    }
  }
}
