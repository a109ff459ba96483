import ArgumentParser
import Datasets
import Foundation
import Glibc
import LinearAlgebra

/// Gives every reader of files damaged ones, for as long as asked, and says what came of it.
struct Torture: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reads damaged files by the thousand.",
    discussion: """
      Sound files are damaged (bits, bytes, lengths, counts, pieces cut out or put in; checksums made
      to fit) and read, each by a process that has little memory and little time. A file that may
      not end a process is a crash where it does: it is kept, and named. Case N of a reader is the
      same in every run with the same seed and the same fixtures. Exits with 1 after a crash or an
      error that is none of a file.
      """)

  @Option(help: "How long, shared equally by the readers.")
  var minutes = 10.0

  @Option(help: "Of the damage.")
  var seed = 1

  @Option(help: "A folder with sound files; may be given several times.")
  var fixtures: [String] = ["Tests/Fixtures"]

  @Option(help: "Only this reader; may be given several times.")
  var only: [String] = []

  @Option(name: .customLong("from"), help: "The first case.")
  var first = 0

  @Option(help: "Where files are kept that ended a process.")
  var keep = NSTemporaryDirectory() + "winnow-torture"

  @Option(help: "MiB that a process may ask for beyond what it begins with.")
  var memory = 1024

  @Option(help: "Seconds after which a single file has taken too long.")
  var patience = 20

  func validate() throws {
    guard minutes > 0, memory > 0, patience > 0, first >= 0 else {
      throw ValidationError("minutes, memory, patience and from are positive numbers")
    }
    for name in only where !Reader.all.contains(where: { $0.name == name }) {
      let names = Reader.all.map(\.name).joined(separator: ", ")
      throw ValidationError("no reader '\(name)'; there are \(names)")
    }
  }

  func run() throws {
    let readers = Reader.all.filter { only.isEmpty || only.contains($0.name) }
    let memoryFolder = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
    let work = "\(memoryFolder)/winnow-torture-\(ProcessInfo.processInfo.processIdentifier)"
    defer { try? FileManager.default.removeItem(atPath: work) }
    try checkItself(work)
    var benches = try readers.map { try TortureBench($0, self, work: "\(work)/\($0.name)") }
    signal(SIGINT) { _ in Interrupt.request() }
    do { try torture(&benches) } catch is Interrupted {}
    TortureReport.say(
      "reader              cases      read   refused  crashes  worst MiB (case)  worst s (case)")
    for bench in benches { TortureReport.say(bench.line) }
    if Interrupt.isRequested { throw ExitCode(130) }
    if benches.contains(where: { $0.crashes > 0 || $0.wrong > 0 }) { throw ExitCode(1) }
  }

  /// Gives every reader a turn, over and over.
  private func torture(_ benches: inout [TortureBench]) throws {
    let end = ContinuousClock.now + .seconds(minutes * 60)
    let turn = min(10, minutes * 60 / Double(benches.count))
    while ContinuousClock.now < end, !benches.allSatisfy(\.hasNothing) {
      for index in benches.indices where ContinuousClock.now < end {
        try benches[index].run(seconds: turn)
      }
    }
  }
}

extension Torture {
  /// Whether a reader that traps, one that hangs and one that takes all memory are found out.
  private func checkItself(_ work: String) throws {
    var settings = self
    settings.patience = 1
    settings.memory = 256
    settings.keep = work + "/kept"
    settings.fixtures = []
    for reader in Reader.faulty {
      var bench = try TortureBench(reader, settings, work: "\(work)/\(reader.name)", isQuiet: true)
      try bench.run(seconds: 2)
      guard bench.crashes == 1 else {
        throw TortureFailure(description: "a reader with a \(reader.name) was not found out")
      }
    }
  }
}

