import ActiveLearning
import CommandLanguage
import WorkspaceStore

/// Whether what the workspace says can have been written here. A file that was damaged, or made by
/// somebody else, is refused before commands reckon with it.
enum StoredSoundness {
  /// More samples, dimensions or rounds than this are none: products of two of them do not overflow.
  fileprivate static let counts = 0...(1 << 31)

  /// Nil where the effects of a line of cells fit each other: samples that are bought, judged or put
  /// right are samples of the pool, each bought once, and labels are its classes.
  ///
  /// - Returns: what is wrong, and in which cell.
  static func flaw(of line: [AppliedEffect]) -> String? {
    var data: DataRecord?
    var labeled: Set<Int> = []
    for applied in line {
      if case .loaded(let record) = applied.effect { data = record }
      if applied.effect?.startsRun ?? false { labeled = [] }
      let samples = 0..<(data?.train ?? 0)
      let classes = 0..<(data?.classes ?? 0)
      var labels = applied.purchases
      // A person's label may take the place of another; it has a purchase of its own, too.
      if case .annotated(let record) = applied.effect {
        labels.append((record.sample, record.label))
        labeled.insert(record.sample)
      } else if !applied.purchases.allSatisfy({ labeled.insert($0.sample).inserted }) {
        return "cell \(applied.cell) buys a sample twice"
      }
      let isSound =
        labels.allSatisfy { samples.contains($0.sample) && classes.contains($0.label) }
        && (applied.verdict?.labeled.allSatisfy(samples.contains) ?? true)
        && applied.metrics.allSatisfy { key, value in
          !Metrics.counts.contains(key) || value.map { (0...Double(1 << 31)).contains($0) } ?? true
        }
      if !isSound { return "cell \(applied.cell) speaks of samples or labels that are not there" }
    }
    return nil
  }
}

extension Effect {
  /// Whether its numbers are in range.
  var isSound: Bool {
    switch self {
    case .loaded(let record): record.isSound
    case .noise(let record): record.isSound
    case .seeded(_, let record): record?.isSound ?? true
    case .queried(let record):
      record.round > 0 && StoredSoundness.counts.contains(record.round)
        && (record.delta?.isFinite ?? true)
    case .embedded(let record): record.features.isSound
    case .reset, .annotated, .filtered, .trained, .assigned: true
    }
  }
}

extension DataRecord {
  fileprivate var isSound: Bool {
    train > 0 && [train, test, classes].allSatisfy(StoredSoundness.counts.contains)
      && (classNames?.count ?? classes) == classes && (features?.isSound ?? true)
      && (delta.map { $0.isFinite && $0 > 0 } ?? true) && (noise?.isSound ?? true)
      && (cut.map { train <= $0.whole && StoredSoundness.counts.contains($0.whole) } ?? true)
  }
}

extension DataRecord.Features {
  fileprivate var isSound: Bool {
    dimensions > 0 && StoredSoundness.counts.contains(dimensions)
  }
}

extension NoiseRecord {
  fileprivate var isSound: Bool {
    (0...1).contains(budgetRate) && (requestedRate.map((0...1).contains) ?? true)
      && (1...1_000_000).contains(votes ?? 1)
  }
}
