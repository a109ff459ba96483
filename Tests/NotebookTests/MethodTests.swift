import Foundation
import Networks
import Notebook
import Testing

/// What every query strategy promises, whatever it does.
@Suite struct StrategyTests {
  static let names = Vocabulary.entries(.strategy).map(\.name)
  /// Sixty samples, with images where those are needed.
  private func pool(_ name: String) -> String {
    name == "vaal"
      ? "load digits subset=60\n" : "load blobs samples=60 test=0 classes=3 dimensions=4 seed=5\n"
  }

  /// `query NAME N`, with a radius where one is needed, and the tiniest of networks.
  private func query(_ name: String, _ count: Int) -> String {
    let entry = Vocabulary.entries(.strategy).first { $0.name == name }
    let takesDelta = entry?.parameters.contains { $0.name == "delta" } ?? false
    return "query \(name) \(count)" + (takesDelta ? " delta=0.3" : "")
      + (name == "vaal" ? " epochs=1 batch=8 channels=4 code=4 hidden=8" : "")
  }

  @Test(arguments: names, [1, 2, 7, 60])
  func `buys exactly as many distinct samples as asked for`(_ name: String, _ count: Int) throws {
    try withTrial { trial in
      let result = try trial.ok(pool(name) + "noise sym 0.3\n" + query(name, count))
      let selected = try #require(result["selected"]?.ints)
      #expect(selected.count == count)
      #expect(Set(selected).count == count)
      #expect(selected.allSatisfy { (0..<60).contains($0) })
      #expect(result["labels"]?.ints?.count == count)
      #expect(result["scores"]?.array?.count == count)
      #expect(result["shares"]?.ints?.reduce(0, +) == count)
    }
  }

  @Test(arguments: names)
  func `never buys a sample twice, down to the last one`(_ name: String) throws {
    try withTrial { trial in
      try trial.ok(pool(name) + "noise sym 0.3")
      var bought: [Int] = []
      for count in [1, 9, 49, 1] {
        bought += try #require(try trial.ok(query(name, count))["selected"]?.ints)
      }
      #expect(bought.sorted() == Array(0..<60))
      #expect(try trial.ok("show labeled").column("sample").compactMap(\.int) == bought)
    }
  }

  // No images of one class alone are built in.
  @Test(arguments: names.filter { $0 != "vaal" })
  func `works on one class, and from a labeled set that another strategy bought`(_ name: String)
    throws
  {
    try withTrial { trial in
      try trial.ok("load blobs samples=20 test=0 classes=1\nquery random 3")
      let selected = try #require(try trial.ok(query(name, 17))["selected"]?.ints)
      #expect(Set(selected).count == 17)
    }
  }

  @Test(arguments: names)
  func `gives the same picks for the same seed, and others for another`(_ name: String) throws {
    let script = pool(name) + "noise sym 0.3\n" + query(name, 20)
    func picks(seed: Int) throws -> [Int]? {
      try withTrial(seed: seed) { try $0.ok(script)["selected"]?.ints }
    }
    #expect(try picks(seed: 3) == picks(seed: 3))
    // Herding begins by itself and takes the lowest index of equals: it leaves nothing to chance.
    let leavesNothingToChance = ["maxherding", "uherding"].contains(name)
    #expect(try (picks(seed: 3) == picks(seed: 4)) == leavesNothingToChance)
  }

  @Test(arguments: names)
  func `refuses a budget larger than what is unlabeled`(_ name: String) throws {
    try withTrial { trial in
      try trial.ok(pool(name) + "query random 10")
      let failed = try trial.failing(query(name, 51))
      #expect(failed.failure?.code == .budget)
      #expect(try trial.ok(query(name, 50))["selected"]?.ints?.count == 50)
      #expect(try trial.failing(query(name, 1)).failure?.code == .budget)
    }
  }
}

/// What every noise filter promises.
@Suite struct FilterTests {
  static let names = Vocabulary.entries(.filter).map(\.name)

  @Test(arguments: names, [2, 3, 30, 200])
  func `judges every labeled sample once, with a quality from 0 to 1`(_ name: String, _ count: Int)
    throws
  {
    try withTrial { trial in
      let bought = try trial.ok("load digits\nnoise sym 0.4\nquery random \(count)")
      let result = try trial.ok("filter \(name)")
      #expect(result["method"]?.string == name)
      #expect(result["labeled"] == bought["selected"])
      let clean = try #require(result["clean"]?.bools)
      let quality = try #require(result["quality"]?.doubles)
      #expect(clean.count == count)
      #expect(quality.count == count)
      #expect(result["scores"]?.array?.count == count)
      #expect(quality.allSatisfy { (0...1).contains($0) })
      if let threshold = result["threshold"]?.double {
        #expect(clean == quality.map { $0 >= threshold })
      }
    }
  }

