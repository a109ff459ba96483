import LinearAlgebra
import Networks

/// Suspects the labels that most of a few models, each trained on a part of the labels, would not
/// have given: the cross-validation filter of Shafir, Hacohen and Weinshall 2025 (arXiv 2504.04506).
///
/// The labeled set is shuffled and cut into folds; a logistic regression is fitted for each fold and
/// votes on every label. A label is suspected if fewer than half of the votes are for it.
///
/// Trained on a fold alone, k − 1 of the k models that vote have not seen the sample. Trained on the
/// other folds, as textbooks have it, k − 1 have, and on few labels they repeat what they were told;
/// there, only the model that has not seen it may vote (`votes` = heldout).
///
/// The evidence is "votes for" of "models", those that voted; "p of label", their mean probability of
/// the label; and "predicted", the class that most of them name, the lowest of several.
///
/// Takes `folds` fits, each up to 500 steps of O(rows · dimensions · classes).
package struct CrossValidation: NoiseFilter {
  /// The part of the labeled set that a fold's model is trained on.
  package enum TrainingPart: String, Sendable, Hashable, CaseIterable {
    /// The fold.
    case fold
    /// All other folds.
    case complement
  }

  /// The models that vote on a sample.
  package enum Voters: String, Sendable, Hashable, CaseIterable {
    case all
    /// The one that was trained without the sample's fold; for training on the complement.
    case heldout
  }

  /// At least 2; no more are made than there are labels.
  package let folds: Int
  package let trainOn: TrainingPart
  package let votes: Voters
  package let scale: FeatureScale

  package init(
    folds: Int = 3, trainOn: TrainingPart = .fold, votes: Voters = .all,
    scale: FeatureScale = .auto
  ) {
    self.folds = folds
    self.trainOn = trainOn
    self.votes = votes
    self.scale = scale
  }

  package var name: String { "cv" }

  package var options: String {
    "folds=\(folds) train_on=\(trainOn.rawValue) votes=\(votes.rawValue) scale=\(scale.text)"
  }

  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    try validate()
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    let (features, notice) = try pool.judgedFeatures(scale)
    if let notice {
      return .allClean(pool, by: self, threshold: 0.5, notices: [notice])
    }
    let cut = folds(of: pool.labeled.count, using: &random)
    let judgement = try judgement(
      of: features, labels: pool.observed, classes: pool.classes, folds: cut)
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: judgement.clean,
      quality: judgement.quality, scores: judgement.scores, threshold: 0.5,
      evidence: judgement.evidence)
  }

  /// The fold of each of `count` samples, at random; the first folds get the samples that are over.
  package func folds(of count: Int, using random: inout RandomSource) -> [Int] {
    let folds = min(folds, count)
    var cut = [Int](repeating: 0, count: count)
    var place = 0
    let order = random.shuffled(Array(0..<count))
    for fold in 0..<folds {
      let size = count / folds + (fold < count % folds ? 1 : 0)
      for sample in order[place..<place + size] { cut[sample] = fold }
      place += size
    }
    return cut
  }

  /// What the models say, for given folds.
  /// - Parameters:
  ///   - features: the labeled samples' rows.
  ///   - labels: one for each row, in 0 ..< classes.
  ///   - folds: one for each row, from 0 on; none may be empty, and there are two at least.
  /// - Throws: `Interrupted`; `NetworkError`.
  package func judgement(
    of features: Matrix, labels: [Int], classes: Int, folds: [Int]
  ) throws -> VoteJudgement {
    precondition(folds.count == labels.count, "a fold for each sample")
    var count = VoteCount(labels: labels, classes: classes)
    try Folds.visit(folds) { held, others in
      let rows = trainOn == .fold ? held : others
      let model = try LogisticRegression.fit(
        features.rows(at: rows), labels: rows.map { labels[$0] }, classes: classes)
      let voted = votes == .all ? Array(labels.indices) : held
      try count.add(model, on: features.rows(at: voted), at: voted)
    }
    return count.judgement
  }

  private func validate() throws(MethodError) {
    guard folds >= 2 else {
      throw .range(name: "folds", value: Double(folds), allowed: "at least 2")
    }
    guard trainOn == .complement || votes == .all else {
      throw .refused(
        reason: "votes=heldout needs train_on=complement: trained on one fold alone, all models "
          + "but one have not seen the sample")
    }
  }
}

/// Counts, sample by sample, which models would have given the label that was observed.
private struct VoteCount {
  let labels: [Int]
  /// How many models voted on each sample.
  private var voters: [Int]
  /// What they voted for.
  private var votes: VoteTable
  /// The sum of the probabilities that they gave to the observed label.
  private var probabilities: [Double]

  init(labels: [Int], classes: Int) {
    self.labels = labels
    voters = [Int](repeating: 0, count: labels.count)
    votes = VoteTable(samples: labels.count, classes: classes)
    probabilities = [Double](repeating: 0, count: labels.count)
  }

  /// Lets `model` vote on the samples at `positions`, with these features.
  mutating func add(
    _ model: LogisticRegression, on features: Matrix, at positions: [Int]
  ) throws {
    let predictions = try model.predictions(for: features)
    let shares = try model.classProbabilities(of: features)
    for (row, position) in positions.enumerated() {
      voters[position] += 1
      votes.add(predictions[row], of: position)
      probabilities[position] += Double(shares[row, labels[position]])
    }
  }

  var judgement: VoteJudgement {
    VoteJudgement(
      votes, labels: labels, voters: voters,
      scores: zip(probabilities, voters).map { $0 / Double(max(1, $1)) })
  }
}

/// What a vote of models says about labels.
package struct VoteJudgement: Sendable {
  /// How many models voted on each sample.
  package let voters: [Int]
  /// How many of them would have given each sample its label.
  package let agreeing: [Int]
  /// The class that most of them name, the lowest of several.
  package let predicted: [Int]
  /// False where fewer than half of the models agree.
  package let clean: [Bool]
  /// The share of models that agree.
  package let quality: [Double]
  /// The mean probability of the label, 0 from models that have not met it: an order among samples
  /// of equal quality.
  package let scores: [Double]

  init(_ votes: VoteTable, labels: [Int], voters: [Int], scores: [Double]) {
    self.voters = voters
    self.scores = scores
    agreeing = labels.enumerated().map { sample, label in
      let counts = votes.counts(of: sample)
      return Int(counts[counts.startIndex + label])
    }
    predicted = labels.indices.map { votes.winner(of: $0) }
    clean = zip(agreeing, voters).map { 2 * $0 >= $1 }
    quality = zip(agreeing, voters).map { Double($0) / Double(max(1, $1)) }
  }

  var evidence: Evidence {
    Evidence([
      Evidence.Column("votes for", agreeing.map(Double.init)),
      Evidence.Column("models", voters.map(Double.init)),
      Evidence.Column("p of label", scores),
      Evidence.Column("predicted", predicted.map(Double.init)),
    ])
  }
}
