import CKernels
import LinearAlgebra

/// Trains a network on labeled images, on the mean cross-entropy of each batch.
///
/// After the set-up nothing but each epoch's order is allocated. All randomness comes from streams
/// named after epoch and place in it, so that a training cut after any epoch goes on as if it had not
/// been. The same seed and number of threads give the same bits.
package struct NetworkTraining {
  /// Sees how an epoch ended. The checkpoint is only made if it is asked for: it copies everything.
  package typealias Observer = (_ epochs: Int, _ checkpoint: () throws -> NetworkCheckpoint) throws
    -> Void

  package let architecture: Architecture
  package let settings: NetworkSettings

  package init(_ architecture: Architecture, _ settings: NetworkSettings) {
    self.architecture = architecture
    self.settings = settings
  }

  /// Trains from `weights`, or goes on from a checkpoint of the same training.
  /// - Parameters:
  ///   - feed: all images; `labels` are theirs, one each.
  ///   - random: the stream of the order of visits, of changes to images and of dropout.
  /// - Returns: the weights after the last epoch, and the mean loss of each epoch over its batches,
  ///   each before its step.
  /// - Throws: `NetworkError`, also as soon as a loss is not finite; what `feed` and `observer` throw;
  ///   `Interrupted`, looked for between layers.
  package func run(
    from weights: NetworkWeights, resuming checkpoint: NetworkCheckpoint? = nil,
    on feed: any ImageFeed, labels: [Int], using random: RandomSource,
    eachEpoch observer: Observer? = nil
  ) throws -> (weights: NetworkWeights, losses: [Double]) {
    let descent = settings.descent
    try descent.validate()
    try checkLabels(labels, rows: feed.count, classes: architecture.classes)
    guard feed.shape == architecture.shape else {
      throw NetworkError.columns(found: feed.shape.count, expected: architecture.shape.count)
    }
    let steps = try TrainingSteps(self, from: weights, resuming: checkpoint)
    let order = VisitOrder(labels: labels, settings)
    var losses = checkpoint?.losses ?? []
    while losses.count < descent.epochs {
      let epoch = losses.count
      let stream = random.derived { $0.method += "/epoch \(epoch)" }
      let visits = order.epoch(using: stream)
      losses.append(try steps.epoch(epoch, visits: visits, of: feed, labels: labels, stream))
      try observer?(losses.count) { try steps.checkpoint(losses: losses) }
    }
    let trained = try steps.plan.weights()
    guard trained.areFinite else {
      throw NetworkError.diverged(learningRate: descent.learningRate)
    }
    return (trained, losses)
  }
}

/// Which samples an epoch visits, in batches of one size.
private struct VisitOrder {
  private let order: BatchOrder
  /// The positions of each label that occurs; nil where all samples are visited equally often.
  private let members: [[Int]]?

  init(labels: [Int], _ settings: NetworkSettings) {
    order = BatchOrder(count: labels.count, size: settings.descent.batch)
    members =
      settings.balance
      ? Dictionary(grouping: labels.indices, by: { labels[$0] }).sorted { $0.key < $1.key }
        .map(\.value) : nil
  }

  func epoch(using stream: RandomSource) -> [Int] {
    var random = stream
    guard let members else { return order.epoch(using: &random) }
    return order.positions.map { _ in
      let label = members[random.integer(below: members.count)]
      return label[random.integer(below: label.count)]
    }
  }
}

/// A training plan and where the training is.
private final class TrainingSteps {
  let plan: NetworkPlan
  private let settings: NetworkSettings
  private var steps: Int

  init(
    _ training: NetworkTraining, from weights: NetworkWeights,
    resuming checkpoint: NetworkCheckpoint?
  ) throws {
    settings = training.settings
    plan = try NetworkPlan(
      training.architecture, batch: settings.descent.batch, purpose: .training,
      format: settings.format)
    steps = checkpoint?.steps ?? 0
    try plan.write(checkpoint?.weights ?? weights)
    for (moments, part) in zip(checkpoint?.moments ?? [], Self.parts) {
      try plan.write(moments, part: part)
    }
  }

  private static let parts: [NetworkPlan.Part] = [.firstMoments, .secondMoments]

  func checkpoint(losses: [Double]) throws -> NetworkCheckpoint {
    NetworkCheckpoint(
      losses: losses, steps: steps, weights: try plan.weights(),
      moments: try Self.parts.prefix(settings.optimiser == .adam ? 2 : 1).map {
        try plan.weights(part: $0)
      })
  }

  /// One pass over the visits; what is left after the last full batch is not visited.
  /// - Returns: the mean loss of the batches.
  func epoch(
    _ epoch: Int, visits: [Int], of feed: any ImageFeed, labels: [Int], _ stream: RandomSource
  ) throws -> Double {
    let descent = settings.descent
    let progress = ProgressMeter.current
    let rate = descent.schedule.rate(descent.learningRate, epoch: epoch, of: descent.epochs)
    let batches = visits.count / descent.batch
    var sum = 0.0
    for batch in 0..<batches {
      let places = visits[batch * descent.batch..<(batch + 1) * descent.batch]
      try plan.gather(places, of: feed) { position in
        stream.derived { $0.method += "/image \(position)" }
      }
      let loss = try step(places.map { labels[$0] }, rate: rate, dropping: stream)
      guard loss.isFinite else {
        throw NetworkError.diverged(learningRate: descent.learningRate)
      }
      sum += loss
      let mean = (1000 * sum / Double(batch + 1)).rounded() / 1000
      progress.report(
        "training: epoch \(epoch + 1) of \(descent.epochs), loss \(mean)",
        epoch * batches + batch + 1,
        of: descent.epochs * batches)
    }
    return sum / Double(max(1, batches))
  }

  /// One step on the images that were gathered.
  /// - Returns: the mean cross-entropy before it.
  private func step(_ labels: [Int], rate: Double, dropping stream: RandomSource) throws -> Double {
    let share = settings.descent.dropout
    if share > 0 {
      var random = stream.derived { $0.method += "/dropout \(steps)" }
      plan.drop(share, using: &random)
    }
    try plan.forward()
    let loss = plan.differentiateCrossEntropy(labels: labels)
    try plan.backward()
    steps += 1
    plan.update(by: settings.optimiser, settings.descent, rate: rate, step: steps)
    return loss
  }
}

extension NetworkPlan {
  /// Turns the logits of a batch into the gradient of their mean cross-entropy.
  /// - Returns: the mean cross-entropy, summed in double.
  /// - Precondition: a training plan, one label per image, each a class.
  package func differentiateCrossEntropy(labels: [Int]) -> Double {
    precondition(labels.count == batch && labels.allSatisfy { (0..<architecture.classes) ~= $0 })
    let (logits, gradient) = (logits, logitGradient)
    guard let from = logits.baseAddress, let into = gradient.baseAddress else { return 0 }
    let classes = architecture.classes
    let weight = 1 / Float(batch)
    var loss = 0.0
    for (row, label) in labels.enumerated() {
      let first = row * classes
      loss += ck_softmax_gradient(from + first, classes, label, weight, into + first)
    }
    return loss / Double(batch)
  }
}
