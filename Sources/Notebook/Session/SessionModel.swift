import ActiveLearning
import LinearAlgebra
import Networks

/// A trained model as a session asks it: how well it does on the test split, and what strategies may
/// ask it.
protocol SessionModel: Sendable {
  /// Nil where there is nothing to evaluate on.
  func evaluation(on data: DataHandle) throws -> Evaluation?

  /// What strategies ask, in the round of this number; nil for a model that only names classes.
  func acquisition(seed: Int, round: Int) -> (any AcquisitionSource)?

  /// The same with initial weights; nil where a probe's take their place.
  func untrained(seed: Int, round: Int) -> (any AcquisitionSource)?
}

extension SessionModel {
  func acquisition(seed: Int, round: Int) -> (any AcquisitionSource)? { nil }
  func untrained(seed: Int, round: Int) -> (any AcquisitionSource)? { nil }
}

/// The linear probe, on the rows that it was trained for.
struct ProbeOfFeatures: SessionModel {
  let probe: LinearProbe
  let settings: SGDSettings
  let scale: FeatureScale

  func evaluation(on data: DataHandle) throws -> Evaluation? {
    try data.evaluation(of: probe, scale: scale)
  }

  func acquisition(seed: Int, round: Int) -> (any AcquisitionSource)? {
    ProbeAcquisition(
      trained: probe.head, settings: settings, scale: scale, seed: seed, round: round)
  }
}

/// The nearest labeled sample.
struct NeighbourOfFeatures: SessionModel {
  let classifier: NearestNeighbour

  func evaluation(on data: DataHandle) throws -> Evaluation? {
    try data.evaluation(of: classifier, scale: .raw)
  }
}

extension DataHandle {
  /// Nil where the test split or its features are not there.
  fileprivate func evaluation(of classifier: some Classifier, scale: FeatureScale) throws
    -> Evaluation?
  {
    guard let features = try testFeatures(), let labels = try testLabels(), !labels.isEmpty,
      let embedding = try embedding()
    else { return nil }
    return try classifier.evaluate(
      on: embedding.scaled(features, scale: scale), labels: labels, classes: record.classes)
  }
}
