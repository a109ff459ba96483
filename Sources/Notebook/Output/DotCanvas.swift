/// A part of the screen to draw on: dots, finer than its cells, and characters in place of them.
struct DotCanvas {
  let columns: Int
  let rows: Int
  let glyphs: PictureGlyphs
  private var bits: [UInt8]
  private var marks: [Character?]

  init(columns: Int, rows: Int, glyphs: PictureGlyphs) {
    self.columns = columns
    self.rows = rows
    self.glyphs = glyphs
    bits = [UInt8](repeating: 0, count: columns * rows)
    marks = [Character?](repeating: nil, count: columns * rows)
  }

  /// A dot, counted from the top left.
  struct Dot: Equatable {
    var x: Int
    var y: Int
  }

  /// The dots beside and above each other.
  var width: Int { columns * glyphs.across }
  var height: Int { rows * glyphs.down }

  /// From top to bottom, without blanks at their ends.
  var lines: [String] {
    (0..<rows).map { row in
      let cells = (row * columns..<(row + 1) * columns).map {
        marks[$0] ?? glyphs.character(bits[$0])
      }
      return String(cells).trimmingSuffix()
    }
  }

  /// What lies outside is not drawn.
  mutating func draw(_ dot: Dot) {
    guard let cell = cell(of: dot) else { return }
    bits[cell] |= glyphs.bit(x: dot.x % glyphs.across, y: dot.y % glyphs.down)
  }

  /// A straight line, ends included, with one dot a step along its longer side.
  mutating func draw(from start: Dot, to end: Dot) {
    let steps = max(abs(end.x - start.x), abs(end.y - start.y))
    for step in 0...steps {
      let share = steps == 0 ? 0 : Double(step) / Double(steps)
      draw(
        Dot(
          x: start.x + Int((share * Double(end.x - start.x)).rounded()),
          y: start.y + Int((share * Double(end.y - start.y)).rounded())))
    }
  }

  /// Puts a character in the place of a dot's cell.
  mutating func mark(_ character: Character, at dot: Dot) {
    if let cell = cell(of: dot) { marks[cell] = character }
  }

  /// Whether a dot's cell has a character.
  func isMarked(_ dot: Dot) -> Bool { cell(of: dot).map { marks[$0] != nil } ?? false }

  private func cell(of dot: Dot) -> Int? {
    guard (0..<width).contains(dot.x), (0..<height).contains(dot.y) else { return nil }
    return dot.y / glyphs.down * columns + dot.x / glyphs.across
  }
}
