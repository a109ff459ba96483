import CommandLanguage
import Foundation

/// Fits values to parameters: names, number, types and ranges. It runs nothing, so `check` uses it
/// as it is.
struct Binder {
  /// "query npc": what messages call it.
  let title: String
  let parameters: [Parameter]
  let takesAnyOption: Bool
  /// The whole command, to point at when something is missing.
  let range: SourceRange
  private(set) var arguments = Arguments()

  init(title: String, parameters: [Parameter], takesAnyOption: Bool = false, range: SourceRange) {
    self.title = title
    self.parameters = parameters
    self.takesAnyOption = takesAnyOption
    self.range = range
  }

  /// Options that the user may override by typing them.
  mutating func preset(_ presets: [(name: String, value: String)]) {
    for (name, value) in presets {
      arguments.preset(name, Value(canonical: value))
    }
  }

  mutating func positionals(_ values: [Given]) throws(Diagnostic) {
    let places = parameters.filter(\.isPositional)
    for (index, given) in values.enumerated() {
      guard index < places.count else {
        throw Diagnostic(
          .syntax, "\(title) takes \(Format.count(places.count, "value")) without a name",
          at: given.range, label: "one too many", notes: [synopsisNote])
      }
      try set(places[index], given)
    }
  }

  mutating func option(_ name: Name, _ value: Given, given before: inout Set<String>)
    throws(Diagnostic)
  {
    guard let parameter = find(name.text) else {
      guard takesAnyOption else { throw unknown(name) }
      arguments.add(extra: name.text, value.value)
      return
    }
    guard before.insert(parameter.name).inserted else {
      throw Diagnostic(
        .syntax, "\(parameter.name) is given twice", at: name.range, label: "here again")
    }
    try set(parameter, value)
  }

  /// Fills in the defaults and looks for what is missing.
  mutating func finish() throws(Diagnostic) -> Arguments {
    for parameter in parameters where arguments[parameter.name] == nil {
      switch parameter.default {
      case .required:
        throw Diagnostic(
          .missingArgument, "\(title) needs \(parameter.name): \(parameter.meaning)",
          at: SourceRange(range.upper, range.upper), label: parameter.kind.words,
          notes: [synopsisNote])
      case .value(let text): arguments.resolve(parameter.name, Value(canonical: text))
      case .absent, .computed: break
      }
    }
    return arguments
  }

  private func find(_ name: String) -> Parameter? {
    let sought = Spelling.normalised(name)
    return parameters.first {
      Spelling.normalised($0.name) == sought
        || $0.aliases.contains { Spelling.normalised($0) == sought }
    }
  }

  private mutating func set(_ parameter: Parameter, _ given: Given) throws(Diagnostic) {
    // `help none` asks for the name; only an option can be given as "nothing".
    if given.value.isNone, !parameter.isPositional, !parameter.kind.hasNone,
      case .absent = parameter.default
    {
      return
    }
    let value = try parameter.canonical(given, title: title)
    arguments.set(parameter.name, value, from: given)
  }

  private var synopsisNote: String { "usage: \(Help.synopsis(title, parameters))" }

  private func unknown(_ name: Name) -> Diagnostic {
    let names = parameters.map(\.name)
    let known =
      names.isEmpty ? "\(title) has no options" : "options: \(names.joined(separator: ", "))"
    let others = OptionTopic.find(name.text).filter { !$0.parameter.isPositional }
    // One that is at home elsewhere is no slip of the keyboard.
    let near =
      others.isEmpty
      ? Spelling.nearest(name.text, among: names + parameters.flatMap(\.aliases))
      : parameters.filter { $0.standsIn(for: name.text) }.map(\.name)
    return Diagnostic(
      .unknownOption, "\(title) has no option '\(name.text)'", at: name.range,
      notes: others.map(\.home) + [known], suggestions: near)
  }
}

extension Parameter {
  /// The value in canonical form.
  /// - Throws: `type`, `range`, `file-missing`, or what a method inside says.
  func canonical(_ given: Given, title: String) throws(Diagnostic) -> Value {
    try kind.canonical(given, name: name, title: title)
  }
}

