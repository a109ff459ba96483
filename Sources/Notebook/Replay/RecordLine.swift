/// The text of a `#:` line: `key=value` pairs divided by blanks.
struct RecordLine: Equatable {
  private(set) var pairs: [(key: String, value: String)]

  static func == (left: RecordLine, right: RecordLine) -> Bool { left.text == right.text }

  init(_ pairs: [(key: String, value: String)]) { self.pairs = pairs }

  /// Reads what stands behind `#:`. Blanks inside brackets, parentheses and quotes divide nothing.
  init(parsing text: String) {
    pairs = []
    var depth = 0
    var quote: Character?
    var piece = ""
    func close(_ pairs: inout [(key: String, value: String)]) {
      guard let equals = piece.firstIndex(of: "=") else { return }
      pairs.append((String(piece[..<equals]), String(piece[piece.index(after: equals)...])))
    }
    for character in text {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "'" || character == "\"" {
        quote = character
      } else if character == "(" || character == "[" {
        depth += 1
      } else if character == ")" || character == "]" {
        depth -= 1
      } else if character == " ", depth <= 0 {
        close(&pairs)
        piece = ""
        continue
      }
      piece.append(character)
    }
    close(&pairs)
  }

  subscript(key: String) -> String? { pairs.first { $0.key == key }?.value }

  var text: String { pairs.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }
}

extension InputFacts {
  /// As it is written behind the input; nil where there is nothing to record.
  var line: RecordLine? {
    var pairs: [(key: String, value: String)] = []
    if let labels { pairs.append(("labels", "sha256:" + labels)) }
    if !picks.isEmpty {
      pairs.append(("selected", "sha256:" + Digest.sha256(ints: picks.flatMap { $0 })))
    }
    if !verdicts.isEmpty {
      pairs.append(("verdicts", "sha256:" + Digest.sha256(Self.bytes(verdicts.flatMap { $0 }))))
    }
    if !accuracies.isEmpty {
      pairs.append(("accuracy", "\(Self.list(accuracies))±\(Self.accuracyTolerance)"))
    }
    if !losses.isEmpty {
      pairs.append(("loss", "\(Self.list(losses))±\(Self.lossTolerance)%"))
    }
    if !picks.isEmpty { pairs.append(("picks", Self.lists(picks))) }
    if !verdicts.isEmpty {
      let suspected = verdicts.map { $0.filter { !$0.isClean }.map(\.sample) }
      pairs.append(("suspected", Self.lists(suspected)))
    }
    if !defaults.isEmpty { pairs.append(("defaults", "[" + defaults.joined(separator: ",") + "]")) }
    return pairs.isEmpty ? nil : RecordLine(pairs)
  }

  /// Absolute.
  static let accuracyTolerance = 0.02
  /// Percent of the recorded value.
  static let lossTolerance = 5

  /// Index as little-endian int64, then one byte 0 or 1.
  private static func bytes(_ verdicts: [Judged]) -> [UInt8] {
    verdicts.flatMap { Digest.bytes(ints: [$0.sample]) + [$0.isClean ? 1 : 0] }
  }

  private static func list(_ values: [Double]) -> String {
    "[" + values.map { Format.fixed($0, 4) }.joined(separator: ",") + "]"
  }

  /// `[1,5,7][2,4]`: one pair of brackets for each cell.
  private static func lists(_ values: [[Int]]) -> String {
    values.map { "[" + $0.map(String.init).joined(separator: ",") + "]" }.joined()
  }
}
