import LinearAlgebra
import Networks

/// Suspects the labels that a small model learns no better than labels known to be wrong.
///
/// LowBudgetAUM (Shafir, Hacohen and Weinshall 2025, arXiv 2504.04506, after Pleiss et al. 2020):
/// some unlabeled samples are given a class that does not exist, a linear model is trained on these
/// and the labeled set, and a label is clean if its area under the margin reaches a high percentile
/// of theirs. The samples come from the pool, so that no label is spent on them.
///
/// One fit is a linear problem on |L| + T rows; O(epochs · (|L| + T) · classes · dimensions).
package struct LowBudgetAUM: NoiseFilter {
  /// How many samples get the class that does not exist.
  package enum Thresholds: Sendable, Hashable {
    /// As many as there are labels for each class, ⌈|L| / C⌉.
    case auto
    /// This many, or all unlabeled samples if those are fewer.
    case count(Int)

    var text: String {
      switch self {
      case .auto: "auto"
      case .count(let count): "\(count)"
      }
    }
  }

  package let epochs: Int
  /// Of the threshold samples' areas: what a clean label has to reach.
  package let percentile: Double
  package let learningRate: Double
  package let batch: Int
  package let thresholds: Thresholds
  /// How many independent fits must all call a label clean.
  package let repeats: Int
  package let scale: FeatureScale

  package init(
    epochs: Int = 40, percentile: Double = 80, learningRate: Double = 0.1, batch: Int = 64,
    thresholds: Thresholds = .auto, repeats: Int = 1, scale: FeatureScale = .auto
  ) {
    self.epochs = epochs
    self.percentile = percentile
    self.learningRate = learningRate
    self.batch = batch
    self.thresholds = thresholds
    self.repeats = repeats
    self.scale = scale
  }

  package var name: String { "aum" }

  package var options: String {
    "epochs=\(epochs) percentile=\(canonical(percentile)) lr=\(canonical(learningRate)) "
      + "batch=\(batch) thresholds=\(thresholds.text) repeats=\(repeats) scale=\(scale.text)"
  }

  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    try validate()
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    if let notice = nothingToCompare(in: pool) {
      return .allClean(pool, by: self, threshold: 0.5, notices: [notice])
    }
    var fits: [AreaJudgement] = []
    for index in 0..<repeats { fits.append(try fit(index, pool, random.key)) }
    let samples = pool.labeled.indices
    return Verdict(
      filter: name, options: options, labeled: pool.labeled,
      clean: samples.map { i in fits.allSatisfy { $0.clean[i] } },
      quality: samples.map { i in fits.reduce(1) { min($0, $1.quality[i]) } },
      scores: samples.map { i in fits.reduce(0) { $0 + $1.areas[i] } / Double(repeats) },
      threshold: 0.5)
  }

  /// The threshold samples of a pool: how many there are to be.
  package func thresholdCount(for pool: Pool) -> Int {
    switch thresholds {
    case .auto: (pool.labeled.count + pool.classes - 1) / pool.classes
    case .count(let count): count
    }
  }

  /// Why the labels cannot be compared with anything, nil if they can.
  private func nothingToCompare(in pool: Pool) -> String? {
    if pool.labeled.count == 1 { return "A single label cannot be judged; it counts as clean." }
    if Set(pool.observed).count == 1 {
      return "Labels of a single class cannot be judged; all count as clean."
    }
    if pool.candidateCount == 0 {
      return "No unlabeled sample is left to compare with; all labels count as clean."
    }
    return nil
  }

  /// One model with threshold samples of its own. The draws of a fit depend on its index alone, not
  /// on how many there are.
  private func fit(_ index: Int, _ pool: Pool, _ key: RandomKey) throws -> AreaJudgement {
    let suffix = index == 0 ? "" : "/repeat=\(index)"
    func stream(_ role: RandomRole, _ method: String) -> RandomSource {
      RandomSource(RandomKey(seed: key.seed, role: role, method: method + suffix))
    }
    var draws = stream(.filter, key.method)
    var weights = stream(.initialWeights, name)
    var order = stream(.batches, key.method)

    let count = min(thresholdCount(for: pool), pool.candidateCount)
    let drawn = draws.sample(count, of: pool.candidates)
    let features = try pool.embedding.scaled(rows: pool.labeled + drawn, scale: scale)
    let labels = pool.observed + drawn.map { _ in pool.classes }
    let head = LinearHead(
      classes: pool.classes + 1, dimensions: features.columns, using: &weights)
    let areas = try train(head, on: features, labels: labels, using: &order)
    guard areas.allSatisfy(\.isFinite) else {
      throw MethodError.diverged(method: name, learningRate: learningRate)
    }
    return AreaJudgement(
      areas: Array(areas.prefix(pool.labeled.count)),
      thresholds: Array(areas.suffix(count)), percentile: percentile)
  }

  /// The areas under the margin of all rows.
  private func train(
    _ initial: LinearHead, on features: Matrix, labels: [Int], using order: inout RandomSource
  ) throws -> [Double] {
    var head = initial
    var margins = MarginRecord(labels: labels)
    let training = LinearTraining(
      SGDSettings(
        epochs: epochs, batch: batch, learningRate: learningRate, weightDecay: 1e-4,
        schedule: .constant))
    _ = try training.run(&head, on: features, labels: labels, using: &order) {
      margins.record($0, $1)
    }
    return try margins.areas { try head.logits(of: features.rows(at: $0)) }
  }

  private func validate() throws(MethodError) {
    let rules: [(String, Double, String, Bool)] = [
      ("epochs", Double(epochs), "at least 1", epochs >= 1),
      ("percentile", percentile, "0 to 100", (0...100).contains(percentile)),
      ("lr", learningRate, "above 0", learningRate > 0 && learningRate.isFinite),
      // Lists of positions are doubled up to a batch: a slip of the keyboard must not fill the memory.
      ("batch", Double(batch), "1 to 65536", (1...65536).contains(batch)),
      ("repeats", Double(repeats), "at least 1", repeats >= 1),
    ]
    for (name, value, allowed, holds) in rules where !holds {
      throw .range(name: name, value: value, allowed: allowed)
    }
    if case .count(let count) = thresholds, count < 1 {
      throw .range(name: "thresholds", value: Double(count), allowed: "at least 1")
    }
  }
}

/// What areas under the margin say about labels, given those of samples with a class that does not
/// exist.
package struct AreaJudgement: Sendable {
  /// Of the labeled samples.
  package let areas: [Double]
  /// The area from which on a label is clean.
  package let threshold: Double
  package let clean: [Bool]
  /// ½ at the threshold, 1 at the largest and 0 at the least area of a labeled sample.
  package let quality: [Double]

  /// - Parameters:
  ///   - areas: finite, one per labeled sample.
  ///   - thresholds: finite, at least one.
  ///   - percentile: 0 to 100.
  package init(areas: [Double], thresholds: [Double], percentile: Double) {
    let threshold = LinearAlgebra.percentile(percentile, of: thresholds) ?? 0
    let above = (areas.max() ?? 0) - threshold
    let below = threshold - (areas.min() ?? 0)
    self.areas = areas
    self.threshold = threshold
    clean = areas.map { $0 >= threshold }
    quality = areas.map { area in
      let distance = area - threshold
      if distance >= 0 { return 0.5 + (above > 0 ? 0.5 * distance / above : 0) }
      // Rounding must not lift a suspected label onto the threshold.
      return min(0.5 + 0.5 * distance / below, 0.5.nextDown)
    }
  }
}
