/// What a noise filter said about each labeled sample.
///
/// The lists run in the order of purchase of the labeled set that was judged.
package struct Verdict: Sendable, Codable, Equatable {
  /// The filter's name.
  package let filter: String
  /// The filter's options in canonical form: two filters with equal name and options judge alike.
  package let options: String
  /// The samples that were judged.
  package let labeled: [Int]
  /// False where the label is suspected to be wrong.
  package let clean: [Bool]
  /// In [0, 1]; low is bad.
  package let quality: [Double]
  /// The filter's own score of each sample, nil where it computed none.
  package let scores: [Double?]
  /// The quality from which on a sample is clean, nil if clean is not decided by quality alone.
  package let threshold: Double?
  /// What decided, for whoever asks why.
  package let evidence: Evidence?
  /// What the filter remembers of all its judgements, where it has momentum.
  package let records: JudgementRecords?
  /// What the user should know about this judgement, in plain sentences.
  package let notices: [String]

  package init(
    filter: String, options: String, labeled: [Int], clean: [Bool], quality: [Double],
    scores: [Double?], threshold: Double?, evidence: Evidence? = nil,
    records: JudgementRecords? = nil, notices: [String] = []
  ) {
    self.filter = filter
    self.options = options
    self.labeled = labeled
    self.clean = clean
    self.quality = quality
    self.scores = scores
    self.threshold = threshold
    self.evidence = evidence
    self.records = records
    self.notices = notices
  }

  /// What it says about all samples but one whose label has changed since.
  package func without(_ sample: Int) -> Verdict {
    guard let place = labeled.firstIndex(of: sample) else { return self }
    func rest<Element>(_ list: [Element]) -> [Element] {
      Array(list[..<place] + list[(place + 1)...])
    }
    return Verdict(
      filter: filter, options: options, labeled: rest(labeled), clean: rest(clean),
      quality: rest(quality), scores: rest(scores), threshold: threshold, records: records,
      notices: notices)
  }

  /// The samples whose labels are suspected, in the order of purchase.
  package var suspected: [Int] { zip(labeled, clean).filter { !$0.1 }.map(\.0) }

  /// Whether it judges exactly the labeled set of `pool`, and was made by `filter` with its options.
  package func isCurrent(for pool: Pool, filter: some NoiseFilter) -> Bool {
    isCurrent(for: pool) && self.filter == filter.name && options == filter.options
  }

  /// Whether it judges exactly the labeled set of `pool`.
  package func isCurrent(for pool: Pool) -> Bool { labeled == pool.labeled }

  /// The `identity` of the filter that made it.
  package var identity: String { "\(filter) \(options)" }
}

extension Verdict {
  /// The verdict of `filter` that calls every label of `pool` clean, with quality 1.
  static func allClean(
    _ pool: Pool, by filter: some NoiseFilter, threshold: Double?, notices: [String] = []
  ) -> Verdict {
    let count = pool.labeled.count
    return Verdict(
      filter: filter.name, options: filter.options, labeled: pool.labeled,
      clean: [Bool](repeating: true, count: count),
      quality: [Double](repeating: 1, count: count),
      scores: [Double?](repeating: nil, count: count), threshold: threshold, notices: notices)
  }
}
