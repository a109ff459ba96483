import CommandLanguage

/// A script as what was typed and what was recorded of it, input after input.
struct ScriptTrail {
  struct Step {
    /// From 1.
    let line: Int
    let text: String
    let record: RecordLine?
  }

  let name: String
  let header: ReplayHeader?
  let steps: [Step]

  /// - Throws: the script's diagnostics, if it does not parse.
  init(_ name: String, _ source: SourceText) throws {
    let script = try Parser.parse(source)
    self.name = name
    header = ReplayHeader(source)
    // What only looks is no difference between two ways, as in sessions.
    steps = script.statements.indices.filter { !script.statements[$0].onlyLooks }.map { index in
      let range = script.statements[index].range
      let isLast = index == script.statements.count - 1
      let upper = isLast ? source.count : script.statements[index + 1].range.lower
      let comment = script.comments.first {
        $0.kind == .machine && $0.range.lower >= range.upper && $0.range.upper <= upper
          && !$0.text.hasPrefix("winnow ")
      }
      return Step(
        line: source.place(of: range.lower).line, text: String(source.slice(range)),
        record: comment.map { RecordLine(parsing: $0.text) })
    }
  }

  /// The first difference from another script; nil where there is none.
  func difference(from other: ScriptTrail) -> Difference? {
    for place in 0..<max(steps.count, other.steps.count) {
      let mine = steps.indices.contains(place) ? steps[place] : nil
      let theirs = other.steps.indices.contains(place) ? other.steps[place] : nil
      guard let mine, let theirs else {
        return Difference(
          what: "end", a: side(mine), b: other.side(theirs),
          reason: "\(mine == nil ? name : other.name) ends there; all before is the same")
      }
      if mine.text != theirs.text {
        return Difference(
          what: "command", a: side(mine), b: other.side(theirs),
          reason: Options.difference(mine.text, theirs.text))
      }
      if let found = recorded(mine, theirs, other) { return found }
    }
    return nil
  }

  private func side(_ step: Step?, _ value: String? = nil) -> Difference.Side {
    Difference.Side(
      name: name, place: step?.line, command: step?.text.firstCodeLine, value: value)
  }

  /// In the order of what follows from what.
  private static let kinds = [
    ("labels", "labels"), ("picks", "pick"), ("suspected", "verdict"), ("accuracy", "metric"),
    ("loss", "metric"),
  ]

  private func recorded(_ mine: Step, _ theirs: Step, _ other: ScriptTrail) -> Difference? {
    guard let one = mine.record, let two = theirs.record else { return nil }
    for (key, what) in Self.kinds where one[key] != two[key] {
      let (a, b, place) = Self.first(one[key], two[key])
      return Difference(
        what: what, a: side(mine, "\(key) \(a)"), b: other.side(theirs, "\(key) \(b)"),
        reason: (place.map { "number \($0 + 1) of them; " } ?? "") + unlike(other))
    }
    return nil
  }

  private func unlike(_ other: ScriptTrail) -> String {
    guard let header, let theirs = other.header else { return "one of them was never saved" }
    let words = header.differences(from: theirs).map {
      $0.replacing("your data differ", with: "other data").replacing("recorded ", with: "")
        .replacing(" now ", with: " and ")
    }
    return words.isEmpty
      ? "the same inputs gave another result: other versions" : words.joined(separator: "; ")
  }

  /// The first values that differ of two lists, and where.
  private static func first(_ a: String?, _ b: String?) -> (String, String, Int?) {
    func values(_ text: String?) -> [Substring] {
      (text ?? "none").split(whereSeparator: { "[],±".contains($0) })
    }
    let (one, two) = (values(a), values(b))
    let place = (0..<max(one.count, two.count)).first {
      (one.indices.contains($0) ? one[$0] : nil) != (two.indices.contains($0) ? two[$0] : nil)
    }
    guard let place, one.count > 1 || two.count > 1 else { return (a ?? "none", b ?? "none", nil) }
    func text(_ values: [Substring]) -> String {
      values.indices.contains(place) ? String(values[place]) : "none"
    }
    return (text(one), text(two), place)
  }
}
