import CommandLanguage
import Foundation

/// What may stand at the cursor, from the table of names, the variables in force and the files.
package struct Completer {
  package struct Answer: Sendable {
    package let replace: SourceRange
    /// In the order in which they are listed.
    package let described: [Candidate]

    package var candidates: [String] { described.map(\.name) }
  }

  /// What may be typed, and one line that says what it is; empty where there is nothing to say.
  package struct Candidate: Hashable, Sendable {
    package let name: String
    package let summary: String

    fileprivate init(_ name: String, _ summary: String = "") {
      self.name = name
      self.summary = summary
    }

    fileprivate init(_ entry: Entry) { self.init(entry.name, entry.summary) }
  }

  private typealias Offer = (names: [Candidate], files: Bool)

  private let session: Session

  package init(_ session: Session) { self.session = session }

  /// - Parameter cursor: a UTF-8 byte offset into `line`.
  package func complete(_ line: String, _ cursor: Int) -> Answer {
    let line = Self.withoutPlan(line, cursor)
    let context = CompletionContext(line: line, cursor: cursor)
    let offer = offer(context)
    let files = offer.files ? Self.files(context.prefix).map { Candidate($0) } : []
    return Answer(
      replace: context.replace, described: Self.matching(context.prefix, offer.names) + files)
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

  private func offer(_ context: CompletionContext) -> Offer {
    switch context.place {
    case .statement: return (Self.entries(.command) + Self.loops, false)
    case .keyword(let word): return ([Candidate(word)], false)
    case .variable: return (variables, false)
    case .value: return (Self.entries(.strategy), false)
    case .nothing: return ([], false)
    case .argument: return argument(context)
    case .element: return argument(context, inList: true)
    case .optionValue(let name): return values(of: name, in: parameters(context))
    case .methodOption: return (methodOptions(context), false)
    case .methodOptionValue(let name):
      return values(of: name, in: context.method.flatMap(anyMethod)?.parameters ?? [])
    }
  }

  private static func entries(_ kind: EntryKind) -> [Candidate] {
    Vocabulary.entries(kind).map { Candidate($0) }
  }

  private static let loops = [
    Candidate("repeat", "runs a block a number of times: repeat 5 { … }"),
    Candidate("for", "runs a block with each of some values: for s in 1..5 { … }"),
  ]

  /// With what they stand for.
  private var variables: [Candidate] {
    session.variables.sorted { $0.key < $1.key }.map { Candidate($0.key, $0.value.text) }
  }

  /// Behind a verb: a method, a positional value, or the names of options not given yet.
  private func argument(_ context: CompletionContext, inList: Bool = false) -> Offer {
    guard let verb = context.verb, let found = Vocabulary.find(.command, verb)?.entry else {
      return ([], false)
    }
    let method = Vocabulary.implementation(Vocabulary.commands, found.name)?.method
    if found.name == "help" { return (helpTopics(context), false) }
    if let method, context.positionalIndex == 0 { return (Self.entries(method), false) }
    let all = parameters(context)
    let given = context.arguments.compactMap { argument -> String? in
      if case .option(let name, _) = argument { name.text } else { nil }
    }
    let index = context.positionalIndex - (method == nil ? 0 : 1)
    let places = all.filter(\.isPositional)
    var result: Offer = ([], false)
    if places.indices.contains(index) { result = values(places[index].kind) }
    if !inList { result.names += Self.unused(all.filter { !$0.isPositional }, given: given) }
    return result
  }

  /// Behind `help`: all names, and behind `help error` the codes.
  private func helpTopics(_ context: CompletionContext) -> [Candidate] {
    if context.positionalIndex == 0 {
      return Vocabulary.all.map { Candidate($0) } + Self.options
        + [Candidate("error", "all codes of messages; help error CODE says what to do")]
    }
    guard case .positional(let first) = context.arguments.first,
      let word = try? first.evaluate(in: session.variables).plainText,
      Spelling.normalised(word) == "error"
    else { return [] }
    return ErrorTopic.all.map { Candidate($0.code.rawValue, $0.meaning) }
  }

  /// The names of all options, each with the first of its meanings.
  private static var options: [Candidate] {
    Vocabulary.all.flatMap(\.parameters).map { Candidate($0.name, $0.meaning) }
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
  private func methodOptions(_ context: CompletionContext) -> [Candidate] {
    let own = context.method.flatMap(anyMethod)?.parameters ?? []
    // What a panel says for all its members is not theirs to say.
    let around = parameters(context)
    let holdsMethods = around.contains { if case .methods = $0.kind { true } else { false } }
    let outer = holdsMethods ? around.map(\.name) : []
    return Self.unused(own.filter { !outer.contains($0.name) }, given: context.methodOptions)
  }

  /// The names of options that are not given yet.
  private static func unused(_ parameters: [Parameter], given: [String]) -> [Candidate] {
    let known = Set(given.map(Spelling.normalised))
    return parameters.filter { parameter in
      known.isDisjoint(with: ([parameter.name] + parameter.aliases).map(Spelling.normalised))
    }.map { Candidate($0.name + "=", $0.meaning) }
  }

  private func values(of name: String, in parameters: [Parameter]) -> Offer {
    let sought = Spelling.normalised(name)
    let parameter = parameters.first {
      ([$0.name] + $0.aliases).contains { Spelling.normalised($0) == sought }
    }
    guard let parameter else { return ([], false) }
    return values(parameter.kind)
  }

  private func values(_ kind: Parameter.Kind) -> Offer {
    switch kind {
    case .choice(let words, _): return (words.map { Candidate($0) }, false)
    case .boolean: return ([Candidate("true"), Candidate("false")], false)
    case .method(let kind), .methods(let kind): return (Self.entries(kind), false)
    case .file, .newFile, .picture: return ([], true)
    case .features:
      return (
        [
          Candidate("pca:", "so many principal components of the images: pca:64"),
          Candidate("pixels", "the images themselves"),
        ], true
      )
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

  private static func matching(_ prefix: String, _ names: [Candidate]) -> [Candidate] {
    let sought = Spelling.normalised(prefix)
    var seen: Set<String> = []
    return names.filter {
      ($0.name.hasPrefix(prefix) || Spelling.normalised($0.name).hasPrefix(sought))
        && seen.insert($0.name).inserted
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
