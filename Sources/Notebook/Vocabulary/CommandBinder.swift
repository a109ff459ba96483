import CommandLanguage

/// A command whose names, number, types and ranges are right: ready to run.
struct BoundCommand: Sendable {
  let row: Row<CommandImplementation>
  /// The method that it names: `npc` of `query npc 20`.
  let method: Entry?
  /// The method's parameters, then the command's own.
  let parameters: [Parameter]
  var arguments: Arguments
  let range: SourceRange
  /// The command that stands behind the verb, where it is about another one.
  var planned: [BoundCommand] = []

  /// `name = value`, which is no row of the table but a cell like the others.
  static func assignment(to name: String, _ value: Value, range: SourceRange) -> BoundCommand {
    let row = Row(
      Entry(.command, "\(name) = \(value.text)", "gives a variable its value"),
      CommandImplementation(
        changesState: true, action: .control { _, _, _, _ in .completed }))
    return BoundCommand(
      row: row, method: nil, parameters: [], arguments: Arguments(), range: range)
  }

  /// A cell of its own that belongs to a command which makes several.
  static func part(_ canonical: String, range: SourceRange) -> BoundCommand {
    let row = Row(
      Entry(.command, canonical, "is a part of another command"),
      CommandImplementation(
        changesState: true, isLong: true, action: .control { _, _, _, _ in .completed }))
    return BoundCommand(
      row: row, method: nil, parameters: [], arguments: Arguments(), range: range)
  }

  var verb: String { row.entry.name }

  /// Refuses options that would have no effect beside the others.
  func refuse(_ options: [String], _ why: String) throws(Diagnostic) {
    for name in options where arguments.isGiven(name) {
      throw Diagnostic(.refused, "\(name)= \(why)", at: arguments.ranges[name])
    }
  }

  /// Full names, every option with its value, variables replaced.
  var canonical: String {
    if let planned = planned.first { return "\(verb) \(planned.canonical)" }
    let positionals = parameters.filter(\.isPositional).compactMap { arguments[$0.name]?.text }
    let options =
      arguments.options(of: parameters).map { "\($0.name)=\($0.value.text)" }
      + arguments.extra.map { "\($0.name)=\($0.value.text)" }
    return ([verb] + [method?.name].compactMap { $0 } + positionals + options)
      .joined(separator: " ")
  }

  /// `sym 0.5`: the method as people call it, with its own values and the options that differ from
  /// the defaults of the table.
  var briefMethod: String {
    guard let method else { return "" }
    let parts = method.parameters.compactMap { parameter -> String? in
      guard let value = arguments[parameter.name] else { return nil }
      if parameter.isPositional { return value.text }
      if case .value(let text) = parameter.default, value == Value(canonical: text) { return nil }
      return "\(parameter.name)=\(value.text)"
    }
    return ([method.name] + parts).joined(separator: " ")
  }

  /// `npc(delta=0.68)` with exactly the options that the user gave.
  var methodValue: Value? {
    guard let method else { return nil }
    let given = method.parameters.filter { arguments.isGiven($0.name) }
      .compactMap { parameter in
        arguments[parameter.name].map { MethodOption(parameter.name, $0) }
      }
    return given.isEmpty ? .word(method.name) : .method(method.name, given)
  }
}

extension BoundCommand {
  /// The command that a canonical text stands for.
  init(canonical text: String) throws {
    let script = try Parser.parse(SourceText(text: text))
    guard case .command(let command) = script.statements.first else {
      throw Diagnostic(.syntax, "the recorded '\(text)' is no command")
    }
    self = try CommandBinder.bind(command, variables: [:])
  }

  /// The same with files named from the root, so that it holds in every folder.
  var withWholePaths: BoundCommand {
    var result = self
    for parameter in parameters where parameter.kind.isFile {
      guard let value = arguments[parameter.name] else { continue }
      result.arguments.replace(parameter.name, parameter.kind.wholePath(value))
    }
    return result
  }
}

/// From syntax to bound commands, by the table of names.
enum CommandBinder {
  /// - Parameter variables: what `$NAME` stands for.
  /// - Throws: the first thing that is wrong.
  static func bind(_ command: Command, variables: [String: Value]) throws(Diagnostic)
    -> BoundCommand
  {
    let found = try Vocabulary.require(.command, command.verb.text, at: command.verb.range)
    guard let row = Vocabulary.commands.first(where: { $0.entry.name == found.entry.name }) else {
      throw Diagnostic(.unknownName, "no command '\(command.verb.text)'", at: command.verb.range)
    }
    if row.implementation.plansAnother {
      return try planning(row, command, variables: variables)
    }
    var positionals: [Given] = []
    var options: [(Name, Given)] = []
    for argument in command.arguments {
      switch argument {
      case .positional(let value):
        positionals.append(try Given(value, in: variables))
      case .option(let name, let value):
        options.append((name, try Given(value, in: variables)))
      }
    }
    let bound =
      if let kind = row.implementation.method {
        try composed(row, kind, positionals, options, range: command.range)
      } else {
        try plain(row, positionals, options, range: command.range)
      }
    try row.implementation.validate(bound)
    return bound
  }

