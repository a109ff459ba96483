import CommandLanguage
import Yams

/// A configuration file of the reference: its keys, joined by dots, and their values.
///
/// Values are only looked at as text and lists of text; a file of more than 1 MiB or 10,000 values
/// is refused.
struct Configuration {
  /// Keys in the order of the file.
  private(set) var keys: [String] = []
  private var scalars: [String: Setting] = [:]
  private var lists: [String: [Setting]] = [:]
  let source: SourceText

  private static let longest = 1 << 20
  private static let mostNodes = 10_000
  /// Nodes looked at so far. What stands for another node is looked at again, so that a small file
  /// may be a large tree.
  private var nodes = 0

  /// No configuration: every key has the reference's default.
  init() { source = SourceText(text: "") }

  /// - Throws: a diagnostic with line and column where the text is no YAML, or not a tree of keys.
  init(_ text: String, name: String) throws {
    source = SourceText(name: name, text: text)
    guard source.count <= Self.longest else {
      throw Diagnostic(
        .fileFormat, "\(name) has \(source.count) bytes; a configuration has at most 1 MiB",
        source: source)
    }
    do {
      guard let root = try compose(yaml: text) else { return }
      try add(root, "")
    } catch let error as YamlError {
      throw diagnostic(error)
    }
  }

  /// The value of a key; nil where it is not there, or none.
  subscript(_ key: String) -> Setting? { scalars[key] }

  /// The elements of a list; nil where the key is not there or no list.
  func list(_ key: String) -> [Setting]? { lists[key] }

  /// The value as it may be shown in a line.
  func shown(_ key: String) -> String {
    if let list = lists[key] { return "[" + list.map(\.text).joined(separator: ", ") + "]" }
    return scalars[key]?.text ?? "None"
  }

  private mutating func add(_ node: Node, _ key: String) throws {
    nodes += 1
    guard nodes <= Self.mostNodes else {
      throw Diagnostic(
        .fileFormat, "a configuration has at most \(Self.mostNodes) values", at: range(node.mark),
        source: source)
    }
    switch node {
    case .mapping(let mapping):
      for (name, value) in mapping {
        guard let name = name.scalar?.string else {
          throw Diagnostic(
            .fileFormat, "a key is one word", at: range(name.mark), source: source)
        }
        try add(value, key.isEmpty ? name : "\(key).\(name)")
      }
    case .sequence(let sequence): try addList(sequence, key)
    case .scalar(let scalar): try addScalar(scalar, key)
    case .alias:
      throw Diagnostic(
        .fileFormat, "a value cannot stand for another one here", at: range(node.mark),
        source: source)
    }
  }

  private mutating func addList(_ sequence: Node.Sequence, _ key: String) throws {
    guard !key.isEmpty else { throw notKeys(sequence.mark) }
    keys.append(key)
    guard sequence.count <= Self.mostNodes else {
      throw Diagnostic(
        .fileFormat, "\(key) has too many elements", at: range(sequence.mark), source: source)
    }
    lists[key] = sequence.map { element in
      Setting(
        name: key, text: element.scalar?.string ?? "…", source: source, range: range(element.mark))
    }
  }

  private mutating func addScalar(_ scalar: Node.Scalar, _ key: String) throws {
    guard !key.isEmpty else {
      if scalar.string.isEmpty { return }
      throw notKeys(scalar.mark)
    }
    keys.append(key)
    let isQuoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
    let none = ["", "~", "null", "none"].contains(scalar.string.lowercased())
    if none && !isQuoted { return }
    scalars[key] = Setting(
      name: key, text: scalar.string, source: source,
      range: range(scalar.mark, length: scalar.string.utf8.count + (isQuoted ? 2 : 0)))
  }

  private func notKeys(_ mark: Mark?) -> Diagnostic {
    Diagnostic(
      .fileFormat, "a configuration is made of keys with values, KEY: VALUE", at: range(mark),
      source: source)
  }

  private func diagnostic(_ error: YamlError) -> Diagnostic {
    let (problem, mark): (String, Mark?) =
      switch error {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        (problem, mark)
      case .duplicatedKeysInMapping(let duplicates, let context):
        (
          "the same key twice: \(duplicates.map(\.description).joined(separator: ", "))",
          context.mark
        )
      case .reader(let problem, _, _, _): (problem, nil)
      default: ("it cannot be read", nil)
      }
    return Diagnostic(
      .fileFormat, "\(source.name ?? "the configuration") is no YAML: \(problem)", at: range(mark),
      source: source)
  }

  /// The bytes from a mark on, at most to the end of its line.
  private func range(_ mark: Mark?, length: Int = 1) -> SourceRange? {
    guard let mark, let line = source.lineRange(max(mark.line, 1)) else { return nil }
    let before = source.slice(line).unicodeScalars.prefix(max(mark.column - 1, 0))
    let start = min(line.lower + before.reduce(0) { $0 + UTF8.width($1) }, line.upper)
    return SourceRange(start, min(start + max(length, 1), max(line.upper, start)))
  }
}
