import CommandLanguage

/// The one table of names. Every name that a user can type is a row of it.
package enum Vocabulary {
  /// All entries of a kind, in the order in which help lists them.
  package static func entries(_ kind: EntryKind) -> [Entry] {
    switch kind {
    case .command: commands.map(\.entry)
    case .strategy: strategies.map(\.entry)
    case .filter: filters.map(\.entry)
    case .noise: noiseModels.map(\.entry)
    case .dataset: datasets.map(\.entry)
    case .model: models.map(\.entry)
    case .pretraining: pretrainings.map(\.entry)
    case .setting: settings.map(\.entry)
    }
  }

  package static var all: [Entry] { EntryKind.allCases.flatMap(entries) }

  /// The entry that `word` names, by its name or an alias, and what the alias presets.
  static func find(_ kind: EntryKind, _ word: String) -> (
    entry: Entry, presets: [(name: String, value: String)]
  )? {
    let sought = Spelling.normalised(word)
    for entry in entries(kind) {
      if Spelling.normalised(entry.name) == sought { return (entry, []) }
      for alias in entry.aliases where Spelling.normalised(alias.name) == sought {
        return (entry, alias.presets)
      }
    }
    return nil
  }

  /// - Throws: `unknown-name` with the nearest names and all there are.
  static func require(_ kind: EntryKind, _ word: String, at range: SourceRange)
    throws(Diagnostic) -> (entry: Entry, presets: [(name: String, value: String)])
  {
    if let found = find(kind, word) { return found }
    if let reason = refused[kind]?[Spelling.normalised(word)] {
      throw Diagnostic(.refused, "\(word) is known, but not offered: \(reason)", at: range)
    }
    let names = entries(kind).map(\.name)
    let spellings = entries(kind).flatMap { [$0.name] + $0.aliases.map(\.name) }
    let help = kind.command.map { " (help \($0))" } ?? " (help)"
    throw Diagnostic(
      .unknownName, "no \(kind.noun) '\(word)'", at: range,
      notes: ["\(kind.plural): \(names.joined(separator: ", "))\(help)"],
      suggestions: Spelling.nearest(word, among: spellings))
  }

  /// Names of the field that have no row, and why not, by their normalised spelling.
  private static let refused: [EntryKind: [String: String]] = [
    .strategy: [
      "typiclustdc": "it needs the clusterings of SCAN; typiclust uses k-means",
      "galaxy": "it is not implemented", "bait": "it is not implemented",
    ],
    .filter: ["simifeat": "it is not implemented"],
  ]

  /// The implementation behind an entry's name.
  static func implementation<Implementation>(
    _ rows: [Row<Implementation>], _ name: String
  ) -> Implementation? {
    rows.first { $0.entry.name == name }?.implementation
  }
}
