import Foundation
import Notebook
import TestSupport
import Testing

/// Pictures in the terminal: where their dots are, how wide they are, what they are made of.
@Suite struct TextPictureTests {
  private static let data = """
    load digits subset=300
    noise sym 0.3
    for q in random npc { reset; repeat 4 { query $q 10; filter aum; train 1nn } }

    """

  private static let subjects = [
    "accuracy by=q", "accuracy by=q metric=true_noise", "coverage", "embedding", "noise", "filter",
  ]

  private func picture(_ trial: Trial, _ subject: String) throws -> [String] {
    try #require(try trial.run("plot \(subject)").last?.output?.picture)
  }

  @Test(arguments: [41, 60, 80, 200])
  func `no line is longer than the screen, and there is little more than a screen of them`(
    columns: Int
  ) throws {
    try withTrial(columns: columns) { trial in
      try trial.ok(Self.data)
      for subject in Self.subjects {
        let lines = try picture(trial, subject)
        let widest = lines.map(\.count).max() ?? 0
        #expect(widest < columns && widest > min(columns, 60) / 2, "\(subject)")
        #expect((12...24).contains(lines.count), "\(subject)")
        #expect(lines.allSatisfy { !$0.contains("\u{1b}") && $0.last != " " }, "\(subject)")
      }
    }
  }

  @Test func `in ASCII there is nothing else`() throws {
    try withTrial(glyphs: .ascii) { trial in
      try trial.ok(Self.data)
      for subject in Self.subjects {
        let lines = try picture(trial, subject)
        #expect(lines.joined().unicodeScalars.allSatisfy { (0x20..<0x7F).contains($0.value) })
      }
      let embedding = try picture(trial, "embedding")
      let body = embedding.joined()
      #expect(body.contains("o") && body.contains("x") && body.contains(":"))
      #expect(embedding.last?.contains(". unlabeled   o labeled   x suspected") == true)
    }
  }

  /// Reads the axes back and looks for each letter's point in the record.
  @Test(arguments: [PictureGlyphs.braille, .ascii], ["accuracy by=q", "coverage", "filter"])
  func `letters stand on their curve's points`(glyphs: PictureGlyphs, subject: String) throws {
    try withTrial(glyphs: glyphs) { trial in
      try trial.ok(Self.data)
      let lines = try picture(trial, subject)
      let chart = try #require(ReadChart(lines, glyphs: glyphs))
      let record = try trial.ok("plot \(subject)")
      let curves = (record["curves"]?.array ?? []) + (record["evaluation"]?["curves"]?.array ?? [])
      for (curve, letter) in zip(curves, "ABCDE") where subject != "filter" || letter < "C" {
        let xs = try #require(curve["x"]?.array).map { $0.double ?? .nan }
        let ys = try #require(curve["y"]?.array).map { $0.double ?? .nan }
        let places = chart.places(of: letter)
        #expect(places.count >= 2, "\(letter) of \(subject)")
        for place in places {
          let isNear = zip(xs, ys).contains { x, y in
            abs(x - place.x) <= chart.cell.x && abs(y - place.y) <= chart.cell.y
          }
          #expect(isNear, "\(letter) of \(subject) at \(place)")
        }
      }
    }
  }

  @Test func `a picture needs no other program in the terminal`() throws {
    try withTrial { trial in
      try trial.ok(Self.data)
      let lines = try picture(trial, "accuracy by=q")
      let dots = lines.joined().unicodeScalars.filter { (0x2801...0x28FF).contains($0.value) }
      #expect(dots.count > 50)
      #expect(lines.last == "A random   B npc")
    }
  }

  @Test func `one point, equal points and numbers far from zero are drawn`() throws {
    try withTrial { trial in
      try trial.ok("load digits subset=300\nquery random 10\ntrain 1nn")
      #expect(try picture(trial, "accuracy").joined().contains("A"))
      // Every label is right: the metric is zero in each round.
      try trial.ok("query random 10\ntrain 1nn\nquery random 10\ntrain 1nn")
      #expect(try picture(trial, "accuracy metric=true_noise").joined().contains("A"))
    }
  }
}

/// The axes of a chart in characters, read as a person reads them.
private struct ReadChart {
  private let rows: [String]
  private let start: Int
  private let y: (first: Double, perCell: Double)
  private let x: (first: Double, perCell: Double)

  /// How much a character is, in the units of the axes.
  var cell: (x: Double, y: Double) { (abs(x.perCell), abs(y.perCell)) }

  init?(_ lines: [String], glyphs: PictureGlyphs) {
    let (tick, line, corner): (Character, Character, Character) =
      glyphs == .braille ? ("┤", "│", "└") : ("+", "|", "+")
    guard let axis = lines.lastIndex(where: { $0.trimmed.first == corner && $0.count > 20 }),
      let place = lines[axis].firstIndex(of: corner)
    else { return nil }
    start = lines[axis].distance(from: lines[axis].startIndex, to: place) + 1
    let start = start
    rows = lines[..<axis].filter {
      let cell = Array($0)
      return cell.count >= start && (cell[start - 1] == tick || cell[start - 1] == line)
    }
    let labels = rows.enumerated().compactMap { row, text in
      Double(String(text.prefix(start - 1)).trimmed).map { (Double(row), $0) }
    }
    let marks = Array(lines[axis]).enumerated().dropFirst(start)
      .filter { $0.element == "┬" || $0.element == "+" }.map { Double($0.offset - start) }
    let numbers = lines[axis + 1].split(separator: " ").compactMap { Double($0) }
    guard labels.count >= 2, marks.count >= 2, marks.count == numbers.count,
      let y = Self.fit(labels), let x = Self.fit(Array(zip(marks, numbers)))
    else { return nil }
    self.y = y
    self.x = x
  }

  /// Where a letter stands, in the units of the axes.
  func places(of letter: Character) -> [(x: Double, y: Double)] {
    rows.enumerated().flatMap { row, text in
      Array(text).enumerated().dropFirst(start).filter { $0.element == letter }.map {
        (x.first + x.perCell * Double($0.offset - start), y.first + y.perCell * Double(row))
      }
    }
  }

  /// By the first and the last label.
  private static func fit(_ labels: [(Double, Double)]) -> (first: Double, perCell: Double)? {
    guard let first = labels.first, let last = labels.last, last.0 > first.0 else { return nil }
    let perCell = (last.1 - first.1) / (last.0 - first.0)
    return (first.1 - perCell * first.0, perCell)
  }
}

extension String {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