/// One reader under torture: the processes it has worn out, and what they found.
struct TortureBench {
  private let reader: Reader
  private let settings: Torture
  private let work: String
  private let isQuiet: Bool
  private var report: TortureReport
  private(set) var crashes = 0
  /// Errors that are none of a file.
  private(set) var wrong = 0
  private(set) var hasNothing = false
  private var hasBegun = false

  init(_ reader: Reader, _ settings: Torture, work: String, isQuiet: Bool = false) throws {
    self.isQuiet = isQuiet
    self.reader = reader
    self.settings = settings
    self.work = work
    report = TortureReport(next: settings.first)
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
  }

  /// As a row of the table.
  var line: String {
    let name = reader.name.padding(toLength: 16, withPad: " ", startingAt: 0)
    guard !hasNothing else { return name + "  no sound file to begin with" }
    return name
      + String(
        format: "%9d %9d %9d %8d %10.1f (%d) %8.2f (%d)", report.next - settings.first, report.read,
        report.refused, crashes, Double(report.worstMemory.bytes) / 1_048_576,
        report.worstMemory.number, report.worstTime.seconds, report.worstTime.number)
      + (wrong > 0 ? "  \(wrong) wrong errors" : "")
  }

  /// Lets a process read damaged files for a while.
  mutating func run(seconds: Double) throws {
    guard !hasNothing else { return }
    var output: [UInt8] = []
    let ending = try ChildProgram.run(
      "/usr/bin/env", arguments(seconds), package: "coreutils", output: { output += $0 })
    hasBegun = true
    var isReported = false
    for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
      if let part = TortureReport(line) {
        report.add(part)
        isReported = true
      } else if line == TortureReport.empty {
        hasNothing = true
      } else {
        if line.hasPrefix("wrong ") { wrong += 1 }
        TortureReport.say("\(reader.name): \(line)")
      }
    }
    if !isReported && !hasNothing { try keepCrash(ending) }
  }

  private func arguments(_ seconds: Double) -> [String] {
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return Footprint.environment + [
      "OPENBLAS_NUM_THREADS=1", "SWIFT_BACKTRACE=enable=no", program, "torture-child",
      "--reader", reader.name, "--seed", "\(settings.seed)", "--first", "\(report.next)",
      "--seconds", "\(seconds)", "--work", work, "--memory", "\(settings.memory)",
      "--patience", "\(settings.patience)",
    ] + settings.fixtures.flatMap { ["--fixtures", $0] }
      + (hasBegun || isQuiet ? [] : ["--sound-files"])
  }

  /// The process has gone without a word: the file that it was reading is kept.
  private mutating func keepCrash(_ ending: ChildProgram.Result) throws {
    let state = (try? String(contentsOfFile: work + "/state", encoding: .utf8)) ?? ""
    let lines = state.split(separator: "\n").map(String.init)
    let complaint = ending.complaints.split(separator: "\n").first ?? ""
    guard lines.count == 2, let number = Int(lines[0]), ending.status >= 128 else {
      throw TortureFailure(description: "\(reader.name): status \(ending.status) \(complaint)")
    }
    crashes += 1
    report.next = number + 1
    let name = "\(reader.name)-\(number)-\(URL(filePath: lines[1]).lastPathComponent)"
      .replacingOccurrences(of: " ", with: "_")
    try FileManager.default.createDirectory(
      atPath: settings.keep, withIntermediateDirectories: true)
    let kept = "\(settings.keep)/\(name)"
    try? FileManager.default.removeItem(atPath: kept)
    try FileManager.default.copyItem(atPath: lines[1], toPath: kept)
    try? FileManager.default.removeItem(atPath: work)
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    guard !isQuiet else { return }
    TortureReport.say(
      "\(reader.name): CRASH by signal \(ending.status - 128) in case \(number), \(kept)"
        + (complaint.isEmpty ? "" : ": \(complaint)"))
  }
}

/// The torture itself does not work.
struct TortureFailure: Error, CustomStringConvertible {
  let description: String
}
