import CommandLanguage
import Datasets
import Foundation

/// Curves and points over common axes, drawn by gnuplot: in a terminal with characters, or to a file.
struct Figure {
  struct Point {
    let x: Double
    let y: Double
    /// The band around it; nil for none.
    var lower: Double?
    var upper: Double?
  }

  /// How the points of a curve are drawn.
  enum Style {
    case line
    /// Not joined, each drawn with this character in a terminal, of this size in files.
    case dots(Character, size: Double)
    /// Bars of a histogram, as their outline.
    case steps
    /// Outlines of discs of this radius in the units of both axes; not drawn with characters.
    case discs(radius: Double)
  }

  struct Curve {
    let name: String
    let points: [Point]
    var style = Style.line
    /// Whether true labels were used.
    var isEvaluation = false
    /// As `#rrggbb`; nil for the next of eight that everybody can tell apart.
    var color: String?

    /// Characters have no room for discs, nor for outlines upon each other.
    var isDrawnWithCharacters: Bool {
      switch style {
      case .line, .dots: true
      case .steps: !isEvaluation
      case .discs: false
      }
    }

    var radius: Double? { if case .discs(let radius) = style { radius } else { nil } }
    var hasBand: Bool { points.contains { $0.lower != nil } }
  }

  let title: String
  let xLabel: String
  let yLabel: String
  let curves: [Curve]
  /// Whether both axes have the same scale, in files.
  var isSquare = false

  /// The endings of files that can be written, with gnuplot's terminals.
  static let terminals = [
    "svg": "svg size 800,500 dynamic background 'white'",
    "pdf": "pdfcairo size 16cm,10cm",
    "png": "pngcairo size 1000,625",
    "txt": "dumb size 79,24 mono",
  ]

  /// The picture in characters, as lines.
  /// - Throws: `FileError` where gnuplot is missing; `refused` where it fails; `Interrupted`.
  func drawn(columns: Int, rows: Int) throws -> [String] {
    let bytes = try Gnuplot.run(text(terminal: "dumb size \(columns),\(rows) mono"))
    return String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    )
    .map { String($0).trimmingSuffix() }.filter { $0 != "\u{C}" }
    .trimmingBlankEnds()
  }

  /// Those endings in words.
  static var endings: String { terminals.keys.sorted().map { "." + $0 }.joined(separator: ", ") }

  /// What gnuplot is to draw for, by the ending of the file.
  /// - Throws: `type` for an ending that means no picture.
  static func terminal(for path: String, at range: SourceRange?) throws(Diagnostic) -> String {
    let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    if let terminal = terminals[ending] { return terminal }
    throw Diagnostic(
      .type, "'\(path)' has no ending that means a picture", at: range, label: "one of \(endings)")
  }

  func write(to path: String, at range: SourceRange?) throws {
    let terminal = try Self.terminal(for: path, at: range)
    try WrittenFile.write(try Gnuplot.run(text(terminal: terminal)), to: path, at: range)
  }

  /// What gnuplot is told.
  func text(terminal: String) -> String {
    let isCharacters = terminal.hasPrefix("dumb")
    let shown = isCharacters ? curves.filter(\.isDrawnWithCharacters) : curves
    var lines = [
      "set terminal \(terminal)", "set encoding utf8", "set colorsequence podo",
      "set title \(Gnuplot.quoted(title)) noenhanced",
      "set xlabel \(Gnuplot.quoted(xLabel)) noenhanced",
      "set ylabel \(Gnuplot.quoted(yLabel)) noenhanced",
      "set key \(isCharacters ? "below" : "outside right") noenhanced",
      "set style fill transparent solid 0.2 noborder",
    ]
    if isSquare && !isCharacters { lines.append("set size ratio -1") }
    for (index, curve) in shown.enumerated() {
      lines.append("$curve\(index) << END")
      lines += curve.points.map { "\($0.x) \($0.y) \($0.lower ?? $0.y) \($0.upper ?? $0.y)" }
      lines.append("END")
    }
    let bands = shown.indices.filter { shown[$0].hasBand && !isCharacters }.map {
      "$curve\($0) using 1:3:4 with filledcurves linecolor \($0 + 1) notitle"
    }
    let means = shown.indices.map { index in
      let color = shown[index].color.map { "rgb \(Gnuplot.quoted($0))" } ?? "\(index + 1)"
      return "$curve\(index) using 1:2\(Self.drawing(shown[index], isCharacters)) "
        + "linecolor \(color) title \(Gnuplot.quoted(shown[index].name))"
    }
    lines.append("plot " + (bands + means).joined(separator: ", \\\n  "))
    return lines.joined(separator: "\n") + "\n"
  }

  /// The rest of `using` and the `with` of a curve.
  private static func drawing(_ curve: Curve, _ isCharacters: Bool) -> String {
    switch curve.style {
    case .line: " with linespoints"
    case .steps where isCharacters: " with histeps"
    case .steps: " with histeps " + (curve.isEvaluation ? "dashtype 2 linewidth 2" : "linewidth 4")
    case .dots(let character, _) where isCharacters:
      " with points pointtype \(Gnuplot.quoted(String(character)))"
    case .dots(_, let size): " with points pointtype 7 pointsize \(size)"
    case .discs(let radius): ":(\(radius)) with circles fillstyle empty border"
    }
  }
}

/// The program that draws.
enum Gnuplot {
  /// What it writes when it runs `text`.
  /// - Throws: `FileError` where it is missing; `refused` where it fails; `Interrupted`.
  static func run(_ text: String) throws -> [UInt8] {
    let script = FileManager.default.temporaryDirectory
      .appendingPathComponent("winnow-\(UUID().uuidString).gnuplot")
    try Data(text.utf8).write(to: script)
    defer { try? FileManager.default.removeItem(at: script) }
    var output: [UInt8] = []
    let result = try ChildProgram.run("gnuplot", [script.path], package: "gnuplot-nox") {
      output += $0
    }
    guard result.status == 0 else {
      let complaint = result.complaints.split(separator: "\n").last.map(String.init) ?? ""
      throw Diagnostic(.refused, "gnuplot could not draw this: \(complaint)")
    }
    return output
  }

  /// In single quotes, where gnuplot gives no character but the quote a meaning; that one is put in
  /// as an expression, since doubled it is misread at the start of a text.
  static func quoted(_ text: String) -> String {
    text.replacing("\n", with: " ").split(separator: "'", omittingEmptySubsequences: false)
      .map { "'\($0)'" }.joined(separator: #"."\047"."#)
  }
}

extension [String] {
  /// Without the blank lines before the first and after the last that has something in it.
  fileprivate func trimmingBlankEnds() -> [String] {
    guard let first = firstIndex(where: { !$0.isEmpty }),
      let last = lastIndex(where: { !$0.isEmpty })
    else { return [] }
    return Array(self[first...last])
  }
}
