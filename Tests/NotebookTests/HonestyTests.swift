import Notebook
import Testing

/// What `compare` must not count, pair or pass over in silence.
@Suite struct HonestyTests {
  private static let data =
    "load blobs samples=80 test=60 classes=4 dimensions=3 seed=2\nnoise sym 0.3\n"

  /// `seeds` runs of two rounds for each of `arms`.
  private func sweep(_ trial: Trial, _ seeds: String, _ arms: String = "random probcover") throws {
    try trial.ok("for s in \(seeds) { seed $s; for q in \(arms) { reset; \(Self.rounds) } }")
  }

  private static let rounds = "repeat 2 { query $q 8; train 1nn }"

  private func message(_ report: CellReport) -> String {
    report.failure.map { $0.text(color: false) } ?? ""
  }

  private func seeds(_ result: JSON) -> [Int?] {
    result["arms"]?.array?.map { $0["seeds"]?.int } ?? []
  }

  @Test func `keys under one seed are no repeats`() throws {
    try withTrial { trial in
      try trial.ok(
        Self.data + "for s in 1..10 { for q in random probcover { reset; \(Self.rounds) } }")
      let failed = try trial.failing("compare q by=s")
      #expect(failed.failure?.code == .refused)
      #expect(message(failed).contains("under the same seed, 0"))
      #expect(message(failed).contains("for s in … { seed $s; … }"))
    }
  }

  @Test func `a run made again under its seed counts once, and that is said`() throws {
    try withTrial { trial in
      try trial.ok(Self.data)
      try sweep(trial, "1..2")
      try sweep(trial, "2")
      let report = try #require(try trial.run("compare q by=s").last)
      #expect(seeds(report.output?.json ?? .null) == [2, 2])
      #expect(report.notices.contains { $0.contains("1 run of random") })
    }
  }

  @Test func `a run that stopped half-way is refused until it is made again`() throws {
    try withTrial { trial in
      try trial.ok(Self.data)
      try sweep(trial, "1..3")
      try trial.ok("seed 4\nfor q in random probcover { reset; query $q 8; train 1nn }")
      let failed = try trial.failing("compare q")
      #expect(message(failed).contains("random with seed=4 was measured at 8 labels"))
      try trial.ok("seed 4\nfor q in random probcover { reset; \(Self.rounds) }")
      #expect(seeds(try trial.ok("compare q")) == [4, 4])
    }
  }

  @Test func `a run without a partner is left out everywhere, however far it went`() throws {
    try withTrial { trial in
      try trial.ok(Self.data)
      try sweep(trial, "1..3")
      try trial.ok("seed 4\nfor q in random { query $q 8; train 1nn }")
      let report = try #require(try trial.run("compare q").last)
      #expect(seeds(report.output?.json ?? .null) == [3, 3])
      #expect(report.notices.contains { $0.contains("1 run of") && $0.contains("partner") })
    }
  }

  @Test func `a last round that was not measured is refused, and as an area's end said`() throws {
    try withTrial { trial in
      try trial.ok(Self.data)
      try trial.ok(
        "for s in 1..2 { seed $s; for q in random probcover { reset; \(Self.rounds); query $q 8 } }"
      )
      let failed = try trial.failing("compare q metric=accuracy")
      #expect(message(failed).contains("no accuracy in its last round, at 24 labels"))
      #expect(failed.failure?.json["column"]?.int == 18)
      let area = try #require(try trial.run("compare q").last)
      #expect(area.notices.contains { $0.contains("4 runs end before the last round") })
    }
  }

  @Test func `different annotators are not paired`() throws {
    try withTrial { trial in
      try trial.ok(Self.data)
      try trial.ok("for s in 1..3 { seed $s; query random 8; train 1nn }\nnoise none")
      try trial.ok("for s in 1..3 { seed $s; query probcover 8; train 1nn }")
      let failed = try trial.failing("compare probcover random")
      #expect(message(failed).contains("different annotators: none and sym 0.3"))
      try trial.reopen()
      #expect(try trial.failing("compare probcover random").failure?.code == .refused)
    }
  }

  @Test func `no noise is the same annotator whether it was typed or not`() throws {
    try withTrial { trial in
      try trial.ok("load blobs samples=80 test=60 classes=4 dimensions=3 seed=2")
      try trial.ok("for s in 1..2 { seed $s; query random 8; train 1nn }\nnoise none")
      try trial.ok("for s in 1..2 { seed $s; query probcover 8; train 1nn }")
      #expect(seeds(try trial.ok("compare probcover random")) == [2, 2])
    }
  }

  @Test func `annotators are compared where a loop goes through them, and that is said`() throws {
    try withTrial { trial in
      try trial.ok(Self.data)
      try trial.ok(
        "for s in 1..2 { for n in none sym(rate=0.5) { noise $n; seed $s; query random 8; train 1nn } }"
      )
      for _ in 1...2 {
        let report = try #require(try trial.run("compare n").last)
        #expect(
          report.notices == ["sym(rate=0.5) and none met different annotators: sym 0.5 and none"])
        try trial.reopen()
      }
    }
  }

  @Test func `arms that nobody asked for do no harm`() throws {
    try withTrial { trial in
      try trial.ok(Self.data)
      try sweep(trial, "1..2")
      try trial.ok("for q in margin { reset; query $q 8; train 1nn; reset; query $q 6 }")
      #expect(seeds(try trial.ok("compare probcover random")) == [2, 2])
      let failed = try trial.failing("compare probcover entropy")
      #expect(message(failed).contains("no arm 'entropy'"))
      #expect(message(failed).contains("arms by q: random, probcover, margin"))
      #expect(try trial.failing("compare random random").failure?.code == .refused)
    }
  }

  @Test func `the seeds that a wish for precision would need are bounded`() throws {
    try withTrial { trial in
      try trial.ok(Self.data)
      try sweep(trial, "1..10")
      let arms = try trial.ok("compare q epsilon=1e-9")["arms"]?.array
      let verdict = try #require(arms?.compactMap { $0["verdict"]?.string }.first)
      #expect(!verdict.hasPrefix("not decidable") || verdict.contains("more than 1,000,000"))
      #expect(!verdict.contains("000000"))
    }
  }

  @Test(arguments: [
    ("compare q metric=accuracy of=loss", "of= is for metric=aubc"),
    ("compare q metric=accuracy aubc=zhan", "aubc= is for metric=aubc"),
    ("compare random probcover baseline=random", "baseline= is for a loop variable"),
    ("show rounds by=q", "by= is for show curves"),
    ("show coverage metric=loss", "metric= is for show curves"),
    ("show pool layout=paper", "layout= is for show rounds"),
    ("plot coverage by=q", "by= is for plot accuracy"),
  ])
  func `an option without effect is refused where it stands`(_ line: String, _ said: String) throws
  {
    try withTrial { trial in
      let failed = try trial.failing(line)
      #expect(failed.failure?.code == .refused)
      #expect(message(failed).contains(said))
      let value = try #require(line.lastIndex(of: "="))
      #expect(
        failed.failure?.json["column"]?.int == line.distance(from: line.startIndex, to: value) + 2)
    }
  }
}
