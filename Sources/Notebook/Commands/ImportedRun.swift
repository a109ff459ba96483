import ActiveLearning
import CommandLanguage
import Datasets
import WorkspaceStore

/// A run of the reference implementation, as `load … labeled=DIR` takes it over: its pool, its
/// annotator, and one round per episode.
struct ImportedRun {
  let folder: String
  private let run: ReferenceRun

  init(_ folder: String) throws {
    self.folder = folder
    run = try ReferenceRun(folder)
  }

  /// The part of the training split that was its pool; nil where that was all of it.
  func cut(of whole: Int) throws -> Cut? {
    guard let subset = run.subset else { return nil }
    guard let last = subset.max(), last < whole, Set(subset).count == subset.count else {
      throw misfit("indices below \(whole), each once", "\(subset.max() ?? 0)", "of its subset")
    }
    return Cut(indices: subset.sorted(), whole: whole)
  }

  /// Whether the run says what its annotator answered.
  var hasLabels: Bool { run.noisyLabels != nil }

  /// The observed labels of the pool's samples; nil where the run does not hold them.
  /// - Throws: `FileError` where they are not as many as the samples, or not all below `classes`.
  func labels(samples: Int, classes: Int, cut: Cut?) throws -> [Int]? {
    guard let labels = run.noisyLabels else { return nil }
    if let wrong = labels.first(where: { !(0..<classes).contains($0) }) {
      throw misfit("labels from 0 to \(classes - 1)", "\(wrong)", "among its labels")
    }
    if labels.count == samples {
      guard let places = places(cut) else { return labels }
      var result = labels
      for (index, place) in places { result[place] = labels[index] }
      return result
    }
    guard let cut, labels.count == cut.whole else {
      throw misfit("\(samples) labels, one per sample", "\(labels.count)", "of its labels")
    }
    return cut.indices.map { labels[$0] }
  }

  /// A round: what was bought in it and what was known afterwards.
  struct Round {
    let purchases: [Int]
    /// Of all labeled so far.
    let clean: [Bool]?
    let accuracy: Double?
    let delta: Double?
    let counts: ReferenceRun.CleanCounts?
  }

  /// The rounds in terms of the pool: what was labeled before the first episode is one of its own.
  /// - Throws: `FileError` where an index is none of the pool.
  func rounds(samples: Int, cut: Cut?) throws -> [Round] {
    let places = places(cut)
    let known = { (indices: [Int]) in
      try indices.map { index in
        let place = places.map { $0[index] } ?? (index < samples ? index : nil)
        guard let place else {
          throw self.misfit("indices of the \(samples) samples", "\(index)", "of its episodes")
        }
        return place
      }
    }
    let initial = Round(
      purchases: try known(run.initial), clean: nil, accuracy: nil, delta: nil, counts: nil)
    return (run.initial.isEmpty ? [] : [initial])
      + (try run.episodes.map {
        Round(
          purchases: try known($0.purchases), clean: $0.clean, accuracy: $0.accuracy,
          delta: $0.delta, counts: $0.counts)
      })
  }

  /// Where each index of the run is in the pool; nil where they are the same.
  private func places(_ cut: Cut?) -> [Int: Int]? {
    guard let subset = run.subset, let cut else { return nil }
    let positions = Dictionary(uniqueKeysWithValues: zip(cut.indices, cut.indices.indices))
    return Dictionary(
      uniqueKeysWithValues: subset.enumerated().compactMap { index, sample in
        positions[sample].map { (index, $0) }
      })
  }

  private func misfit(_ expected: String, _ found: String, _ what: String) -> FileError {
    FileError(
      .format, path: folder, expected: expected, found: found + " " + what,
      hints: ["the run was made on another data set or another part of it"])
  }
}

extension ImportedRun.Round {
  /// Takes the round over as a cell that bought and judged what the run did.
  func run(_ invocation: inout Invocation) throws -> Output {
    let before = try invocation.pool()
    var ledger = Purchases(
      oracle: try invocation.oracle(), alreadyLabeled: before.labeled, limit: purchases.count)
    let labels = try ledger.buy(purchases, share: 0)
    let after = try before.adding(purchases, labels: labels)
    let verdict = clean.map { judgement($0, after) }
    let selection = Selection(
      picks: purchases.map { Pick(sample: $0, score: nil) }, labels: labels,
      shares: [purchases.count], verdicts: [verdict].compactMap { $0 },
      beliefs: [verdict].compactMap { $0 }.map {
        Belief(labeled: $0.labeled.count, suspected: $0.suspected)
      }, delta: delta)
    let report = QueryReport(
      strategy: "reference", filter: nil, budget: purchases.count,
      round: invocation.state.round + 1, selection: selection,
      after: after.judged(last: selection.verdicts))
    try report.keep(ledger.ledger, &invocation)
    invocation.note([("accuracy", accuracy)])
    let output = try report.output(&invocation)
    try compare(verdict, after, &invocation)
    return output
  }

  private func judgement(_ clean: [Bool], _ pool: Pool) -> ActiveLearning.Verdict {
    ActiveLearning.Verdict(
      filter: "reference", options: "", labeled: pool.labeled, clean: clean,
      quality: clean.map { $0 ? 1 : 0 }, scores: clean.map { _ in nil }, threshold: nil)
  }

  /// Says where the run counted its verdicts otherwise than they are.
  private func compare(
    _ verdict: ActiveLearning.Verdict?, _ pool: Pool, _ invocation: inout Invocation
  ) throws {
    guard let verdict, let counts,
      let measured = try invocation.measure(verdict, observed: pool.observed)
    else { return }
    let own = [
      measured.cleanKept, measured.noisyKept, measured.noisySuspected, measured.cleanSuspected,
    ]
    let recorded = [
      counts.truePositives, counts.falsePositives, counts.trueNegatives, counts.falseNegatives,
    ]
    guard own != recorded else { return }
    invocation.notices.append(
      "the run counted \(recorded) labels (right kept, wrong kept, wrong suspected, right suspected)"
        + "; by this data set they are \(own)")
  }
}
