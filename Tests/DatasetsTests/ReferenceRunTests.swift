import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Run directories as the reference and its ancestors leave them.
struct ReferenceRunTests {
  static let folder = Fixtures.url("oracles/reference-run")
  static var path: String { folder.path(percentEncoded: false) }

  @Test func `the run of the fixture is read whole`() throws {
    let oracle = try Oracle("data_files")
    let order = try oracle.ints("run_order")
    let run = try ReferenceRun(Self.path)
    #expect(run.noisyLabels == (try oracle.ints("run_noisy_labels")))
    #expect(run.samples == 1297)
    #expect(run.initial == [])
    #expect(run.episodes.map(\.purchases) == [Array(order[..<23]), Array(order[23...])])
    #expect(run.labeled == order)
    #expect(run.episodes[1].clean == (try oracle.bools("run_clean")))
    #expect(run.episodes.map(\.accuracy) == (try oracle.doubles("run_accuracies")).map { $0 / 100 })
    #expect(run.episodes.map(\.delta) == [0.6, 0.6])
    #expect(run.episodes.allSatisfy { $0.radii == nil && $0.radiusDeviation == nil })
    let counts = try oracle.ints("run_counts")
    let found = run.episodes.compactMap(\.counts)
    #expect(
      found.map(\.truePositives) + found.map(\.trueNegatives) + found.map(\.falsePositives)
        + found.map(\.falseNegatives) == counts)
  }

  @Test func `an older program saved the labeled set before its purchases`() throws {
    let order = try Oracle("data_files").ints("run_order")
    let run = try ReferenceRun(Self.path + "/older")
    #expect(run.initial == Array(order[..<23]))
    #expect(run.episodes == [ReferenceRun.Episode(purchases: Array(order[23...]))])
    #expect(run.noisyLabels == nil)
    #expect(run.samples == order.max().map { $0 + 1 })
  }

  @Test func `the radii of DCoM stand as text`() throws {
    let run = try ReferenceRun(Self.path + "/dcom")
    #expect(run.episodes == [ReferenceRun.Episode(purchases: [], radii: [0.6, 0.58, 0.6])])
    #expect(run.samples == nil)
  }

  /// A small run of plain files: 2 + 2 purchases after 1 initial label, in a pool of 10.
  static func write(_ folder: URL) throws {
    for (episode, active) in [[3, 1], [9, 4]].enumerated() {
      let target = "episode_\(episode)/"
      let labeled = Array([7, 3, 1, 9, 4].prefix(3 + 2 * episode))
      try write(labeled, folder, target + "lSet.npy")
      try write(active, folder, target + "activeSet.npy")
      try write((0..<10).filter { !labeled.contains($0) }, folder, target + "uSet.npy")
      try write(labeled.map { $0 % 2 }, folder, target + "l_set_clean_is_clean.npy")
      let clean = labeled.count { $0 % 2 == 1 }
      let counts = [clean - 1, 1, labeled.count - clean, 0]
      for (name, last) in zip(["true_p", "false_p", "true_n", "false_n"], counts) {
        let kind = name.hasSuffix("p") ? "ositives" : "egatives"
        try write(
          [Int](repeating: 0, count: episode) + [last], folder, target + "clean_\(name)\(kind).npy")
      }
      try write(
        [Int](repeating: 50, count: episode + 1), folder, target + "test_accuracies.npy")
    }
    try write((0..<10).map { $0 % 3 }, folder, "noisy_labels.npy")
  }

  static func write(_ values: [Int], _ folder: URL, _ name: String) throws {
    let data = values.withUnsafeBytes { Array($0) }
    _ = try folder.write(Build.npy("<i8", "(\(values.count),)", data), as: name)
  }

  @Test func `what was labeled before the first episode is told from its purchases`() throws {
    try withMemoryFolder { folder in
      try Self.write(folder)
      let run = try ReferenceRun(folder.path(percentEncoded: false))
      #expect(run.initial == [7])
      #expect(run.episodes.map(\.purchases) == [[3, 1], [9, 4]])
      #expect(run.episodes[1].accuracy == 0.5)
      #expect(run.labeled == [7, 3, 1, 9, 4])
    }
  }

  static let faults: [(String, [Int], String)] = [
    ("episode_1/lSet.npy", [7, 1, 3, 9, 4], "episode_1/lSet.npy"),
    ("episode_1/lSet.npy", [7, 3, 9, 4], "episode_1/lSet.npy"),
    ("episode_1/lSet.npy", [7, 3, 1, 9, 5], "episode_1/activeSet.npy"),
    ("episode_1/lSet.npy", [7, 3, 1, 9, 10], "episode_1/lSet.npy"),
    ("episode_1/lSet.npy", [7, 3, 1, 9, -1], "episode_1/lSet.npy"),
    ("episode_1/lSet.npy", [7, 3, 1, 9, 9], "episode_1/lSet.npy"),
    ("episode_1/activeSet.npy", [3, 1], "episode_1/activeSet.npy"),
    ("episode_1/uSet.npy", [0, 7], "episode_1/uSet.npy"),
    ("episode_1/l_set_clean_is_clean.npy", [1, 0], "episode_1/l_set_clean_is_clean.npy"),
    ("episode_1/l_set_clean_is_clean.npy", [2, 1, 1, 1, 0], "episode_1/l_set_clean_is_clean.npy"),
    ("episode_1/l_set_clean_is_clean.npy", [0, 0, 0, 0, 0], "episode_1/clean_true_positives.npy"),
    ("episode_1/clean_true_negatives.npy", [1, 2], "episode_1/clean_true_positives.npy"),
    ("episode_1/clean_true_negatives.npy", [1], "episode_1/clean_true_negatives.npy"),
    ("episode_1/clean_true_negatives.npy", [0, -1], "episode_1/clean_true_negatives.npy"),
    ("episode_1/clean_true_negatives.npy", [0, .max], "episode_1/clean_true_negatives.npy"),
    ("episode_0/test_accuracies.npy", [101], "episode_0/test_accuracies.npy"),
    ("episode_0/test_accuracies.npy", [1, 2], "episode_0/test_accuracies.npy"),
    ("episode_0/delta_per_episode_list.npy", [-1], "episode_0/delta_per_episode_list.npy"),
    ("noisy_labels.npy", [0, 1, 2], "episode_0/lSet.npy"),
    ("noisy_labels.npy", [0, -1, 2], "noisy_labels.npy"),
    ("test_accuracies.npy", [50], "test_accuracies.npy"),
  ]

  @Test(arguments: faults)
  func `files that do not fit together are an error with their names`(
    name: String, values: [Int], blamed: String
  ) throws {
    try withMemoryFolder { folder in
      try Self.write(folder)
      try Self.write(values, folder, name)
      let error = fileError { _ = try ReferenceRun(folder.path(percentEncoded: false)) }
      #expect(error?.kind == .format)
      #expect(error?.path.hasSuffix(blamed) == true, "\(error as Any)")
    }
  }

  @Test func `a gap, a count without its companions and a folder of something else are errors`()
    throws
  {
    try withMemoryFolder { folder in
      let path = folder.path(percentEncoded: false)
      #expect(fileError { _ = try ReferenceRun(path) }?.kind == .missing)
      #expect(fileError { _ = try ReferenceRun(path + "none") }?.kind == .missing)
      try Self.write(folder)
      let manager = FileManager.default
      try manager.removeItem(atPath: path + "/episode_1/clean_true_negatives.npy")
      let count = fileError { _ = try ReferenceRun(path) }
      #expect(count?.path.hasSuffix("clean_true_negatives.npy") == true)
      try manager.moveItem(atPath: path + "/episode_1", toPath: path + "/episode_3")
      #expect(fileError { _ = try ReferenceRun(path) }?.path.hasSuffix("/episode_1") == true)
      try manager.moveItem(
        atPath: path + "/episode_3", toPath: path + "/episode_9223372036854775807")
      #expect(try ReferenceRun(path).episodes.count == 1)
    }
  }

  @Test func `frozen labels are found under any of their names, and only one of them`() throws {
    try withMemoryFolder { folder in
      let path = folder.path(percentEncoded: false)
      try Self.write(folder)
      let names = ["cifar100_noise_type_sym_noise_rate_0.5_noisy_labels_seed_1.npy"]
      try FileManager.default.moveItem(
        atPath: path + "/noisy_labels.npy", toPath: "\(path)/\(names[0])")
      #expect(try ReferenceRun(path).noisyLabels?.count == 10)
      let other = "imagenet50_noise_type_asym_noise_rate_0.4_noisy_labels_seed_2.npy"
      try Self.write([1], folder, other)
      #expect(fileError { _ = try ReferenceRun(path) }?.found.contains(other) == true)
    }
  }

  @Test func `episodes are in numeric order, and the pool may be a part`() throws {
    try withMemoryFolder { folder in
      let path = folder.path(percentEncoded: false)
      let subset = (0..<30).map { $0 * 1000 }
      try Self.write(subset, folder, "clothing1m_subset_100000_indices_seed_1.npy")
      for episode in 0..<12 {
        try Self.write([episode], folder, "episode_\(episode)/activeSet.npy")
        try Self.write(Array(0...episode), folder, "episode_\(episode)/lSet.npy")
      }
      let run = try ReferenceRun(path)
      #expect(run.labeled == Array(0..<12))
      #expect(run.subset == subset)
      #expect(run.samples == 30)
      try Self.write([30], folder, "episode_11/activeSet.npy")
      #expect(fileError { _ = try ReferenceRun(path) }?.expected == "an index from 0 to 29")
    }
  }

  @Test func `damaged runs are errors or runs, never more`() throws {
    var random = RandomSource(RandomKey(seed: 5, role: .query, method: "run"))
    try withMemoryFolder { folder in
      let names = try FileManager.default.subpathsOfDirectory(atPath: Self.path)
        .filter { $0.hasSuffix(".npy") && !$0.contains("uSet") }.sorted()
      let target = folder.appending(component: "run")
      try FileManager.default.copyItem(at: Self.folder, to: target)
      for round in 0..<600 {
        let name = names[round % names.count]
        let sound = try Data(contentsOf: Self.folder.appending(path: name))
        try Data(damaged(Array(sound), using: &random)).write(to: target.appending(path: name))
        for part in ["", "/older", "/dcom"] {
          do {
            _ = try ReferenceRun(target.path(percentEncoded: false) + part)
          } catch is FileError {}
        }
        try sound.write(to: target.appending(path: name))
      }
    }
  }
}
