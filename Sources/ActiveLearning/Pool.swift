/// What a strategy or a filter may know: the samples' geometry and the labels bought so far.
///
/// There is no true label in it, and nothing about the label of a sample that was not bought.
/// A pool never changes; `adding` and `judged` return the next one.
package struct Pool: Sendable {
  /// The number of samples, labeled or not.
  package let count: Int
  private let features: Embedding?
  /// The number of classes; labels are 0 ..< classes.
  package let classes: Int
  /// The samples whose labels were bought, in the order of purchase.
  package private(set) var labeled: [Int]
  /// What the oracle answered for each of `labeled`, in the same order.
  package private(set) var observed: [Int]
  /// The last judgement of the labeled set; it may be older than the last purchase.
  package private(set) var verdict: Verdict?
  /// What filters with momentum remember, under their `identity`.
  package private(set) var records: [String: JudgementRecords] = [:]
  /// One entry per sample of the pool: whether its label was bought.
  package private(set) var isLabeled: [Bool]

  /// - Parameters:
  ///   - labeled: distinct samples, in the order of purchase.
  ///   - observed: one label in 0 ..< classes for each of `labeled`.
  /// - Throws: if an index or a label is out of range, an index stands there twice, or the two
  ///   lists differ in length.
  package init(
    embedding: Embedding, classes: Int, labeled: [Int] = [], observed: [Int] = [],
    verdict: Verdict? = nil
  ) throws(MethodError) {
    try self.init(
      count: embedding.count, embedding: embedding, classes: classes, labeled: labeled,
      observed: observed, verdict: verdict)
  }

  /// The same for a pool that may have no embedding yet.
  /// - Precondition: an embedding has `count` rows.
  package init(
    count: Int, embedding: Embedding?, classes: Int, labeled: [Int] = [], observed: [Int] = [],
    verdict: Verdict? = nil, records: [String: JudgementRecords] = [:]
  ) throws(MethodError) {
    precondition(embedding.map { $0.count == count } ?? true, "one row per sample")
    self.count = count
    features = embedding
    self.classes = classes
    self.labeled = []
    self.observed = []
    self.verdict = verdict
    self.records = records
    isLabeled = [Bool](repeating: false, count: count)
    try add(labeled, labels: observed)
  }

  /// The features of all samples, shared by the rounds.
  /// - Throws: `MethodError.needsEmbedding` where the pool has none.
  package var embedding: Embedding {
    get throws(MethodError) {
      guard let features else { throw .needsEmbedding }
      return features
    }
  }

  /// The unlabeled samples, ascending.
  package var candidates: [Int] { isLabeled.indices.filter { !isLabeled[$0] } }

  /// How many samples are unlabeled.
  package var candidateCount: Int { count - labeled.count }

  /// This pool with more labels bought. The last judgement stays, and is then no longer current.
  package func adding(_ samples: [Int], labels: [Int]) throws(MethodError) -> Pool {
    var next = self
    try next.add(samples, labels: labels)
    return next
  }

  /// This pool with `verdict` as its last judgement.
  package func judged(_ verdict: Verdict) -> Pool {
    var next = self
    next.verdict = verdict
    if let records = verdict.records { next.records[verdict.identity] = records }
    return next
  }

  private mutating func add(_ samples: [Int], labels: [Int]) throws(MethodError) {
    guard samples.count == labels.count else {
      throw .labelCount(found: labels.count, expected: samples.count)
    }
    for (row, (sample, label)) in zip(samples, labels).enumerated() {
      guard isLabeled.indices.contains(sample) else {
        throw .noSuchSample(sample, count: count)
      }
      guard !isLabeled[sample] else { throw .alreadyLabeled(sample) }
      guard 0 <= label, label < classes else {
        throw .label(row: row, value: label, classes: classes)
      }
      isLabeled[sample] = true
    }
    labeled += samples
    observed += labels
  }
}

extension Pool {
  /// The labeled samples, split by the last judgement; those bought after it count as clean.
  package var presumed: (clean: [Int], suspected: [Int]) {
    let suspects = Set(verdict?.suspected ?? [])
    return (labeled.filter { !suspects.contains($0) }, labeled.filter { suspects.contains($0) })
  }

  /// What was observed of labeled samples, in their order.
  /// - Precondition: they are labeled.
  package func observed(of samples: [Int]) -> [Int] {
    let places = Dictionary(uniqueKeysWithValues: labeled.enumerated().map { ($1, $0) })
    return samples.map { sample in
      guard let place = places[sample] else { preconditionFailure("a labeled sample") }
      return observed[place]
    }
  }

  /// How many labeled samples the last judgement says nothing about.
  package var unjudgedCount: Int {
    guard let verdict else { return labeled.count }
    let judged = Set(verdict.labeled)
    return labeled.count { !judged.contains($0) }
  }
}
