import CommandLanguage
import LinearAlgebra

extension Vocabulary {
  static let set = Row(
    Entry(
      .command, "set", "changes how this process works; never what it computes",
      examples: ["set threads 2", "set memory 4G"]),
    CommandImplementation(
      method: .setting,
      action: .compute { invocation in
        guard let entry = invocation.bound.method,
          let change = implementation(settings, entry.name),
          let value = invocation.arguments["value"]
        else { throw Diagnostic(.missingArgument, "set needs a name", at: invocation.bound.range) }
        try change.apply(invocation.arguments, &invocation.session.environment)
        return Output(
          record: .record(("name", .string(entry.name)), ("value", Values.json(value))),
          lines: ["\(entry.name) \(value.plainText)"])
      }))

  static let settings: [Row<SettingImplementation>] = [
    Row(
      Entry(
        .setting, "threads", "how many cores loops over tiles may use",
        parameters: [.positional("value", .integer(1...4096), "number of threads")],
        examples: ["set threads 1", "set threads 2"]),
      SettingImplementation { arguments, _ in
        Parallel.threads = arguments.integer("value") ?? 1
      }),
    Row(
      Entry(
        .setting, "memory", "bytes that what is kept of pairs of samples may take",
        parameters: [.positional("value", .bytes, "bytes, or with K, M, G: 4G")],
        details: """
          Coverage graphs, and the values of kernels. What does not fit is computed again whenever it is
          needed: slower, in memory in proportion to the pool, with the same picks. Half of the machine's
          memory (of the container's, where that has less) unless it is set.
          """,
        examples: ["set memory 4G", "set memory 512M"]),
      SettingImplementation { arguments, environment in
        environment.memory =
          ByteCount.parse(arguments.text("value") ?? "") ?? environment.memory
      }),
    Row(
      Entry(
        .setting, "cache", "bytes on disk for what was worked out from data",
        parameters: [
          .positional(
            "value", .either([.choice(["none"]), .bytes]),
            "bytes, or with K, M, G: 4G; none: neither look nor keep")
        ],
        details: """
          Principal components, coverage graphs, and the clusters of delta=auto are found again by what
          they were worked out from, in later rounds, arms and sessions. What was used longest ago goes
          first, and only when something new comes: neither none nor a smaller number takes anything
          away from others who share the folder. show settings tells the folder and what is in it.
          """,
        examples: ["set cache 4G", "set cache none"]),
      SettingImplementation { arguments, environment in
        environment.cache?.limit = ByteCount.parse(arguments.text("value") ?? "") ?? 0
      }),
    Row(
      Entry(
        .setting, "timing", "whether each command's time is said on stderr",
        parameters: [.positional("value", .boolean, "on or off")],
        examples: ["set timing on", "set timing off"]),
      SettingImplementation { arguments, environment in
        environment.timing = arguments.flag("value")
      }),
    Row(
      Entry(
        .setting, "paging", "whether a result longer than the screen is shown by screens",
        parameters: [.positional("value", .boolean, "on or off")],
        details: """
          By the program that $PAGER names, else by less: a blank goes on, q and Ctrl-C come back to
          the prompt. On at the prompt unless it is set, and without effect anywhere else; the results
          of a loop's or a script's commands hold nothing up.
          """,
        examples: ["set paging off", "set paging on"]),
      SettingImplementation { arguments, environment in
        environment.paging = arguments.flag("value")
      }),
    Row(
      Entry(
        .setting, "editor", "whose keys edit the line at the prompt",
        parameters: [
          .positional(
            "value", .choice(EditorKeys.allCases.map(\.rawValue)), "emacs, or vi with its two modes"
          )
        ],
        details: """
          Those of ~/.editrc unless it is set, which libedit reads all the same: keys that it binds
          stay bound. emacs where neither says anything. In both, Tab completes and lists, the right
          arrow takes what stands in grey, Ctrl-R searches the inputs of all sessions, Up goes back into
          a half-typed block, and Ctrl-O adds a line to it.
          """,
        examples: ["set editor vi", "set editor emacs"]),
      SettingImplementation { arguments, environment in
        environment.editor = arguments.text("value").flatMap(EditorKeys.init)
      }),
    Row(
      Entry(
        .setting, "graphics", "how the terminal is shown what plot draws",
        parameters: [
          .positional(
            "value", .choice(["auto"] + PictureGraphics.allCases.map(\.rawValue)),
            "as the terminal says; in characters; in pixels by one of two protocols")
        ],
        details: """
          auto unless it is set: at the prompt the terminal is asked which it knows, once, when the
          first picture is drawn; it is text where no answer comes within a second, and in scripts.
          sixel: xterm -ti vt340, mlterm, foot, WezTerm, Konsole. kitty: kitty, Ghostty, Konsole.
          Without effect in pipes and files, in other modes than box, with NO_COLOR, and where TERM is
          dumb; needs gnuplot, without which auto is text.
          """,
        examples: ["set graphics sixel", "set graphics text"]),
      SettingImplementation { arguments, environment in
        environment.graphics = arguments.text("value").flatMap(PictureGraphics.init(rawValue:))
      }),
  ]
}

struct SettingImplementation: Sendable {
  let apply: @Sendable (Arguments, inout Environment) throws -> Void
}

/// Numbers of bytes as people write them.
package enum ByteCount {
  /// 4 · 2³⁰ → "4G"; what is no whole number of a unit with one decimal.
  package static func text(_ bytes: Int) -> String {
    let units = [("T", 1 << 40), ("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)]
    guard let (name, unit) = units.first(where: { bytes >= $0.1 }) else { return "\(bytes)" }
    return bytes.isMultiple(of: unit)
      ? "\(bytes / unit)\(name)" : Format.fixed(Double(bytes) / Double(unit), 1) + name
  }

  /// "4G" → 4 · 2³⁰; nil for what is no such number.
  package static func parse(_ text: String) -> Int? {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
    guard let last = text.last else { return nil }
    let unit = units[Character(last.uppercased())]
    guard let number = Double(unit == nil ? text : String(text.dropLast())), number.isFinite,
      number >= 0
    else { return nil }
    return Int(exactly: (number * Double(unit ?? 1)).rounded())
  }
}

extension Environment {
  /// Half of what this process may have.
  package static let defaultMemory = MachineMemory.bytes / 2
}
