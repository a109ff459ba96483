import Datasets
import Foundation
import Notebook
import TestSupport
import Testing

/// Annotators that were really there: CIFAR-N, and data sets that came with wrong labels.
@Suite struct AnnotatorTests {
  private static let oracles = Fixtures.url("oracles").path(percentEncoded: false)

  private func link(_ name: String, to fixture: String, in trial: Trial) throws {
    let place = trial.folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: place, withDestinationURL: Fixtures.url("oracles/" + fixture))
  }

  @Test(arguments: [
    ("aggre_label", "aggre", "ten_aggre_label"), ("worse_label", "worst", "ten_worse_label"),
    ("random_label2", "rand2", "ten_random_label2"), ("clean_label", "clean", "ten_clean_label"),
  ])
  func `people's answers are the oracle, by every name`(
    _ kind: String, _ alias: String, _ key: String
  ) throws {
    let expected = try Oracle("data_files").ints(key)
    try withTrial { trial in
      try trial.ok("load cifar10 path=\(Self.oracles)")
      let file = "\(Self.oracles)/cifar-n-digits/CIFAR-10_human.pt"
      let noise = try trial.ok("noise human \(alias) file=\(file)")
      #expect(noise["digest"]?.string == Digest.sha256(ints: expected))
      let command = try #require(try trial.run("noise human \(alias) file=\(file)").last).command
      #expect(command.hasPrefix("noise human \(kind)"))
    }
  }

  @Test func `with a part of the pool the answers are those of the part`() throws {
    let expected = try Oracle("data_files").ints("hundred_noisy_label")
    try withTrial { trial in
      try NumpyWriter.write([199, 4, 50], shape: [3], to: trial.path("s.npy"))
      try trial.ok("load cifar100 path=\(Self.oracles) subset=\(trial.path("s.npy"))")
      let file = "\(Self.oracles)/cifar-n-digits/CIFAR-100_human.pt"
      let noise = try trial.ok("noise human noisy_label file=\(file)")
      #expect(noise["digest"]?.string == Digest.sha256(ints: [4, 50, 199].map { expected[$0] }))
      try trial.ok("seed 5\nquery random 3")
    }
  }

  @Test func `cifar10n comes with its annotators, and keeps them under every seed`() throws {
    let expected = Digest.sha256(ints: try Oracle("data_files").ints("ten_worse_label"))
    try withTrial { trial in
      try link("d/cifar-10-batches-py", to: "cifar-10-batches-py", in: trial)
      try link("d/cifar-n/CIFAR-10_human.pt", to: "cifar-n-digits/CIFAR-10_human.pt", in: trial)
      try trial.ok("load cifar10n path=\(trial.path("d")) features=pca:8")
      #expect(try trial.ok("show noise")["digest"]?.string == expected)
      try trial.ok("query npc 30 delta=0.5\nseed 9")
      #expect(try trial.ok("show noise")["digest"]?.string == expected)
      let state = try trial.state()
      try trial.reopen()
      #expect(try trial.state() == state)
      #expect(try trial.ok("show rounds").columns.contains("clean_coverage"))
    }
  }

  @Test func `people's answers about other images are refused`() throws {
    try withTrial { trial in
      let file = "\(Self.oracles)/cifar-n-digits/CIFAR-10_human.pt"
      try trial.ok("load digits")
      #expect(try trial.failing("noise human worse file=\(file)").failure?.code == .refused)
      try trial.ok("load cifar10 path=\(Self.oracles)/cifar-10-batches-bin")
      let failure = try trial.failing("noise human worse file=\(file)").failure
      #expect(failure?.code == .fileFormat)
    }
  }

  /// Clothing1M's lists: four noisy images, of which one is checked and right, one checked and
  /// wrong; two test images.
  private func clothing(in trial: Trial) throws -> String {
    let files = [
      "noisy_label_kv.txt": "images/a.jpg 1\nimages/b.jpg 2\nimages/c.jpg 3\nimages/d.jpg 3\n",
      "clean_label_kv.txt": "images/a.jpg 1\nimages/b.jpg 5\nimages/t.jpg 0\nimages/u.jpg 13\n",
      "noisy_train_key_list.txt": "images/a.jpg\nimages/b.jpg\nimages/c.jpg\nimages/d.jpg\n",
      "clean_train_key_list.txt": "images/a.jpg\nimages/b.jpg\n",
      "clean_test_key_list.txt": "images/t.jpg\nimages/u.jpg\n",
    ]
    for (name, text) in files {
      try text.write(toFile: trial.path(name), atomically: true, encoding: .utf8)
    }
    try NumpyWriter.write(
      [0, 0, 1, 0, 0, 1, 1, 1].map { Float($0) }, shape: [4, 2], to: trial.path("f.npy"))
    return "load clothing1m path=\(trial.folder.path()) features=\(trial.path("f.npy"))"
  }

  @Test func `where the truth is known in part, evaluation says of how much`() throws {
    try withTrial { trial in
      try trial.ok(try clothing(in: trial))
      #expect(try trial.ok("show noise")["model"]?.string == "given")
      let query = try trial.ok("query random 4")
      let evaluation = try #require(query["evaluation"])
      #expect(evaluation["known"]?.int == 2)
      #expect(evaluation["true_noise"]?.double == 0.5)
      let bought = zip(
        try #require(query["selected"]?.ints), try #require(query["labels"]?.ints))
      #expect(bought.sorted { $0.0 < $1.0 }.map(\.1) == [1, 2, 3, 3])
      let judged = try trial.ok("filter none")
      #expect(judged["evaluation"]?["true_noise"]?.double == 0.5)
    }
  }

  @Test func `where the truth is not known nothing is made of it`() throws {
    try withTrial { trial in
      try trial.ok(try clothing(in: trial))
      for command in [
        "noise sym 0.2", "noise none", "filter ideal\nquery npc 2 delta=0.5 filter=ideal",
        "query npc 2 delta=0.5 filter=ideal",
        "load clothing1m path=\(trial.folder.path()) "
          + "imbalance=exp",
      ] {
        #expect(try trial.failing(command).failure?.code == .refused, "\(command)")
      }
      try NumpyWriter.write([0, 1, 2, 3], shape: [4], to: trial.path("l.npy"))
      try trial.ok("noise file \(trial.path("l.npy"))\nquery random 2")
      try trial.ok("load digits")
      #expect(try trial.failing("noise given").failure?.code == .refused)
    }
  }
}
