import LinearAlgebra

/// How an embedding is learned from images without labels.
package struct ContrastiveSettings: Sendable, Equatable {
  /// The batch counts images; each is seen twice. Dropout means nothing here.
  package var descent: SGDSettings
  package var loss: ContrastiveLoss
  package var format: NumberFormat

  package init(_ descent: SGDSettings, temperature: Double = 0.1, format: NumberFormat = .f32) {
    self.descent = descent
    loss = ContrastiveLoss(temperature: temperature)
    self.format = format
  }
}

extension Architecture {
  /// A residual network with a projection head in the place of its classifier: 512 numbers, or as many
  /// as the network makes of an image, a dense layer of as many, a rectifier, and `width` numbers.
  /// - Throws: `NetworkError.image`.
  package static func contrastive(
    _ backbone: ResidualNetwork, for shape: ImageShape, width: Int, coarse: Bool = false
  ) throws(NetworkError) -> Architecture {
    let body = try backbone.body(for: shape, coarse)
    return try Architecture(
      "simclr", shape: shape, classes: width,
      layers: body + [
        .dense("projection.0", outputs: body.tensors(for: shape).result.count), .rectifier,
        .dense("projection.2", outputs: width),
      ])
  }

  /// The same up to the first layer of the projection: its penultimate features are the embedding.
  package static func embedding(
    _ backbone: ResidualNetwork, for shape: ImageShape, coarse: Bool = false
  ) throws(NetworkError) -> Architecture {
    let body = try backbone.body(for: shape, coarse)
    let width = body.tensors(for: shape).result.count
    return try Architecture(
      "simclr", shape: shape, classes: width,
      layers: body + [.dense("projection.0", outputs: width)])
  }
}

extension ResidualNetwork {
  /// Without dropout and classifier.
  fileprivate func body(for shape: ImageShape, _ coarse: Bool) throws(NetworkError) -> [Layer] {
    try Array(architecture(for: shape, classes: 1, coarse: coarse).layers.dropLast(2))
  }
}

/// Learns an embedding by contrasting two views of each image with the views of all others
/// (`ContrastiveLoss`). It is given no label.
///
/// As in `NetworkTraining` all randomness comes from streams named after epoch and place in it, so a
/// training cut after any epoch goes on as if it had not been.
package struct ContrastiveTraining {
  package let architecture: Architecture
  package let settings: ContrastiveSettings

  /// - Parameter architecture: its last layer makes the rows that are compared.
  package init(_ architecture: Architecture, _ settings: ContrastiveSettings) {
    self.architecture = architecture
    self.settings = settings
  }

  /// What a training ended with.
  package struct Result: Sendable {
    package let weights: NetworkWeights
    /// The mean loss of each epoch over its batches.
    package let losses: [Double]
    /// The share of views in the last epoch whose other view was the nearest of all.
    package let nearest: Double
  }

  /// Trains from `weights`, or goes on from a checkpoint of the same training.
  /// - Parameters:
  ///   - views: written twice for each image, by different streams.
  ///   - random: the stream of the order of visits and of the views.
  /// - Throws: `NetworkError`, also as soon as a loss is not finite; `.counts` where there are fewer
  ///   than two images; what `views` and `observer` throw; `Interrupted`, looked for between layers.
  package func run(
    from weights: NetworkWeights, resuming checkpoint: NetworkCheckpoint? = nil,
    on views: any ImageFeed, using random: RandomSource,
    eachEpoch observer: NetworkTraining.Observer? = nil
  ) throws -> Result {
    let descent = settings.descent
    try descent.validate()
    guard views.count > 1, descent.batch > 1 else { throw NetworkError.noSamples }
    guard views.shape == architecture.shape else {
      throw NetworkError.columns(found: views.shape.count, expected: architecture.shape.count)
    }
    let steps = try ContrastiveSteps(self, from: weights, resuming: checkpoint)
    let order = BatchOrder(count: views.count, size: descent.batch)
    var losses = checkpoint?.losses ?? []
    var nearest = 0.0
    while losses.count < descent.epochs {
      var stream = random.derived { $0.method += "/epoch \(losses.count)" }
      let value = try steps.epoch(
        losses.count, visits: order.epoch(using: &stream), of: views, stream)
      losses.append(value.loss)
      nearest = value.nearest
      try observer?(losses.count) { try steps.checkpoint(losses: losses) }
    }
    let trained = try steps.plan.weights()
    guard trained.areFinite else {
      throw NetworkError.diverged(learningRate: descent.learningRate)
    }
    return Result(weights: trained, losses: losses, nearest: nearest)
  }
}

