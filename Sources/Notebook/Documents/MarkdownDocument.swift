/// A session as Markdown: prose as it is, inputs in fences, results as tables.
struct MarkdownDocument {
  let text: String

  init(_ document: SessionDocument) {
    text =
      document.blocks.compactMap { Self.part($0, document) }.joined(separator: "\n\n") + "\n"
  }

  private static func part(_ block: ScriptBlock, _ document: SessionDocument) -> String? {
    switch block.kind {
    case .machine: return nil
    case .prose: return block.markdown
    case .code:
      let results = document.results(of: block)
      let fence = "```\n\(block.typed)\n```"
      return ([fence] + results.flatMap { parts($0, isOnly: results.count == 1) })
        .joined(separator: "\n\n")
    }
  }

  private static func parts(_ result: SessionDocument.CellResult, isOnly: Bool) -> [String] {
    let title = isOnly ? [] : ["`\(result.title)`"]
    if let message = result.message { return title + ["> \(message)"] }
    if let picture = result.picture {
      return title + ["```\n\(picture.documentText)\n```"]
    }
    guard let table = result.table else { return title }
    return title + [TextTable(table).markdown().trimmed]
  }
}
