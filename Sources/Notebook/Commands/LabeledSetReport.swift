import ActiveLearning

/// What the labeled set is worth, after a query or a person's label: how much of the pool it covers,
/// and how many of its labels are wrong.
struct LabeledSetReport {
  /// How many samples are labeled, and of how many of them the truth is known.
  let labeled: Int
  let known: Int
  /// By all labeled samples, by those believed clean, and by the truly clean ones; nil where there is
  /// no radius to count with, or no truth.
  let coverage: Double?
  let presumed: Double?
  let clean: Double?
  /// The share of wrong labels; nil where no truth is known.
  let noise: Double?
  private let counts: CleanCounts?

  /// - Parameter delta: the radius in force; nil for the one that the data set is known by.
  init(_ pool: Pool, delta: Double?, _ invocation: Invocation) throws {
    let data = try invocation.data()
    let truth = try data.truth()
    let right = truth.known(pool.labeled, pool.observed)
    labeled = pool.labeled.count
    known = right.count
    noise =
      right.isEmpty ? nil : Double(right.count { !$0.isRight }) / Double(right.count)
    counts =
      right.isEmpty
      ? nil
      : CleanCounts(
        observed: pool.observed, truth: pool.labeled.map { truth.label(of: $0) },
        classes: pool.classes)
    guard let delta = delta ?? data.record.delta else {
      (coverage, presumed, clean) = (nil, nil, nil)
      return
    }
    let embedding = try pool.embedding
    coverage = try embedding.coverage(of: pool.labeled, within: delta)
    presumed = try embedding.coverage(of: pool.presumed.clean, within: delta)
    clean =
      right.isEmpty
      ? nil
      : try embedding.coverage(
        of: right.filter(\.isRight).map { pool.labeled[$0.position] }, within: delta)
  }

  /// Under the keys of METHODS §10.1.
  var metrics: [(String, Double?)] {
    [
      ("n_labeled", Double(labeled)), ("coverage", coverage), ("clean_coverage", clean),
      ("true_noise", noise), ("class_min", counts.map { Double($0.least) }),
      ("classes_empty", counts.map { Double($0.emptyClasses) }),
    ]
  }
}