/// A plan for both views of a batch, and where the training is.
package final class ContrastiveSteps {
  let plan: NetworkPlan
  private let settings: ContrastiveSettings
  private var steps: Int
  /// The share of nearest views when it was said last.
  private var said: Double?

  package init(
    _ training: ContrastiveTraining, from weights: NetworkWeights,
    resuming checkpoint: NetworkCheckpoint? = nil
  ) throws {
    settings = training.settings
    plan = try NetworkPlan(
      training.architecture, batch: 2 * settings.descent.batch, purpose: .training,
      format: settings.format)
    steps = checkpoint?.steps ?? 0
    try plan.write(checkpoint?.weights ?? weights)
    if let moments = checkpoint?.moments.first { try plan.write(moments, part: .firstMoments) }
  }

  /// Bytes that the plan keeps.
  package var bytes: Int { plan.bytes }

  func checkpoint(losses: [Double]) throws -> NetworkCheckpoint {
    NetworkCheckpoint(
      losses: losses, steps: steps, weights: try plan.weights(),
      moments: [try plan.weights(part: .firstMoments)])
  }

  /// One pass over the visits; what is left after the last full batch is not visited.
  func epoch(_ epoch: Int, visits: [Int], of views: any ImageFeed, _ stream: RandomSource) throws
    -> ContrastiveLoss.Value
  {
    let descent = settings.descent
    let progress = ProgressMeter.current
    let rate = descent.schedule.rate(descent.learningRate, epoch: epoch, of: descent.epochs)
    let batches = visits.count / descent.batch
    var (loss, nearest) = (0.0, 0.0)
    for batch in 0..<batches {
      let places = visits[batch * descent.batch..<(batch + 1) * descent.batch]
      let value = try step(Array(places), of: views, rate: rate, stream, first: places.startIndex)
      loss += value.loss
      nearest += value.nearest
      progress.report(
        label(epoch, loss / Double(batch + 1)), epoch * batches + batch + 1,
        of: descent.epochs * batches)
    }
    let count = Double(max(1, batches))
    if epoch.isMultiple(of: 10) { said = nearest / count }
    return ContrastiveLoss.Value(loss: loss / count, nearest: nearest / count)
  }

  private func label(_ epoch: Int, _ loss: Double) -> String {
    let words =
      "training: epoch \(epoch + 1) of \(settings.descent.epochs), loss \(Self.rounded(loss))"
    return words + (said.map { ", nearest \(Self.rounded($0))" } ?? "")
  }

  private static func rounded(_ value: Double) -> Double { (1000 * value).rounded() / 1000 }

  /// One step on two views of each image.
  /// - Parameter first: the place of the first image among the visits of the epoch.
  /// - Throws: `NetworkError.diverged` where the loss is not finite.
  package func step(
    _ images: [Int], of views: any ImageFeed, rate: Double, _ stream: RandomSource, first: Int
  ) throws -> ContrastiveLoss.Value {
    let count = images.count
    try plan.gather((images + images)[...], of: views) { position in
      let place = first + position % count
      return stream.derived { $0.method += "/image \(place)/view \(position / count)" }
    }
    try plan.forward()
    let rows = Matrix(
      rows: 2 * count, columns: plan.architecture.classes, elements: Array(plan.logits))
    let (value, gradient) = try settings.loss.differentiate(rows)
    guard value.loss.isFinite else {
      throw NetworkError.diverged(learningRate: settings.descent.learningRate)
    }
    _ = plan.logitGradient.update(fromContentsOf: gradient.elements)
    try plan.backward()
    steps += 1
    plan.update(by: .sgd, settings.descent, rate: rate, step: steps)
    return value
  }
}
