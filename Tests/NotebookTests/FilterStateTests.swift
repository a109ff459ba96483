import Foundation
import Notebook
import TestSupport
import Testing

/// What filters remember and what their card says.
@Suite struct FilterStateTests {
  @Test func `with momentum 1 the verdict is a vote of all judgements so far`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nfilter knn momentum=1")
      var votes: [Int: [Bool]] = [:]
      for round in 1...4 {
        try trial.ok("query random 40")
        let plain = try trial.ok("filter knn")
        // The session's filter is another now: back to the one that remembers.
        let blended = try trial.ok("filter knn momentum=1")
        let samples = try #require(plain["labeled"]?.ints)
        for (sample, clean) in zip(samples, try #require(plain["clean"]?.bools)) {
          votes[sample, default: []].append(clean)
        }
        let expected = samples.map { sample in
          let own = votes[sample] ?? []
          return 2 * own.count { $0 } >= own.count
        }
        #expect(blended["clean"]?.bools == expected, "round \(round)")
      }
    }
  }

  @Test func `records outlive the process, an undo takes them back, and a reset ends them`() throws
  {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nquery random 50\nfilter aum momentum=0.5")
      try trial.ok("query random 20")
      let once = try trial.ok("filter aum momentum=0.5")
      try trial.ok("undo")
      try trial.reopen()
      #expect(try trial.ok("filter aum momentum=0.5") == once)
      let twice = try trial.ok("filter aum momentum=0.5")
      // Judged again, the same fit weighs more.
      #expect(twice["quality"] != once["quality"])
      try trial.ok("reset\nquery random 50")
      let fresh = try trial.ok("filter aum momentum=0.5")
      #expect(fresh["quality"]?.doubles?.allSatisfy { $0 == 0 || $0 == 1 } == true)
    }
  }

  @Test func `a momentum of nothing is no momentum`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nquery random 50")
      let plain = try trial.ok("filter aum")
      #expect(try trial.ok("filter aum momentum=0") == plain)
      #expect(try trial.failing("filter aum momentum=1.1").failure?.code == .range)
      #expect(try trial.failing("filter ideal momentum=0.5").failure?.code == .unknownOption)
    }
  }

  @Test func `a card compares trainings on all, on kept and on right labels`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nquery random 60\ntrain 1nn on=all")
      let all = try #require(try trial.ok("train 1nn on=all")["evaluation"]?["accuracy"]?.double)
      let card = try #require(try trial.ok("filter ideal card=true")["evaluation"]?["card"])
      #expect(card["model"]?.string == "1nn")
      #expect(card["accuracy_all"]?.double == all)
      // The ideal filter keeps exactly the right labels.
      #expect(card["accuracy_clean"] == card["accuracy_truly_clean"])
      #expect(card["gap_kept_noise"]?.double == 0 && card["gap_discarded_clean"]?.double == 0)
      let none = try #require(try trial.ok("filter none card=true")["evaluation"]?["card"])
      #expect(none["accuracy_clean"]?.double == all)
      #expect(none["accuracy_kept_noise"]?.double == all)
    }
  }
}
