/// Reads one episode of a run directory.
struct EpisodeReader {
  let folder: RunFolder
  let number: Int
  /// The size of the pool, if something says it.
  let samples: Int?
  /// What was labeled after the episode before; nil for the first one.
  let before: [Int]?

  /// Which samples are labeled after an episode, and which of them it bought.
  struct Sets {
    /// Labeled before this episode.
    var initial: [Int]
    var purchases: [Int]
    /// One more than the largest index in any of the files; 0 where there is none.
    var samples: Int
    var labeled: [Int] { initial + purchases }
  }

  func sets() throws -> Sets {
    let saved = try folder.indices(RunFiles.labeled, below: samples)
    let purchases = try folder.indices(RunFiles.purchases, below: samples)
    var sets = try split(saved, purchases)
    try checkContinuation(sets, saved != nil ? RunFiles.labeled : RunFiles.purchases)
    let unlabeled = try folder.indices(RunFiles.unlabeled, below: samples) ?? []
    let labeled = Set(saved ?? sets.labeled)
    if let place = unlabeled.firstIndex(where: labeled.contains) {
      throw folder.error(
        RunFiles.unlabeled, at: place, "samples that are not in lSet", "\(unlabeled[place])")
    }
    sets.samples = 1 + max(sets.labeled.max() ?? -1, unlabeled.max() ?? -1)
    return sets
  }

  func episode(_ sets: Sets) throws -> ReferenceRun.Episode {
    let history = RunHistory(folder: folder, count: number + 1)
    var episode = ReferenceRun.Episode(purchases: sets.purchases)
    episode.clean = try verdicts(sets.labeled.count)
    episode.accuracy = try history.accuracies()?.last ?? nil
    episode.counts = try history.counts()?.last ?? nil
    try check(episode, sets.labeled.count)
    episode.radii = try radii()
    episode.delta =
      try (history.radii(RunFiles.delta) ?? history.radii(RunFiles.meanRadius))?.last ?? nil
    episode.radiusDeviation = try history.radii(RunFiles.radiusDeviation)?.last ?? nil
    return episode
  }

  /// Tells what was bought from what was labeled before.
  private func split(_ saved: [Int]?, _ purchases: [Int]?) throws -> Sets {
    guard let saved else {
      return Sets(initial: before ?? [], purchases: purchases ?? [], samples: 0)
    }
    guard let purchases else {
      let known = min(before?.count ?? 0, saved.count)
      return Sets(
        initial: Array(saved[..<known]), purchases: Array(saved[known...]), samples: 0)
    }
    let labeled = Set(saved)
    let contained = purchases.count { labeled.contains($0) }
    if contained == 0 { return Sets(initial: saved, purchases: purchases, samples: 0) }
    let start = saved.count - purchases.count
    guard contained == purchases.count, Set(saved[start...]) == Set(purchases) else {
      throw folder.error(
        RunFiles.purchases, "the last \(purchases.count) indices of lSet, or none of lSet's",
        "\(contained) that stand in lSet, and not as its last ones")
    }
    return Sets(initial: Array(saved[..<start]), purchases: Array(saved[start...]), samples: 0)
  }

  private func checkContinuation(_ sets: Sets, _ name: String) throws {
    let labeled = sets.labeled
    if sets.initial.isEmpty == false || before != nil {
      let known = Set(sets.initial)
      if let place = sets.purchases.firstIndex(where: known.contains) {
        throw folder.error(
          RunFiles.purchases, at: place, "samples not labeled before", "\(sets.purchases[place])")
      }
    }
    guard let before, sets.initial != before else { return }
    let same = zip(before, labeled).prefix { $0 == $1 }.count
    let isShorter = same == min(before.count, labeled.count) && labeled.count < before.count
    throw folder.error(
      name, at: isShorter ? nil : same,
      "the \(before.count) labeled samples of episode_\(number - 1), then this episode's",
      isShorter
        ? "\(labeled.count)"
        : same < before.count
          ? "\(labeled[same]) in place of \(before[same])"
          : "\(sets.initial.count) that were labeled before")
  }

  private func verdicts(_ count: Int) throws -> [Bool]? {
    guard let clean = try folder.truths(RunFiles.clean) else { return nil }
    guard clean.count == count else {
      throw folder.error(
        RunFiles.clean, "\(count) truth values, one per labeled sample", "\(clean.count)")
    }
    return clean
  }

  private func radii() throws -> [Double]? {
    try folder.texts(RunFiles.radii)?.enumerated().map { place, text in
      guard let radius = Double(text), radius.isFinite, radius >= 0 else {
        throw folder.error(
          RunFiles.radii, at: place, "a radius from 0 on, as text", "'\(text.prefix(40))'")
      }
      return radius
    }
  }

  /// The four counts are those of the labeled samples, and say the same as the verdicts.
  private func check(_ episode: ReferenceRun.Episode, _ labeled: Int) throws {
    guard let counts = episode.counts else { return }
    let clean = counts.truePositives + counts.falsePositives
    let total = clean + counts.trueNegatives + counts.falseNegatives
    guard total == labeled else {
      throw folder.error(
        RunFiles.counts[0], at: number, "four counts that add up to \(labeled) labeled samples",
        "\(total)")
    }
    if let verdicts = episode.clean {
      let called = verdicts.count { $0 }
      guard called == clean else {
        throw folder.error(
          RunFiles.counts[0], at: number,
          "\(called) samples called clean, as \(RunFiles.clean) has", "\(clean)")
      }
    }
  }
}
