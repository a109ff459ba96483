import CommandLanguage
import Foundation
import LinearAlgebra
import Networks
import Notebook
import Testing

/// What holds for every row of the table of names, the moment it is there.
@Suite struct VocabularyTests {
  static let names = Vocabulary.all.map { "\($0.kind.rawValue) \($0.name)" }

  private func entry(_ name: String) throws -> Entry {
    try #require(Vocabulary.all.first { "\($0.kind.rawValue) \($0.name)" == name })
  }

  @Test(arguments: EntryKind.allCases)
  func `no two entries of a kind answer to one name`(_ kind: EntryKind) {
    let spellings = Vocabulary.entries(kind).map { entry in
      Set(([entry.name] + entry.aliases.map(\.name)).map(Spelling.normalised))
    }
    let all = spellings.reduce(into: Set()) { $0.formUnion($1) }
    #expect(all.count == spellings.map(\.count).reduce(0, +), "\(spellings)")
    #expect(!all.contains(""))
  }

  @Test(arguments: VocabularyTests.names)
  func `every name has a summary of one line without a full stop`(_ name: String) throws {
    let entry = try entry(name)
    #expect(!entry.summary.isEmpty)
    #expect(!entry.summary.contains("\n"))
    #expect(!entry.summary.hasSuffix("."))
    #expect(entry.parameters.allSatisfy { !$0.meaning.isEmpty })
  }

  @Test(arguments: VocabularyTests.names)
  func `options of one name are unique, and positional values come first`(_ name: String) throws {
    let entry = try entry(name)
    let folded = entry.parameters.flatMap { [$0.name] + $0.aliases }.map(Spelling.normalised)
    #expect(Set(folded).count == folded.count)
    let places = entry.parameters.map(\.isPositional)
    #expect(places == places.sorted { $0 && !$1 })
  }

  /// The card of a method: what it computes, and who says so.
  @Test(arguments: [EntryKind.strategy, .filter, .noise])
  func `every method has a card with a formula and a citation`(_ kind: EntryKind) {
    // What is nobody's method, or Winnow's own.
    let plain = [
      "random", "none", "ideal", "given", "file", "sym", "fatigued", "panel", "imcod",
    ]
    for entry in Vocabulary.entries(kind) where entry.name != "none" || kind != .noise {
      #expect(!entry.details.isEmpty, "\(entry.name)")
      #expect(entry.citation != nil || plain.contains(entry.name), "\(entry.name)")
    }
  }

  @Test(arguments: [
    "query typiclust_dc 5", "query galaxy 5", "query BAIT 5", "filter simifeat",
  ])
  func `names of the field that are not offered say why`(_ line: String) throws {
    try withTrial { trial in
      try trial.ok("load digits")
      let failed = try trial.failing(line)
      #expect(failed.failure?.code == .refused)
      #expect(failed.failure?.diagnostic.message.contains("known, but not offered") == true)
    }
  }

  @Test(arguments: [
    "delta", "schedule", "softening", "momentum", "votes", "acquisition", "nas", "card", "b",
  ])
  func `an option is a topic of help`(_ name: String) throws {
    try withTrial { trial in
      let report = try #require(try trial.run("help \(name)").last)
      let options = try #require(report.output?.json["options"]?.array)
      #expect(!options.isEmpty)
      for option in options {
        #expect(option["of"]?.strings?.isEmpty == false)
        #expect(option["meaning"]?.string?.isEmpty == false)
      }
      #expect(report.output?.lines.allSatisfy { $0.count <= 79 } == true)
    }
  }

