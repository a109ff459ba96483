import CommandLanguage

/// What `help error CODE` says of one code: what it means, what makes it, what to do about it.
package struct ErrorTopic: Sendable {
  package let code: Diagnostic.Code
  /// One sentence, without a full stop.
  package let meaning: String
  /// What to do, in sentences.
  package let remedy: String
  /// A script that ends with this error in an empty folder; nil where that takes a file or another
  /// process.
  package let example: String?

  private init(
    _ code: Diagnostic.Code, _ meaning: String, _ remedy: String, example: String? = nil
  ) {
    self.code = code
    self.meaning = meaning
    self.remedy = remedy
    self.example = example
  }

  /// Every code, in the order in which they are listed.
  package static let all: [ErrorTopic] = [
    ErrorTopic(
      .syntax, "the text is no statement",
      "Look at the caret: a bracket, quote or brace is missing or too many.",
      example: "noise sym 0.5)"),
    ErrorTopic(
      .unknownName, "no command, method, data set or variable has this name",
      "Take a suggestion, press Tab for the names that fit, or type help.",
      example: "query ncp 20"),
    ErrorTopic(
      .unknownOption, "the command has no option of this name",
      "help COMMAND lists its options; help OPTION says whose it is.",
      example: "load digits\nquery random 20 sigma=1"),
    ErrorTopic(
      .unreadVariable, "a script assigns to a variable that nothing reads",
      "Read it as $NAME, or write it as an option without blanks around the =.",
      example: "budget = 20"),
    ErrorTopic(
      .missingArgument, "a value that has no default is not given",
      "help COMMAND shows which values must be there, and in which order.",
      example: "noise sym"),
    ErrorTopic(
      .type, "a value is of another kind than is wanted here",
      "The message says which kind: a whole number, a word, a file, a list.",
      example: "load digits\nquery random many"),
    ErrorTopic(
      .range, "a number is outside of what is allowed",
      "The message says from where to where the values go.", example: "noise sym 1.5"),
    ErrorTopic(
      .budget, "more labels are asked for than there are unlabeled samples",
      "Ask for fewer; show pool says how many are left. reset begins again.",
      example: "load digits\nquery random 99999"),
    ErrorTopic(
      .needsData, "no data set is loaded", "Load one first: load digits.",
      example: "query random 20"),
    ErrorTopic(
      .needsEmbedding, "the command works on an embedding of the pool and there is none",
      "load NAME features=FILE takes one from a file, features=pca:64 makes one."),
    ErrorTopic(
      .needsLabels, "nothing is labeled yet", "Buy labels first: query random 20.",
      example: "load digits\ntrain linear"),
    ErrorTopic(
      .needsModel, "no model is trained yet", "Train one first: train linear.",
      example: "load digits\ntest"),
    ErrorTopic(
      .needsDelta, "the radius of a ball is not known for this embedding",
      "Say delta=NUMBER, or delta=auto to have one chosen."),
    ErrorTopic(
      .fileMissing, "there is no file at this path",
      "Relative paths begin at the current folder; Tab completes them.",
      example: "source nothing.winnow"),
    ErrorTopic(
      .fileFormat, "the file is there, but its contents are not what is expected",
      "The message names the byte or row, and what was expected there."),
    ErrorTopic(
      .fileForbidden, "the file may not be read or written",
      "Look at its permissions and at those of the folders around it."),
    ErrorTopic(
      .refused, "the command makes no sense in this state or with these options",
      "The message says why, and where there is one, what would work instead.",
      example: "load digits\nquery random 20 filter=aum"),
    ErrorTopic(
      .assertion, "what assert claims does not hold",
      "The message says the value; nothing that was computed is lost.",
      example: "load digits\nquery random 20\ntrain linear\nassert accuracy > 0.999"),
    ErrorTopic(
      .interrupted, "Ctrl-C or a signal stopped the command",
      "The state is that before it. resume goes on with the rest of the input."),
    ErrorTopic(
      .workspaceHeld, "another process writes to this session",
      "The message says who. Wait for it, or take another session with --session N."),
    ErrorTopic(
      .workspaceNewer, "a newer version of winnow wrote this workspace",
      "Use that version; until then the workspace can be read, not written."),
    ErrorTopic(
      .workspaceCorrupt, "the workspace is no database, or a damaged one",
      "winnow doctor says what is wrong. Bring back a copy of the file, or name another with "
        + "--workspace FILE."),
    ErrorTopic(
      .diskFull, "there is no room left on the disk of the workspace",
      "Make room and type the command again: nothing of it has been kept."),
  ]

  /// - Throws: `unknown-name`, with the nearest codes.
  static func find(_ word: String, at range: SourceRange?) throws(Diagnostic) -> ErrorTopic {
    let sought = Spelling.normalised(word)
    if let topic = all.first(where: { Spelling.normalised($0.code.rawValue) == sought }) {
      return topic
    }
    throw Diagnostic(
      .unknownName, "no error code '\(word)'", at: range,
      notes: ["help error lists all codes"],
      suggestions: Spelling.nearest(word, among: all.map(\.code.rawValue)))
  }

  var lines: [String] {
    let shown = (example ?? "").split(separator: "\n").map { "  " + $0 }
    return Format.broken("error[\(code.rawValue)]: \(meaning)", to: 78)
      + Format.broken(remedy, to: 78) + (shown.isEmpty ? [] : ["", "what makes it:"] + shown)
  }

  var json: JSON {
    .record(
      ("code", .string(code.rawValue)), ("meaning", .string(meaning)),
      ("remedy", .string(remedy)), ("example", .optional(example)))
  }

  /// All codes with their meaning.
  static var table: Table {
    Table(
      columns: [.init("code"), .init("meaning")],
      rows: all.map { [.string($0.code.rawValue), .string($0.meaning)] })
  }
}
