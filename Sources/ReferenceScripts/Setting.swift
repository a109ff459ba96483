import CommandLanguage

/// One value of a flag or a key of the configuration, and where it was written, so that an error
/// can show it.
struct Setting: Equatable {
  /// `--budget`, or `ACTIVE_LEARNING.BUDGET_SIZE`.
  let name: String
  let text: String
  /// Nil for a value that was not written but is the reference's default.
  var source: SourceText?
  var range: SourceRange?

  func error(_ code: Diagnostic.Code, _ message: String, notes: [String] = []) -> Diagnostic {
    Diagnostic(code, message, at: range, notes: notes, source: source)
  }

  func integer(from least: Int) throws -> Int {
    guard let value = Int(text) else {
      throw error(.type, "\(name) takes a whole number, not '\(text)'")
    }
    guard (least...1 << 40).contains(value) else {
      throw error(.range, "\(name) takes a whole number from \(least) on, not \(value)")
    }
    return value
  }

  func number(_ allowed: ClosedRange<Double>) throws -> Double {
    guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(text),
      value.isFinite
    else { throw error(.type, "\(name) takes a number, not '\(text)'") }
    guard allowed.contains(value) else {
      let end =
        allowed.upperBound == .greatestFiniteMagnitude
        ? "on" : "to \(Value(allowed.upperBound).text)"
      throw error(
        .range, "\(name) takes a number from \(Value(allowed.lowerBound).text) \(end), not \(text)")
    }
    return value
  }

  func truth() throws -> Bool {
    switch text.lowercased() {
    case "true", "yes", "on", "t", "y", "1": return true
    case "false", "no", "off", "f", "n", "0": return false
    default: throw error(.type, "\(name) takes True or False, not '\(text)'")
    }
  }
}

extension ClosedRange<Double> {
  static let fromZero = 0...Double.greatestFiniteMagnitude
}

/// The values that one setting may have, with what each of them means here.
struct NameTable<Meaning: Sendable>: Sendable {
  let rows: [(names: [String], meaning: Meaning)]

  init(_ rows: [(names: [String], meaning: Meaning)]) { self.rows = rows }

  /// Names are compared without case, `-` and `_`.
  /// - Throws: a diagnostic that names the setting and all values that there are.
  func find(_ setting: Setting) throws -> Meaning {
    let wanted = Spelling.normalised(setting.text)
    for row in rows where row.names.contains(where: { Spelling.normalised($0) == wanted }) {
      return row.meaning
    }
    let known = rows.map { $0.names[0] }
    var error = setting.error(
      .unknownName, "\(setting.name) has no value '\(setting.text)'",
      notes: ["values: " + known.joined(separator: ", ")])
    error.suggestions = Spelling.nearest(setting.text, among: rows.flatMap(\.names))
    throw error
  }
}
