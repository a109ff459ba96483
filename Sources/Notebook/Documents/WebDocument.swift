import CommandLanguage

/// A session as one HTML file that needs nothing else: no network, no script.
struct WebDocument {
  let text: String

  /// - Throws: `Interrupted`.
  init(_ document: SessionDocument) throws {
    let title = document.blocks.first { $0.kind == .prose }?.markdown.firstCodeHeading
    let parts = try document.blocks.compactMap { try Self.part($0, document) }
    text = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(Self.escaped(title ?? "Winnow session"))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      \(parts.joined(separator: "\n"))
      </body>
      </html>

      """
  }

  private static let style = """
    :root { color-scheme: light dark; }
    body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
    pre { padding: .7rem 1rem; border-left: .25rem solid #0072b2; overflow-x: auto;
      background: color-mix(in srgb, currentColor 6%, transparent); }
    table { border-collapse: collapse; display: block; overflow-x: auto; margin: .5rem 0 1.5rem; }
    th, td { padding: .15rem .7rem; text-align: left; vertical-align: top;
      border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
    td.number { text-align: right; font-variant-numeric: tabular-nums; }
    caption { text-align: left; opacity: .7; }
    .error { color: #d55e00; }
    figure { margin: .5rem 0 1.5rem; }
    figure svg { width: 100%; height: auto; }
    figcaption { opacity: .7; }
    """

  private static func part(_ block: ScriptBlock, _ document: SessionDocument) throws -> String? {
    switch block.kind {
    case .machine: return nil
    case .prose: return prose(block.markdown)
    case .code:
      let results = try document.results(of: block).map(result)
      return (["<pre><code>\(escaped(block.typed))</code></pre>"] + results)
        .joined(separator: "\n")
    }
  }

  /// Headings and paragraphs; what else there is of Markdown stays as it was typed.
  private static func prose(_ markdown: String) -> String {
    var parts: [String] = []
    var paragraph: [Substring] = []
    func close() {
      guard !paragraph.isEmpty else { return }
      parts.append("<p>\(escaped(paragraph.joined(separator: "\n")))</p>")
      paragraph = []
    }
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      let marks = line.prefix { $0 == "#" }.count
      if marks > 0 {
        close()
        let level = min(marks, 6)
        let title = String(line.dropFirst(marks)).trimmed
        parts.append("<h\(level)>\(escaped(title))</h\(level)>")
      } else if line.isEmpty {
        close()
      } else {
        paragraph.append(line)
      }
    }
    close()
    return parts.joined(separator: "\n")
  }

  private static func result(_ result: SessionDocument.CellResult) throws -> String {
    if let message = result.message { return "<p class=\"error\">\(escaped(message))</p>" }
    if let picture = result.picture { return try figure(picture, of: result) }
    guard let table = result.table else { return "<p>\(escaped(result.title))</p>" }
    return Self.table(table, caption: result.title)
  }

  private static func figure(
    _ picture: any Picture, of result: SessionDocument.CellResult
  ) throws -> String {
    switch try DrawnPicture({ try picture.bytes(.svg) }) {
    case .drawn(let bytes):
      let drawing = InlineSVG(bytes, prefix: "cell-\(result.cell.number)")
      return """
        <figure>
        <figcaption>\(escaped(result.title))</figcaption>
        \(drawing.text)
        </figure>
        """
    case .missing(let reason):
      return """
        <p class="error">\(escaped(reason))</p>
        <pre>\(escaped(picture.documentText))</pre>
        """
    }
  }

  static func table(_ table: Table, caption: String? = nil) -> String {
    let heads = table.columns.map { column in
      "<th scope=\"col\">\(escaped(column.unit.map { "\(column.name) (\($0))" } ?? column.name))</th>"
    }
    let rows = table.rows.map { row in
      "<tr>" + row.map(cell).joined() + "</tr>"
    }
    let title = caption.map { "<caption>\(escaped($0))</caption>\n" } ?? ""
    return "<table>\n\(title)<thead><tr>\(heads.joined())</tr></thead>\n<tbody>\n"
      + rows.joined(separator: "\n") + "\n</tbody>\n</table>"
  }

  private static func cell(_ value: JSON) -> String {
    switch value {
    case .int, .double: "<td class=\"number\">\(escaped(Format.cell(value)))</td>"
    default: "<td>\(escaped(Format.cell(value)))</td>"
    }
  }

  static func escaped(_ text: String) -> String {
    Display.safe(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }
}

extension String {
  /// The first heading or line of Markdown, without its marks.
  fileprivate var firstCodeHeading: String {
    let line = split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    return String(line.drop { $0 == "#" }).trimmed
  }
}
