import CommandLanguage
import Foundation

/// What may stand at the cursor, from the table of names, the variables in force and the files.
package struct Completer {
  package struct Answer: Sendable {
    package let replace: SourceRange
    package let candidates: [String]
  }

  private let session: Session

  package init(_ session: Session) { self.session = session }

  /// - Parameter cursor: a UTF-8 byte offset into `line`.
  package func complete(_ line: String, _ cursor: Int) -> Answer {
    let line = Self.withoutPlan(line, cursor)
    let context = CompletionContext(line: line, cursor: cursor)
    let candidates = candidates(context)
    if candidates.files {
      let files = Self.files(context.prefix)
      let names = Self.matching(context.prefix, candidates.names)
      return Answer(replace: context.replace, candidates: names + files)
    }
    return Answer(
      replace: context.replace, candidates: Self.matching(context.prefix, candidates.names))
  }

  /// What stands behind `plan` is completed as if it stood alone.
  private static func withoutPlan(_ line: String, _ cursor: Int) -> String {
    let bytes = Array(line.utf8)
    let ends = Set("; {\n".utf8)
    let start = bytes.prefix(max(0, cursor)).lastIndex { ends.subtracting(" ".utf8).contains($0) }
    let verb = bytes[(start.map { $0 + 1 } ?? 0)...].drop { $0 == UInt8(ascii: " ") }
      .prefix { !ends.contains($0) }
    guard verb.endIndex < cursor,
      Spelling.normalised(String(decoding: verb, as: UTF8.self)) == "plan"
    else { return line }
    var blank = bytes
    for at in verb.indices { blank[at] = UInt8(ascii: " ") }
    return String(decoding: blank, as: UTF8.self)
  }

  private func candidates(_ context: CompletionContext) -> (names: [String], files: Bool) {
    switch context.place {
    case .statement:
      return (Vocabulary.entries(.command).map(\.name) + ["repeat", "for"], false)
    case .keyword(let word): return ([word], false)
    case .variable: return (session.variables.keys.sorted(), false)
    case .value: return (Vocabulary.entries(.strategy).map(\.name), false)
    case .nothing: return ([], false)
    case .argument: return argument(context)
    case .element: return argument(context, inList: true)
    case .optionValue(let name): return values(of: name, in: parameters(context))
    case .methodOption: return (methodOptions(context), false)
    case .methodOptionValue(let name):
      return values(of: name, in: context.method.flatMap(anyMethod)?.parameters ?? [])
    }
  }

  /// Behind a verb: a method, a positional value, or the names of options not given yet.
  private func argument(
    _ context: CompletionContext, inList: Bool = false
  ) -> (names: [String], files: Bool) {
    guard let verb = context.verb, let found = Vocabulary.find(.command, verb)?.entry else {
      return ([], false)
    }
    let method = Vocabulary.implementation(Vocabulary.commands, found.name)?.method
    if found.name == "help" { return (helpTopics(context), false) }
    if let method, context.positionalIndex == 0 {
      return (Vocabulary.entries(method).map(\.name), false)
    }
    let all = parameters(context)
    let given = context.arguments.compactMap { argument -> String? in
      if case .option(let name, _) = argument { name.text } else { nil }
    }
    let index = context.positionalIndex - (method == nil ? 0 : 1)
    let places = all.filter(\.isPositional)
    var result: (names: [String], files: Bool) = ([], false)
    if places.indices.contains(index) { result = values(places[index].kind) }
    if !inList { result.names += Self.unused(all.filter { !$0.isPositional }, given: given) }
    return result
  }

  /// Behind `help`: all names, and behind `help error` the codes.
  private func helpTopics(_ context: CompletionContext) -> [String] {
    if context.positionalIndex == 0 {
      return Vocabulary.all.map(\.name) + OptionTopic.names + ["error"]
    }
    guard case .positional(let first) = context.arguments.first,
      let word = try? first.evaluate(in: session.variables).plainText,
      Spelling.normalised(word) == "error"
    else { return [] }
    return ErrorTopic.all.map(\.code.rawValue)
  }

  /// The parameters of the command around the cursor, its method's first.
  private func parameters(_ context: CompletionContext) -> [Parameter] {
    guard let verb = context.verb, let command = Vocabulary.find(.command, verb)?.entry else {
      return []
    }
    guard let kind = Vocabulary.implementation(Vocabulary.commands, command.name)?.method,
      case .positional(let first) = context.arguments.first,
      let value = try? first.evaluate(in: session.variables)
    else { return command.parameters }
    let name = if case .method(let name, _) = value { name } else { value.plainText }
    guard let method = Vocabulary.find(kind, name)?.entry else { return command.parameters }
    return method.parameters + CommandBinder.parameters(of: command, for: method)
  }

  /// Inside a method everything has a name, also what stands without one behind a verb.
  private func methodOptions(_ context: CompletionContext) -> [String] {
    let own = context.method.flatMap(anyMethod)?.parameters ?? []
    // What a panel says for all its members is not theirs to say.
    let around = parameters(context)
    let holdsMethods = around.contains { if case .methods = $0.kind { true } else { false } }
    let outer = holdsMethods ? around.map(\.name) : []
    return Self.unused(own.filter { !outer.contains($0.name) }, given: context.methodOptions)
  }

  /// The names of options that are not given yet.
  private static func unused(_ parameters: [Parameter], given: [String]) -> [String] {
    let known = Set(given.map(Spelling.normalised))
    return parameters.filter { parameter in
      known.isDisjoint(with: ([parameter.name] + parameter.aliases).map(Spelling.normalised))
    }.map { $0.name + "=" }
  }

  private func values(of name: String, in parameters: [Parameter]) -> (
    names: [String], files: Bool
  ) {
    let sought = Spelling.normalised(name)
    let parameter = parameters.first {
      ([$0.name] + $0.aliases).contains { Spelling.normalised($0) == sought }
    }
    guard let parameter else { return ([], false) }
    return values(parameter.kind)
  }

  private func values(_ kind: Parameter.Kind) -> (names: [String], files: Bool) {
    switch kind {
    case .choice(let words, _): return (words, false)
    case .boolean: return (["true", "false"], false)
    case .method(let kind), .methods(let kind): return (Vocabulary.entries(kind).map(\.name), false)
    case .file, .newFile, .picture: return ([], true)
    case .features: return (["pca:", "pixels"], true)
    case .either(let kinds):
      let parts = kinds.map(values)
      return (parts.flatMap(\.names), parts.contains { $0.files })
    case .integer, .number, .numbers, .bytes, .text, .value: return ([], false)
    }
  }

  private func anyMethod(_ name: String) -> Entry? {
    EntryKind.allCases.lazy.filter { $0 != .command }
      .compactMap { Vocabulary.find($0, name)?.entry }.first
  }

  private static func matching(_ prefix: String, _ names: [String]) -> [String] {
    let sought = Spelling.normalised(prefix)
    var seen: Set<String> = []
    return names.filter {
      ($0.hasPrefix(prefix) || Spelling.normalised($0).hasPrefix(sought))
        && seen.insert($0).inserted
    }
  }

  /// Files whose path begins with `prefix`; folders with a slash behind them.
  private static func files(_ prefix: String) -> [String] {
    let slash = prefix.lastIndex(of: "/")
    let folder = slash.map { String(prefix[...$0]) } ?? ""
    let start = slash.map { String(prefix[prefix.index(after: $0)...]) } ?? prefix
    let names =
      (try? FileManager.default.contentsOfDirectory(
        atPath: folder.isEmpty ? "." : folder)) ?? []
    return names.filter { $0.hasPrefix(start) && (!$0.hasPrefix(".") || start.hasPrefix(".")) }
      .sorted().map { name in
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: folder + name, isDirectory: &isFolder)
        return folder + name + (isFolder.boolValue ? "/" : "")
      }
  }
}
