import CommandLanguage

/// An option as a topic of its own: what it means, and whose it is. Options of one name that mean
/// different things (`schedule` of a query and of a training) are different topics.
struct OptionTopic {
  let parameter: Parameter
  /// In the order of the table.
  private(set) var owners: [Entry]

  /// Everything that is called `word`, by its name or an alias.
  static func find(_ word: String) -> [OptionTopic] {
    let sought = Spelling.normalised(word)
    var topics: [OptionTopic] = []
    for entry in Vocabulary.all {
      for parameter in entry.parameters
      where ([parameter.name] + parameter.aliases).contains(where: {
        Spelling.normalised($0) == sought
      }) {
        if let known = topics.firstIndex(where: { $0.isAbout(parameter, of: entry) }) {
          topics[known].owners.append(entry)
        } else {
          topics.append(OptionTopic(parameter: parameter, owners: [entry]))
        }
      }
    }
    return topics
  }

  /// The names of all options, each once.
  static var names: [String] {
    var seen: Set<String> = []
    return Vocabulary.all.flatMap(\.parameters).map(\.name).filter { seen.insert($0).inserted }
  }

  private func isAbout(_ other: Parameter, of entry: Entry) -> Bool {
    parameter.name == other.name && parameter.meaning == other.meaning
      && owners.first?.kind == entry.kind
  }

  /// `filter aum, filter cv`: what it is typed behind.
  private var places: [String] {
    owners.map { [$0.kind.command, $0.name].compactMap { $0 }.joined(separator: " ") }
  }

  /// Where it belongs, for those who typed it elsewhere.
  var home: String {
    let shown = places.prefix(4).joined(separator: ", ") + (places.count > 4 ? ", …" : "")
    let isCommands = owners.allSatisfy { $0.kind == .command }
    let inside = owners.first?.kind == .filter ? "; in a query: filter=\(example)" : ""
    return "\(parameter.name)= belongs to \(isCommands ? "the command " : "")\(shown)\(inside)"
  }

  /// `aum(momentum=…)`.
  private var example: String { "\(owners.first?.name ?? "")(\(parameter.name)=…)" }

  var lines: [String] {
    let whose =
      (parameter.isPositional ? "a value of " : "an option of ") + places.joined(separator: ", ")
    let also = parameter.aliases.joined(separator: ", ")
    let facts = [
      whose, also.isEmpty ? nil : "also: \(also)", "values: \(parameter.kind.words)",
      "default: \(Help.words(parameter.default))",
    ].compactMap { $0 }
    return Format.broken("\(parameter.name): \(parameter.meaning)", to: 78)
      + facts.flatMap { Format.broken($0, to: 76).map { "  " + $0 } }
      + (parameter.details.isEmpty ? [] : [""] + details)
  }

  /// Indented lines as they are, the others as paragraphs.
  private var details: [String] {
    var blocks: [String] = []
    var isOpen = false
    for line in parameter.details.split(separator: "\n") {
      let isParagraph = !line.hasPrefix(" ")
      if isParagraph, isOpen {
        blocks[blocks.count - 1] += " " + line
      } else {
        blocks.append(String(line))
      }
      isOpen = isParagraph
    }
    return blocks.flatMap { $0.hasPrefix(" ") ? [$0] : Format.broken($0, to: 78) }
  }

  var json: JSON {
    .record(
      ("name", .string(parameter.name)), ("of", .array(places.map(JSON.string))),
      ("values", .string(parameter.kind.words)),
      ("default", .string(Help.words(parameter.default))),
      ("meaning", .string(parameter.meaning)), ("details", .string(parameter.details)))
  }
}
