import CommandLanguage
import Foundation
import Notebook
import Testing

/// `save`, and replaying what it wrote.
@Suite struct ReplayTests {
  private static let session = """
    ## Does it hold?
    # Half of the labels are wrong.
    budget = 10
    load digits
    noise sym 0.5
    repeat 2 {
      query npc $budget share=5   # two shares
      filter aum
      train linear epochs=20
    }
    for q in random probcover { reset; query $q 12 }
    query npc 15; train 1nn
    # the end

    """

  private func save(_ trial: Trial) throws -> String {
    try trial.ok("save '\(trial.path("s.winnow"))'")
    return try ScriptFile.read(trial.path("s.winnow")).text
  }

  /// Replays the script in a workspace of its own.
  private func replay(_ text: String) throws -> (verified: [Verification], flow: Flow) {
    try withTrial { trial in
      let source = SourceText(name: "s.winnow", text: text)
      let replay = try Replay(source)
      let fresh = try Trial(in: trial.folder, name: "r.sqlite", seed: replay.header?.seed ?? 0)
      defer { try? fresh.close() }
      var verified: [Verification] = []
      let flow = try replay.run(
        in: fresh.session, report: { #expect($0.failure == nil) },
        verified: { verified.append($0) })
      let differences = try replay.differences(in: fresh.session)
      #expect(differences.allSatisfy { $0.hasPrefix("threads") }, "\(differences)")
      return (verified, flow)
    }
  }

  private func savedSession(seed: Int = 3) throws -> String {
    try withTrial(seed: seed) { trial in
      try trial.run(Self.session)
      return try save(trial)
    }
  }

  @Test func `a saved session is what was typed, and replays as recorded`() throws {
    let text = try savedSession()
    let prose = text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("#:") && !$0.hasPrefix("#!") }
      .map { String($0).trimmed }.joined(separator: "\n")
    let typed = Self.session.replacing("query npc 15; train 1nn", with: "query npc 15;\ntrain 1nn")
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0).trimmed }.joined(separator: "\n")
    #expect(prose.trimmed == typed.trimmed)
    let (verified, flow) = try replay(text)
    #expect(flow == .completed)
    #expect(verified.count == 7)
    for verification in verified {
      #expect(verification.outcome == .ok, "\(verification.text)")
      #expect(verification.details.isEmpty)
      #expect(verification.text.hasPrefix("ok    line "))
    }
  }

  @Test func `the header has seed and data, and the records their digests`() throws {
    let text = try savedSession()
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines[0] == "#!/usr/bin/env -S winnow run")
    #expect(lines[1].hasPrefix("#: winnow 1 seed=3 data=digits:sha256:"))
    let records = lines.filter { $0.hasPrefix("#: ") }
    #expect(records.contains { $0.hasPrefix("#: labels=sha256:") })
    let block = try #require(records.first { $0.contains("verdicts=sha256:") })
    #expect(block.contains("selected=sha256:"))
    #expect(block.contains("accuracy=["))
    #expect(block.contains("]±0.02"))
    #expect(block.contains("delta=0.68"))
    #expect(!block.contains("share=5"))
  }

  @Test func `the digests are those of the contract`() throws {
    try withTrial { trial in
      let bought = try trial.ok("load digits\nnoise sym 0.5\nquery npc 12")
      let judged = try trial.ok("filter ideal")
      let text = try save(trial)
      let picks = try #require(bought["selected"]?.ints)
      #expect(text.contains("selected=sha256:" + Digest.sha256(ints: picks)))
      let clean = try #require(judged["clean"]?.bools)
      var bytes: [UInt8] = []
      for (sample, isClean) in zip(picks, clean) {
        withUnsafeBytes(of: Int64(sample).littleEndian) { bytes += Array($0) }
        bytes.append(isClean ? 1 : 0)
      }
      #expect(text.contains("verdicts=sha256:" + Digest.sha256(bytes)))
    }
  }

  @Test func `saving what was replayed gives the same script`() throws {
    let text = try savedSession()
    let again = try withTrial(seed: 3) { trial in
      try trial.run(text)
      return try save(trial)
    }
    func withoutTimes(_ text: String) -> [Substring] {
      text.split(separator: "\n").filter { !$0.hasPrefix("#: winnow") }
    }
    #expect(withoutTimes(again) == withoutTimes(text))
  }

  struct Edit: Sendable, CustomTestStringConvertible {
    let name: String
    /// A regular expression, what replaces its first match, and what the difference has to say.
    let pattern: String
    let replacement: String
    let said: String
    var testDescription: String { name }
  }

  @Test(arguments: [
    Edit(
      name: "labels", pattern: "labels=sha256:[0-9a-f]{64}",
      replacement: "labels=sha256:" + String(repeating: "0", count: 64),
      said: "observed labels differ"),
    Edit(
      name: "accuracy", pattern: #"accuracy=\[[0-9.]+"#, replacement: "accuracy=[0.0123",
      said: "accuracy 1: recorded 0.0123, now 0."),
    Edit(
      name: "loss", pattern: #"loss=\[[0-9.]+"#, replacement: "loss=[99.5",
      said: "loss 1: recorded 99.5"
    ),
    Edit(
      name: "number of accuracies", pattern: #"accuracy=\[[0-9.]+,"#, replacement: "accuracy=[",
      said: "accuracy: recorded 1 values, now 2"),
  ])
  func `an edited record is a difference in that input alone`(_ edit: Edit) throws {
    let text = try savedSession()
    let edited = text.replacing(
      try Regex(edit.pattern), with: edit.replacement, maxReplacements: 1)
    #expect(edited != text)
    let differing = try replay(edited).verified.filter { $0.outcome == .differs }
    #expect(differing.count == 1)
    #expect(differing.first?.details.first?.contains(edit.said) == true, "\(differing)")
    #expect(differing.first?.text.hasPrefix("DIFF  line ") == true)
  }

  /// The record as a run would have left it in which one pick was another.
  @Test func `another pick is named with its place and both samples`() throws {
    try withTrial { trial in
      let bought = try trial.ok("load digits\nnoise sym 0.5\nquery random 6")
      let picks = try #require(bought["selected"]?.ints)
      var others = picks
      others[3] = others[3] == 0 ? 1 : 0
      let edited = try save(trial)
        .replacing(Digest.sha256(ints: picks), with: Digest.sha256(ints: others))
        .replacing(
          "picks=[\(picks.map(String.init).joined(separator: ","))]",
          with: "picks=[\(others.map(String.init).joined(separator: ","))]")
      let differing = try replay(edited).verified.filter { $0.outcome == .differs }
      #expect(differing.count == 1)
      let said = try #require(differing.first?.details.first)
      #expect(said == "cell 3, pick 4 of query 1: recorded sample \(others[3]), now \(picks[3])")
    }
  }

  @Test func `another verdict is named with its sample`() throws {
    try withTrial { trial in
      let judged = try trial.ok("load digits\nnoise sym 0.5\nquery random 20\nfilter ideal")
      let samples = try #require(judged["labeled"]?.ints)
      let clean = try #require(judged["clean"]?.bools)
      let suspected = zip(samples, clean).filter { !$0.1 }.map(\.0)
      let first = try #require(suspected.first)
      let text = try save(trial)
      let digest = try #require(text.firstMatch(of: /verdicts=sha256:([0-9a-f]{64})/)?.1)
      let edited = text.replacing(digest, with: String(repeating: "1", count: 64))
        .replacing("suspected=[\(first),", with: "suspected=[")
      #expect(edited != text)
      let differing = try replay(edited).verified.filter { $0.outcome == .differs }
      #expect(differing.count == 1)
      #expect(
        differing.first?.details.first
          == "cell 4, sample \(first) in judgement 1: recorded clean, now suspected, "
          + "decided by a gap of 0.5")
    }
  }

  @Test func `a digest edited alone is told apart from another pick`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nquery random 6")
      let text = try save(trial)
      let digest = try #require(text.firstMatch(of: /selected=sha256:([0-9a-f]{64})/)?.1)
      let edited = text.replacing(digest, with: String(repeating: "1", count: 64))
      let differing = try replay(edited).verified.filter { $0.outcome == .differs }
      #expect(differing.first?.details.first?.contains("edited") == true)
    }
  }

  @Test func `other data are said to be other data`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nquery random 6")
      let text = try save(trial)
      let digest = try #require(text.firstMatch(of: /digits:sha256:([0-9a-f]{64})/)?.1)
      let source = SourceText(text: text.replacing(digest, with: String(repeating: "2", count: 64)))
      let replay = try Replay(source)
      let fresh = try Trial(in: trial.folder, name: "r.sqlite")
      defer { try? fresh.close() }
      _ = try replay.run(in: fresh.session, report: { _ in }, verified: nil)
      let said = try replay.differences(in: fresh.session)
      #expect(said.first?.hasPrefix("your data differ") == true)
    }
  }

  @Test func `undone inputs and those that failed are left out`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nquery random 5\nundo\nquery random 7")
      _ = try trial.failing("query nothing 5")
      try trial.ok("train 1nn; undo")
      let text = try save(trial)
      #expect(text.contains("query random 7"))
      for word in ["query random 5", "nothing", "train", "undo", "save"] {
        #expect(!text.contains(word), "\(word)")
      }
      #expect(try replay(text).verified.allSatisfy { $0.outcome == .ok })
    }
  }

  @Test func `a block that did not finish is saved as the commands that did`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5")
      _ = try trial.failing("for n in 11 12 { query npc $n; filter aum; assert n_labeled < 12 }")
      let text = try save(trial)
      #expect(!text.contains("for n"))
      let commands = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.dropFirst(2)
      #expect(
        commands.map { $0.split(separator: " ").prefix(3).joined(separator: " ") } == [
          "query npc 11", "filter aum epochs=40", "assert n_labeled <", "query npc 12",
          "filter aum epochs=40",
        ])
      let verified = try replay(text).verified
      #expect(verified.count == 7)
      #expect(verified.allSatisfy { $0.outcome == .ok && $0.details.isEmpty }, "\(verified)")
    }
  }

  @Test func `a sourced script is saved as the line that sourced it`() throws {
    try withTrial { trial in
      try trial.ok(try ExampleFiles.placed("source steps.winnow budget=4", in: trial.folder))
      let text = try save(trial)
      #expect(text.contains("source \(trial.path("steps.winnow")) budget=4"))
      #expect(text.contains("picks=["))
      #expect(try replay(text).verified.map(\.outcome) == [.ok])
    }
  }

  @Test func `a script without records replays as it is`() throws {
    let (verified, flow) = try replay("load digits\nquery random 5\n")
    #expect(flow == .completed)
    #expect(verified.map(\.outcome) == [.ok, .ok])
  }

  @Test func `a script that does not check is not replayed`() {
    #expect(throws: ParseFailure.self) { try Replay(SourceText(text: "query ncp 5")) }
    #expect(throws: ParseFailure.self) { try Replay(SourceText(text: "query npc (")) }
  }
}

extension String {
  /// Without blanks at its ends.
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
