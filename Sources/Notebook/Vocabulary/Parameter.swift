import CommandLanguage

/// One thing that a user can say after a name: its type and range, its default, its meaning.
package struct Parameter: Sendable {
  /// What values fit.
  package indirect enum Kind: Sendable {
    case integer(ClosedRange<Int>)
    case number(Bounds)
    /// A list of numbers.
    case numbers(Bounds)
    case boolean
    /// One of these words; an alias stands for the word that it is a key of.
    case choice([String], aliases: [String: String] = [:])
    /// A file that must be there, also at the time of `check`.
    case file
    /// A file that will be written.
    case newFile
    /// A picture that will be written; the ending says in which format.
    case picture
    /// `pca:D`, `pixels`, or a file.
    case features
    /// A number of bytes: `512M`, `4G`.
    case bytes
    case text
    case value
    case method(EntryKind)
    /// One or several names with their options.
    case methods(EntryKind)
    /// The first kind that fits.
    case either([Kind])
  }

  package enum Default: Sendable {
    case required
    /// May be left out, and then means that nothing was said.
    case absent
    case value(String)
    /// Worked out when the command runs; the words say how.
    case computed(String)
  }

  package let name: String
  package let aliases: [String]
  package let kind: Kind
  package let `default`: Default
  package let meaning: String
  /// What `help NAME` says beyond that; empty for most.
  package let details: String
  /// Names under which others have this, which are refused here with this one as the hint.
  package let misnomers: [String]
  /// Given by its place, without a name (a name is accepted too).
  package let isPositional: Bool

  static func positional(
    _ name: String, _ kind: Kind, default: Default = .required, _ meaning: String
  ) -> Parameter {
    Parameter(
      name: name, aliases: [], kind: kind, default: `default`, meaning: meaning, details: "",
      misnomers: [], isPositional: true)
  }

  static func option(
    _ name: String, aliases: [String] = [], insteadOf misnomers: [String] = [], _ kind: Kind,
    default: Default, _ meaning: String, details: String = ""
  ) -> Parameter {
    Parameter(
      name: name, aliases: aliases, kind: kind, default: `default`, meaning: meaning,
      details: details, misnomers: misnomers, isPositional: false)
  }

  /// Whether the word is the name, an alias, or what others call it.
  func standsIn(for word: String) -> Bool {
    let sought = Spelling.normalised(word)
    return ([name] + aliases + misnomers).contains { Spelling.normalised($0) == sought }
  }
}

/// An interval of real numbers, each end open or closed.
package struct Bounds: Sendable {
  let lower: Double
  let upper: Double
  let includesLower: Bool
  let includesUpper: Bool

  static func closed(_ lower: Double, _ upper: Double) -> Bounds {
    Bounds(lower: lower, upper: upper, includesLower: true, includesUpper: true)
  }
  static func above(_ lower: Double, to upper: Double = .infinity) -> Bounds {
    Bounds(lower: lower, upper: upper, includesLower: false, includesUpper: upper.isFinite)
  }
  static func atLeast(_ lower: Double, below upper: Double = .infinity) -> Bounds {
    Bounds(lower: lower, upper: upper, includesLower: true, includesUpper: false)
  }

  func contains(_ value: Double) -> Bool {
    value.isFinite && (includesLower ? value >= lower : value > lower)
      && (includesUpper ? value <= upper : value < upper)
  }

  var words: String {
    func number(_ value: Double) -> String {
      value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
    switch (lower.isFinite, upper.isFinite) {
    case (true, true):
      return "\(includesLower ? "from" : "above") \(number(lower)) "
        + "\(includesUpper ? "to" : "to below") \(number(upper))"
    case (true, false): return "\(includesLower ? "at least" : "above") \(number(lower))"
    case (false, true): return "\(includesUpper ? "at most" : "below") \(number(upper))"
    case (false, false): return ""
    }
  }
}

extension Parameter.Kind {
  /// The range or choice in words, for help and for messages.
  var words: String {
    switch self {
    case .integer(let range):
      return range.upperBound == .max
        ? "a whole number, at least \(range.lowerBound)"
        : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let bounds):
      return bounds.words.isEmpty ? "a number" : "a number, \(bounds.words)"
    case .numbers(let bounds):
      return "a list of numbers" + (bounds.words.isEmpty ? "" : ", each \(bounds.words)")
    case .boolean: return "true or false"
    case .choice(let words, _): return words.joined(separator: ", ")
    case .file: return "a file"
    case .newFile: return "a file to write"
    case .picture: return "a file to write, \(PictureFormat.endings)"
    case .features: return "pca:D, pixels, or a file"
    case .bytes: return "a number of bytes, such as 512M or 4G"
    case .text: return "text"
    case .value: return "a value"
    case .method(let kind): return kind.article
    case .methods(let kind): return "a list of \(kind.plural) with their options"
    case .either(let kinds): return kinds.map(\.words).joined(separator: ", or ")
    }
  }
}
