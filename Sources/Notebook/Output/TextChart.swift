import CommandLanguage

/// A figure in characters: axes with round numbers, curves as dots with a letter here and there, and a
/// key below.
struct TextChart {
  private let figure: Figure
  private let curves: [(curve: Figure.Curve, mark: Character)]
  private let columns: Int
  private let x: AxisScale
  private let y: AxisScale
  private var canvas: DotCanvas

  /// - Parameters:
  ///   - columns: that no line is longer than.
  ///   - rows: about how many lines there are.
  init(_ figure: Figure, columns: Int, rows: Int, glyphs: PictureGlyphs) {
    self.figure = figure
    self.columns = columns
    curves = Self.marked(figure.curves.filter(\.isDrawnWithCharacters))
    let points = curves.flatMap(\.curve.points)
    let key = Self.key(curves, columns, glyphs)
    let height = max(8, rows - key.count - 5)
    let base = curves.contains { $0.curve.isHistogram } ? [0.0] : []
    let y = AxisScale(covering: points.map(\.y) + base, marking: height / 3)
    let margin = y.marked.map { y.label($0).count }.max() ?? 0
    let width = max(16, columns - margin - 2)
    self.y = y
    x = AxisScale(covering: points.map(\.x), marking: width / 12)
    canvas = DotCanvas(columns: width, rows: height, glyphs: glyphs)
    for (curve, mark) in curves { draw(curve, mark) }
  }

  var lines: [String] {
    let glyphs = canvas.glyphs
    let title = Format.wrapped(figure.title, to: columns).map(centered)
    let all =
      title + [figure.yLabel] + body + [axis] + [numbers, centered(figure.xLabel)]
      + Self.key(curves, columns, glyphs)
    return all.map { glyphs.line($0).trimmingSuffix() }
  }

  // MARK: Around the curves

  /// Curves that are joined are told apart by letters.
  private static func marked(_ curves: [Figure.Curve]) -> [(Figure.Curve, Character)] {
    var letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".reversed())
    return curves.map { curve in
      if case .dots(let mark) = curve.style { return (curve, mark) }
      return (curve, letters.popLast() ?? "*")
    }
  }

  private static func key(
    _ curves: [(curve: Figure.Curve, mark: Character)], _ columns: Int, _ glyphs: PictureGlyphs
  ) -> [String] {
    let entries = curves.map { "\($0.mark == "." ? glyphs.dot : $0.mark) \($0.curve.name)" }
    var lines: [String] = []
    for entry in entries {
      if let last = lines.last, Display.width(of: last) + 3 + Display.width(of: entry) <= columns {
        lines[lines.count - 1] += "   " + entry
      } else {
        lines.append(entry)
      }
    }
    return lines
  }

  private var margin: Int { columns - canvas.columns - 2 }

  private func centered(_ text: String) -> String {
    String(repeating: " ", count: max(0, columns - Display.width(of: text)) / 2) + text
  }

  /// The vertical axis with its numbers, and the curves.
  private var body: [String] {
    var labels: [Int: String] = [:]
    for mark in y.marked { labels[dot(y: mark) / canvas.glyphs.down] = y.label(mark) }
    return canvas.lines.enumerated().map { row, line in
      let label = labels[row] ?? ""
      let axis = labels[row] == nil ? canvas.glyphs.vertical : canvas.glyphs.marks.vertical
      return String(repeating: " ", count: max(0, margin - label.count)) + label + " " + axis + line
    }
  }

  private var axis: String {
    let marked = Set(x.marked.map { dot(x: $0) / canvas.glyphs.across })
    let line = (0..<canvas.columns).map {
      marked.contains($0) ? canvas.glyphs.marks.horizontal : canvas.glyphs.horizontal
    }
    return String(repeating: " ", count: margin + 1) + canvas.glyphs.corner + line.joined()
  }

  /// Below the marks of the horizontal axis, where there is room.
  private var numbers: String {
    var line = ""
    for mark in x.marked {
      let label = x.label(mark)
      let center = margin + 2 + dot(x: mark) / canvas.glyphs.across
      let start = min(center - label.count / 2, columns - label.count)
      guard line.isEmpty || start > line.count else { continue }
      line += String(repeating: " ", count: max(0, start - line.count)) + label
    }
    return line
  }

  // MARK: The curves

  private mutating func draw(_ curve: Figure.Curve, _ mark: Character) {
    let points = curve.points.filter { abs($0.x) < 1e300 && abs($0.y) < 1e300 }
    switch curve.style {
    case .line:
      join(points.map(dot))
      label(points, mark)
    case .steps:
      join(outline(points))
      label(points.filter { $0.y > 0 }, mark)
    case .dots("."): for point in points { canvas.draw(dot(point)) }
    case .dots: for point in points { canvas.mark(mark, at: dot(point)) }
    case .discs: break
    }
  }

  private mutating func join(_ dots: [DotCanvas.Dot]) {
    for (start, end) in zip(dots, dots.dropFirst()) { canvas.draw(from: start, to: end) }
    if dots.count == 1 { canvas.draw(dots[0]) }
  }

  /// The tops of the bars and the sides between them, from the axis and back to it.
  private func outline(_ points: [Figure.Point]) -> [DotCanvas.Dot] {
    guard points.count > 1 else { return points.map(dot) }
    let middles = zip(points, points.dropFirst()).map { ($0.x + $1.x) / 2 }
    let edges = [points[0].x] + middles + [points[points.count - 1].x]
    let floor = dot(y: 0)
    let tops = points.indices.flatMap { index in
      [edges[index], edges[index + 1]].map {
        DotCanvas.Dot(x: dot(x: $0), y: dot(y: points[index].y))
      }
    }
    return [.init(x: tops[0].x, y: floor)] + tops + [.init(x: tops[tops.count - 1].x, y: floor)]
  }

  /// The curve's letter on its points, six columns apart, and where no other curve has its own.
  private mutating func label(_ points: [Figure.Point], _ mark: Character) {
    var last: Int?
    for dot in points.map(dot) {
      if let last, abs(dot.x - last) < 6 * canvas.glyphs.across { continue }
      if canvas.isMarked(dot) { continue }
      canvas.mark(mark, at: dot)
      last = dot.x
    }
  }

  private func dot(_ point: Figure.Point) -> DotCanvas.Dot {
    .init(x: dot(x: point.x), y: dot(y: point.y))
  }

  private func dot(x value: Double) -> Int {
    Int((x.position(of: value) * Double(canvas.width - 1)).rounded())
  }

  private func dot(y value: Double) -> Int {
    canvas.height - 1 - Int((y.position(of: value) * Double(canvas.height - 1)).rounded())
  }
}
