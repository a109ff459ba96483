import CommandLanguage
import Foundation
import WorkspaceStore

extension Vocabulary {
  static let save = Row(
    Entry(
      .command, "save", "writes the session as a script that can be replayed and verified",
      parameters: [.positional("file", .newFile, "the script to write, by custom .winnow")],
      details: """
        What was typed, with comments, variables and blocks, undone inputs left out; a block that
        did not finish as the commands that did. The #: lines record what winnow replay --verify
        compares.
        """,
      examples: [
        "load digits\nquery random 5\nsave demo.winnow", "seed 1\nsave empty.winnow",
      ]),
    CommandImplementation(
      isNode: false,
      action: .compute { invocation in
        let path = invocation.arguments.text("file") ?? ""
        let script = try SavedScript(invocation.session, except: invocation.input)
        try WrittenFile.write(
          Array(script.text.utf8), to: path, at: invocation.arguments.ranges["file"])
        return Output(
          record: .record(("file", .string(path)), ("inputs", .int(script.inputs))),
          lines: ["\(Format.count(script.inputs, "input")) in \(path)"])
      }))
}

/// Files that commands write: wholly there afterwards, or as they were.
enum WrittenFile {
  /// - Throws: `file-missing` where the file cannot be written.
  static func write(_ bytes: [UInt8], to path: String, at range: SourceRange?) throws {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      let sentence = error.localizedDescription
      let reason = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
      throw Diagnostic(.fileMissing, "'\(path)' cannot be written: \(reason)", at: range)
    }
  }
}

/// A session as a script.
struct SavedScript {
  private(set) var text: String
  private(set) var inputs = 0
  /// Of each statement in the text the cells that it made.
  private(set) var statements: [[CellRecord]] = []

  init(_ session: Session, except running: Int) throws {
    let cells = try Dictionary(grouping: session.lease.lineage(), by: \.input)
    text = "#!/usr/bin/env -S winnow run\n" + (try ReplayHeader(session).text) + "\n"
    for input in try session.lease.inputs() where input.number != running {
      let own = cells[input.number] ?? []
      guard !own.isEmpty || Self.isProse(input.text) else { continue }
      inputs += own.isEmpty ? 0 : 1
      if input.status == .ok {
        text += Self.typed(input) + Self.record(try InputFacts(own, lease: session.lease))
        if !own.isEmpty { statements.append(own) }
      } else {
        let commands = Self.runnable(own)
        text += try Self.finished(commands, lease: session.lease)
        statements += commands.map(\.cells)
      }
    }
  }

  private static func record(_ facts: InputFacts) -> String {
    facts.line.map { "#: \($0.text)\n" } ?? ""
  }

  /// Of an input that did not finish: the commands that did, each with its record. They are written
  /// with all of their options, so none is a default.
  private static func finished(
    _ commands: [(command: String, cells: [CellRecord])], lease: SessionLease
  ) throws -> String {
    try commands.map { command, cells in
      var facts = try InputFacts(cells, lease: lease)
      facts.defaults = []
      return command + "\n" + record(facts)
    }.joined()
  }

  /// Commands that can be typed, each with the cells that it made: the rounds of a run are cells,
  /// but no commands; the `load` that took them over says how many came.
  private static func runnable(_ cells: [CellRecord]) -> [(command: String, cells: [CellRecord])] {
    var result: [(command: String, cells: [CellRecord])] = []
    for cell in cells {
      if option("round", of: cell.command) != nil, let last = result.indices.last {
        result[last].cells.append(cell)
      } else {
        result.append((cell.command, [cell]))
      }
    }
    for index in result.indices where option("labeled", of: result[index].command) != nil {
      if let range = option("rounds", of: result[index].command) {
        result[index].command.removeSubrange(range)
      }
      result[index].command += " rounds=\(result[index].cells.count - 1)"
    }
    return result
  }

  /// Where an option of `load` stands in a canonical command, with the blank before it.
  private static func option(_ name: String, of command: String) -> Range<String.Index>? {
    let source = SourceText(text: command)
    guard let script = try? Parser.parse(source),
      case .command(let parsed) = script.statements.first, parsed.verb.text == "load",
      let argument = parsed.arguments.first(where: {
        if case .option(let given, _) = $0 { given.text == name } else { false }
      })
    else { return nil }
    return command.firstRange(of: " " + source.slice(argument.range))
  }

  /// The input as typed, without the lines that saving writes anew.
  private static func typed(_ input: InputRecord) -> String {
    let kept = ScriptLines.typed(input.text)
    return ScriptLines.isEnded(kept) || kept.isEmpty ? kept : kept + "\n"
  }

  private static func isProse(_ text: String) -> Bool {
    ScriptLines.of(text).allSatisfy {
      let line = $0.drop { $0.isWhitespace }
      return line.isEmpty || line.hasPrefix("#")
    }
  }
}