  @Test func `options of one name that mean different things are told apart`() throws {
    try withTrial { trial in
      let owners = try #require(try trial.ok("help schedule")["options"]?.array).map {
        $0["of"]?.strings
      }
      let networks = (["mlp"] + Architecture.names).map { "train \($0)" }
      #expect(
        owners.map { $0?.sorted() } == [
          ["query npc", "query probcover", "query weighted_npc"], ["train linear"],
          networks.sorted(),
        ])
      #expect(try trial.ok("help npc")["options"] == .array([]))
    }
  }

  @Test(arguments: VocabularyTests.names)
  func `every name has two examples that parse`(_ name: String) throws {
    let entry = try entry(name)
    #expect(entry.examples.count == 2)
    for example in entry.examples {
      #expect(throws: Never.self) { try Parser.parse(SourceText(text: example)) }
    }
  }

  /// What a row promises in its help has to run as it stands, from a fresh workspace; and the
  /// canonical commands that it became are the same experiment again.
  @Test(arguments: VocabularyTests.names)
  func `every example runs, and its canonical commands give the same results`(_ name: String)
    throws
  {
    let threads = Parallel.threads
    defer { Parallel.threads = threads }
    guard !Self.isLarge(name) else { return }
    for example in try entry(name).examples {
      let typed = try withTrial { trial in
        let script = try ExampleFiles.placed(example, in: trial.folder)
        let reports = try trial.run(script)
        for report in reports {
          #expect(report.failure == nil, "\(example): \(report.failure?.text(color: false) ?? "")")
        }
        return reports
      }
      guard !typed.contains(where: { Self.dependsOnInputs($0.command) }) else { continue }
      let again = try withTrial { trial in
        _ = try ExampleFiles.placed(example, in: trial.folder)
        let folder = trial.folder.lastPathComponent
        return try typed.flatMap { report in
          try trial.run(Self.moved(report.command, into: folder))
        }
      }
      #expect(again.map { Self.moved($0.command) } == typed.map { Self.moved($0.command) })
      for (first, second) in zip(typed, again) where Self.isComputed(first.command) {
        let (before, after) = (first.output?.json.text, second.output?.json.text)
        #expect(before.map { Self.moved($0) } == after.map { Self.moved($0) }, "\(first.command)")
      }
    }
  }

  /// Networks have one row, filled in from their architectures; the small ones are run.
  private static func isLarge(_ name: String) -> Bool {
    name != "model resnet18" && Architecture.names.contains { name == "model " + $0 }
  }

  /// Whether the command speaks of inputs and cells, which differ between a block and its commands.
  private static func dependsOnInputs(_ command: String) -> Bool {
    ["undo", "redo", "history"].contains { command.hasPrefix($0) }
  }

  private static func isComputed(_ command: String) -> Bool {
    ["load", "noise", "query", "filter", "train", "test", "assert", "seed", "reset"].contains {
      command.hasPrefix($0)
    }
  }

  /// The text with its files in another trial's folder.
  private static func moved(_ command: String, into folder: String = "") -> String {
    command.replacing(/winnow-[0-9A-F]{8}-[0-9A-F-]*/, with: folder)
  }

  /// A default that its own option refuses would make the canonical command unreadable.
  @Test(arguments: VocabularyTests.names)
  func `every default can be typed`(_ name: String) throws {
    let entry = try entry(name)
    for parameter in entry.parameters {
      guard case .value(let text) = parameter.default else { continue }
      try withTrial { trial in
        let script = try ExampleFiles.placed(
          Commanding.command(entry, giving: "\(parameter.name)=\(text)"), in: trial.folder)
        let found = ScriptChecker(SourceText(text: script), variables: [:]).check()
        #expect(found.diagnostics.isEmpty, "\(script): \(found.diagnostics)")
      }
    }
  }

  @Test(arguments: VocabularyTests.names)
  func `an option that is not there is refused with those that are`(_ name: String) throws {
    let entry = try entry(name)
    guard !entry.takesAnyOption else { return }
    try withTrial { trial in
      let script = try ExampleFiles.placed(
        Commanding.command(entry, giving: "no_such_option=1"), in: trial.folder)
      let found = ScriptChecker(SourceText(text: script), variables: [:]).check()
      #expect(found.diagnostics.map(\.code) == [.unknownOption], "\(script)")
    }
  }

  @Test(arguments: VocabularyTests.names)
  func `help says how a name is used and what each option means`(_ name: String) throws {
    let entry = try entry(name)
    try withTrial { trial in
      let json = try trial.ok("help \(entry.name)")
      let found = try #require(
        json["entries"]?.array?.first { $0["kind"]?.string == entry.kind.rawValue })
      #expect(found["summary"]?.string == entry.summary)
      let synopsis = try #require(found["synopsis"]?.string)
      #expect(synopsis.contains(entry.name))
      let parameters = try #require(found["parameters"]?.array)
      // A method's own parameters come first, then those of its command.
      let own = entry.parameters.map(\.name)
      let names = parameters.compactMap { $0["name"]?.string }
      #expect(Array(names.prefix(own.count)) == own)
      #expect(entry.kind != .command || names.count == own.count)
      #expect(Set(names).count == names.count)
      for parameter in entry.parameters {
        let word = parameter.isPositional ? parameter.name.uppercased() : parameter.name + "="
        #expect(synopsis.contains(word))
      }
      for alias in entry.aliases {
        let same = try trial.ok("help \(alias.name)")
        #expect(same["entries"]?.array?.contains(found) == true)
      }
    }
  }
}

/// Commands made from rows of the table alone.
enum Commanding {
  /// A command that names `entry`, with everything required and one argument more.
  static func command(_ entry: Entry, giving argument: String) -> String {
    if entry.name == "plan" { return "plan train linear \(argument)" }
    var words: [String] = []
    if entry.kind == .command {
      words = [entry.name] + (method[entry.name] ?? [])
    } else {
      words = [verb(of: entry.kind), entry.name] + (entry.kind == .strategy ? ["20"] : [])
    }
    let name = argument.prefix { $0 != "=" }
    for parameter in entry.parameters where parameter.name != name {
      guard case .required = parameter.default else { continue }
      words.append("\(parameter.name)=\(sample(parameter))")
    }
    return (words + [argument]).joined(separator: " ")
  }

  static func verb(of kind: EntryKind) -> String {
    switch kind {
    case .command: "help"
    case .strategy: "query"
    case .filter: "filter"
    case .noise: "noise"
    case .dataset: "load"
    case .model: "train"
    case .pretraining: "pretrain"
    case .setting: "set"
    }
  }

  /// What a command that takes a method is tried with.
  private static let method = [
    "load": ["digits"], "noise": ["none"], "query": ["random", "20"], "filter": ["none"],
    "train": ["linear"], "pretrain": ["simclr"], "set": ["threads", "2"],
  ]

  /// A value that fits a parameter.
  private static func sample(_ parameter: Parameter) -> String {
    sample(parameter.kind, named: parameter.name)
  }

  private static func sample(_ kind: Parameter.Kind, named name: String) -> String {
    switch kind {
    case .integer(let range): String(range.lowerBound)
    case .number: "0.5"
    case .numbers: "0.1,0.2"
    case .boolean: "true"
    case .choice(let words, _): "'\(words[0])'"
    case .file: name == "features" ? "features.npy" : "labels.npy"
    case .newFile: "demo.winnow"
    case .picture: "demo.svg"
    case .features: "pca:4"
    case .bytes: "4G"
    case .text: "'SELECT 1'"
    case .value: "1"
    case .method(let kind), .methods(let kind): Vocabulary.entries(kind).first?.name ?? ""
    case .either(let kinds): sample(kinds[0], named: name)
    }
  }
}
