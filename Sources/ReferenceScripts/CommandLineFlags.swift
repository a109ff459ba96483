import CommandLanguage

/// The arguments of the reference's program, taken apart as Python's argparse does: `--flag value`,
/// `--flag=value`, unambiguous beginnings of a flag; of a flag given twice the last one counts.
struct CommandLineFlags {
  /// All arguments in one line, to point into.
  let source: SourceText
  private var given: [Flag: [Setting]] = [:]
  private let ranges: [SourceRange]
  private let arguments: [String]

  /// `python train_al.py` may stand before the flags.
  /// - Throws: a diagnostic that points at the argument.
  init(_ arguments: [String]) throws {
    self.arguments = arguments
    var text = ""
    var ranges: [SourceRange] = []
    for argument in arguments {
      if !text.isEmpty { text += " " }
      let start = text.utf8.count
      text += Display.safe(argument)
      ranges.append(SourceRange(start, text.utf8.count))
    }
    self.ranges = ranges
    source = SourceText(name: "command line", text: text)
    try parse()
  }

  /// The values after a flag; empty for a switch. Nil where it was not given.
  func values(_ flag: Flag) -> [Setting]? { given[flag] }

  /// The value of a flag that has one; `True` for a switch that was given.
  subscript(_ flag: Flag) -> Setting? {
    guard let values = given[flag] else { return nil }
    return values.first
  }

  private mutating func parse() throws {
    var next = programName()
    while next < arguments.count {
      let (flag, attached) = try flag(next)
      let first = next + 1
      next = first
      switch flag.arity {
      case .none:
        if attached != nil { throw error(next - 1, "\(flag.rawValue) takes no value") }
        given[flag] = [setting(flag, "True", next - 1)]
      case .one, .several:
        let most = attached != nil ? 0 : flag.arity == .one ? 1 : Int.max
        while next < arguments.count, next - first < most, !isFlag(arguments[next]) { next += 1 }
        let values =
          attached.map { [setting(flag, $0, first - 1)] }
          ?? (first..<next).map { setting(flag, arguments[$0], $0) }
        guard !values.isEmpty else { throw error(first - 1, "\(flag.rawValue) needs a value") }
        given[flag] = values
      }
    }
  }

  /// The number of leading arguments that start the program.
  private func programName() -> Int {
    var next = 0
    if next < arguments.count,
      arguments[next].split(separator: "/").last?.hasPrefix("python") == true
    {
      next += 1
    }
    if next < arguments.count, arguments[next].hasSuffix(".py") { next += 1 }
    return next
  }

  private func isFlag(_ text: String) -> Bool { text.hasPrefix("-") && Double(text) == nil }

  private func setting(_ flag: Flag, _ text: String, _ place: Int) -> Setting {
    Setting(name: flag.rawValue, text: text, source: source, range: ranges[place])
  }

  private func error(_ place: Int, _ message: String, notes: [String] = []) -> Diagnostic {
    Diagnostic(.syntax, message, at: ranges[place], notes: notes, source: source)
  }

  private func flag(_ place: Int) throws -> (Flag, attached: String?) {
    let argument = arguments[place]
    guard isFlag(argument) else {
      let isBlank = argument.allSatisfy(\.isWhitespace)
      throw error(
        place, "argument \(place + 1), '\(argument)', belongs to no flag",
        notes: isBlank
          ? ["a backslash joins lines only where nothing follows it, no blank and no comment"] : [])
    }
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let attached = parts.count == 2 ? String(parts[1]) : nil
    if let flag = Flag(rawValue: name) ?? Flag.aliases[name] { return (flag, attached) }
    let long = Flag.allCases.filter { name.count > 2 && $0.rawValue.hasPrefix(name) }
    if long.count == 1 { return (long[0], attached) }
    let names = Flag.allCases.map(\.rawValue)
    guard long.isEmpty else {
      throw error(
        place, "'\(name)' may be \(long.map(\.rawValue).joined(separator: ", "))")
    }
    var unknown = Diagnostic(
      .unknownOption, "argument \(place + 1): the reference has no flag '\(name)'",
      at: ranges[place], notes: ["flags: " + names.joined(separator: " ")], source: source)
    unknown.suggestions = Spelling.nearest(name, among: names)
    throw unknown
  }
}
