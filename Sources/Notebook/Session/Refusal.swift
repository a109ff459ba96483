import CommandLanguage

extension Session {
  /// Records text that is no statement as a failed input, so that what was typed is not lost.
  package func refuse(
    _ diagnostic: Diagnostic, text: String, report: @escaping (CellReport) -> Void
  ) throws {
    let input = try lease.beginInput(text: text)
    let source = diagnostic.source ?? SourceText(text: text)
    let context = RunContext(source: source, input: input, report: report, isWholeInput: true)
    var position = 0
    _ = try fail(diagnostic, command: text.trimmed, typed: text, context, &position)
  }

  /// What was restored when the session was opened, in a line; nil for a new one.
  package var restored: String? {
    guard let head = try? lease.head() else { return nil }
    var parts = ["cell \(head)", "seed \(state.seed)"]
    if let data = state.data {
      parts.append(data.record.dataset)
      parts.append(Format.count(state.labeled.count, "label"))
      parts.append("round \(state.round)")
    }
    return parts.joined(separator: ", ")
  }
}
