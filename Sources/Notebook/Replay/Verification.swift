import CommandLanguage

/// A replayed input beside its record.
package struct Verification: Sendable {
  package enum Outcome: String, Sendable {
    case ok
    /// It differs because of a decision between values that are closer than rounding is sure of.
    case tie = "TIE"
    case differs = "DIFF"
  }

  /// A gap below this decides nothing that another machine would have to repeat.
  package static let tieGap = 1e-5

  package let outcome: Outcome
  /// The line of the script that the input begins in.
  package let line: Int
  package let command: String
  /// Where and how it differs; the first difference of discrete values, then metrics.
  package let details: [String]
  /// Whether the script holds a record of this input, or there is nothing to record.
  package let isRecorded: Bool

  /// - Parameters:
  ///   - recorded: the line behind the input; nil where the script has none.
  ///   - results: where the results of its cells differ from those of a bundle.
  ///   - isAfterTie: whether an input before it was a tie: its picks and verdicts follow from that.
  init(
    line: Int, command: String, recorded: RecordLine?, now facts: InputFacts,
    isAfterTie: Bool = false, results: String? = nil
  ) {
    self.line = line
    self.command = command
    let now = facts.line ?? RecordLine([])
    isRecorded = recorded != nil || facts.line == nil
    var compared =
      recorded.map { Self.differences($0, now, facts, isAfterTie: isAfterTie) } ?? Differences()
    // A result that differs because of a tie is none of its own.
    if let results, !isAfterTie, compared.hard.isEmpty, compared.ties.isEmpty {
      compared.hard.append(results)
    }
    outcome = !compared.hard.isEmpty ? .differs : compared.ties.isEmpty ? .ok : .tie
    details = compared.hard + compared.ties + compared.soft
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

  /// What is found of an input.
  private struct Differences {
    var hard: [String] = []
    var ties: [String] = []
    /// What is said, and decides nothing.
    var soft: [String] = []

    /// - Parameter gap: what decided; nil where that is unknown.
    mutating func add(_ found: (text: String, gap: Double?)) {
      let gap = found.gap.map { ", decided by a gap of \($0)" } ?? ""
      if let decided = found.gap, decided < Verification.tieGap {
        ties.append(found.text + gap)
      } else {
        hard.append(found.text + gap)
      }
    }
  }

  private static func differences(
    _ recorded: RecordLine, _ now: RecordLine, _ facts: InputFacts, isAfterTie: Bool
  ) -> Differences {
    var found = Differences()
    if recorded["labels"] != now["labels"] {
      found.hard.append("observed labels differ: \(pair(recorded["labels"], now["labels"]))")
    }
    if isAfterTie {
      if recorded["selected"] != now["selected"] || recorded["verdicts"] != now["verdicts"] {
        found.soft.append("after the tie only metrics are compared")
      }
    } else if recorded["selected"] != now["selected"] {
      found.add(firstPick(lists(recorded["picks"]), facts))
    } else if recorded["verdicts"] != now["verdicts"] {
      found.add(firstVerdict(lists(recorded["suspected"]), facts))
    }
    for key in ["accuracy", "loss"] {
      if let difference = metric(key, recorded[key], now[key]) { found.hard.append(difference) }
    }
    if let before = recorded["defaults"], before != now["defaults"] {
      found.soft.append("defaults have changed: \(pair(before, now["defaults"]))")
    }
    return found
  }

  private static func firstPick(_ recorded: [[Int]], _ facts: InputFacts) -> (String, Double?) {
    let now = facts.picks
    for query in 0..<max(recorded.count, now.count) {
      let left = recorded.indices.contains(query) ? recorded[query] : []
      let right = now.indices.contains(query) ? now[query] : []
      for place in 0..<max(left.count, right.count) {
        let before = left.indices.contains(place) ? String(left[place]) : "none"
        let after = right.indices.contains(place) ? String(right[place]) : "none"
        guard before != after else { continue }
        let cell = facts.queries.indices.contains(query) ? "cell \(facts.queries[query]), " : ""
        let gaps = facts.gaps.indices.contains(query) ? facts.gaps[query] : []
        return (
          "\(cell)pick \(place + 1) of query \(query + 1): recorded sample \(before), now \(after)",
          gaps.indices.contains(place) ? gaps[place] : nil
        )
      }
    }
    return (
      "the digest of the picks differs from the picks recorded beside it: the script was edited",
      nil
    )
  }

  private static func firstVerdict(_ recorded: [[Int]], _ facts: InputFacts) -> (String, Double?) {
    let now = facts.verdicts
    guard recorded.count == now.count else {
      return ("judgements: recorded \(recorded.count), now \(now.count)", nil)
    }
    for (index, judged) in now.enumerated() {
      let suspects = Set(recorded[index])
      for verdict in judged where verdict.isClean == suspects.contains(verdict.sample) {
        let words =
          verdict.isClean ? "recorded suspected, now clean" : "recorded clean, now suspected"
        return (
          "cell \(facts.judgements[index]), sample \(verdict.sample) in judgement \(index + 1): "
            + words, verdict.margin
        )
      }
    }
    return (
      "the digest of the verdicts differs from those recorded beside it: the script was edited",
      nil
    )
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
