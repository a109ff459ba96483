import CommandLanguage

/// A replayed input beside its record.
package struct Verification: Sendable {
  package enum Outcome: String, Sendable {
    case ok
    case differs = "DIFF"
  }

  package let outcome: Outcome
  /// The line of the script that the input begins in.
  package let line: Int
  package let command: String
  /// Where and how it differs; the first difference of discrete values, then metrics.
  package let details: [String]
  /// Whether the script holds a record of this input, or there is nothing to record.
  package let isRecorded: Bool

  /// - Parameter recorded: the line behind the input; nil where the script has none.
  init(line: Int, command: String, recorded: RecordLine?, now facts: InputFacts) {
    self.line = line
    self.command = command
    let now = facts.line ?? RecordLine([])
    isRecorded = recorded != nil || facts.line == nil
    let compared =
      recorded.map { Self.differences($0, now, facts) } ?? (hard: [], soft: [])
    outcome = compared.hard.isEmpty ? .ok : .differs
    details = compared.hard + compared.soft
  }

  package var json: JSON {
    .record(
      ("line", .int(line)), ("command", .string(command)), ("outcome", .string(outcome.rawValue)),
      ("recorded", .bool(isRecorded)), ("details", .array(details.map(JSON.string))))
  }

  package var text: String {
    let head = "\(outcome.rawValue.padded(to: 4))  line \(line): \(command)"
    let note = isRecorded ? [] : ["nothing is recorded of this input"]
    return ([head] + (details + note).map { "      \($0)" }).joined(separator: "\n")
  }

  private static func differences(_ recorded: RecordLine, _ now: RecordLine, _ facts: InputFacts)
    -> (hard: [String], soft: [String])
  {
    var hard: [String] = []
    if recorded["labels"] != now["labels"] {
      hard.append("observed labels differ: \(pair(recorded["labels"], now["labels"]))")
    }
    if recorded["selected"] != now["selected"] {
      hard.append(firstPick(lists(recorded["picks"]), facts.picks))
    } else if recorded["verdicts"] != now["verdicts"] {
      hard.append(firstVerdict(lists(recorded["suspected"]), facts.verdicts))
    }
    for key in ["accuracy", "loss"] {
      if let difference = metric(key, recorded[key], now[key]) { hard.append(difference) }
    }
    var soft: [String] = []
    if let before = recorded["defaults"], before != now["defaults"] {
      soft.append("defaults have changed: \(pair(before, now["defaults"]))")
    }
    return (hard, soft)
  }

  private static func firstPick(_ recorded: [[Int]], _ now: [[Int]]) -> String {
    for query in 0..<max(recorded.count, now.count) {
      let left = recorded.indices.contains(query) ? recorded[query] : []
      let right = now.indices.contains(query) ? now[query] : []
      for place in 0..<max(left.count, right.count) {
        let before = left.indices.contains(place) ? String(left[place]) : "none"
        let after = right.indices.contains(place) ? String(right[place]) : "none"
        if before != after {
          return "pick \(place + 1) of query \(query + 1): recorded sample \(before), now \(after)"
        }
      }
    }
    return
      "the digest of the picks differs from the picks recorded beside it: the script was edited"
  }

  private static func firstVerdict(_ recorded: [[Int]], _ now: [[InputFacts.Judged]]) -> String {
    guard recorded.count == now.count else {
      return "judgements: recorded \(recorded.count), now \(now.count)"
    }
    for (index, judged) in now.enumerated() {
      let suspects = Set(recorded[index])
      for verdict in judged where verdict.isClean == suspects.contains(verdict.sample) {
        let words =
          verdict.isClean ? "recorded suspected, now clean" : "recorded clean, now suspected"
        return "sample \(verdict.sample) in judgement \(index + 1): \(words)"
      }
    }
    return "the digest of the verdicts differs from those recorded beside it: the script was edited"
  }

  /// `[0.31,0.48]±0.02` against the values now.
  private static func metric(_ key: String, _ recorded: String?, _ now: String?) -> String? {
    guard let recorded else { return nil }
    let parts = recorded.split(separator: "±")
    let before = numbers(parts.first.map(String.init))
    let after = numbers(now.flatMap { $0.split(separator: "±").first.map(String.init) })
    guard before.count == after.count else {
      return "\(key): recorded \(before.count) values, now \(after.count)"
    }
    let tolerance = parts.last.map(String.init) ?? "0"
    let isRelative = tolerance.hasSuffix("%")
    let size = Double(isRelative ? String(tolerance.dropLast()) : tolerance) ?? 0
    for (index, (old, new)) in zip(before, after).enumerated() {
      let allowed = isRelative ? abs(old) * size / 100 : size
      if abs(old - new) > allowed + 1e-9 {
        return "\(key) \(index + 1): recorded \(old), now \(new), tolerance \(tolerance)"
      }
    }
    return nil
  }

  private static func numbers(_ text: String?) -> [Double] {
    (text ?? "").split { "[],".contains($0) }.compactMap { Double($0) }
  }

  private static func lists(_ text: String?) -> [[Int]] {
    (text ?? "").split(separator: "]", omittingEmptySubsequences: true).map { list in
      list.drop { $0 == "[" }.split(separator: ",").compactMap { Int($0) }
    }
  }

  private static func pair(_ before: String?, _ after: String?) -> String {
    "recorded \(before ?? "none"), now \(after ?? "none")"
  }
}

extension String {
  func padded(to width: Int) -> String {
    count >= width ? self : self + String(repeating: " ", count: width - count)
  }
}
