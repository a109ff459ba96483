import CommandLanguage
import Foundation

/// A session as a Jupyter notebook, nbformat 4.5, and back: the text that the cells were made from comes
/// out of it byte for byte where nobody has edited them.
struct JupyterDocument {
  let text: String

  /// - Throws: `Interrupted`.
  init(_ document: SessionDocument) throws {
    let cells = try document.blocks.enumerated().map { try Self.cell($1, number: $0 + 1, document) }
    let kernel = JSON.record(
      ("display_name", .string("Winnow")), ("language", .string("winnow")),
      ("name", .string("winnow")))
    text =
      JSON.record(
        ("cells", .array(cells)),
        (
          "metadata",
          .record(
            ("kernelspec", kernel),
            (
              "language_info",
              .record(("file_extension", .string(".winnow")), ("name", .string("winnow")))
            ))
        ),
        ("nbformat", .int(4)), ("nbformat_minor", .int(5))
      ).text + "\n"
  }

  private static func cell(_ block: ScriptBlock, number: Int, _ document: SessionDocument) throws
    -> JSON
  {
    let source = shown(block.kind, block.text)
    var members: [JSON.Member] = [
      .init("cell_type", .string(name(block.kind))), .init("id", .string("cell-\(number)")),
      .init("metadata", .record(("winnow", .record(("text", .string(block.text)))))),
      .init("source", lines(source)),
    ]
    if block.kind == .code {
      members += [
        .init("execution_count", .null),
        .init("outputs", .array(try document.results(of: block).compactMap(output))),
      ]
    }
    return .object(members)
  }

  private static func name(_ kind: ScriptBlock.Kind) -> String {
    switch kind {
    case .prose: "markdown"
    case .code: "code"
    case .machine: "raw"
    }
  }

  /// What a cell shows of a text.
  fileprivate static func shown(_ kind: ScriptBlock.Kind, _ text: String) -> String {
    let block = ScriptBlock(kind: kind, text: text, statements: [])
    return switch kind {
    case .prose: block.markdown
    case .code: block.typed
    case .machine: text.trimmed
    }
  }

  private static func lines(_ text: String) -> JSON {
    .array(ScriptLines.of(text).map(JSON.string))
  }

  private static func output(_ result: SessionDocument.CellResult) throws -> JSON? {
    if let message = result.message {
      return .record(
        ("output_type", .string("error")), ("ename", .string("error")),
        ("evalue", .string(message)), ("traceback", .array([.string(message)])))
    }
    if let picture = result.picture { return try display(picture) }
    guard let table = result.table else { return nil }
    return display([
      .init("text/plain", lines(TextTable(table).boxed(80))),
      .init("text/html", lines(WebDocument.table(table, caption: result.title))),
    ])
  }

  /// As PNG, which a notebook shows also before anybody has called it trusted; and with no HTML
  /// beside it, which would be shown in its place.
  private static func display(_ picture: any Picture) throws -> JSON {
    let text = picture.documentText
    switch try DrawnPicture({ try picture.bytes(.png) }) {
    case .drawn(let bytes):
      return display([
        .init("image/png", .string(Data(bytes).base64EncodedString() + "\n")),
        .init("text/plain", lines(text)),
      ])
    case .missing(let reason):
      return display([.init("text/plain", lines(reason + "\n\n" + text))])
    }
  }

  private static func display(_ data: [JSON.Member]) -> JSON {
    .record(
      ("output_type", .string("display_data")), ("data", .object(data)),
      ("metadata", .object([])))
  }
}

/// A notebook of any version 4 as a script.
package struct JupyterScript {
  package let text: String

  private struct Notebook: Decodable {
    struct Cell: Decodable {
      struct Metadata: Decodable {
        struct Own: Decodable { let text: String? }
        let winnow: Own?
      }

      /// One text, or its lines.
      enum Source: Decodable {
        case text(String)

        init(from decoder: any Decoder) throws {
          let container = try decoder.singleValueContainer()
          if let text = try? container.decode(String.self) {
            self = .text(text)
          } else {
            self = .text(try container.decode([String].self).joined())
          }
        }
      }

      enum CodingKeys: String, CodingKey {
        case kind = "cell_type"
        case source, metadata
      }

      let kind: String
      let source: Source
      let metadata: Metadata?
    }

    let nbformat: Int
    let cells: [Cell]
  }

  /// - Parameter name: of the file, for messages.
  /// - Throws: `file-format`.
  package init(_ bytes: [UInt8], name: String) throws(Diagnostic) {
    guard let notebook = try? JSONDecoder().decode(Notebook.self, from: Data(bytes)),
      notebook.nbformat == 4
    else {
      throw Diagnostic(
        .fileFormat, "'\(name)' is no Jupyter notebook of version 4",
        notes: ["expected a JSON object with nbformat 4 and cells"])
    }
    text = notebook.cells.map(Self.script).joined()
  }

  private static func script(_ cell: Notebook.Cell) -> String {
    guard case .text(let source) = cell.source else { return "" }
    let kind: ScriptBlock.Kind =
      switch cell.kind {
      case "markdown": .prose
      case "code": .code
      default: .machine
      }
    if let text = cell.metadata?.winnow?.text, JupyterDocument.shown(kind, text) == source {
      return text
    }
    guard !source.isEmpty else { return "" }
    // Somebody has edited it, or made it: a cell's text, and a blank line behind it.
    guard kind == .prose else { return source + "\n" }
    return ScriptLines.of(source + "\n").map { line in
      line.hasPrefix("## ") ? line : line.trimmed.isEmpty ? "#" + line : "# " + line
    }.joined()
  }
}
