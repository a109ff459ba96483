import LinearAlgebra
import Networks

/// Suspects labels by what models that have not seen them think of them: confident learning
/// (Northcutt, Jiang and Chuang 2021, arXiv 1911.00068), with the rules and names of cleanlab 2.9.
///
/// The probabilities come from logistic regressions, each trained on all but one of a few folds in
/// which the classes are spread evenly. `LabelIssues` says what follows from them.
///
/// Takes `folds` fits, each up to 500 steps of O(rows · dimensions · classes).
package struct ConfidentLearning: NoiseFilter {
  /// The probabilities of all classes for some samples of the pool, a row for each.
  package typealias Prediction = @Sendable (_ samples: [Int]) throws -> Matrix

  /// At least 2; no more are made than there are labels.
  package let folds: Int
  package let rule: LabelIssues.Rule
  package let ranking: LabelIssues.Ranking
  /// For the rules that prune: the share of the wrong labels to suspect, 0 to 1.
  package let fracNoise: Double
  /// For the rules that prune: how many labels of each class to leave.
  package let minExamples: Int
  package let scale: FeatureScale
  private let model: Prediction?

  /// - Parameter model: gives the probabilities instead of fresh models for folds. It was trained on
  ///   the very labels that it judges, which makes it too sure of them.
  package init(
    folds: Int = 5, rule: LabelIssues.Rule = .pruneByNoiseRate,
    ranking: LabelIssues.Ranking = .selfConfidence, fracNoise: Double = 1, minExamples: Int = 1,
    scale: FeatureScale = .auto, model: Prediction? = nil
  ) {
    self.folds = folds
    self.rule = rule
    self.ranking = ranking
    self.fracNoise = fracNoise
    self.minExamples = minExamples
    self.scale = scale
    self.model = model
  }

  package var name: String { "cl" }

  package var options: String {
    "filter_by=\(rule.rawValue) rank_by=\(ranking.rawValue) probs=\(model == nil ? "folds" : "model") "
      + "folds=\(folds) frac_noise=\(canonical(fracNoise)) min_examples=\(minExamples) "
      + "scale=\(scale.text)"
  }

  /// The scores are the probabilities of the labels.
  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    try validate()
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    if let notice = nothingToCompare(in: pool) {
      return .allClean(pool, by: self, threshold: nil, notices: [notice])
    }
    let probabilities = try probabilities(in: pool, using: &random)
    let issues = issues(in: probabilities, labels: pool.observed)
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: issues.flagged.map { !$0 },
      quality: issues.quality,
      scores: pool.observed.enumerated().map { Double(probabilities[$0, $1]) }, threshold: nil,
      notices: model == nil ? [] : [Self.seen])
  }

  private static let seen =
    "The model was trained on these very labels and is too sure of them: wrong ones may pass."

  /// What these options make of given probabilities.
  package func issues(in probabilities: Matrix, labels: [Int]) -> LabelIssues {
    LabelIssues(
      probabilities, labels: labels, rule: rule, ranking: ranking, fracNoise: fracNoise,
      minExamples: minExamples)
  }

  /// The probabilities of all classes for the labeled samples of `pool`, a row for each, in the order
  /// of purchase.
  /// - Throws: `MethodError`; `NetworkError`; `Interrupted`.
  package func probabilities(in pool: Pool, using random: inout RandomSource) throws -> Matrix {
    guard let model else {
      return try outOfSample(
        pool.embedding.scaled(rows: pool.labeled, scale: scale), labels: pool.observed,
        classes: pool.classes, folds: folds(of: pool.observed, using: &random))
    }
    let found = try model(pool.labeled)
    guard found.rows == pool.labeled.count, found.columns == pool.classes else {
      throw MethodError.refused(reason: "the model was not trained on the classes of this pool")
    }
    return found
  }

  /// The fold of each sample: each class is shuffled and dealt out in turn, from the fold where the
  /// class before it ended.
  /// - Parameter labels: at least two.
  package func folds(of labels: [Int], using random: inout RandomSource) -> [Int] {
    let folds = min(folds, labels.count)
    var cut = [Int](repeating: 0, count: labels.count)
    var turn = 0
    for (_, members) in Dictionary(grouping: labels.indices, by: { labels[$0] }).sorted(by: {
      $0.key < $1.key
    }) {
      for sample in random.shuffled(members) {
        cut[sample] = turn % folds
        turn += 1
      }
    }
    return cut
  }

  /// The probabilities for each row from a model that was trained on the other folds.
  ///
  /// The first sample of a class that the other folds do not have is trained on, too, and gets its
  /// own label with probability 1: nothing could be said about it. Classes that are no label at all
  /// get 0.
  /// - Parameters:
  ///   - labels: one for each row, in 0 ..< classes.
  ///   - folds: one for each row, from 0 on.
  /// - Throws: `Interrupted`; `NetworkError`.
  package func outOfSample(
    _ features: Matrix, labels: [Int], classes: Int, folds: [Int]
  ) throws -> Matrix {
    precondition(folds.count == labels.count, "a fold for each sample")
    let progress = ProgressMeter.current
    let models = (folds.max() ?? -1) + 1
    var probabilities = Matrix(zeros: features.rows, classes)
    for fold in 0..<models {
      try Interrupt.check()
      let held = folds.indices.filter { folds[$0] == fold }
      let others = folds.indices.filter { folds[$0] != fold }
      let copied = firstOfMissing(labels, among: held, given: others)
      let model = try LogisticRegression.fit(
        features.rows(at: others + copied), labels: (others + copied).map { labels[$0] },
        classes: classes)
      let found = try model.classProbabilities(of: features.rows(at: held))
      for (row, sample) in held.enumerated() {
        for k in 0..<classes { probabilities[sample, k] = found[row, k] }
      }
      for sample in copied {
        for k in 0..<classes { probabilities[sample, k] = k == labels[sample] ? 1 : 0 }
      }
      progress.report("folds", fold + 1, of: models)
    }
    return probabilities
  }

  /// The first of `held` of each class that none of `others` has.
  private func firstOfMissing(_ labels: [Int], among held: [Int], given others: [Int]) -> [Int] {
    var met = Set(others.map { labels[$0] })
    return held.filter { met.insert(labels[$0]).inserted }
  }

  /// Why there is nothing to learn from, nil if there is.
  private func nothingToCompare(in pool: Pool) -> String? {
    if pool.labeled.count == 1 { return "A single label cannot be judged; it counts as clean." }
    if Set(pool.observed).count == 1 {
      return "Labels of a single class cannot be judged; all count as clean."
    }
    return nil
  }

  private func validate() throws(MethodError) {
    let rules: [(String, Double, String, Bool)] = [
      ("folds", Double(folds), "at least 2", folds >= 2),
      ("frac_noise", fracNoise, "0 to 1", (0...1).contains(fracNoise)),
      (
        "min_examples", Double(minExamples), "0 to 1000000000",
        (0...1_000_000_000).contains(minExamples)
      ),
    ]
    for (name, value, allowed, holds) in rules where !holds {
      throw .range(name: name, value: value, allowed: allowed)
    }
  }
}
