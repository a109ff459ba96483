import Datasets
import Foundation
import Notebook
import TestSupport
import Testing

/// `why`: what was stored when a sample was chosen and judged.
@Suite struct WhyTests {
  /// Ten points on a line, as features and labels in files.
  private func line(_ trial: Trial) throws {
    let points: [Float] = [0, 0.1, 0.2, 0.3, 1, 1.1, 1.2, 2, 2.1, 3]
    try Self.write(points, trial.path("x.npy"))
    try Data("0\n0\n0\n0\n1\n1\n1\n2\n2\n3\n".utf8).write(
      to: URL(fileURLWithPath: trial.path("y.csv")))
    try trial.ok(
      "load arrays features=\(trial.path("x.npy")) labels=\(trial.path("y.csv")) normalization=none"
    )
  }

  private static func write(_ points: [Float], _ path: String) throws {
    try NumpyWriter.write(points, shape: [points.count, 1], to: path)
  }

  @Test func `tells score, runner-up, gap, ties and what a ball newly covers`() throws {
    try withTrial { trial in
      try line(trial)
      let picks = try trial.ok("query probcover 8 delta=0.15 ties=lowest")
      #expect(picks["selected"]?.ints == [1, 5, 7, 2, 9, 0, 3, 4])
      let first = try #require(try trial.ok("why 1")["choice"])
      #expect(first["rank"]?.int == 1 && first["of"]?.int == 8)
      #expect(first["score"]?.double == 3)
      // 1, 2 and 5 cover three each.
      #expect(first["tied"]?.int == 3)
      #expect(first["runner_up"]?["sample"]?.int == 2)
      #expect(first["gap"]?.double == 0)
      #expect(first["covered"]?.ints == [0, 1, 2])
      let fourth = try #require(try trial.ok("why 2")["choice"])
      #expect(fourth["covered"]?.ints == [3])
      #expect(fourth["score"]?.double == 1)
    }
  }

  @Test func `an unlabeled sample is told who covers it`() throws {
    try withTrial { trial in
      try line(trial)
      try trial.ok("query probcover 2 delta=0.15 ties=lowest")
      let result = try trial.ok("why 6")
      #expect(result["label"]?.isNull == true && result["choice"]?.isNull == true)
      #expect(result["covered_by"]?.ints == [5])
    }
  }

  @Test func `who covers a sample is told by what was bought, whoever labeled it again`() throws {
    try withTrial { trial in
      try line(trial)
      try trial.ok("query probcover 2 delta=0.15 ties=lowest\nlabel 1 3")
      #expect(try trial.ok("why 2")["covered_by"]?.ints == [1])
      #expect(try trial.ok("why 6")["covered_by"]?.ints == [5])
      try trial.reopen()
      #expect(try trial.ok("why 2")["covered_by"]?.ints == [1])
    }
  }

  @Test func `says the same after a restart, and nothing is computed for it`() throws {
    try withTrial { trial in
      let bought = try trial.ok(
        "load digits\nnoise sym 0.5\nquery npc 20 ties=lowest\nfilter aum\nshow labeled")
      let sample = try #require(bought.column("sample").first?.int)
      let before = try trial.ok("why \(sample)")
      #expect(before["judgement"]?["filter"]?.string == "aum")
      try trial.reopen()
      #expect(try trial.ok("why \(sample)") == before)
    }
  }

  @Test func `a person's label is said to be one`() throws {
    try withTrial { trial in
      let bought = try trial.ok(
        "load digits\nquery probcover 5 ties=lowest\nlabel 3 4\nshow labeled")
      let sample = try #require(bought.column("sample").first?.int)
      let person = try #require(try trial.ok("why 3")["choice"])
      #expect(person["source"]?.string == "person")
      #expect(person["strategy"] == .null && person["rank"] == .null && person["gap"] == .null)
      #expect(person.keys == (try trial.ok("why \(sample)")["choice"]?.keys))
    }
  }

