import Foundation
import Testing

/// Every folder of `workspaces/` that holds a session: it replays onto its record and its
/// transcript.
///
/// After a change that is meant, read the difference, then write the records and transcripts anew:
///
///     WINNOW_UPDATE_GOLDEN=1 swift test -c release --filter GoldenTests
///
/// A session is edited as any script; its `#:` lines are written by that command.
@Suite struct GoldenTests {
  /// With these the last bits of sums are the same on every processor that has them.
  static let kernels = [
    "OPENBLAS_CORETYPE": "Haswell", "WINNOW_KERNELS": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2",
  ]

  private static let sessions = [
    "blobs", "files", "filters", "networks", "plots", "quickstart", "strategies", "sweep", "tour",
    "tree",
  ]

  private static let isUpdating =
    ProcessInfo.processInfo.environment["WINNOW_UPDATE_GOLDEN"] == "1"

  static let hasKernels: Bool = {
    let facts = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return facts.contains(" avx2 ") && facts.contains(" fma ")
  }()

  static let reason: Comment = "needs a processor with AVX2 and FMA"

  @Test func `every folder with a session is tested`() throws {
    let folder = Product.file("workspaces")
    let found = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      FileManager.default.fileExists(atPath: folder.appending(path: "\($0)/session.winnow").path)
    }
    #expect(found.sorted() == Self.sessions)
  }

  @Test(.enabled(if: hasKernels, reason), arguments: sessions)
  func `a session prints its transcript`(name: String) throws {
    try withWorkplace(Self.kernels) { place in
      let run = try place.run("run", "--threads", "2", session(name).path)
      #expect(run.code == 0, "\(run.err)")
      let file = Product.file("workspaces/\(name)/transcript.txt")
      if Self.isUpdating { try Data(run.out.utf8).write(to: file) }
      let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      #expect(run.out == expected, "\(difference(run.out, expected))")
    }
  }

  @Test(.enabled(if: hasKernels, reason), arguments: sessions)
  func `saving a session that was run again gives the same file`(name: String) throws {
    try withWorkplace(Self.kernels) { place in
      let file = session(name)
      let typed = Self.withoutRecords(String(decoding: try Data(contentsOf: file), as: UTF8.self))
      try place.write(typed, to: "typed.winnow")
      #expect(try place.run("run", "--threads", "2", "typed.winnow").code == 0)
      #expect(try place.run("--threads", "2", "-c", "save saved.winnow").code == 0)
      let written = Self.recorded(typed, saved: try place.read("saved.winnow"))
      if Self.isUpdating { try Data(written.utf8).write(to: file) }
      let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      #expect(written == expected, "\(difference(written, expected))")
    }
  }

  @Test(.enabled(if: hasKernels, reason), arguments: sessions, ["1", "2"])
  func `a session is verified, whatever the number of threads`(name: String, threads: String) throws
  {
    try withWorkplace(Self.kernels) { place in
      let run = try place.run("replay", "--verify", "--threads", threads, session(name).path)
      #expect(run.code == 0, "\(run.out)\(run.err)")
      // What is undone, left on a branch, or no part of the tree has no record; everything else has.
      let summary =
        switch name {
        case "files": "of 1 of 30 inputs nothing is recorded"
        case "strategies": "of 4 of 15 inputs nothing is recorded"
        case "tour": "of 6 of 42 inputs nothing is recorded"
        case "tree": "of 2 of 21 inputs nothing is recorded"
        default: "verified: all"
        }
      #expect(run.out.contains(summary), "\(run.out)")
      #expect(run.out.contains("threads differ") == (threads != "2"))
      #expect(!run.out.contains("kernels differ") && !run.out.contains("data differ"))
    }
  }

  /// Decisions hold on the machine's own kernels too; what is said of them is that they differ.
  @Test(arguments: sessions)
  func `a session is verified on this machine's own kernels`(name: String) throws {
    try withWorkplace { place in
      let run = try place.run("replay", "--verify", session(name).path)
      #expect(run.code == 0, "\(run.out)\(run.err)")
    }
  }

  @Test func `the quickstart that is recorded is the one that is shipped`() throws {
    let recorded = String(decoding: try Data(contentsOf: session("quickstart")), as: UTF8.self)
    let shipped = try Data(contentsOf: Product.file("scripts/quickstart.winnow"))
    #expect(Self.withoutRecords(recorded) == String(decoding: shipped, as: UTF8.self))
  }

  @Test(arguments: sessions)
  func `a session passes check`(name: String) throws {
    try withWorkplace { place in
      let check = try place.run("check", session(name).path)
      #expect(check.code == 0, "\(check.err)")
    }
  }

  private func session(_ name: String) -> URL { Product.file("workspaces/\(name)/session.winnow") }

  private static func withoutRecords(_ script: String) -> String {
    lines(script).filter { !$0.hasPrefix("#:") }.joined(separator: "\n")
  }

  /// `typed` with the `#:` lines of `saved`, which leaves out what was undone and the commands that
  /// undo and redo.
  private static func recorded(_ typed: String, saved: String) -> String {
    var rest = lines(saved)[...]
    var result: [Substring] = []
    for line in lines(typed) {
      result.append(line)
      if rest.first == line { rest.removeFirst() }
      while let record = rest.first, record.hasPrefix("#:") {
        result.append(record)
        rest.removeFirst()
      }
    }
    return result.joined(separator: "\n")
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The first line that differs, which is what one wants to read.
  private func difference(_ found: String, _ expected: String) -> String {
    let pairs = zip(Self.lines(found), Self.lines(expected)).enumerated()
    guard let (index, pair) = pairs.first(where: { $0.element.0 != $0.element.1 }) else {
      return "one is longer"
    }
    return "line \(index + 1)\nfound    \(pair.0)\nexpected \(pair.1)"
  }
}
