/// What a filter has said so far about each sample, blended by its momentum: in [−1, 1], above 0 for
/// mostly clean.
package struct JudgementRecords: Sendable, Codable, Hashable {
  /// Ascending.
  package private(set) var samples: [Int] = []
  /// One for each of `samples`.
  package private(set) var records: [Double] = []
  /// How often each of `samples` was judged.
  package private(set) var counts: [Int] = []

  package init() {}

  /// Takes one more judgement in: r ← (1 − m)(2p − 1) + m·r with m = λ(n − 1)/n at the n-th judgement
  /// of a sample.
  ///
  /// λ = 0 keeps the last judgement only, λ = 1 the mean of all.
  /// - Returns: the new record of each of `labeled`.
  package mutating func add(_ labeled: [Int], clean: [Bool], momentum: Double) -> [Double] {
    var known = Dictionary(
      uniqueKeysWithValues: zip(samples, zip(records, counts).map { ($0, $1) }))
    let answers = zip(labeled, clean).map { sample, isClean in
      let (record, count) = known[sample] ?? (0, 0)
      let weight = momentum * Double(count) / Double(count + 1)
      let next = (1 - weight) * (isClean ? 1 : -1) + weight * record
      known[sample] = (next, count + 1)
      return next
    }
    samples = known.keys.sorted()
    records = samples.map { known[$0]?.0 ?? 0 }
    counts = samples.map { known[$0]?.1 ?? 0 }
    return answers
  }
}
