import Foundation
import LinearAlgebra
import Notebook
import Testing

/// A draw depends on the seed, on what it is for, on the round and the share, and on nothing else.
@Suite struct RandomnessTests {
  private static let commands = [
    "query random 10", "query npc 20", "filter aum", "train linear epochs=10",
    "query probcover 10", "train linear epochs=10",
  ]

  private func results(_ script: [String], seed: Int = 0) throws -> [JSON] {
    try withTrial(seed: seed) { trial in
      try trial.ok("load digits\nnoise sym 0.5")
      return try script.map { try trial.ok($0) }
    }
  }

  @Test func `looking around in between changes nothing`() throws {
    let plain = try results(Self.commands)
    let watched = try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5")
      return try Self.commands.map { command in
        let result = try trial.ok(command)
        try trial.ok(
          """
          show pool; show labeled; show rounds; show noise; show filter; show cells; show vars
          history; help npc; sql 'SELECT 1'; x = 3
          """)
        return result
      }
    }
    #expect(watched == plain)
  }

  @Test func `a failed command in between changes nothing`() throws {
    let plain = try results(Self.commands)
    let stumbling = try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5")
      return try Self.commands.map { command in
        _ = try trial.failing("query npc 5000")
        _ = try trial.failing("train linear epochs=0")
        return try trial.ok(command)
      }
    }
    #expect(stumbling == plain)
  }

  @Test func `two strategies under one seed face the same annotator and the same start`() throws {
    func answers(_ strategy: String) throws -> [Int: Int] {
      let bought = try results(["query \(strategy) 1297"])[0]
      return Dictionary(
        uniqueKeysWithValues: zip(
          try #require(bought["selected"]?.ints), try #require(bought["labels"]?.ints)))
    }
    #expect(try answers("random") == answers("npc"))
    #expect(try answers("random") == answers("probcover"))
  }

  @Test func `the noise does not depend on what was drawn before it`() throws {
    let early = try withTrial { try $0.ok("load digits; noise sym 0.5")["digest"] }
    let late = try withTrial { trial in
      try trial.ok("load digits; noise sym 0.3; query npc 20; train linear epochs=2")
      return try trial.ok("noise sym 0.5")["digest"]
    }
    #expect(early == late)
  }

  @Test(arguments: [
    ("query npc 20 delta=0.6 share=5 ties=random", "query npc(ties=random, share=5) 20 delta=0.6"),
    ("query npc 20 delta=0.6", "query npc(delta=0.6) 20"),
    ("query npc 20 share=5 filter=aum", "query npc 20 filter=aum share=5"),
    ("query npc 20", "query NPC n=20 share=10 remainder=first filter=aum ties=random delta=0.68"),
    ("train linear epochs=9 lr=0.05", "train linear(lr=0.05) epochs=9"),
    ("query npc 20 filter=aum", "query probcover_nas 20"),
  ])
  func `how a command is written does not matter`(_ one: String, _ other: String) throws {
    let beginning = "query random 12"
    let first = try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\n" + beginning)
      return try #require(try trial.run(one).last)
    }
    let second = try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\n" + beginning)
      return try #require(try trial.run(other).last)
    }
    #expect(first.output?.json == second.output?.json)
    #expect(first.command == second.command)
  }

  @Test func `an option that a draw does not depend on leaves it alone`() throws {
    let whole = try results(["query npc 20 share=20", "train linear epochs=3"])
    let other = try results(["query npc 20 share=20 remainder=last", "train linear epochs=3"])
    #expect(whole == other)
  }

  @Test func `the same command on the same state gives the same result`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nquery npc 30")
      #expect(try trial.ok("train linear epochs=5") == trial.ok("train linear epochs=5"))
      #expect(try trial.ok("filter aum") == trial.ok("filter aum"))
      let first = try trial.ok("query npc 10")
      #expect(try trial.ok("undo; query npc 10") == first)
      try trial.ok("reset; query npc 30; filter aum")
      #expect(try trial.ok("query npc 10") == first)
    }
  }

  @Test func `seeds give different experiments, the same seed the same`() throws {
    let loop = "for s in 1..3 { seed $s; query random 8 }"
    let picks = try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5")
      return try trial.run(loop + "\nseed 2; query random 8").compactMap {
        $0.output?.json["selected"]
      }
    }
    #expect(picks.count == 4)
    #expect(Set(picks.prefix(3)).count == 3)
    #expect(picks[3] == picks[1])
  }

  @Test func `one thread and more agree`() async {
    await #expect(processExitsWith: .success) {
      func results(threads: Int) throws -> [JSON] {
        try withTrial { trial in
          try trial.ok("set threads \(threads)\nload digits\nnoise sym 0.5")
          return try RandomnessTests.commands.map { try trial.ok($0) }
        }
      }
      let one = try results(threads: 1)
      #expect(try results(threads: 2) == one)
      #expect(try results(threads: 3) == one)
    }
  }

  @Test func `without noise, npc with ideal or none picks what probcover picks`() throws {
    func picks(_ query: String) throws -> [JSON?] {
      try withTrial { trial in
        try trial.ok("load digits")
        return try ["12", "7", "21"].map {
          try trial.ok(query.replacing("N", with: $0))["selected"]
        }
      }
    }
    let cover = try picks("query probcover N ties=lowest")
    for filter in ["ideal", "none"] {
      for share in [1, 3, 10] {
        #expect(try picks("query npc N ties=lowest share=\(share) filter=\(filter)") == cover)
      }
    }
  }
}