  @Test(arguments: names)
  func `calls a single sample clean, unless it knows better`(_ name: String) throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 1\nquery random 1")
      let report = try #require(try trial.run("filter \(name)").last)
      #expect(report.output?.json["clean"] == .array([.bool(name != "ideal")]))
      if name == "aum" { #expect(!report.notices.isEmpty) }
    }
  }

  @Test(arguments: names)
  func `judges a labeled set of one class`(_ name: String) throws {
    try withTrial { trial in
      try trial.ok("load blobs samples=20 test=0 classes=1\nquery random 6")
      let result = try trial.ok("filter \(name)")
      #expect(result["clean"] == .array(Array(repeating: .bool(true), count: 6)))
      #expect(result["quality"] == .array(Array(repeating: .double(1), count: 6)))
    }
  }

  @Test(arguments: names)
  func `judges a pool that is labeled to the last sample`(_ name: String) throws {
    try withTrial { trial in
      try trial.ok("load blobs samples=12 test=0 classes=2\nnoise sym 0.5\nquery random 12")
      #expect(try trial.ok("filter \(name)")["clean"]?.array?.count == 12)
    }
  }

  @Test(arguments: names)
  func `gives the same verdict again`(_ name: String) throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.4\nquery random 50")
      #expect(try trial.ok("filter \(name)") == trial.ok("filter \(name)"))
    }
  }

  @Test(arguments: names)
  func `with nothing labeled it only becomes the session's filter`(_ name: String) throws {
    try withTrial { trial in
      let result = try trial.ok("load digits\nfilter \(name)")
      #expect(result["labeled"] == .array([]))
      #expect(result["clean"] == .array([]))
      try trial.ok("noise sym 0.5")
      #expect(try trial.ok("query npc 10")["filter"]?.string == name)
    }
  }

  @Test func `ideal suspects exactly the wrong labels`() throws {
    try withTrial { trial in
      let truth = try trial.ok("load digits\nquery random 1297")
      let right = Dictionary(
        uniqueKeysWithValues: zip(
          try #require(truth["selected"]?.ints), try #require(truth["labels"]?.ints)))
      let bought = try trial.ok("noise sym 0.5\nquery probcover 80")
      let samples = try #require(bought["selected"]?.ints)
      let labels = try #require(bought["labels"]?.ints)
      let clean = zip(samples, labels).map { JSON.bool(right[$0] == $1) }
      let judged = try trial.ok("filter ideal")
      #expect(judged["clean"] == .array(clean))
      #expect(judged["evaluation"]?["clean_f1"]?.double == 1)
      #expect(judged["evaluation"]?["noise_f1"]?.double == 1)
    }
  }
}

/// What every model of features promises; networks have promises of their own.
@Suite struct ModelTests {
  static let names = Vocabulary.entries(.model).map(\.name)
    .filter { !(["mlp"] + Architecture.names).contains($0) }

  @Test(arguments: names)
  func `trains on a single sample, and then knows one class`(_ name: String) throws {
    try withTrial { trial in
      try trial.ok("load digits\nquery random 1")
      let trained = try trial.ok("train \(name)")
      #expect(trained["samples"]?.int == 1)
      let accuracy = try #require(trained["evaluation"]?["accuracy"]?.double)
      #expect((0.05...0.25).contains(accuracy))
    }
  }

  @Test(arguments: names)
  func `its test says what its training said, class by class`(_ name: String) throws {
    try withTrial { trial in
      let trained = try trial.ok("load digits\nquery probcover 60\ntrain \(name)")
      let tested = try trial.ok("test")
      #expect(tested["model"]?.string == name)
      #expect(tested["evaluation"]?["accuracy"] == trained["evaluation"]?["accuracy"])
      #expect(tested["evaluation"]?["loss"] == trained["evaluation"]?["loss"])
      let confusion = try #require(tested["evaluation"]?["confusion"]?.matrix)
      #expect(confusion.joined().reduce(0, +) == 500)
      let right = confusion.indices.map { confusion[$0][$0] }.reduce(0, +)
      let accuracy = try #require(tested["evaluation"]?["accuracy"]?.double)
      #expect(abs(accuracy - right / 500) < 1e-12)
      #expect(accuracy > 0.6)
      let classes = try #require(tested["evaluation"]?["per_class"]?.doubles)
      for (c, share) in classes.enumerated() {
        #expect(abs(share - confusion[c][c] / confusion[c].reduce(0, +)) < 1e-12)
      }
    }
  }

  @Test(arguments: names)
  func `without a test split it trains, and says that nothing is evaluated`(_ name: String) throws {
    try withTrial { trial in
      try trial.ok("load blobs samples=30 test=0\nquery random 10")
      let report = try #require(try trial.run("train \(name)").last)
      #expect(report.output?.json["evaluation"]?["accuracy"] == .null)
      #expect(report.notices.count == 1)
      #expect(try trial.failing("test").failure?.code == .refused)
    }
  }

  @Test func `takes clean and unjudged samples, or all, and says how many`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nquery random 40\nfilter ideal")
      let suspected = try trial.ok("show filter").column("clean").count { $0.bool == false }
      try trial.ok("query random 5")
      let clean = try trial.ok("train linear")
      #expect(clean["samples"]?.int == 45 - suspected)
      #expect(clean["clean"]?.int == 40 - suspected)
      #expect(clean["suspected"]?.int == suspected)
      #expect(clean["unjudged"]?.int == 5)
      let all = try trial.ok("train linear on=all")
      #expect(all["samples"]?.int == 45)
    }
  }

  @Test func `refuses to train where every label is suspected`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 1\nquery random 8\nfilter ideal")
      #expect(try trial.failing("train linear").failure?.code == .refused)
      #expect(try trial.ok("train linear on=all")["samples"]?.int == 8)
    }
  }
}
