import CommandLanguage
import LinearAlgebra
import Notebook
import Testing

/// What queries would cost, said before they are made.
@Suite(.serialized) struct QueryPlanTests {
  private static let load = "load digits subset=300\nnoise sym 0.3\n"

  @Test(arguments: [
    "random 20", "probcover 20", "npc 20", "weighted_npc 20 filter=ideal", "maxherding 20",
    "maxherding_nas 20", "coreset 20", "coreset_nas 20 share=5", "typiclust 20",
    "typiclust 20 nas=true", "uherding 20", "margin 20", "badge 20", "direct 20", "dcom 20",
    "bald 10", "ensemble_var_r 10", "npc 20 delta=auto", "npc 20 schedule=max_std",
    "vaal 5 epochs=2 batch=8 channels=4 hidden=8",
  ])
  func `a plan tells time, memory and work, and the query is the same after it`(_ query: String)
    throws
  {
    let start = Self.load + "query random 15\n"
    let picks = try withTrial { trial in
      try trial.ok(start + "query \(query)")["selected"]
    }
    try withTrial { trial in
      let plan = try trial.ok(start + "plan query \(query)")
      #expect(plan["refused"] == .null)
      #expect(try #require(plan["seconds"]?.double) >= 0)
      #expect(try #require(plan["memory"]?.int) > 0)
      #expect(plan["work"]?.string?.isEmpty == false)
      #expect(plan["basis"]?.string?.hasPrefix("measured: ") == true)
      #expect(try trial.ok("show rounds")["rows"]?.array?.count == 1)
      #expect(try trial.ok("query \(query)")["selected"] == picks)
    }
  }

  @Test func `a plan asks a trained network for some images`() throws {
    try withTrial { trial in
      try trial.ok(Self.load + "query random 20\ntrain mlp epochs=1")
      let plan = try trial.ok("plan query margin 20")
      #expect(try #require(plan["seconds"]?.double) > 0)
    }
  }

  @Test func `a plan says whether the graph is there and kept`() throws {
    try withTrial { trial in
      let query = "query probcover 20 delta=0.5"
      func work() throws -> String { try #require(trial.ok("plan " + query)["work"]?.string) }
      try trial.ok(Self.load)
      #expect(try work().contains("to be built; lists of neighbours kept"))
      try trial.ok(query)
      #expect(try work().contains("in memory already; lists of neighbours kept"))
      try trial.ok("set memory 1K")
      #expect(try work().contains("to be built; lists of neighbours not kept"))
      #expect(try #require(trial.ok("plan query maxherding 9")["work"]?.string).contains("again"))
    }
  }

  @Test(arguments: [("query probcover 301", "budget"), ("query bald 5", "refused")])
  func `a plan tells what would be refused`(_ query: String, _ code: String) throws {
    try withTrial { trial in
      let plan = try trial.ok(Self.load + "query random 20\ntrain linear\nplan " + query)
      #expect(plan["refused"]?["code"]?.string == code)
      #expect(plan["seconds"] == .null)
    }
  }

  @Test func `a plan tells that there is no embedding, no data`() throws {
    try withTrial { trial in
      let plan = try trial.ok("plan query probcover 5")
      #expect(plan["refused"]?["code"]?.string == "needs-data")
    }
  }
}