  @Test func `a person's label hides nothing of why its sample was chosen`() throws {
    try withTrial { trial in
      let bought = try trial.ok("load digits\nquery probcover 5 ties=lowest")
      let sample = try #require(bought["selected"]?.ints)[2]
      let before = try #require(try trial.ok("why \(sample)")["choice"])
      try trial.ok("label \(sample) 3")
      for _ in 0..<2 {
        let after = try #require(try trial.ok("why \(sample)")["choice"])
        #expect(before["source"]?.string == "oracle" && after["source"]?.string == "person")
        #expect(after["cell"] != before["cell"])
        for key in try #require(after.keys) where !["source", "cell"].contains(key) {
          #expect(after[key] == before[key], "\(key)")
        }
        try trial.reopen()
      }
      let said = try #require(try trial.run("why \(sample)").last?.output?.lines)
      #expect(said.first?.contains("from a person (cell") == true)
      #expect(said.first?.contains("pick 3 of 5 by probcover in round 1") == true)
    }
  }

  @Test(arguments: ["badge", "direct"])
  func `a pick that a lot decided has a probability and no gap`(_ name: String) throws {
    try withTrial { trial in
      let bought = try trial.ok("load digits\nquery random 30\nquery \(name) 40")
      let choices = try #require(bought["selected"]?.ints).map {
        try #require(try trial.ok("why \($0)")["choice"])
      }
      let drawn = choices.filter { $0["probability"] != .null }
      #expect(!drawn.isEmpty)
      for choice in drawn {
        let probability = try #require(choice["probability"]?.double)
        #expect(probability > 0 && probability <= 1)
        #expect(choice["gap"] == .null)
      }
      // Where the score decides, nobody scored more.
      for choice in choices where choice["gap"] != .null {
        let score = try #require(choice["score"]?.double)
        #expect(score >= (try #require(choice["runner_up"]?["score"]?.double)))
      }
    }
  }

  @Test func `the votes of several annotators are told`() throws {
    try withTrial { trial in
      let bought = try trial.ok("load digits\nnoise sym 0.5 votes=3\nquery random 9")
      let samples = try #require(bought["selected"]?.ints)
      #expect(samples.count == 3)
      for (sample, label) in zip(samples, try #require(bought["labels"]?.ints)) {
        let votes = try #require(try trial.ok("why \(sample)")["choice"]?["votes"]?.ints)
        #expect(votes.count == 3 && votes.contains(label))
      }
    }
  }

  @Test(
    arguments: Vocabulary.entries(.strategy).map(\.name).filter { $0 != "random" })
  func `every strategy says why, for every pick`(_ name: String) throws {
    try withTrial { trial in
      let options = name == "vaal" ? " epochs=1 channels=4 code=4 hidden=8" : ""
      try trial.ok(
        "load digits\nnoise sym 0.2\nquery random 30\ntrain linear dropout=0.5 epochs=20")
      let picks = try #require(try trial.ok("query \(name) 5" + options)["selected"]?.ints)
      for sample in picks {
        let choice = try #require(try trial.ok("why \(sample)")["choice"])
        #expect(choice["score"]?.double != nil, "\(name)")
        #expect((choice["tied"]?.int ?? 0) >= 1, "\(name)")
        #expect(choice["runner_up"]?["sample"]?.int != nil, "\(name)")
      }
    }
  }

  @Test(
    arguments: Vocabulary.entries(.filter).map(\.name).filter { !["none", "ideal"].contains($0) })
  func `every filter shows what decided, for every label`(_ name: String) throws {
    try withTrial { trial in
      let verdict = try trial.ok("load digits\nnoise sym 0.4\nquery random 60\nfilter \(name)")
      for sample in try #require(verdict["labeled"]?.ints).prefix(3) {
        let judgement = try #require(try trial.ok("why \(sample)")["judgement"])
        #expect(judgement["evidence"]?.keys?.isEmpty == false, "\(name)")
      }
    }
  }
}
