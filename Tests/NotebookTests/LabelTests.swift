import Foundation
import Notebook
import TestSupport
import Testing

/// `label`: a person's answers beside the oracle's.
@Suite struct LabelTests {
  @Test func `takes the place of the oracle's answer, in its old place`() throws {
    try withTrial { trial in
      let bought = try trial.ok("load digits\nnoise sym 0.5\nquery random 20")
      let sample = try #require(bought["selected"]?.ints)[3]
      let said = try #require(bought["labels"]?.ints)[3]
      let result = try trial.ok("label \(sample) \((said + 1) % 10)")
      #expect(result["was"]?.int == said)
      #expect(result["label"]?.int == (said + 1) % 10)
      let table = try trial.ok("show labeled")
      #expect(table.column("sample").compactMap(\.int) == bought["selected"]?.ints)
      #expect(table.column("label")[3].int == (said + 1) % 10)
    }
  }

  @Test func `joins the labeled set, and the sample is not bought again`() throws {
    try withTrial { trial in
      try trial.ok("load blobs samples=10 test=0 classes=2\nlabel 4 1")
      let bought = try trial.ok("query random 9")
      #expect(bought["selected"]?.ints?.contains(4) == false)
      #expect(try trial.ok("show labeled").rows.count == 10)
    }
  }

  @Test func `a judgement says nothing about a label that came after it`() throws {
    try withTrial { trial in
      let bought = try trial.ok("load digits\nnoise sym 0.5\nquery random 40\nfilter knn")
      let sample = try #require(bought["labeled"]?.ints)[7]
      try trial.ok("label \(sample) 3")
      #expect(try trial.ok("show labeled").column("clean")[7].isNull)
      let trained = try trial.ok("train linear epochs=2")
      #expect(trained["unjudged"]?.int == 1)
      let judged = try trial.ok("filter knn")
      #expect(judged["labeled"] == bought["labeled"])
    }
  }

  @Test func `names of classes do as well as numbers`() throws {
    try withTrial { trial in
      try trial.ok("load cifar10 features=pca:8")
      #expect(try trial.ok("label 3 truck")["label"]?.int == 9)
      #expect(try trial.failing("label 3 trukc").failure?.diagnostic.suggestions == ["truck"])
      #expect(try trial.failing("label 3 10").failure?.code == .range)
      #expect(try trial.failing("label 999999 1").failure?.code == .range)
    }
  }

  @Test(arguments: ["label 1290 3", "label 17 3\nlabel 17 4"])
  func `the round's coverage and noise follow it`(_ script: String) throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nquery probcover 30 ties=lowest\n\(script)")
      let rounds = try trial.ok("show rounds")
      let table = try trial.ok("show coverage")
      let row = try #require(
        table.column("delta").firstIndex { abs(($0.double ?? 0) - 0.68) < 1e-9 })
      for key in ["coverage", "clean_coverage"] {
        #expect(rounds.column(key).first == table.column(key)[row], "\(key)")
      }
      let labeled = try trial.ok("show labeled")
      #expect(rounds.column("n_labeled").first?.int == labeled.rows.count)
    }
  }

  @Test func `costs one label, whatever a sample costs the oracle's votes`() throws {
    try withTrial { trial in
      let bought = try trial.ok("load digits\nnoise sym 0.5 votes=3\nquery random 9")
      let sample = try #require(bought["selected"]?.ints).first ?? 0
      // One put right costs nothing more: the labeled set does not grow.
      try trial.ok("label \(sample) 1\nlabel 1290 3\ntrain 1nn")
      #expect(try trial.ok("show curves").column("labels").compactMap(\.int) == [10])
      // An earlier run keeps what it cost, also for those who come back.
      try trial.reopen()
      try trial.ok("reset\nquery probcover 6\ntrain 1nn")
      let before = try trial.ok("show curves").column("labels")
      try trial.reopen()
      #expect(try trial.ok("show curves").column("labels") == before)
      #expect(before.compactMap(\.int) == [10, 6])
      try trial.ok("undo 3")
      // 20 labels in all, so 10 are left: three samples at three votes each.
      #expect(try trial.ok("query random spc=1")["selected"]?.ints?.count == 3)
    }
  }

  /// Three photographs of each class, which are called 1, 10 and 2.
  private func loadNumbered(_ trial: Trial, _ names: [String] = ["1", "10", "2"]) throws {
    for place in ["train", "test"] {
      for name in names {
        let folder = trial.folder.appending(path: "numbered/\(place)/\(name)")
        try FileManager.default.createDirectory(
          at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
          at: folder, withDestinationURL: URL(filePath: "\(DataTrees.path)/photos/train/cat"))
      }
    }
    try trial.ok("load folder path=\(trial.path("numbered")) features=pca:2")
  }

  @Test func `a class named by a number is meant by its name, never by its place`() throws {
    try withTrial { trial in
      try loadNumbered(trial)
      #expect(try trial.ok("label 0 1")["label"]?.int == 0)
      #expect(try trial.ok("label 1 10")["label"]?.int == 1)
      let last = try #require(try trial.run("label 2 2").last)
      #expect(last.output?.json["label"]?.int == 2)
      // The canonical command means the same.
      #expect(last.command == "label 2 '2'")
      #expect(try trial.ok(last.command)["label"]?.int == 2)
      let refused = try trial.failing("label 3 0").failure
      #expect(refused?.code == .unknownName)
      #expect(refused?.diagnostic.notes.contains { $0.contains("1, 10, 2") } == true)
      // `expert` and the map of `asym` name classes, too.
      #expect(try trial.failing("noise expert 0").failure?.code == .unknownName)
      let noise = try trial.ok("noise asym 1 map='1>10'")
      #expect(noise["evaluation"]?["matrix"]?.array?.first?.doubles == [0, 1, 0])
    }
  }

  @Test func `a name that two classes may have is refused, with what to write`() throws {
    try withTrial { trial in
      try loadNumbered(trial, ["Cat", "cat", "dog"])
      #expect(try trial.ok("label 0 cat")["label"]?.int == 1)
      let refused = try trial.failing("label 0 CAT").failure
      #expect(refused?.code == .refused)
      #expect(refused?.diagnostic.label == "write a number: 0, 1")
      #expect(try trial.ok("label 0 2")["label"]?.int == 2)
    }
  }

  @Test func `is undone, done again and restored like everything else`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nquery random 10\nfilter knn")
      let before = try trial.state()
      try trial.ok("label 5 5\nlabel 5 6")
      let after = try trial.state()
      #expect(before != after)
      try trial.ok("undo 2")
      #expect(try trial.state() == before)
      try trial.ok("redo\nredo")
      #expect(try trial.state() == after)
      try trial.reopen()
      #expect(try trial.state() == after)
    }
  }

  @Test func `is a row of the ledger, from a person`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nquery random 2\nlabel 7 1")
      let rows = try trial.ok("sql 'SELECT sample, label, source, round FROM purchases'").rows
      #expect(rows.last?.map(\.text) == ["7", "1", "\"person\"", "1"])
    }
  }
}
