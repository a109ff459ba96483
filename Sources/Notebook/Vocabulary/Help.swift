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
    return synopsis(title, entry.parameters)
      + (entry.takesAnyOption ? " [name=value …]" : "")
  }

  static func synopsis(_ title: String, _ parameters: [Parameter]) -> String {
    let words = parameters.map { parameter in
      let name = parameter.isPositional ? parameter.name.uppercased() : "\(parameter.name)=…"
      if case .required = parameter.default { return name }
      return "[\(name)]"
    }
    return ([title] + words).joined(separator: " ")
  }

  /// Everything about one entry, as lines for a person.
  static func lines(_ entry: Entry) -> [String] {
    var lines = ["\(entry.name): \(entry.summary)", "", "  " + synopsis(entry)]
    if !entry.aliases.isEmpty {
      lines += ["  also: " + entry.aliases.map(\.name).joined(separator: ", ")]
    }
    if !entry.details.isEmpty {
      lines += [""] + entry.details.split(separator: "\n").map(String.init)
    }
    if let method = Vocabulary.implementation(Vocabulary.commands, entry.name)?.method,
      entry.kind == .command
    {
      lines += [
        "", "\(method.plural): " + Vocabulary.entries(method).map(\.name).joined(separator: ", "),
      ]
    }
    if let citation = entry.citation { lines += ["", citation] }
    if !entry.examples.isEmpty {
      lines += ["", "examples:"]
      for (index, example) in entry.examples.enumerated() {
        if index > 0 { lines.append("") }
        lines += example.split(separator: "\n").map { "  " + $0 }
      }
    }
    return lines
  }

  /// The parameters as a table; nil where there are none.
  static func table(_ entry: Entry) -> Table? {
    guard !entry.parameters.isEmpty else { return nil }
    return Table(
      columns: [.init("name"), .init("values"), .init("default"), .init("meaning")],
      rows: entry.parameters.map { parameter in
        [parameter.name, parameter.kind.words, words(parameter.default), parameter.meaning]
          .map(JSON.string)
      })
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
    case .setting: "NAME"
    case .command: "COMMAND"
    }
  }
}
