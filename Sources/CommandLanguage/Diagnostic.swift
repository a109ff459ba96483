/// Something the user has to know about what was typed: what is wrong, where, and what to do.
package struct Diagnostic: Error, Sendable, Hashable {
  /// The stable codes that programs may rely on.
  package enum Code: String, Sendable, Hashable, Codable, CaseIterable {
    case syntax
    case unknownName = "unknown-name"
    case unknownOption = "unknown-option"
    case unreadVariable = "unread-variable"
    case missingArgument = "missing-argument"
    case type, range, budget
    case needsData = "needs-data"
    case needsEmbedding = "needs-embedding"
    case needsLabels = "needs-labels"
    case needsModel = "needs-model"
    case needsDelta = "needs-delta"
    case fileMissing = "file-missing"
    case fileFormat = "file-format"
    case fileForbidden = "file-forbidden"
    case refused, assertion, interrupted
    case workspaceHeld = "workspace-held"
    case workspaceNewer = "workspace-newer"
    case workspaceCorrupt = "workspace-corrupt"
    case diskFull = "disk-full"
  }

  /// What kind of mistake it is, for programs.
  package var code: Code
  /// One sentence, without a full stop.
  package var message: String
  /// The text it is about; nil where no text is to blame.
  package var range: SourceRange?
  /// What stands behind the caret; nil: the suggestions, as a question.
  package var label: String?
  /// Further lines, each of its own: the names there are, what to type instead.
  package var notes: [String]
  /// Names that may have been meant, best first; at most three.
  package var suggestions: [String]
  /// The text that `range` points into, where it is not the text being run (a sourced file).
  package var source: SourceText?

  /// Of more than three suggestions the first three are kept.
  package init(
    _ code: Code, _ message: String, at range: SourceRange? = nil, label: String? = nil,
    notes: [String] = [], suggestions: [String] = [], source: SourceText? = nil
  ) {
    self.code = code
    self.message = message
    self.range = range
    self.label = label
    self.notes = notes
    self.suggestions = Array(suggestions.prefix(3))
    self.source = source
  }
}

/// Why a text is no script: one diagnostic or more, in the order of the text.
package struct ParseFailure: Error, Sendable, Hashable {
  /// At least one.
  package let diagnostics: [Diagnostic]

  package init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}