  /// A command about the one that stands behind its verb.
  private static func planning(
    _ row: Row<CommandImplementation>, _ command: Command, variables: [String: Value]
  ) throws(Diagnostic) -> BoundCommand {
    guard case .positional(let first)? = command.arguments.first,
      let verb = try Given(first, in: variables).method, verb.options.isEmpty
    else {
      throw Diagnostic(
        .missingArgument, "\(row.entry.name) needs a command",
        at: SourceRange(command.range.upper, command.range.upper),
        label: "as it would be typed: \(row.entry.name) train resnet18")
    }
    let inner = Command(
      verb: verb.name, arguments: Array(command.arguments.dropFirst()),
      range: SourceRange(verb.name.range.lower, command.range.upper))
    var bound = BoundCommand(
      row: row, method: nil, parameters: [], arguments: Arguments(), range: command.range)
    bound.planned = [try bind(inner, variables: variables)]
    return bound
  }

  /// A method value in canonical form: its name as the table writes it, and the options given.
  static func method(_ given: Given, kind: EntryKind) throws(Diagnostic) -> Value {
    let (entry, arguments) = try arguments(of: given, kind: kind)
    let options = entry.parameters.filter { arguments.isGiven($0.name) }.compactMap { parameter in
      arguments[parameter.name].map { MethodOption(parameter.name, $0) }
    }
    return options.isEmpty ? .word(entry.name) : .method(entry.name, options)
  }

  /// What a method value names, and its arguments with the defaults filled in.
  static func arguments(of given: Given, kind: EntryKind) throws(Diagnostic) -> (
    entry: Entry, arguments: Arguments
  ) {
    let (name, inner) = try parts(given, kind)
    let found = try Vocabulary.require(kind, name.text, at: name.range)
    var binder = Binder(
      title: found.entry.name, parameters: found.entry.parameters, range: given.range)
    binder.preset(found.presets)
    var seen: Set<String> = []
    for (name, given) in inner { try binder.option(name, given, given: &seen) }
    let arguments = try binder.finish()
    try found.entry.validate(arguments)
    return (found.entry, arguments)
  }

  private static func plain(
    _ row: Row<CommandImplementation>, _ positionals: [Given], _ options: [(Name, Given)],
    range: SourceRange
  ) throws(Diagnostic) -> BoundCommand {
    var binder = Binder(
      title: row.entry.name, parameters: row.entry.parameters,
      takesAnyOption: row.entry.takesAnyOption, range: range)
    var seen: Set<String> = []
    try binder.positionals(positionals)
    for (name, given) in options { try binder.option(name, given, given: &seen) }
    return BoundCommand(
      row: row, method: nil, parameters: row.entry.parameters, arguments: try binder.finish(),
      range: range)
  }

  private static func composed(
    _ row: Row<CommandImplementation>, _ kind: EntryKind, _ positionals: [Given],
    _ options: [(Name, Given)], range: SourceRange
  ) throws(Diagnostic) -> BoundCommand {
    guard let first = positionals.first else {
      let names = Vocabulary.entries(kind).map(\.name)
      throw Diagnostic(
        .missingArgument, "\(row.entry.name) needs \(kind.article)",
        at: SourceRange(range.upper, range.upper), label: names.joined(separator: ", "),
        notes: ["usage: \(Help.synopsis(row.entry))"])
    }
    let (name, inner) = try parts(first, kind)
    let found = try Vocabulary.require(kind, name.text, at: name.range)
    try requireKnown(options, of: row.entry, for: found.entry)
    let merged = merged(row.entry, with: found.entry)
    var binder = Binder(
      title: "\(row.entry.name) \(found.entry.name)", parameters: merged, range: range)
    binder.preset(found.presets)
    var seen: Set<String> = []
    for (name, given) in inner { try binder.option(name, given, given: &seen) }
    try binder.positionals(Array(positionals.dropFirst()))
    for (name, given) in options { try binder.option(name, given, given: &seen) }
    let arguments = try binder.finish()
    try found.entry.validate(arguments)
    return BoundCommand(
      row: row, method: found.entry, parameters: merged, arguments: arguments, range: range)
  }

  /// The command's own parameters as far as the method knows them: `filter=` belongs to
  /// noise-aware strategies alone.
  static func parameters(of command: Entry, for method: Entry) -> [Parameter] {
    guard method.kind == .strategy,
      let strategy = Vocabulary.implementation(Vocabulary.strategies, method.name),
      !strategy.takesFilter
    else { return command.parameters }
    return command.parameters.filter { $0.name != "filter" }
  }

  /// The method's parameters, then the command's own as far as the method does not have them.
  static func merged(_ command: Entry, with method: Entry) -> [Parameter] {
    method.parameters
      + parameters(of: command, for: method).filter { parameter in
        !method.parameters.contains { $0.name == parameter.name }
      }
  }

  /// - Throws: `refused` for the filter of a strategy that is not noise-aware, with those that are.
  private static func requireKnown(
    _ options: [(Name, Given)], of command: Entry, for method: Entry
  ) throws(Diagnostic) {
    let typed = options.first { Spelling.normalised($0.0.text) == "filter" }
    let known = parameters(of: command, for: method)
    guard let typed, known.count < command.parameters.count else { return }
    let strategy = Vocabulary.implementation(Vocabulary.strategies, method.name)
    let all = Vocabulary.strategies.filter(\.implementation.takesFilter).map(\.entry.name)
    var names = all
    if case .none(.some(let version))? = strategy?.noiseAwareness { names = [version] }
    throw Diagnostic(
      .refused, "\(method.name) is not noise-aware, so it takes no filter", at: typed.0.range,
      label: "noise-aware: \(names.joined(separator: ", "))", suggestions: names)
  }

  private static func parts(_ given: Given, _ kind: EntryKind) throws(Diagnostic) -> (
    name: Name, options: [(Name, Given)]
  ) {
    if let method = given.method { return method }
    throw Diagnostic(
      .type, "\(kind.article) is one name, not a list", at: given.range, label: "one name")
  }
}
