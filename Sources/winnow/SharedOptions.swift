import ArgumentParser
import Foundation
import Glibc
import Notebook

/// The flags that every subcommand takes.
struct SharedOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The workspace file.", valueName: "file"))
  var workspace: String?

  @Option(help: ArgumentHelp("The session to go on with.", valueName: "n"))
  var session: Int?

  @Flag(name: .customLong("continue"), help: "Go on at the head of the newest session.")
  var continues = false

  @Flag(help: "Write nothing to the workspace: look at what is there.")
  var readOnly = false

  @Option(help: "How results are written: box, markdown, csv, json or jsonl.")
  var mode: OutputMode = .box

  @Option(help: "Colours in messages: auto, always or never.")
  var color: ColorChoice = .auto

  @Option(help: "Progress of long commands: auto, bar, plain or never.")
  var progress: ProgressLine.Style = .auto

  @Option(help: ArgumentHelp("The seed of a new session.", valueName: "n"))
  var seed: Int?

  @Option(help: ArgumentHelp("Cores that loops over tiles may use.", valueName: "n"))
  var threads: Int?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A folder to look for data sets in; may be repeated.", valueName: "dir"))
  var data: [String] = []

  @Flag(help: "Go on with the next statement after an error.")
  var keepGoing = false

  @Flag(help: "Read stdin statement by statement and answer each at once.")
  var interactive = false

  @Flag(help: "No notices and no progress; errors are said.")
  var quiet = false

  @Flag(help: "Say each command's time on stderr.")
  var timing = false

  mutating func validate() throws {
    if let seed, seed < 0 { throw ValidationError("--seed must be at least 0, not \(seed).") }
    if let threads, threads < 1 {
      throw ValidationError("--threads must be at least 1, not \(threads).")
    }
    if let session, session < 1 {
      throw ValidationError("--session must be at least 1, not \(session).")
    }
  }
}

/// When messages are coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never

  /// On a terminal that knows colours, unless the user's environment says no.
  var isOn: Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto: return !Self.isRefused && isatty(STDERR_FILENO) == 1
    }
  }

  /// Whether what is typed at the prompt is coloured, and what could follow shown in grey: without
  /// colours nobody could tell it from what was typed.
  var allowsPromptColors: Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto: !Self.isRefused
    }
  }

  private static var isRefused: Bool {
    let environment = ProcessInfo.processInfo.environment
    return !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
  }
}

extension OutputMode: ExpressibleByArgument {}
extension ProgressLine.Style: ExpressibleByArgument {}
