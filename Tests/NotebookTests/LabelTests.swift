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
