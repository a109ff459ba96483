import LinearAlgebra

/// Trains an encoder of images and a discriminator that tells from codes which images are labeled,
/// against each other (Sinha et al. 2019, arXiv 1904.00370). It is told which images are labeled, and no
/// label.
///
/// An epoch has ⌊N / batch⌋ steps; each sees a batch of labeled and one of unlabeled images, both with
/// the feed's augmentation. Either kind is visited in the order of `BatchOrder`, again and again: where
/// there are fewer images than a batch, they are in it several times.
package struct AdversarialTraining {
  package let networks: AdversarialNetworks
  package let settings: AdversarialSettings

  package init(_ networks: AdversarialNetworks, _ settings: AdversarialSettings) {
    self.networks = networks
    self.settings = settings
  }

  /// - Parameter random: the stream of initial weights, orders, augmentation and codes.
  /// - Throws: `NetworkError`, also `.diverged` as soon as a loss is not finite and `.noSamples` where
  ///   nothing is labeled or unlabeled; what `feed` throws; `Interrupted`, looked for between layers.
  package func run(
    on feed: any ImageFeed, labeled: [Int], unlabeled: [Int], using random: RandomSource
  ) throws -> LabelDetector {
    guard !labeled.isEmpty, !unlabeled.isEmpty else { throw NetworkError.noSamples }
    let steps = try AdversarialSteps(
      networks, batch: settings.batch, format: settings.format, weights: initialWeights(random))
    let count = settings.epochs * max(1, (labeled.count + unlabeled.count) / settings.batch)
    var visits = [
      EndlessVisits(labeled, batch: settings.batch, random.derived { $0.method += "/labeled" }),
      EndlessVisits(unlabeled, batch: settings.batch, random.derived { $0.method += "/unlabeled" }),
    ]
    let progress = ProgressMeter.current
    for step in 0..<count {
      let batches = visits.indices.map { kind in
        let stream = visits[kind].stream.derived { $0.method += "/step \(step)" }
        return batch(of: visits[kind].next(), in: feed, stream)
      }
      let loss = try steps.step(
        labeled: batches[0], unlabeled: batches[1],
        rate: settings.rate(step: step, of: count))
      guard loss.autoencoder.isFinite, loss.discriminator.isFinite else {
        throw NetworkError.diverged(learningRate: settings.learningRate)
      }
      progress.report(
        "training: step \(step + 1), discriminator's loss \(Self.rounded(loss.discriminator))",
        step + 1, of: count)
    }
    let weights = try steps.weights()
    return LabelDetector(
      networks: networks, encoder: weights[0], discriminator: weights[2], format: settings.format)
  }

  private static func rounded(_ value: Double) -> Double { (1000 * value).rounded() / 1000 }

  private func initialWeights(_ random: RandomSource) -> [NetworkWeights] {
    [networks.encoder, networks.decoder, networks.discriminator].map { architecture in
      var stream = random.derived { $0.method += "/\(architecture.name)" }
      return NetworkWeights(initial: architecture, using: &stream)
    }
  }

  private func batch(of images: [Int], in feed: any ImageFeed, _ stream: RandomSource)
    -> AdversarialSteps.Batch
  {
    var noise = stream.derived { $0.method += "/codes" }
    let numbers = (0..<images.count * networks.code).map { _ in Float(noise.normal()) }
    return AdversarialSteps.Batch(noise: numbers) { plan in
      try plan.gather(images[...], of: feed) { place in
        stream.derived { $0.method += "/image \(place)" }
      }
    }
  }
}

/// Images in batches without end.
private struct EndlessVisits {
  let stream: RandomSource
  private let images: [Int]
  private let order: BatchOrder
  private var epoch = 0
  private var rest: ArraySlice<Int> = []

  init(_ images: [Int], batch: Int, _ stream: RandomSource) {
    self.images = images
    self.stream = stream
    order = BatchOrder(count: images.count, size: batch)
  }

  mutating func next() -> [Int] {
    if rest.count < order.size {
      var random = stream.derived { $0.method += "/epoch \(epoch)" }
      rest = order.epoch(using: &random)[...]
      epoch += 1
    }
    defer { rest = rest.dropFirst(order.size) }
    return rest.prefix(order.size).map { images[$0] }
  }
}

/// A trained encoder and discriminator.
package struct LabelDetector: Sendable {
  let networks: AdversarialNetworks
  let encoder: NetworkWeights
  let discriminator: NetworkWeights
  let format: NumberFormat

  /// For each image the logarithm of the odds that it is labeled, without augmentation.
  /// - Throws: `NetworkError`; what `feed` throws; `Interrupted`.
  package func logOdds(of feed: any ImageFeed, at indices: [Int]) throws -> [Double] {
    let moments = try NetworkModel(networks.encoder, encoder, format: format)
      .outputs(of: feed, at: indices).logits
    let codes = CodeFeed(rows: moments, code: networks.code)
    return try NetworkModel(networks.discriminator, discriminator, format: format)
      .outputs(of: codes).logits.elements.map(Double.init)
  }
}

/// The means among moments, as a discriminator's images.
private struct CodeFeed: ImageFeed {
  let rows: Matrix
  let code: Int

  var shape: ImageShape { ImageShape(channels: code, height: 1, width: 1) }
  var count: Int { rows.rows }

  func write(_ index: Int, random: RandomSource?, into target: UnsafeMutableBufferPointer<Float>) {
    for i in 0..<code { target[i] = rows[index, i] }
  }
}
