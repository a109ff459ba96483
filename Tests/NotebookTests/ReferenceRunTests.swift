import Datasets
import Foundation
import Notebook
import TestSupport
import Testing

/// Runs of the reference implementation taken over, and rounds written as such runs.
@Suite struct ReferenceRunTests {
  private static let load = "load mnist path=\(path("digits-idx"))"

  private static func path(_ name: String) -> String {
    Fixtures.url("oracles/" + name).path(percentEncoded: false)
  }

  @Test func `a run becomes the rounds that it was`() throws {
    let expected = try Oracle("data_files")
    let order = try expected.ints("run_order")
    let noisy = try expected.ints("run_noisy_labels")
    try withTrial { trial in
      let reports = try trial.run("\(Self.load) labeled=\(Self.path("reference-run"))")
      #expect(reports.map(\.status) == [.ok, .ok, .ok])
      #expect(reports.flatMap(\.notices) == [])
      let labeled = try trial.ok("show labeled")
      #expect(labeled.column("sample").compactMap(\.int) == order)
      #expect(labeled.column("label").compactMap(\.int) == order.map { noisy[$0] })
      #expect(labeled.column("clean").compactMap(\.bool) == (try expected.bools("run_clean")))
      #expect(try trial.ok("show noise")["digest"]?.string == Digest.sha256(ints: noisy))
      let rounds = try trial.ok("show rounds")
      #expect(rounds.column("n_labeled").compactMap(\.int) == [23, 43])
      #expect(rounds.column("accuracy").compactMap(\.double) == [0.6, 0.6725])
      #expect(rounds.column("delta").compactMap(\.double) == [0.6, 0.6])
      let counts = try expected.ints("run_counts")
      let kept = Double(counts[1])
      let precision = rounds.column("clean_precision").compactMap(\.double).last
      #expect(precision == kept / (kept + Double(counts[5])))
    }
  }

  @Test func `after a run everything goes on, also in a session opened again`() throws {
    try withTrial { trial in
      try trial.run("\(Self.load) labeled=\(Self.path("reference-run"))")
      let state = try trial.state()
      try trial.reopen()
      #expect(try trial.state() == state)
      try trial.ok("query npc 20 delta=0.6\nfilter aum\ntrain linear epochs=2")
      #expect(try trial.ok("show rounds").column("round").compactMap(\.int) == [1, 2, 3])
      try trial.ok("seed 3")
      #expect(try trial.ok("show labeled").rows.isEmpty)
      try trial.ok("undo 4\nshow rounds")
      #expect(try trial.ok("show labeled").rows.count == 43)
      try trial.ok("undo")
      #expect(try trial.failing("show pool").failure?.code == .needsData)
    }
  }

  @Test func `rounds written as a run are the same rounds when they are read`() throws {
    try withTrial { trial in
      try trial.ok(
        "load digits subset=400\nnoise sym 0.4\nquery random 10\ntrain linear epochs=2\n"
          + "query npc 20\ntrain linear epochs=2\nquery npc 15 filter=ideal\n"
          + "export reference \(trial.path("run"))")
      let written = try trial.ok("show labeled")
      let rounds = try trial.ok("show rounds")
      let noise = try trial.ok("show noise")["digest"]
      let data = try trial.ok("show pool").rows.prefix(4)
      try trial.run("load digits labeled=\(trial.path("run"))")
      #expect(try trial.ok("show labeled") == written)
      #expect(try trial.ok("show noise")["digest"] == noise)
      #expect(Array(try trial.ok("show pool").rows.prefix(4)) == Array(data))
      let read = try trial.ok("show rounds")
      for key in ["n_labeled", "accuracy", "clean_coverage", "true_noise"] {
        let (before, after) = (
          rounds.column(key).compactMap(\.double), read.column(key).compactMap(\.double)
        )
        #expect(before.count >= 2 && before.count == after.count)
        // The files have accuracies in percent.
        #expect(
          zip(before, after).allSatisfy { abs($0 - $1) < 1e-12 }, "\(key): \(before), \(after)")
      }
      let taken = try trial.failing("export reference \(trial.path("run"))")
      #expect(taken.failure?.code == .fileMissing)
    }
  }

  @Test func `a run on other data is refused, and nothing is loaded`() throws {
    try withTrial { trial in
      let run = Self.path("reference-run")
      for command in [
        "load blobs samples=30 labeled=\(run)", "load digits labeled=\(Self.path("digits-idx"))",
      ] {
        let failure = try trial.failing(command).failure
        #expect([.fileFormat, .fileMissing].contains(failure?.code), "\(command)")
        #expect(try trial.failing("show pool").failure?.code == .needsData)
      }
      #expect(
        try trial.failing("load digits subset=5 labeled=\(run)").failure?.code == .refused)
      try trial.ok("load digits")
      #expect(
        try trial.failing("export reference \(trial.path("r"))").failure?.code == .needsLabels)
    }
  }

  @Test func `a saved session with a run replays onto itself`() throws {
    try withTrial { trial in
      try trial.run("\(Self.load) labeled=\(Self.path("reference-run"))")
      try trial.ok("query random 5\nsave \(trial.path("s.winnow"))")
      let saved = try String(contentsOfFile: trial.path("s.winnow"), encoding: .utf8)
      #expect(saved.contains("labeled="))
      let before = try trial.ok("show labeled")
      try trial.run("reset")
      try trial.ok("source \(trial.path("s.winnow"))")
      #expect(try trial.ok("show labeled") == before)
    }
  }
}
