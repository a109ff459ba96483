import CommandLanguage
import Datasets
import Foundation
import Notebook
import TestSupport
import Testing

/// What every noise model promises, and what `noise`, `seed` and `reset` do with it.
@Suite struct NoiseTests {
  /// The noise models with what they need, in `folder`.
  private func commands(in trial: Trial) throws -> [String] {
    try NumpyWriter.write((0..<200).map { $0 % 10 }, shape: [200], to: trial.path("l.npy"))
    // cifar10n is a data set of which every noise model can make an oracle but the one that wants
    // labels of its own.
    return Vocabulary.entries(.noise).filter { $0.name != "given" }.map { entry in
      switch entry.name {
      case "file": "noise file \(trial.path("l.npy"))"
      case "human": "noise human worse_label"
      case "biased": "noise biased 0.3"
      case "expert": "noise expert 0,2,4"
      case "fatigued": "noise fatigued 0.3 0.3"
      case "panel": "noise panel [sym(rate=0.3), expert(classes=2)] votes=3"
      default:
        "noise \(entry.name)" + (entry.parameters.contains { $0.name == "rate" } ? " 0.3" : "")
      }
    }
  }

  /// The label of every sample of the pool, as the oracle answers.
  private func answers(_ trial: Trial, of count: Int) throws -> [Int] {
    let votes = try trial.ok("show noise")["model"]?.string?.contains("votes=3") ?? false ? 3 : 1
    let bought = try trial.ok("query random \(count * votes)")
    let samples = try #require(bought["selected"]?.ints)
    let labels = try #require(bought["labels"]?.ints)
    return zip(samples, labels).sorted { $0.0 < $1.0 }.map(\.1)
  }

  @Test func `asking again gives the same frozen answers`() throws {
    try withTrial { trial in
      try trial.ok("load cifar10 features=pca:8")
      for command in try commands(in: trial) {
        let first = try trial.ok(command)
        let before = try answers(trial, of: 200)
        let again = try trial.ok(command)
        #expect(first == again, "\(command)")
        #expect(try answers(trial, of: 200) == before, "\(command)")
        // Of several annotators, or one who tires, it is the digest of all that they may say.
        if !command.contains("panel"), !command.contains("fatigued") {
          #expect(first["digest"]?.string == Digest.sha256(ints: before))
        }
      }
    }
  }

  @Test(arguments: [
    ("noise panel []", Diagnostic.Code.type), ("noise panel [nose(rate=1)]", .unknownName),
    ("noise panel [sym]", .missingArgument), ("noise panel [sym(rate=2)]", .range),
    ("noise panel [panel(annotators=none)]", .refused),
    ("noise panel [sym(rate=0.1), none] votes=1", .range), ("noise biased []", .type),
    ("noise biased 0.1,0.2", .refused), ("noise biased 0.1,2", .range), ("noise expert 10", .range),
    ("noise expert zero", .unknownName), ("noise fatigued 0.5 0.1", .range),
    ("noise sym 0.1 votes=0", .range), ("noise panel [sym(rate=0.1, votes=3), none]", .refused),
  ])
  func `annotators that cannot be are said to be so`(_ line: String, _ code: Diagnostic.Code) throws
  {
    try withTrial { trial in
      try trial.ok("load digits")
      let failed = try trial.failing(line)
      #expect(failed.failure?.code == code, "\(line)")
    }
  }

  @Test func `what it reports is what the answers are`() throws {
    try withTrial { trial in
      try trial.ok("load cifar10 features=pca:8")
      let truth = try answers(trial, of: 200)
      for command in try commands(in: trial) {
        let evaluation = try #require(try trial.ok(command)["evaluation"])
        let observed = try answers(trial, of: 200)
        let wrong = zip(truth, observed).count { $0 != $1 }
        #expect(evaluation["realised_rate"]?.double == Double(wrong) / 200)
        let matrix = try #require(evaluation["matrix"]?.matrix)
        for (c, row) in matrix.enumerated() {
          let own = zip(truth, observed).filter { $0.0 == c }
          for (label, share) in row.enumerated() {
            let count = own.count { $0.1 == label }
            #expect(abs(share - Double(count) / Double(own.count)) < 1e-12)
          }
        }
      }
    }
  }

