import CommandLanguage
import Notebook
import Testing

/// The session as a tree: branches, the tree as a picture, cells again in full, two ways compared.
@Suite struct TreeTests {
  private static let start = "load digits subset=200\nnoise sym 0.3\nquery random 5\n"

  private func picks(_ trial: Trial) throws -> [Int] {
    try trial.ok("show labeled")["rows"]?.array?.compactMap { $0.array?[1].int } ?? []
  }

  @Test func `a branch that is left stays, and switch goes back to it`() throws {
    try withTrial { trial in
      let first = try trial.ok(Self.start + "branch other")
      #expect(first["branch"]?.string == "other" && first["head"]?.int == 3)
      let before = try picks(trial)
      #expect(try trial.ok("undo")["branch"]?.string == "other")
      try trial.ok("query coreset 4")
      #expect(try picks(trial) != before)
      let back = try trial.ok("switch main")
      #expect(back["branch"]?.string == "main" && back["head"]?.int == 3)
      #expect(try picks(trial) == before)
      try trial.reopen()
      #expect(try picks(trial) == before)
      try trial.ok("switch other")
      #expect(try picks(trial).count == 4)
      let all = try trial.ok("branch")["rows"]?.array?.compactMap { $0.array?.first?.string }
      #expect(all == ["main", "other"])
    }
  }

  @Test(arguments: [
    ("switch nain", Diagnostic.Code.unknownName), ("branch main", .refused),
    ("branch 7", .type), ("branch a/b", .type), ("diff main nain", .unknownName),
    ("diff 1 9", .range), ("show cell", .missingArgument), ("show cell 99", .range),
    ("show pool 3", .refused), ("history 7..3", .type), ("history -g", .missingArgument),
    ("history 3 load", .refused), ("diff main none.winnow", .fileMissing),
  ])
  func `what cannot be is refused, with what could`(_ line: String, _ code: Diagnostic.Code)
    throws
  {
    try withTrial { trial in
      try trial.ok(Self.start)
      let report = try trial.failing(line)
      #expect(report.failure?.code == code, "\(report.failure?.diagnostic.message ?? "")")
      #expect(try trial.ok("branch")["rows"]?.array?.count == 1)
    }
  }

  @Test func `show tree draws what was left beside what went on`() throws {
    try withTrial { trial in
      try trial.ok(Self.start + "show pool\nundo\nquery coreset 4\nbranch other\nshow cells")
      let report = try trial.run("show tree").last
      let expected = [
        "● 1 load digits subset=200", "● 2 noise sym 0.3", "├─○ 3 query random 5",
        "● 6 query coreset 4  [main] [other, here]",
      ]
      #expect(report?.output?.picture == expected)
      let rows = report?.output?.table?.rows.map { $0[1].int }
      #expect(rows == [nil, 1, 2, 2])
    }
  }

  @Test func `a long session has a tree, too`() throws {
    try withTrial { trial in
      try trial.ok("for s in 1..300 { seed $s; undo; seed 7 }")
      #expect(try trial.run("show tree").last?.output?.picture.count == 600)
    }
  }

  @Test func `show cell has a cell again in full, failed ones too`() throws {
    try withTrial { trial in
      let result = try trial.ok(Self.start)
      _ = try trial.failing("query random 900")
      try trial.reopen()
      let cell = try trial.ok("show cell 3")
      #expect(cell["result"]?["selected"] == result["selected"] && cell["restored"] == .bool(true))
      #expect(cell["typed"]?.string == "query random 5" && cell["status"]?.string == "ok")
      let failed = try trial.ok("show cell 4")
      #expect(failed["error"]?["code"]?.string == "budget" && failed["result"] == .null)
      let table = try trial.ok("show labeled")
      #expect(try trial.ok("show cell 7")["result"] == table)
    }
  }

  @Test func `history lists ranges, and searches all sessions`() throws {
    try withTrial { trial in
      try trial.ok("seed 1\nseed 2\nseed 3\nload digits subset=60")
      func inputs(_ line: String) throws -> [Int] {
        try trial.ok(line)["rows"]?.array?.compactMap { $0.array?.first?.int } ?? []
      }
      #expect(try inputs("history 2..3") == [2, 3])
      #expect(try inputs("history ..2") == [1, 2])
      #expect(try inputs("history 4..") == [4, 5, 6])
      #expect(try inputs("history 1") == [7])
      let found = try trial.ok("history -g DIGITS")["rows"]?.array
      #expect(found?.first?.array?.prefix(2).map(\.int) == [1, 4])
      #expect(found?.count == 1)
    }
  }

  @Test(arguments: [
    ("query random 5", "query random 5", nil), ("query random 5", "query random 6", "command"),
    ("noise sym 0.3", "seed 4\nnoise sym 0.3", "command"), ("seed 2", "seed 2\nseed 3", "end"),
  ])
  func `diff names the first cell in which branches differ`(
    _ mine: String, _ theirs: String, _ what: String?
  ) throws {
    try withTrial { trial in
      try trial.ok("load digits subset=200\nbranch other\n\(theirs)\nswitch main\n\(mine)")
      let found = try trial.ok("diff main other")
      #expect(found["same"] == .bool(what == nil))
      #expect(found["what"]?.string == what)
    }
  }

  @Test func `diff names picks and labels of sessions with other seeds`() throws {
    try withTrial { trial in
      let script = "load digits\nnoise sym 0.3"
      try trial.ok(script)
      let other = try trial.workspace.openSession(.new, seed: 5)
      let second = try Session(
        workspace: trial.workspace, lease: other, environment: trial.session.environment)
      defer { other.release() }
      for line in script.split(separator: "\n").map(String.init) {
        let source = SourceText(text: line)
        _ = try second.run(Parser.parse(source).statements[0], in: source, text: line) { _ in }
      }
      let found = try trial.ok("diff 1 2")
      #expect(found["what"]?.string == "labels")
      #expect(found["reason"]?.string?.contains("other seeds: 0 and 5") == true)
      #expect(found["a"]?["at"]?.int == 2 && found["b"]?["at"]?.int == 2)
    }
  }

  @Test func `diff holds scripts against each other, and against sessions`() throws {
    try withTrial { trial in
      try trial.ok(Self.start + "save \"\(trial.path("one.winnow"))\"")
      try trial.ok("query random 2\nsave \"\(trial.path("two.winnow"))\"")
      let ends = try trial.ok(
        "diff \"\(trial.path("one.winnow"))\" \"\(trial.path("two.winnow"))\"")
      #expect(ends["what"]?.string == "end" && ends["a"]?["at"] == .null)
      let same = try trial.ok("diff \"\(trial.path("two.winnow"))\" main")
      #expect(same["same"] == .bool(true))
    }
  }
}
