import Foundation
import Notebook
import TestSupport
import Testing

/// The radius of a query: given, by the purity rule, by a list, by a schedule.
@Suite struct DeltaTests {
  @Test func `auto is the largest radius that is pure enough, and needs no label`() throws {
    try withTrial { trial in
      try trial.ok("load digits")
      let table = try trial.ok("show coverage")
      let pure = zip(table.column("delta"), table.column("purity")).filter {
        ($0.1.double ?? 0) >= 0.95
      }
      let expected = try #require(pure.compactMap(\.0.double).max())
      #expect(try trial.ok("query probcover 5 delta=auto")["delta"]?.double == expected)
      #expect(try trial.ok("query npc 5 delta=auto alpha=1")["delta"]?.double ?? 9 < expected)
      #expect(
        try trial.ok("query npc 5 delta=auto alpha=0 support=reference")["delta"]?.double == 0.6)
    }
  }

  @Test(arguments: [
    "load digits\nquery npc 5 delta=auto", "load digits\nquery dcom 5 delta=auto",
    "load blobs samples=100 test=0 classes=3 seed=1\nquery probcover 5",
  ])
  func `auto stands in the record as the number that it came to`(_ script: String) throws {
    try withTrial { trial in
      let report = try #require(try trial.run(script).last)
      let delta = try #require(report.output?.json["delta"]?.double)
      #expect(report.command.contains(" delta=\(delta) "))
      #expect(!report.command.contains("auto"))
      // The result says where the number comes from, and only there.
      #expect(report.output?.json["purity"]?.double ?? 0 >= 0.95)
      #expect(report.output?.lines.first?.contains("by purity") == true)
      try trial.ok("reset")
      let again = try #require(try trial.run(report.command).last?.output)
      #expect(again.json["selected"] == report.output?.json["selected"])
      #expect(again.json["delta"]?.double == delta)
      #expect(again.json["purity"] == nil)
    }
  }

  @Test func `is used where a data set has no known value, with a notice`() throws {
    try withTrial { trial in
      try trial.ok("load blobs samples=100 test=0 classes=3 seed=1")
      let report = try #require(try trial.run("query probcover 5").last)
      #expect(report.output?.json["delta"]?.double != nil)
      #expect(report.notices.contains { $0.contains("delta") })
    }
  }

  @Test func `a list has a value for each round, and the last one stays`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nrepeat 4 { query npc 5 delta=0.8,0.7,0.5 }")
      #expect(
        try trial.ok("show rounds").column("delta").compactMap(\.double) == [0.8, 0.7, 0.5, 0.5])
      try trial.ok("reset")
      #expect(try trial.ok("query npc 5 delta=[0.8, 0.7]")["delta"]?.double == 0.8)
    }
  }

  @Test func `a list and a schedule together are refused`() throws {
    try withTrial { trial in
      try trial.ok("load digits")
      let failed = try trial.failing("query npc 5 delta=0.8,0.7 schedule=linear_descent")
      #expect(failed.failure?.code == .refused)
    }
  }

  @Test(arguments: ["delta=0", "delta=-1", "delta=x", "delta=0.5,x", "delta=0.5,0"])
  func `what is no radius is said before anything runs`(_ option: String) throws {
    try withTrial { trial in
      try trial.ok("load digits")
      let code = try trial.failing("query npc 5 \(option)").failure?.code
      #expect(code == .type || code == .range)
    }
  }

  @Test func `a schedule goes on from round to round, and a new delta starts afresh`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nrepeat 3 { query probcover 20 delta=0.7 schedule=linear_descent }")
      let radii = try trial.ok("show rounds").column("delta").compactMap(\.double)
      #expect(radii == radii.sorted(by: >))
      #expect(Set(radii).count == 3)
      // Before the last pick |L| was 50: (1 - p) * 0.7 + p * 0.02 with p = 50 / 1297.
      let share = 50.0 / 1297
      #expect(abs((radii.last ?? 0) - ((1 - share) * 0.7 + share * 0.02)) < 1e-12)
      try trial.reopen()
      let same = try trial.ok("query probcover 1 delta=0.7 schedule=linear_descent")
      #expect((same["delta"]?.double ?? 9) < (radii.last ?? 0))
      try trial.ok("reset")
      let fresh = try trial.ok("query probcover 5 delta=0.7 schedule=linear_descent")
      #expect(fresh["delta"]?.double == 0.7)
    }
  }

  @Test func `softening without a search says that it means nothing`() throws {
    try withTrial { trial in
      let report = try #require(
        try trial.run("load digits\nquery npc 5 softening=average").last)
      #expect(report.notices.contains { $0.contains("soften") })
      let quiet = try #require(
        try trial.run("query npc 5 schedule=max_std softening=average").last)
      #expect(!quiet.notices.contains { $0.contains("soften") })
    }
  }

  @Test func `show coverage is what queries report`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.3")
      let query = try trial.ok("query npc 40 delta=0.7")
      let table = try trial.ok("show coverage")
      let row = try #require(
        table.column("delta").firstIndex { abs(($0.double ?? 0) - 0.7) < 1e-9 })
      #expect(table.column("coverage")[row] == query["coverage"])
      #expect(table.column("presumed_coverage")[row] == query["presumed_coverage"])
      #expect(table.column("clean_coverage")[row] == query["evaluation"]?["clean_coverage"])
      #expect(table.rows.count == 55)
    }
  }
}
