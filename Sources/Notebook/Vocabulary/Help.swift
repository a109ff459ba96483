/// Help texts, made from the table of names.
package enum Help {
  /// `query STRATEGY N [filter=…] [spc=…]`
  static func synopsis(_ entry: Entry) -> String {
    var title = entry.name
    if entry.kind == .command {
      let method = Vocabulary.implementation(Vocabulary.commands, entry.name)?.method
      if let method { title += " " + placeholder(method) }
    } else if let command = entry.kind.command {
      title = "\(command) \(entry.name)"
    }
    return synopsis(title, parameters(entry))
      + (entry.takesAnyOption ? " [name=value …]" : "")
  }

  /// All that can be typed behind the name: a method's own parameters, then its command's.
  static func parameters(_ entry: Entry) -> [Parameter] {
    guard let name = entry.kind.command, let command = Vocabulary.find(.command, name)?.entry else {
      return entry.parameters
    }
    return CommandBinder.merged(command, with: entry)
  }

  static func synopsis(_ title: String, _ parameters: [Parameter]) -> String {
    let ordered = parameters.filter(\.isPositional) + parameters.filter { !$0.isPositional }
    let words = ordered.map { parameter in
      let name = parameter.isPositional ? parameter.name.uppercased() : "\(parameter.name)=…"
      if case .required = parameter.default { return name }
      return "[\(name)]"
    }
    return ([title] + words).joined(separator: " ")
  }

  /// Everything about one entry, as lines for a person.
  static func lines(_ entry: Entry) -> [String] {
    var blocks = [["\(entry.name): \(entry.summary)"], usage(entry)]
    let method = Vocabulary.implementation(Vocabulary.commands, entry.name)?.method
    if !entry.details.isEmpty {
      blocks.append(paragraph(entry.details.replacing("\n", with: " ")))
    }
    if entry.kind == .command, let method {
      let names = Vocabulary.entries(method).map(\.name).joined(separator: ", ")
      blocks.append(paragraph("\(method.plural): \(names)"))
    }
    if let citation = entry.citation { blocks.append(paragraph(citation)) }
    for (index, example) in entry.examples.enumerated() {
      let title = index == 0 ? ["examples:"] : []
      blocks.append(title + example.split(separator: "\n").map { "  " + $0 })
    }
    return Array(blocks.joined(separator: [""]))
  }

  private static func usage(_ entry: Entry) -> [String] {
    let names = entry.aliases.map(\.name).joined(separator: ", ")
    return ["  " + synopsis(entry)] + (names.isEmpty ? [] : ["  also: " + names])
  }

  private static func paragraph(_ text: String) -> [String] { Format.broken(text, to: 78) }

  /// The parameters as a table; nil where there are none.
  static func table(_ entry: Entry) -> Table? {
    let parameters = parameters(entry)
    guard !parameters.isEmpty else { return nil }
    return Table(
      columns: [.init("name"), .init("values"), .init("default"), .init("meaning")],
      rows: parameters.map { parameter in
        [parameter.name, values(parameter), words(parameter.default), parameter.meaning]
          .map(JSON.string)
      })
  }

  /// What fits, in a few words: long lists stand in the option's own topic.
  private static func values(_ parameter: Parameter) -> String {
    guard case .choice(let words, _) = parameter.kind, words.count > 8 else {
      return parameter.kind.words
    }
    return "\(words[0]), \(words[1]), … (help \(parameter.name))"
  }

  static func words(_ value: Parameter.Default) -> String {
    switch value {
    case .required: "required"
    case .absent: "–"
    case .value(let text): text
    case .computed(let how): how
    }
  }

  private static func placeholder(_ kind: EntryKind) -> String {
    switch kind {
    case .strategy: "STRATEGY"
    case .filter: "METHOD"
    case .noise: "MODEL"
    case .dataset: "NAME"
    case .model: "MODEL"
    case .pretraining: "METHOD"
    case .setting: "NAME"
    case .command: "COMMAND"
    }
  }
}
