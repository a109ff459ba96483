import LinearAlgebra
import Networks

/// Suspects labels by what models that have not seen them think of them: confident learning
/// (Northcutt, Jiang and Chuang 2021, arXiv 1911.00068), with the rules and names of cleanlab 2.9.
///
/// The probabilities come from logistic regressions, each trained on all but one of a few folds in
/// which the classes are spread evenly, or are what a model that was trained before says of the
/// labeled samples (the softmax of its logits). `LabelIssues` says what follows from them.
///
/// The evidence is "p of label", "predicted", the most probable class, "p of predicted", and
/// "threshold of label", the mean "p of label" among the labels of the same class.
///
/// A verdict by a model's answers is about that model, and stands, like every verdict, until a label is
/// added or changed: a training after it does not make it stale, as nobody asked the new model.
///
/// Takes `folds` fits, each up to 500 steps of O(rows · dimensions · classes); or a model's answers.
package struct ConfidentLearning: NoiseFilter {
  /// At least 2; no more are made than there are labels.
  package let folds: Int
  package let rule: LabelIssues.Rule
  package let ranking: LabelIssues.Ranking
  /// For the rules that prune: the share of the wrong labels to suspect, 0 to 1.
  package let fracNoise: Double
  /// For the rules that prune: how many labels of each class to leave.
  package let minExamples: Int
  package let scale: FeatureScale
  private let model: (any AcquisitionModel)?

  /// - Parameter model: gives the probabilities instead of fresh models for folds. It was trained on
  ///   the labels that it judges, or most of them, which makes it too sure of them.
  package init(
    folds: Int = 5, rule: LabelIssues.Rule = .pruneByNoiseRate,
    ranking: LabelIssues.Ranking = .selfConfidence, fracNoise: Double = 1, minExamples: Int = 1,
    scale: FeatureScale = .auto, model: (any AcquisitionModel)? = nil
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
  ///
  /// - Throws: also `MethodError.refused` for a model of other classes, or one whose answers are no
  ///   numbers; what the model throws.
  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    try validate()
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    if let notice = try nothingToCompare(in: pool) {
      return .allClean(pool, by: self, threshold: nil, notices: [notice])
    }
    let probabilities = try probabilities(in: pool, using: &random)
    let issues = issues(in: probabilities, labels: pool.observed)
    let own = pool.observed.enumerated().map { Double(probabilities[$0, $1]) }
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: issues.flagged.map { !$0 },
      quality: issues.quality, scores: own, threshold: nil,
      evidence: Evidence([
        Evidence.Column("p of label", own),
        Evidence.Column("predicted", issues.predicted.map(Double.init)),
        Evidence.Column(
          "p of predicted", issues.predicted.enumerated().map { Double(probabilities[$0, $1]) }),
        Evidence.Column(
          "threshold of label", pool.observed.map { issues.joint.thresholds[$0] }),
      ]), notices: model == nil ? [] : [Self.seen])
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
    return try answers(of: model, in: pool)
  }

  private func answers(of model: some AcquisitionModel, in pool: Pool) throws -> Matrix {
    // One sample tells how many classes the model knows.
    guard try model.logits(of: Array(pool.labeled.prefix(1)), in: pool).columns == pool.classes
    else {
      throw MethodError.refused(reason: "the model was not trained on the classes of this pool")
    }
    let found = try Probabilities(of: model, pool.labeled, in: pool)
    guard found.values.allSatisfy(\.isFinite) else {
      throw MethodError.refused(
        reason: "the model's answers are no numbers; train it again with a lower learning rate")
    }
    return Matrix(rows: found.count, columns: found.classes, elements: found.values.map(Float.init))
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
    var probabilities = Matrix(zeros: features.rows, classes)
    try Folds.visit(folds) { held, others in
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
    }
    return probabilities
  }

  /// The first of `held` of each class that none of `others` has.
  private func firstOfMissing(_ labels: [Int], among held: [Int], given others: [Int]) -> [Int] {
    var met = Set(others.map { labels[$0] })
    return held.filter { met.insert(labels[$0]).inserted }
  }

  /// Why there is nothing to learn from, nil if there is. A model may see more than the features.
  private func nothingToCompare(in pool: Pool) throws -> String? {
    if let notice = pool.tooFewToJudge { return notice }
    guard model == nil else { return nil }
    return try pool.judgedFeatures(scale).notice
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
