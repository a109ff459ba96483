import Foundation
import TestSupport
import Testing

/// A folder with a workspace of its own in which a test runs the program.
struct Workplace {
  let folder: URL
  /// On top of an environment that has nothing of whoever runs the tests.
  var environment: [String: String] = [:]

  /// What became of one run.
  struct Finished {
    let ending: WinnowProcess.Ending
    let out: String
    let err: String

    /// The exit code; nil where a signal ended it.
    var code: Int32? { if case .exited(let code) = ending { code } else { nil } }

    /// The objects of `--mode jsonl`.
    var records: [JSONText] {
      get throws { try out.split(separator: "\n").map { try JSONText(parsing: String($0)) } }
    }
  }

  var workspace: String { folder.appending(component: "w.sqlite").path }

  /// Runs the program to its end.
  func run(_ arguments: String..., input: String = "", within seconds: Double = 240) throws
    -> Finished
  {
    try run(arguments, input: input, within: seconds)
  }

  func run(_ arguments: [String], input: String = "", within seconds: Double = 240) throws
    -> Finished
  {
    let process = try start(arguments, input: input)
    let out = try process.readAll(within: seconds)
    return Finished(ending: try process.wait(within: seconds), out: out, err: process.complaints)
  }

  /// Runs a line of shell to its end, in the place's folder.
  func runShell(_ line: String, within seconds: Double = 240) throws -> Finished {
    let process = try WinnowProcess(
      ["-c", line], program: "/bin/sh", in: folder, environment: fullEnvironment)
    process.closeInput()
    let out = try process.readAll(within: seconds)
    return Finished(ending: try process.wait(within: seconds), out: out, err: process.complaints)
  }

  /// Starts the program. Without `input` its stdin is a pipe that stays open.
  func start(_ arguments: [String], input: String? = nil, output: Int32? = nil) throws
    -> WinnowProcess
  {
    let file = try input.map { text in
      let file = folder.appending(component: ".stdin-\(UUID().uuidString)")
      try Data(text.utf8).write(to: file)
      return file
    }
    return try WinnowProcess(
      arguments, in: folder, environment: fullEnvironment, input: file, output: output)
  }

  /// The rows of a query on the workspace, by a program that has nothing to do with this one's
  /// session.
  func rows(_ query: String) throws -> [[JSONText]] {
    let answer = try run("--mode", "jsonl", "-c", "sql \"\(query)\"")
    try #require(answer.code == 0, "\(answer.err)")
    let record = try #require(try answer.records.last)
    return try #require(record["result"]?["rows"]?.array).map { $0.array ?? [] }
  }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try write(Data(text.utf8), to: name)
  }

  @discardableResult
  func write(_ data: Data, to name: String) throws -> String {
    try data.write(to: folder.appending(path: name))
    return name
  }

  func read(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
  }

  private var fullEnvironment: [String: String] {
    var result = [
      "HOME": folder.path, "LANG": "C.UTF-8", "WINNOW_WORKSPACE": workspace,
      "PATH": "/usr/bin:/bin",
    ]
    // Where the system's libraries lie is the machine's business.
    if let path = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] {
      result["LD_LIBRARY_PATH"] = path
    }
    return result.merging(environment) { $1 }.filter { $0.value != Self.unset }
  }

  /// As a value: the variable is not set at all.
  static let unset = "\u{1}unset"
}

/// Runs `body` in a fresh folder that is gone afterwards.
func withWorkplace<Result>(
  _ environment: [String: String] = [:], _ body: (Workplace) throws -> Result
) throws -> Result {
  try withTemporaryFolder { try body(Workplace(folder: $0, environment: environment)) }
}
