import LinearAlgebra
import Networks

/// Suspects the labels that a small model learns no better than labels known to be wrong.
///
/// LowBudgetAUM (Shafir, Hacohen and Weinshall 2025, arXiv 2504.04506, after Pleiss et al. 2020,
/// arXiv 2001.10528): some samples are given a class that does not exist, a linear model is trained
/// on these and the labeled set, and a label is clean if its area under the margin reaches a high
/// percentile of theirs. By default the samples come from the pool, so that no label is spent on
/// them; `ThresholdSource` says which others there are. With `labeled` two models are trained, each
/// with some labeled samples in that class; a sample is judged by the models that know its label.
///
/// With more than one model (`repeats`, or `labeled`) a label is clean if all that judge it say so;
/// the quality is the least, the score the mean area. Labels that are all of one class when a set is
/// taken away are compared with the set all the same.
///
/// The evidence is that of the model with the least quality, the first of several: "area" and
/// "threshold", which decide; "rival", the class that over all models and visits most often had the
/// largest other logit, the number of classes being the class that does not exist; and where labels
/// were judged by several, "runs clean" of "runs": how many called the label clean, of how many.
///
/// One fit is a linear problem on |L| + T rows; O(epochs · (|L| + T) · classes · dimensions).
package struct LowBudgetAUM: NoiseFilter {
  package let epochs: Int
  /// Of the threshold samples' areas: what a clean label has to reach.
  package let percentile: Double
  package let learningRate: Double
  package let batch: Int
  package let thresholds: Thresholds
  package let source: ThresholdSource
  /// How many independent draws of threshold samples must all lead to a clean label.
  package let repeats: Int
  package let scale: FeatureScale

  package init(
    epochs: Int = 40, percentile: Double = 80, learningRate: Double = 0.1, batch: Int = 64,
    thresholds: Thresholds = .auto, source: ThresholdSource = .pool, repeats: Int = 1,
    scale: FeatureScale = .auto
  ) {
    self.epochs = epochs
    self.percentile = percentile
    self.learningRate = learningRate
    self.batch = batch
    self.thresholds = thresholds
    self.source = source
    self.repeats = repeats
    self.scale = scale
  }

  package var name: String { "aum" }

  package var options: String {
    "epochs=\(epochs) percentile=\(canonical(percentile)) lr=\(canonical(learningRate)) "
      + "batch=\(batch) thresholds=\(thresholds.text) threshold_from=\(source.rawValue) "
      + "repeats=\(repeats) scale=\(scale.text)"
  }

  /// - Throws: also `MethodError.diverged`, where training runs away to infinity.
  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    try validate()
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    if let notice = try nothingToCompare(in: pool) {
      return .allClean(pool, by: self, threshold: 0.5, notices: [notice])
    }
    let draw = try ThresholdDraw(thresholdCount(for: pool), from: source, of: pool)
    var runs = AreaRuns(labels: pool.labeled.count, classes: pool.classes + 1)
    for index in 0..<repeats {
      var streams = AreaStreams(index, filter: name, random.key)
      for task in draw.tasks(using: &streams.draws) {
        try fit(task, pool, &streams, into: &runs)
      }
    }
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: runs.clean,
      quality: runs.quality, scores: runs.areas, threshold: 0.5, evidence: runs.evidence)
  }

  /// Why the labels cannot be compared with anything, nil if they can.
  private func nothingToCompare(in pool: Pool) throws -> String? {
    if let notice = try pool.judgedFeatures(scale).notice { return notice }
    guard source != .labeled && pool.candidateCount == 0 else { return nil }
    return "No unlabeled sample is left to compare with; all labels count as clean."
  }

  /// Trains one model, and adds what its areas say.
  private func fit(
    _ task: AreaTask, _ pool: Pool, _ streams: inout AreaStreams, into runs: inout AreaRuns
  ) throws {
    let features = try pool.embedding.scaled(rows: task.samples, scale: scale)
    let head = LinearHead(
      classes: pool.classes + 1, dimensions: features.columns, using: &streams.weights)
    let (record, areas) = try train(
      head, on: features, labels: task.labels, using: &streams.order)
    guard areas.allSatisfy(\.isFinite) else {
      throw MethodError.diverged(method: name, learningRate: learningRate)
    }
    let judgement = AreaJudgement(
      areas: task.judged.map { areas[$0] }, thresholds: task.thresholds.map { areas[$0] },
      percentile: percentile)
    runs.add(judgement, of: task.judged, record)
  }

  /// The margins of all rows, and the areas under them.
  private func train(
    _ initial: LinearHead, on features: Matrix, labels: [Int], using order: inout RandomSource
  ) throws -> (record: MarginRecord, areas: [Double]) {
    var head = initial
    var margins = MarginRecord(labels: labels)
    let training = LinearTraining(
      SGDSettings(
        epochs: epochs, batch: batch, learningRate: learningRate, weightDecay: 1e-4,
        schedule: .constant))
    _ = try training.run(&head, on: features, labels: labels, using: &order) {
      margins.record($0, $1)
    }
    return try margins.completed { try head.logits(of: features.rows(at: $0)) }
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

/// The streams that one draw of threshold samples and its models take from. They depend on its index
/// alone, not on how many there are.
private struct AreaStreams {
  var draws: RandomSource
  var weights: RandomSource
  var order: RandomSource

  init(_ index: Int, filter: String, _ key: RandomKey) {
    let suffix = index == 0 ? "" : "/repeat=\(index)"
    func stream(_ role: RandomRole, _ method: String) -> RandomSource {
      RandomSource(RandomKey(seed: key.seed, role: role, method: method + suffix))
    }
    draws = stream(.filter, key.method)
    weights = stream(.initialWeights, filter)
    order = stream(.batches, key.method)
  }
}
