extension Diagnostic {
  /// Where a diagnostic stands, as programs are told: lines and columns from 1, the length in
  /// columns. All nil where no text is to blame; the file alone is nil at the prompt.
  package struct Location: Hashable, Sendable {
    package let file: String?
    package let line: Int?
    package let column: Int?
    package let length: Int?
  }

  /// The place in `source`, or in the diagnostic's own source if it has one.
  package func location(in source: SourceText?) -> Location {
    let source = self.source ?? source
    guard let source, let range else {
      return Location(file: source?.name, line: nil, column: nil, length: nil)
    }
    let place = source.place(of: range.lower)
    let marked = Snippet(source, range)
    return Location(
      file: source.name, line: place.line, column: place.column, length: marked.markedWidth)
  }

  /// The suggestions as a question.
  private var question: String? {
    guard !suggestions.isEmpty else { return nil }
    let names = suggestions.map { "'\($0)'" }
    let list = [names.dropLast().joined(separator: ", "), names[names.count - 1]]
    return "did you mean \(list.filter { !$0.isEmpty }.joined(separator: " or "))?"
  }

  /// The diagnostic as people read it: headline, place, the line with a caret under what is wrong,
  /// notes. Without a line end at its end.
  ///
  /// - Parameters:
  ///   - source: the text being run; a diagnostic with a source of its own is shown in that.
  ///   - location: what to say instead of file, line and column ("cell 12").
  ///   - color: whether to use escape codes.
  ///   - width: the columns there are; a longer source line is cut around the caret.
  package func render(
    in source: SourceText?, location: String? = nil, color: Bool = false, width: Int = 80
  ) -> String {
    let paint = Paint(on: color)
    var lines = [
      paint.red("error[\(code.rawValue)]") + paint.bold(": " + Diagnostic.oneLine(message))
    ]
    let shown = self.source ?? source
    let instead = self.source == nil ? location : nil
    var notes = notes
    if let shown, let range {
      let snippet = Snippet(shown, range)
      lines += snippet.lines(
        place: instead ?? snippet.place, label: label ?? question, width: width, paint: paint)
      if label != nil, let question { notes.insert(question, at: 0) }
      lines += Diagnostic.noteLines(notes, indent: snippet.gutter, paint)
    } else {
      if let place = instead ?? shown?.name {
        lines.append(paint.blue(" --> ") + Display.safe(place))
      }
      notes.insert(contentsOf: [label, question].compactMap { $0 }, at: 0)
      lines += Diagnostic.noteLines(notes, indent: 1, paint)
    }
    return lines.joined(separator: "\n")
  }

  private static func noteLines(_ notes: [String], indent: Int, _ paint: Paint) -> [String] {
    let margin = String(repeating: " ", count: indent + 1)
    return notes.map { note in
      let lines = Display.safe(note).split(separator: "\n", omittingEmptySubsequences: false)
      return margin + paint.blue("= ") + lines.joined(separator: "\n" + margin + "  ")
    }
  }

  fileprivate static func oneLine(_ text: String) -> String {
    String(Display.safe(text).map { $0 == "\n" ? " " : $0 })
  }
}

/// The colours of a diagnostic, or none.
private struct Paint {
  let on: Bool

  func red(_ text: String) -> String { wrapped(text, "1;31") }
  func blue(_ text: String) -> String { wrapped(text, "1;34") }
  func bold(_ text: String) -> String { wrapped(text, "1") }

  private func wrapped(_ text: String, _ code: String) -> String {
    on && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

/// The first line of a range, with what to mark in it, all in display columns.
private struct Snippet {
  /// The line's characters, harmless and as wide as in the source.
  let line: String
  let number: Int
  let name: String?
  /// The columns before the mark, and those marked: at least one, so that a place between two
  /// characters, or at the end of a line, is marked too.
  let markedStart: Int
  let markedWidth: Int

  init(_ source: SourceText, _ range: SourceRange) {
    let place = source.place(of: range.lower)
    let whole = source.lineRange(place.line) ?? SourceRange(0, 0)
    let marked = SourceRange(range.lower, min(range.upper, whole.upper))
    line = Display.safe(source.slice(whole))
    number = place.line
    name = source.name
    markedStart = place.column - 1
    markedWidth = max(1, Display.width(of: source.slice(marked)))
  }

  var gutter: Int { String(number).count }

  var place: String {
    name.map { "\($0):\(number):\(markedStart + 1)" } ?? "line \(number), column \(markedStart + 1)"
  }

  func lines(place: String, label: String?, width: Int, paint: Paint) -> [String] {
    let margin = String(repeating: " ", count: gutter)
    let view = window(max(20, width - gutter - 3))
    let indent = String(repeating: " ", count: view.start)
    let mark = String(repeating: "^", count: view.width)
    let text = label.map { " " + Diagnostic.oneLine($0) } ?? ""
    let empty = paint.blue(margin + " |")
    return [
      paint.blue(margin + "--> ") + Display.safe(place),
      empty,
      paint.blue("\(number) |") + (view.text.isEmpty ? "" : " ") + view.text,
      empty + " " + indent + paint.red(mark + text),
    ]
  }

  /// What is shown of the line in `limit` columns: all of it, or a part around the mark, with `…`
  /// where something is left out.
  private func window(_ limit: Int) -> (text: String, start: Int, width: Int) {
    let total = max(Display.width(of: line), markedStart + markedWidth)
    guard total > limit else { return (line, markedStart, markedWidth) }
    let from = max(0, min(markedStart - limit / 3, total - limit))
    let visible = (from > 0 ? from + 1 : 0)..<(from + limit < total ? from + limit - 1 : total)
    var text = from > 0 ? "…" : ""
    var column = 0
    for scalar in line.unicodeScalars {
      let width = Display.width(of: scalar)
      if column < visible.lowerBound {
        // A wide character cut in two leaves a blank.
        if column + width > visible.lowerBound { text += " " }
      } else if column + width <= visible.upperBound {
        text.unicodeScalars.append(scalar)
      }
      column += width
    }
    if visible.upperBound < column { text += "…" }
    return (text, markedStart - from, max(1, min(markedWidth, from + limit - markedStart)))
  }
}
