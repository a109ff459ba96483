import CommandLanguage

/// The kinds of names there are; a name is unique within its kind.
package enum EntryKind: String, Sendable, CaseIterable {
  case command, strategy, filter, noise, dataset, model, pretraining, setting

  /// "query strategy", as in "no query strategy 'ncp'".
  var noun: String {
    switch self {
    case .command: "command"
    case .strategy: "query strategy"
    case .filter: "noise filter"
    case .noise: "noise model"
    case .dataset: "data set"
    case .model: "model"
    case .pretraining: "pretraining method"
    case .setting: "setting"
    }
  }

  var article: String { "a \(noun)" }

  var plural: String {
    switch self {
    case .command: "commands"
    case .strategy: "strategies"
    case .filter: "filters"
    case .noise: "noise models"
    case .dataset: "data sets"
    case .model: "models"
    case .pretraining: "pretraining methods"
    case .setting: "settings"
    }
  }

  /// The command that takes a name of this kind.
  var command: String? {
    switch self {
    case .command: nil
    case .strategy: "query"
    case .filter: "filter"
    case .noise: "noise"
    case .dataset: "load"
    case .model: "train"
    case .pretraining: "pretrain"
    case .setting: "set"
    }
  }
}

/// What the table of names says about one name; help, completion, suggestions, `check` and the
/// contract tests are derived from it and from nothing else.
package struct Entry: Sendable {
  /// Another name for the entry, with options that it presets (`sym_incl` = `sym inclusive=true`).
  package struct Alias: Sendable, ExpressibleByStringLiteral {
    package let name: String
    package let presets: [(name: String, value: String)]
    package init(_ name: String, presets: [(name: String, value: String)] = []) {
      self.name = name
      self.presets = presets
    }
    package init(stringLiteral name: String) { self.init(name) }
  }

  package let kind: EntryKind
  package let name: String
  package let aliases: [Alias]
  /// One line, without a full stop.
  package let summary: String
  package let parameters: [Parameter]
  package let details: String
  package let citation: String?
  /// Scripts that run as they stand, from a fresh workspace.
  package let examples: [String]
  /// `source FILE name=value`: options that are no parameters are the caller's variables.
  package let takesAnyOption: Bool
  /// What no single parameter can say, and no data are needed to tell: `check` asks it, too.
  let validate: @Sendable (Arguments) throws(Diagnostic) -> Void

  init(
    _ kind: EntryKind, _ name: String, aliases: [Alias] = [], _ summary: String,
    parameters: [Parameter] = [], details: String = "", citation: String? = nil,
    examples: [String] = [], takesAnyOption: Bool = false,
    validate: @escaping @Sendable (Arguments) throws(Diagnostic) -> Void = {
      _ throws(Diagnostic) in
    }
  ) {
    self.kind = kind
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.parameters = parameters
    self.details = details
    self.citation = citation
    self.examples = examples
    self.takesAnyOption = takesAnyOption
    self.validate = validate
  }
}

extension Entry {
  /// The same with more parameters, which many rows have in common.
  func with(_ more: [Parameter]) -> Entry {
    Entry(
      kind, name, aliases: aliases, summary, parameters: parameters + more, details: details,
      citation: citation, examples: examples, takesAnyOption: takesAnyOption, validate: validate)
  }
}

/// A row of the table: what is said about a name, and what it does.
package struct Row<Implementation: Sendable>: Sendable {
  package let entry: Entry
  package let implementation: Implementation

  init(_ entry: Entry, _ implementation: Implementation) {
    self.entry = entry
    self.implementation = implementation
  }
}
