import CommandLanguage
import Datasets
import Foundation

/// Curves over a common axis, drawn by gnuplot: in a terminal with characters, or to a file.
struct Figure {
  struct Point {
    let x: Double
    let y: Double
    /// The band around it; nil for none.
    var lower: Double?
    var upper: Double?
  }

  struct Curve {
    let name: String
    let points: [Point]

    var hasBand: Bool { points.contains { $0.lower != nil } }
  }

  let title: String
  let xLabel: String
  let yLabel: String
  let curves: [Curve]

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
    let bytes = try run(terminal: "dumb size \(columns),\(rows) mono")
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
    try WrittenFile.write(try run(terminal: terminal), to: path, at: range)
  }

  private func run(terminal: String) throws -> [UInt8] {
    let script = FileManager.default.temporaryDirectory
      .appendingPathComponent("winnow-\(UUID().uuidString).gnuplot")
    try Data(text(terminal: terminal).utf8).write(to: script)
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

  /// What gnuplot is told.
  func text(terminal: String) -> String {
    let isCharacters = terminal.hasPrefix("dumb")
    var lines = ["set terminal \(terminal)", "set encoding utf8"]
    lines += [
      "set title \(Self.quoted(title)) noenhanced", "set xlabel \(Self.quoted(xLabel)) noenhanced",
      "set ylabel \(Self.quoted(yLabel)) noenhanced",
      "set key \(isCharacters ? "below" : "outside right") noenhanced",
      "set style fill transparent solid 0.2 noborder",
    ]
    for (index, curve) in curves.enumerated() {
      lines.append("$curve\(index) << END")
      lines += curve.points.map { "\($0.x) \($0.y) \($0.lower ?? $0.y) \($0.upper ?? $0.y)" }
      lines.append("END")
    }
    let bands = curves.indices.filter { curves[$0].hasBand && !isCharacters }.map {
      "$curve\($0) using 1:3:4 with filledcurves linecolor \($0 + 1) notitle"
    }
    let means = curves.indices.map {
      "$curve\($0) using 1:2 with linespoints linecolor \($0 + 1) "
        + "title \(Self.quoted(curves[$0].name))"
    }
    lines.append("plot " + (bands + means).joined(separator: ", \\\n  "))
    return lines.joined(separator: "\n") + "\n"
  }

  /// In single quotes, where gnuplot gives no character but the quote a meaning; that one is put in
  /// as an expression, since doubled it is misread at the start of a text.
  private static func quoted(_ text: String) -> String {
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