extension Parameter.Kind {
  /// Whether `none` is one of the words that fit.
  fileprivate var hasNone: Bool {
    if case .choice(let words, _) = self { words.contains("none") } else { false }
  }

  func canonical(_ given: Given, name: String, title: String) throws(Diagnostic) -> Value {
    let value = given.value
    switch self {
    case .integer(let range):
      guard let number = value.integer else { throw wrongType(given, name) }
      guard range.contains(number) else { throw outOfRange(given, name) }
      return Value(number)
    case .number(let bounds):
      guard let number = value.number else { throw wrongType(given, name) }
      guard bounds.contains(number) else { throw outOfRange(given, name) }
      return Value(number)
    case .numbers(let bounds):
      return .list(try Self.numbers(given, bounds, name, whole: self).map { Value($0) })
    case .boolean:
      guard let flag = value.bool else { throw wrongType(given, name) }
      return Value(flag)
    case .choice(let words, let aliases):
      let sought = Self.folded(value)
      let isMeant = { (word: String) in Spelling.normalised(word) == sought }
      guard
        let word = words.first(where: isMeant)
          ?? aliases.first(where: { isMeant($0.key) })?.value
      else { throw unknownChoice(given, name, words) }
      return .word(word)
    case .file:
      try Self.requireFile(given, name)
      return Value(naming: value.plainText)
    case .features: return try Self.features(given, name)
    case .bytes:
      guard ByteCount.parse(value.plainText).map({ $0 > 0 }) == true else {
        throw wrongType(given, name)
      }
      return Value(naming: value.plainText)
    case .picture:
      _ = try PictureFormat(ofFile: value.plainText, at: given.range)
      return Value(naming: value.plainText)
    case .newFile, .text:
      if case .method = value { throw wrongType(given, name) }
      return Value(naming: value.plainText)
    case .value: return value
    case .method(let kind): return try CommandBinder.method(given, kind: kind)
    case .methods(let kind):
      guard !given.elements.isEmpty else { throw wrongType(given, name) }
      var methods: [Value] = []
      for element in given.elements {
        methods.append(try CommandBinder.method(element, kind: kind))
      }
      return .list(methods)
    case .either(let kinds): return try Self.first(of: kinds, given, name, title, whole: self)
    }
  }

  private static func numbers(
    _ given: Given, _ bounds: Bounds, _ name: String, whole: Self
  ) throws(Diagnostic) -> [Double] {
    guard let list = given.value.list, !list.isEmpty else { throw whole.wrongType(given, name) }
    var numbers: [Double] = []
    for element in given.elements {
      guard let number = element.value.number else { throw whole.wrongType(element, name) }
      guard bounds.contains(number) else { throw whole.outOfRange(element, name) }
      numbers.append(number)
    }
    return numbers
  }

  private static func folded(_ value: Value) -> String { Spelling.normalised(value.plainText) }

  private static func first(
    of kinds: [Self], _ given: Given, _ name: String, _ title: String, whole: Self
  ) throws(Diagnostic) -> Value {
    // Of two kinds that nearly fit, a number out of range says more than a file that is not there.
    var nearest: Diagnostic?
    for kind in kinds {
      do throws(Diagnostic) {
        return try kind.canonical(given, name: name, title: title)
      } catch {
        let isFile = error.code == .fileMissing && nearest == nil && given.value.number == nil
        let isElement = error.range != given.range
        if error.code == .range || isElement || isFile { nearest = error }
      }
    }
    throw nearest ?? whole.wrongType(given, name)
  }

  private func wrongType(_ given: Given, _ name: String) -> Diagnostic {
    Diagnostic(
      .type, "\(name) must be \(words), not '\(given.value.plainText)'", at: given.range)
  }

  private func outOfRange(_ given: Given, _ name: String) -> Diagnostic {
    Diagnostic(
      .range, "\(name) must be \(words), not \(given.value.plainText)", at: given.range)
  }

  private func unknownChoice(_ given: Given, _ name: String, _ words: [String]) -> Diagnostic {
    Diagnostic(
      .unknownName, "\(name) cannot be '\(given.value.plainText)'", at: given.range,
      notes: ["\(name): \(words.joined(separator: ", "))"],
      suggestions: Spelling.nearest(given.value.plainText, among: words))
  }
}