  @Test(arguments: [0, 0.001, 0.29, 0.5, 0.9, 1])
  func `symmetric noise hits its rate exactly, and never gives a sample its own label`(
    _ rate: Double
  ) throws {
    try withTrial { trial in
      try trial.ok("load digits")
      let truth = try answers(trial, of: 1297)
      let reported = try trial.ok("noise sym \(rate)")
      let observed = try answers(trial, of: 1297)
      let wrong = zip(truth, observed).count { $0 != $1 }
      #expect(wrong == Int((rate * 1297 + 1e-9).rounded(.down)))
      #expect(reported["requested_rate"]?.double == rate)
      if rate >= 0.5 {
        let pairs = Set(zip(truth, observed).filter { $0 != $1 }.map { $0 * 10 + $1 })
        #expect(pairs.count == 90)
      }
    }
  }

  @Test func `seed draws the annotator anew, and the same seed the same one`() throws {
    try withTrial { trial in
      let first = try trial.ok("load digits\nnoise sym 0.5")["digest"]
      try trial.ok("seed 1")
      let second = try trial.ok("show noise")["digest"]
      #expect(first != second)
      try trial.ok("seed 0")
      #expect(try trial.ok("show noise")["digest"] == first)
      try trial.ok("seed 1\nload digits\nnoise sym 0.5")
      #expect(try trial.ok("show noise")["digest"] == second)
    }
  }

  @Test func `set later it empties the labeled set, and says so`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nquery random 20\nfilter ideal\ntrain linear")
      let report = try #require(try trial.run("noise sym 0.5").last)
      #expect(report.notices.contains { $0.contains("20 samples") })
      #expect(try trial.ok("show labeled").rows.isEmpty)
      #expect(try trial.failing("test").failure?.code == .needsModel)
      #expect(try trial.failing("assert n_labeled == 20").failure?.code == .assertion)
      #expect(try trial.ok("query random 1")["round"]?.int == 1)
    }
  }

  @Test func `reset keeps data, oracle and filter, and empties the rest`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nfilter ideal\nquery npc 20\ntrain linear")
      let noise = try trial.ok("show noise")
      try trial.ok("reset")
      #expect(try trial.ok("show noise") == noise)
      #expect(try trial.ok("show labeled").rows.isEmpty)
      #expect(try trial.failing("test").failure?.code == .needsModel)
      let again = try trial.ok("query npc 20")
      #expect(again["round"]?.int == 1)
      #expect(again["filter"]?.string == "ideal")
    }
  }

  @Test func `load sets noise and filter back`() throws {
    try withTrial { trial in
      try trial.ok("load digits\nnoise sym 0.5\nfilter ideal\nseed 3\nx = 1\nload digits")
      let pool = try trial.ok("show pool")
      let values = Dictionary(
        uniqueKeysWithValues: pool.rows.map { ($0[0].string ?? "", $0[1]) })
      #expect(values["noise"]?.string == "none")
      #expect(values["filter"]?.string == "aum")
      #expect(values["seed"]?.int == 3)
      #expect(try trial.ok("show vars").rows == [[.string("x"), .string("1")]])
    }
  }
}

/// What every data set promises.
@Suite struct DatasetTests {
  @Test(arguments: Vocabulary.entries(.dataset).map(\.name))
  func `loads twice as the same data`(_ name: String) throws {
    try withTrial { trial in
      var command = "load \(name)"
      if name == "arrays" {
        command = try ExampleFiles.placed(
          "load arrays features=features.npy labels=labels.npy", in: trial.folder)
      }
      if name == "folder" { command += " path=\(DataTrees.path)/photos" }
      let first = try trial.ok(command)
      #expect(first["dataset"]?.string == name)
      #expect((first["train"]?.int ?? 0) > 0)
      #expect((first["classes"]?.int ?? 0) > 1)
      #expect(first["digest"]?.string?.count == 64)
      #expect(try trial.ok(command) == first)
      try trial.ok("query random 2")
    }
  }

  @Test func `blobs have a seed of their own`() throws {
    try withTrial { trial in
      let first = try trial.ok("load blobs")["digest"]
      #expect(try trial.ok("seed 5\nload blobs")["digest"] == first)
      #expect(try trial.ok("load blobs seed=5")["digest"] != first)
    }
  }

  @Test func `a digest depends on the source values, not on what is made of them`() throws {
    try withTrial { trial in
      let digests = try ["", "features=pixels", "features=pca:5 normalization=none", "scale=raw"]
        .map { try trial.ok("load digits \($0)")["digest"] }
      #expect(Set(digests).count == 1)
    }
  }
}
