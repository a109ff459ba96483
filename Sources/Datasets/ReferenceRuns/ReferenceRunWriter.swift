import Foundation
import Glibc
import LinearAlgebra

extension ReferenceRun {
  /// Under which name the frozen labels are kept: the reference has one for each data set.
  package enum LabelsName: Sendable, Equatable {
    /// `noisy_labels.npy`.
    case plain
    /// With the data set and how the labels were made in the name.
    case described(dataset: String, noise: String, rate: Double, seed: Int)

    /// The name that the reference has for a data set (`cifar100`, `imagenet50`, …) and the labels
    /// of a noise model (`sym`, `asym`).
    package init(dataset: String, noise: String, rate: Double, seed: Int) {
      let base = dataset.hasPrefix("cifar100") ? "cifar100" : dataset
      let isDescribed = base == "cifar100" || base.hasPrefix("imagenet")
      self =
        isDescribed
        ? .described(dataset: base, noise: noise, rate: rate, seed: seed) : .plain
    }

    package var fileName: String {
      switch self {
      case .plain: RunFiles.noisyLabels
      case .described(let dataset, let noise, let rate, let seed):
        "\(dataset)_noise_type_\(noise)_noise_rate_\(rate)_noisy_labels_seed_\(seed).npy"
      }
    }
  }

  /// Writes a run directory as the reference does, so that its programs and notebooks read it: one
  /// folder per episode, each with all statistics so far, and the last ones beside them.
  ///
  /// All sets are plain arrays of 64-bit integers. What is not known of an episode is not a number
  /// in the lists of later ones; what is known of none has no file. The directory appears whole or
  /// not at all.
  /// - Parameter folder: a new folder, or an empty one.
  /// - Precondition: verdicts are as many as labeled samples; indices lie below `samples`.
  /// - Throws: `FileError` of kind `unwritable`.
  package func write(to folder: String, labels name: LabelsName = .plain) throws {
    try ReferenceRunWriter(run: self, labels: name.fileName).write(to: folder)
  }
}

/// Writes one run directory.
struct ReferenceRunWriter {
  let run: ReferenceRun
  /// The name of the file of frozen labels.
  let labels: String

  func write(to folder: String) throws {
    var folder = folder
    while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    try checkIsFree(folder)
    let partial = try makePartial(beside: folder)
    do {
      try writeFiles(partial)
      guard rename(partial, folder) == 0 else { throw Self.unwritable(folder, errno) }
    } catch {
      try? FileManager.default.removeItem(atPath: partial)
      throw error
    }
  }

  private func checkIsFree(_ folder: String) throws {
    var status = stat()
    guard stat(folder, &status) == 0 else { return }
    let expected = "a new folder, or an empty one"
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw FileError(.unwritable, path: folder, expected: expected, found: "a file")
    }
    let names = try RunFiles.names(in: folder)
    if let first = names.first {
      throw FileError(
        .unwritable, path: folder, expected: expected,
        found: "one that holds \(first)" + (names.count > 1 ? " and \(names.count - 1) more" : ""))
    }
  }

  /// A folder of its own beside the target, so that the two are on one file system.
  private func makePartial(beside folder: String) throws -> String {
    var template = Array((folder + ".partial.XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw Self.unwritable(folder, errno) }
    let path = template.withUnsafeBufferPointer { $0.baseAddress.map(String.init(cString:)) ?? "" }
    let mask = umask(0)
    umask(mask)
    chmod(path, 0o777 & ~mask)
    return path
  }

  private func writeFiles(_ top: String) throws {
    if let noisyLabels = run.noisyLabels { try write(noisyLabels, top, labels) }
    if let subset = run.subset {
      try write(subset, top, "pool_subset_\(subset.count)_indices_seed_0.npy")
    }
    var labeled = run.initial
    for (number, episode) in run.episodes.enumerated() {
      try Interrupt.check()
      let folder = RunFiles.join(top, "episode_\(number)")
      guard mkdir(folder, 0o777) == 0 else { throw Self.unwritable(folder, errno) }
      labeled += episode.purchases
      try writeSets(episode, labeled, folder)
      try writeStatistics(upTo: number, folder)
      try writeRadii(upTo: number, folder)
    }
    if !run.episodes.isEmpty { try writeStatistics(upTo: run.episodes.count - 1, top) }
  }

  private func writeSets(_ episode: ReferenceRun.Episode, _ labeled: [Int], _ folder: String) throws
  {
    try write(labeled, folder, RunFiles.labeled)
    try write(episode.purchases, folder, RunFiles.purchases)
    if let samples = run.samples {
      let known = Set(labeled)
      try write((0..<samples).filter { !known.contains($0) }, folder, RunFiles.unlabeled)
    }
    if let clean = episode.clean {
      precondition(clean.count == labeled.count, "one verdict per labeled sample")
      try NumpyWriter.write(
        clean, shape: [clean.count], to: RunFiles.join(folder, RunFiles.clean))
    }
  }

  private func writeStatistics(upTo number: Int, _ folder: String) throws {
    let episodes = run.episodes[...number]
    try write(
      episodes.map { $0.accuracy.map(Self.percent) }, folder, RunFiles.accuracies)
    let columns: [(ReferenceRun.CleanCounts) -> Int] = [
      \.truePositives, \.falsePositives, \.trueNegatives, \.falseNegatives,
    ]
    let counts = episodes.map(\.counts)
    for (name, column) in zip(RunFiles.counts, columns) {
      let known = counts.compactMap { $0.map(column) }
      if known.count == counts.count {
        try write(known, folder, name)
      } else {
        try write(counts.map { $0.map { Double(column($0)) } }, folder, name)
      }
    }
  }

  private func writeRadii(upTo number: Int, _ folder: String) throws {
    let episodes = run.episodes[...number]
    let hasRadii = run.episodes.contains { $0.radii != nil || $0.radiusDeviation != nil }
    try write(
      episodes.map(\.delta), folder, hasRadii ? RunFiles.meanRadius : RunFiles.delta)
    try write(episodes.map(\.radiusDeviation), folder, RunFiles.radiusDeviation)
    if let radii = run.episodes[number].radii {
      try NumpyWriter.write(
        radii.map { "\($0)" }, shape: [radii.count], to: RunFiles.join(folder, RunFiles.radii))
    }
  }

  private func write(_ values: [Int], _ folder: String, _ name: String) throws {
    try NumpyWriter.write(values, shape: [values.count], to: RunFiles.join(folder, name))
  }

  /// A list of which nothing is known is not written.
  private func write(_ values: [Double?], _ folder: String, _ name: String) throws {
    guard values.contains(where: { $0 != nil }) else { return }
    try NumpyWriter.write(
      values.map { $0 ?? .nan }, shape: [values.count], to: RunFiles.join(folder, name))
  }

  /// A percentage that, divided by 100, is this fraction again where there is one (an accuracy that
  /// was read always has one); else it comes back with another last bit.
  static func percent(_ fraction: Double) -> Double {
    let percent = fraction * 100
    return [percent, percent.nextUp, percent.nextDown].first { $0 / 100 == fraction } ?? percent
  }

  private static func unwritable(_ path: String, _ code: Int32) -> FileError {
    FileError(
      .unwritable, path: path, expected: "a folder that can be written",
      found: String(cString: strerror(code)))
  }
}
