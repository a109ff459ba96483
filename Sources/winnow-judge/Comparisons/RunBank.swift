import ActiveLearning
import Datasets
import LinearAlgebra
import Networks

/// Real runs of one and the same method under many seeds: how good a linear probe is on the digits
/// after 30 labels drawn at random, half of them wrong.
struct RunBank {
  static let labels = 30
  static let noiseRate = 0.5

  /// The accuracy of each run.
  let accuracies: [Double]

  /// Runs seeds 1 ... `runs`, on all cores.
  init(runs: Int) throws {
    let task = try DigitsTask()
    var accuracies = [Double](repeating: 0, count: runs)
    try accuracies.withUnsafeMutableBufferPointer { buffer in
      // Each run writes to a place of its own.
      nonisolated(unsafe) let results = buffer
      try Parallel.forEach(runs) { results[$0] = try task.accuracy(seed: $0 + 1) }
    }
    self.accuracies = accuracies
  }
}

/// The built-in digits as a session has them after `load digits`.
private struct DigitsTask: Sendable {
  let embedding: Embedding
  let truth: [Int]
  let classes: Int
  let test: Matrix
  let testLabels: [Int]

  init() throws {
    let digits = try Digits.load()
    let (train, test) = try digits.features(from: Digits.defaultFeatures)
    embedding = Embedding(train)
    truth = digits.train.labels
    classes = digits.classNames.count
    self.test = try embedding.scaled(test ?? Matrix(zeros: 0, train.columns))
    testLabels = digits.test?.labels ?? []
  }

  /// One run: annotator, labels, weights and batches all depend on the seed.
  func accuracy(seed: Int) throws -> Double {
    let (samples, observed) = try buy(seed: seed)
    var weights = RandomSource(RandomKey(seed: seed, role: .initialWeights, method: "linear"))
    var batches = RandomSource(RandomKey(seed: seed, role: .batches, round: 1, method: "linear"))
    let (probe, _) = try LinearProbe.fit(
      embedding.scaled(rows: samples), labels: observed, classes: classes, weights: &weights,
      batches: &batches)
    return try probe.evaluate(on: test, labels: testLabels, classes: classes).accuracy
  }

  private func buy(seed: Int) throws -> (samples: [Int], observed: [Int]) {
    let noise = SymmetricNoise(rate: RunBank.noiseRate)
    var annotator = noise.stream(seed: seed)
    let answers = try noise.corrupt(
      NoiseTask(labels: truth, classes: classes), using: &annotator)
    var purchases = Purchases(
      oracle: Oracle(observed: answers), alreadyLabeled: [], limit: RunBank.labels)
    var random = RandomSource(RandomKey(seed: seed, role: .query, round: 1, method: "random"))
    let selection = try RandomSampling().select(
      RunBank.labels, from: Pool(embedding: embedding, classes: classes), buying: &purchases,
      using: &random)
    return (selection.picks.map(\.sample), selection.labels)
  }
}
