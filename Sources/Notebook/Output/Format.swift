import CommandLanguage

/// Values as a person reads them: few digits, no more than the eye can use.
enum Format {
  /// Whole numbers without decimals, others as `decimal`.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    if value == value.rounded(), abs(value) < 1e15 { return grouped(Int(value)) }
    return decimal(value)
  }

  /// Fractions with three decimals, larger numbers with four significant digits.
  static func decimal(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    if value != 0, abs(value) < 1e-3 { return significant(value, 3) }
    return abs(value) < 10 ? fixed(value, 3) : significant(value, 4)
  }

  /// 1297 → "1,297".
  static func grouped(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var at = digits.count - 3
    while at > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: at))
      at -= 3
    }
    return value < 0 ? "-" + digits : digits
  }

  /// A fraction in [0, 1] with three decimals; "–" where unknown.
  static func fraction(_ value: Double?) -> String { value.map { fixed($0, 3) } ?? "–" }

  static func fixed(_ value: Double, _ decimals: Int) -> String {
    let scale = pow10(decimals)
    let scaled = (abs(value) * scale).rounded()
    guard scaled.isFinite, scaled < 1e15 else { return String(value) }
    let whole = Int(scaled)
    let digits = String(whole % Int(scale))
    let sign = value < 0 && whole != 0 ? "-" : ""
    guard decimals > 0 else { return sign + String(whole) }
    return sign + "\(whole / Int(scale))."
      + String(repeating: "0", count: decimals - digits.count) + digits
  }

  /// "1 label", "2 labels".
  static func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// "0.4 s", "35 s", "12 min", "3 h 20 min".
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "for ever" }
    if seconds < 10 { return "\(fixed(max(0, seconds), 1)) s" }
    if seconds < 100 { return "\(Int(seconds.rounded())) s" }
    let minutes = Int((seconds / 60).rounded())
    guard minutes >= 100 else { return "\(minutes) min" }
    return "\(minutes / 60) h \(minutes % 60) min"
  }

  /// One value in a cell of a table; in a column of whole numbers without decimals.
  static func cell(_ value: JSON, whole: Bool = false, decimals: Int? = nil) -> String {
    switch value {
    case .null: return "–"
    case .bool(let flag): return flag ? "yes" : "no"
    case .int(let number): return String(number)
    case .double(let number):
      if let decimals, number.isFinite { return fixed(number, decimals) }
      return whole ? Self.number(number) : decimal(number)
    case .string(let text): return text
    case .array(let values):
      let shown = values.prefix(12).map { cell($0) }.joined(separator: " ")
      return values.count > 12 ? shown + " … (\(values.count))" : shown
    case .object(let members):
      return members.map { "\($0.key) \(cell($0.value))" }.joined(separator: ", ")
    }
  }

  /// `text` in lines of at most `width` columns, broken at blanks; what follows the first line is
  /// set in by two.
  static func wrapped(_ text: String, to width: Int) -> [String] {
    guard Display.width(of: text) > width else { return [text] }
    let indent = String(text.prefix { $0 == " " })
    var lines: [String] = []
    var line = ""
    for piece in text.split(separator: " ", omittingEmptySubsequences: true) {
      let candidate = line.isEmpty ? indent + piece : line + " " + piece
      if Display.width(of: candidate) > width, !line.isEmpty {
        lines.append(line)
        line = indent + "  " + piece
      } else {
        line = candidate
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  /// `text` in lines of at most `width` columns: broken at blanks, inside a word only where the word
  /// alone is wider, and where it has line ends.
  static func broken(_ text: String, to width: Int) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
      var lines: [String] = []
      var line = ""
      for word in paragraph.split(separator: " ", omittingEmptySubsequences: false) {
        for piece in pieces(Display.safe(word), width) {
          let candidate = line.isEmpty ? piece : line + " " + piece
          if !line.isEmpty, Display.width(of: candidate) > width {
            lines.append(line)
            line = piece
          } else {
            line = candidate
          }
        }
      }
      return lines + [line]
    }
  }

  /// A word in pieces of at most `width` columns.
  private static func pieces(_ word: String, _ width: Int) -> [String] {
    guard width > 0, Display.width(of: word) > width else { return [word] }
    var result = [""]
    for character in word {
      if Display.width(of: result[result.count - 1] + String(character)) > width {
        result.append("")
      }
      result[result.count - 1].append(character)
    }
    return result
  }

  private static func significant(_ value: Double, _ digits: Int) -> String {
    var decimals = digits - 1
    var magnitude = abs(value)
    while magnitude >= 10, decimals > 0 {
      magnitude /= 10
      decimals -= 1
    }
    while magnitude < 1, magnitude > 0, decimals < 12 {
      magnitude *= 10
      decimals += 1
    }
    return fixed(value, decimals)
  }

  private static func pow10(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1.0) { result, _ in result * 10 }
  }
}
