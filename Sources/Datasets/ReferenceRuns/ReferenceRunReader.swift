import LinearAlgebra

extension ReferenceRun {
  /// Reads the run directory of the reference: `episode_0 … episode_k` with their files, and the
  /// frozen labels and final statistics beside them.
  ///
  /// `lSet` holds this episode's `activeSet` at its end; older programs saved it before adding
  /// them. Which of the two it is, is seen from whether `activeSet` lies in `lSet`. A file that is
  /// not there leaves its field nil; what is there has to fit together.
  ///
  /// Memory: a small multiple of the largest file, and no code of a file is run.
  /// - Throws: `FileError` with the file and the element that is wrong: no episode, a gap between
  ///   them, an index twice or out of range, an `lSet` that does not go on from the one before,
  ///   counts or verdicts that are not those of the labeled samples.
  package init(_ folder: String) throws {
    self = try ReferenceRunReader(folder).run()
  }
}

/// Reads one run directory.
struct ReferenceRunReader {
  private let top: RunFolder
  private let numbers: [Int]

  init(_ folder: String) throws {
    top = try RunFolder(folder)
    numbers = top.names.compactMap(RunFiles.episode).sorted()
    guard let first = numbers.first, let last = numbers.last else {
      throw FileError(
        .missing, path: folder, expected: "a run directory, with folders episode_0, episode_1, …",
        found: "none of them")
    }
    let present = Set(numbers)
    if last - first >= numbers.count,
      let gap = (first...last).first(where: { !present.contains($0) })
    {
      throw FileError(
        .missing, path: RunFiles.join(folder, "episode_\(gap)"),
        expected: "every episode from \(first) to \(last)", found: "a gap")
    }
  }

  func run() throws -> ReferenceRun {
    var run = ReferenceRun()
    run.subset = try subset()
    run.noisyLabels = try noisyLabels()
    run.samples = run.noisyLabels?.count ?? run.subset?.count
    if let subset = run.subset, let labels = run.noisyLabels, labels.count != subset.count {
      // The labels are those of the whole training split, of which the pool is a part.
      run.samples = subset.count
    }
    let bound = run.samples
    var labeled: [Int] = []
    for number in numbers {
      try Interrupt.check()
      let folder = try RunFolder(top.file("episode_\(number)"))
      let part = EpisodeReader(
        folder: folder, number: number, samples: bound,
        before: number == numbers.first ? nil : labeled)
      let sets = try part.sets()
      if number == numbers.first { run.initial = sets.initial }
      labeled = sets.labeled
      if bound == nil { run.samples = max(run.samples ?? 0, sets.samples) }
      run.episodes.append(try part.episode(sets))
    }
    if run.samples == 0 { run.samples = nil }
    try addFinalStatistics(&run)
    return run
  }

  private func noisyLabels() throws -> [Int]? {
    guard let name = try only(RunFiles.isDescribedLabels, or: RunFiles.noisyLabels) else {
      return nil
    }
    let labels = try top.integers(name) ?? []
    if let place = labels.firstIndex(where: { $0 < 0 || $0 > LabelFile.largestLabel }) {
      throw top.error(
        name, at: place, "a label from 0 to \(LabelFile.largestLabel)", "\(labels[place])")
    }
    return labels
  }

  private func subset() throws -> [Int]? {
    guard let name = try only(RunFiles.isSubset, or: nil) else { return nil }
    return try top.indices(name, below: nil)
  }

  /// The one file of a kind: that of the plain name, else the only one that matches.
  private func only(_ matches: (String) -> Bool, or plain: String?) throws -> String? {
    if let plain, top.names.contains(plain) { return plain }
    let found = top.names.filter(matches).sorted()
    guard found.count <= 1 else {
      throw FileError(
        .format, path: top.path, expected: "one such file", found: found.joined(separator: ", "))
    }
    return found.first
  }

  /// Statistics that only the run directory itself has, not its episodes.
  private func addFinalStatistics(_ run: inout ReferenceRun) throws {
    let history = RunHistory(folder: top, count: run.episodes.count)
    if let accuracies = try history.accuracies() {
      for (place, accuracy) in accuracies.enumerated() where run.episodes[place].accuracy == nil {
        run.episodes[place].accuracy = accuracy
      }
    }
    if let counts = try history.counts() {
      for (place, count) in counts.enumerated() where run.episodes[place].counts == nil {
        run.episodes[place].counts = count
      }
    }
  }
}
