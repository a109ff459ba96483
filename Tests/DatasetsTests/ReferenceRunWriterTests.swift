import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Run directories that Winnow writes.
struct ReferenceRunWriterTests {
  @Test(arguments: ["", "/older", "/dcom"])
  func `what was read, written and read again is the same`(part: String) throws {
    let run = try ReferenceRun(ReferenceRunTests.path + part)
    try withMemoryFolder { folder in
      let target = folder.appending(component: "run").path(percentEncoded: false)
      try run.write(to: target)
      #expect(try ReferenceRun(target) == run)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["run"])
    }
  }

  /// A run with everything that a run can have, some of it unknown.
  static var everything: ReferenceRun {
    ReferenceRun(
      noisyLabels: (0..<20).map { $0 % 3 }, samples: 20, initial: [19],
      episodes: [
        ReferenceRun.Episode(purchases: [4, 2], delta: 0.6, radii: [0.6, 0.6, 0.58]),
        ReferenceRun.Episode(
          purchases: [], clean: [true, false, true], accuracy: 0.3125,
          counts: ReferenceRun.CleanCounts(
            truePositives: 2, falsePositives: 0, trueNegatives: 1, falseNegatives: 0),
          delta: 0.5933, radiusDeviation: 0.25),
        ReferenceRun.Episode(purchases: [7], delta: nil, radii: [0.1, 1e-9, 12, 0.5]),
      ])
  }

  @Test(arguments: ["cifar10", "cifar100n", "imagenet50", "digits"])
  func `every field is kept, also where some are unknown`(dataset: String) throws {
    try withMemoryFolder { folder in
      let target = folder.appending(component: "a:b").path(percentEncoded: false)
      let name = ReferenceRun.LabelsName(dataset: dataset, noise: "sym", rate: 0.5, seed: 1)
      try Self.everything.write(to: target + "/", labels: name)
      let read = try ReferenceRun(target)
      for (episode, expected) in zip(read.episodes, Self.everything.episodes) {
        #expect(episode == expected)
      }
      #expect(read == Self.everything)
      let files = try FileManager.default.contentsOfDirectory(atPath: target)
      let labels = [
        "cifar100n": "cifar100_noise_type_sym_noise_rate_0.5_noisy_labels_seed_1.npy",
        "imagenet50": "imagenet50_noise_type_sym_noise_rate_0.5_noisy_labels_seed_1.npy",
      ]
      #expect(files.contains(labels[dataset] ?? "noisy_labels.npy"))
    }
  }

  @Test func `a run of a part of the training split keeps it`() throws {
    var run = ReferenceRun(subset: [5, 3, 8], samples: 3, episodes: [.init(purchases: [2, 0])])
    try withMemoryFolder { folder in
      let target = folder.appending(component: "run").path(percentEncoded: false)
      try run.write(to: target)
      #expect(try ReferenceRun(target) == run)
      run.subset = nil
      #expect(fileError { try run.write(to: target) }?.kind == .unwritable)
    }
  }

  @Test func `accuracies read as percent are the same percent again`() throws {
    for count in stride(from: 0, through: 10_000, by: 123) {
      let accuracy = Double(count) / 100 / 100
      let run = ReferenceRun(
        samples: 1, episodes: [.init(purchases: [0], accuracy: accuracy)])
      try withMemoryFolder { folder in
        let target = folder.appending(component: "run").path(percentEncoded: false)
        try run.write(to: target)
        #expect(try ReferenceRun(target) == run)
      }
    }
  }

  @Test func `a folder that holds something, a file and a missing parent are refused`() throws {
    try withMemoryFolder { folder in
      let path = folder.path(percentEncoded: false)
      _ = try folder.write("mine", as: "full/notes.txt")
      for name in ["full", "full/notes.txt", "none/run"] {
        let error = fileError { try Self.everything.write(to: path + "/" + name) }
        #expect(error?.kind == .unwritable, "\(name)")
      }
      #expect(try FileManager.default.subpathsOfDirectory(atPath: path).count == 2)
      try FileManager.default.createDirectory(
        at: folder.appending(component: "empty"), withIntermediateDirectories: true)
      try Self.everything.write(to: path + "/empty")
      #expect(try ReferenceRun(path + "/empty") == Self.everything)
    }
  }

  @Test func `NumPy reads what is written`() throws {
    guard let python = try ForeignProgram.python(with: ["numpy"]) else { return }
    let run = try ReferenceRun(ReferenceRunTests.path)
    let program = """
      import sys, numpy as np
      ours, theirs = sys.argv[1:]
      def both(name):
          return [np.load(f"{run}/{name}.npy", allow_pickle=True) for run in (ours, theirs)]
      for name in ("noisy_labels", *(f"episode_{k}/{file}" for k in (0, 1) for file in (
          "lSet", "uSet", "activeSet", "test_accuracies", "l_set_clean_is_clean",
          "delta_per_episode_list", "clean_true_positives", "clean_false_negatives"))):
          a, b = both(name)
          assert a.shape == b.shape and (a == b).all(), name
          assert a.dtype == b.dtype or (b.dtype == object and a.dtype == np.int64), name
      """
    try withTemporaryFolder { folder in
      let target = folder.appending(component: "run").path(percentEncoded: false)
      try run.write(to: target)
      let ending = try ForeignProgram.run([python, "-c", program, target, ReferenceRunTests.path])
      #expect(ending.status == 0, "\(ending.text)")
    }
  }
}
