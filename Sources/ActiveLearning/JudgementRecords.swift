/// What a filter has said so far about each label, blended by its momentum: in [−1, 1], above 0 for
/// mostly clean.
package struct JudgementRecords: Sendable, Codable, Hashable {
  /// What was said so far about one label.
  package struct Entry: Sendable, Hashable {
    package let record: Double
    /// How often it was judged.
    package let count: Int
  }

  /// Ascending.
  package private(set) var samples: [Int] = []
  /// The label that was judged, one for each of `samples`.
  package private(set) var labels: [Int] = []
  /// One for each of `samples`.
  package private(set) var records: [Double] = []
  /// How often each of `samples` was judged.
  package private(set) var counts: [Int] = []

  package init() {}

  /// Takes one more judgement in: r ← (1 − m)(2p − 1) + m·r with m = λ(n − 1)/n at the n-th judgement
  /// of a label, p being 1 for clean and 0 for suspected.
  ///
  /// λ = 0 keeps the last judgement only, λ = 1 the mean of all. A sample whose label has changed
  /// since starts anew: what was said was about another label. O(samples · log samples).
  /// - Parameters:
  ///   - labeled: distinct samples; others keep their records.
  ///   - labels: one for each of `labeled`, as is `clean`.
  ///   - momentum: λ, 0 to 1.
  /// - Returns: the new entry of each of `labeled`.
  package mutating func add(
    _ labeled: [Int], labels observed: [Int], clean: [Bool], momentum: Double
  ) -> [Entry] {
    // What comes from a file may have a sample twice, or lists of several lengths.
    var known: [Int: (label: Int, entry: Entry)] = [:]
    for (place, sample) in samples.enumerated()
    where [labels.count, records.count, counts.count].allSatisfy({ $0 > place }) {
      known[sample] = (labels[place], Entry(record: records[place], count: counts[place]))
    }
    let entries = zip(labeled, zip(observed, clean)).map { sample, judged in
      let (label, isClean) = judged
      let before = known[sample].flatMap { $0.label == label ? $0.entry : nil }
      let count = before?.count ?? 0
      let weight = momentum * Double(count) / Double(count + 1)
      let record = (1 - weight) * (isClean ? 1 : -1) + weight * (before?.record ?? 0)
      let entry = Entry(record: record, count: count + 1)
      known[sample] = (label, entry)
      return entry
    }
    keep(known)
    return entries
  }

  private mutating func keep(_ known: [Int: (label: Int, entry: Entry)]) {
    let sorted = known.sorted { $0.key < $1.key }
    samples = sorted.map(\.key)
    labels = sorted.map(\.value.label)
    records = sorted.map(\.value.entry.record)
    counts = sorted.map(\.value.entry.count)
  }
}
