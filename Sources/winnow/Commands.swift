import ArgumentParser
import Notebook

/// What stands on the command line. Parsing only: `Program` runs it.
struct Winnow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow",
    abstract: "Active learning when the annotator makes mistakes.",
    discussion: """
      Without a subcommand: a prompt where stdin and stdout are terminals, else stdin is a script. \
      Type help at the prompt for the language; exit codes: 0 ok, 1 a command failed, 2 usage or \
      a script that does not check, 3 verification differs, 4 workspace, 130 interrupted, \
      143 terminated.
      """,
    version: "winnow \(Program.version)",
    subcommands: [
      Run.self, ReplayScript.self, Check.self, Sessions.self, History.self, Diff.self, Doctor.self,
      Export.self, Completions.self,
    ])

  @OptionGroup var shared: SharedOptions

  @Option(
    name: .customShort("c"), parsing: .singleValue,
    help: ArgumentHelp(
      "Run this text and leave; -c and -f repeat and mix, in order.", valueName: "text"))
  var texts: [String] = []

  @Option(
    name: .customShort("f"), parsing: .singleValue,
    help: ArgumentHelp("Run this script and leave.", valueName: "file"))
  var files: [String] = []
}

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run scripts in a new session.")

  @Argument(help: "Scripts, in order.") var scripts: [String]

  @Option(
    name: .customShort("p"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace the value of a top-level assignment; may be repeated.", valueName: "name=value"))
  var parameters: [String] = []

  @OptionGroup var shared: SharedOptions
}

struct ReplayScript: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Run a saved script again in a fresh temporary workspace.")

  @Argument(help: "The script.") var script: String

  @Flag(help: "Compare with the results that the script has recorded.")
  var verify = false

  @Flag(help: "With --verify: ties count as differences.")
  var exact = false

  @Flag(help: "Record the new results in the script, after showing what changes.")
  var update = false

  @Option(
    help: ArgumentHelp(
      "Run from this line on; what is before it is taken from a session that has run the same.",
      valueName: "line"))
  var from: Int?

  @Option(
    name: .customShort("p"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace the value of a top-level assignment; may be repeated.", valueName: "name=value"))
  var parameters: [String] = []

  @OptionGroup var shared: SharedOptions

  mutating func validate() throws {
    if exact, !verify { throw ValidationError("--exact says how --verify compares: give both.") }
    if update, verify { throw ValidationError("--update records, --verify compares: give one.") }
    if update, !parameters.isEmpty {
      throw ValidationError("--update records the script as it is, without -p.")
    }
    if from != nil, update || !parameters.isEmpty {
      throw ValidationError(
        "--from takes over what the script as it is has done: without "
          + (update ? "--update." : "-p."))
    }
  }
}

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check scripts without running anything.")

  @Argument(help: "Scripts.") var scripts: [String]

  @OptionGroup var shared: SharedOptions
}

struct Sessions: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the sessions of the workspace.")

  @OptionGroup var shared: SharedOptions
}

struct History: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List what was typed in a session, the newest one unless --session names another.")

  @Argument(help: "The last so many inputs, or those of a range: 5, 3..7, 3.., ..7.")
  var which: String?

  @Option(
    name: .customShort("g"),
    help: ArgumentHelp("Search for a text in all sessions instead.", valueName: "text"))
  var search: String?

  @OptionGroup var shared: SharedOptions
}

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Name the first cell, pick and reason in which two ways differ.",
    discussion: """
      Each is a session's number, a branch of the session in use, a script .winnow, or a workspace \
      .sqlite, of which it is the newest session. Exit code 3 where they differ.
      """)

  @Argument(help: "A session, branch, script or workspace.") var a: String
  @Argument(help: "What it is compared with.") var b: String

  @OptionGroup var shared: SharedOptions
}

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a session as a script, Markdown, a web page, a Jupyter notebook or JSON.",
    discussion: """
      A script .winnow or a notebook .ipynb is written as it is read, without results: a script becomes \
      a notebook, and the notebook the same script again.
      """)

  @Argument(help: "A session's number, a script or a notebook; the newest session if left out.")
  var what: String?

  @Option(help: "winnow, md, html, ipynb or json.") var to: DocumentFormat

  @Option(
    name: .customShort("o"),
    help: ArgumentHelp("Where to; stdout if left out.", valueName: "file"))
  var output: String?

  @OptionGroup var shared: SharedOptions
}

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the workspace, the libraries, the processor and the data directories.",
    discussion: "Changes nothing. Exit code 4 where the workspace is damaged.")

  @OptionGroup var shared: SharedOptions
}

struct Completions: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write what a shell needs to complete the command line.",
    discussion: """
      bash: source <(winnow completions bash), in ~/.bashrc. zsh: winnow completions zsh > _winnow, in \
      a folder of $fpath. fish: winnow completions fish > ~/.config/fish/completions/winnow.fish.
      """)

  @Argument(help: "bash, zsh or fish.") var shell: Shell

  @OptionGroup var shared: SharedOptions
}
