import ActiveLearning
import CommandLanguage
import Datasets
import LinearAlgebra
import Networks

/// How a session learns an embedding from one data set's images by contrast: what a row's options and
/// the data come to.
struct ContrastiveRecipe {
  private let training: ContrastiveTraining
  private let embedding: Architecture
  private let views: PipelineFeed
  private let test: PipelineFeed?

  /// - Throws: `refused` where the data set has no images, or fewer than two; `range` for a mean or
  ///   deviation of other images than these.
  init(_ arguments: Arguments, _ data: DataHandle) throws {
    let pipelines = try data.views { name, images, training in
      try .views(
        for: name, images: images, training: training, area: arguments.number("area") ?? 0.2,
        flips: arguments["flip"]?.bool, colours: Self.colours(arguments),
        normalisation: Self.normalisation(arguments, channels: images.channels))
    }
    views = PipelineFeed(pipeline: pipelines.pool)
    test = pipelines.test.map { PipelineFeed(pipeline: $0) }
    guard views.count > 1 else {
      throw MethodError.refused(reason: "one image alone cannot be contrasted with others")
    }
    let backbone = Self.backbone(arguments.text("model"))
    let coarse = data.record.dataset == "mnist"
    training = ContrastiveTraining(
      try .contrastive(
        backbone, for: views.shape, width: arguments.integer("projection") ?? 128,
        coarse: coarse), Self.settings(arguments))
    embedding = try .embedding(backbone, for: views.shape, coarse: coarse)
  }

  private static func backbone(_ name: String?) -> ResidualNetwork {
    ResidualNetwork.named.first { $0.name == name } ?? ResidualNetwork.named[0]
  }

  private static func colours(_ arguments: Arguments) -> ColourChange {
    ColourChange(
      jitterProbability: arguments.number("jitter") ?? 0.8,
      brightness: arguments.number("brightness") ?? 0.4,
      contrast: arguments.number("contrast") ?? 0.4,
      saturation: arguments.number("saturation") ?? 0.4, hue: arguments.number("hue") ?? 0.1,
      greyProbability: arguments.number("grey") ?? 0.2, blurs: false)
  }

  private static func normalisation(_ arguments: Arguments, channels: Int) throws
    -> Normalisation?
  {
    func numbers(_ name: String) throws -> [Double]? {
      guard arguments[name] != nil else { return nil }
      let values = arguments.elements(name).compactMap(\.value.number)
      guard values.count == channels else {
        throw Diagnostic(
          .range, "\(name)= has \(values.count) numbers, but images have \(channels) channels",
          at: arguments.ranges[name], label: "one number for each channel")
      }
      return values
    }
    guard let mean = try numbers("mean"), let deviation = try numbers("std") else { return nil }
    return Normalisation(mean: mean.map { Float($0) }, deviation: deviation.map { Float($0) })
  }

  private static func settings(_ arguments: Arguments) -> ContrastiveSettings {
    ContrastiveSettings(
      SGDSettings(
        epochs: arguments.integer("epochs") ?? 500, batch: arguments.integer("batch") ?? 512,
        learningRate: arguments.number("lr") ?? 0.4,
        momentum: arguments.number("momentum") ?? 0.9, nesterov: false,
        weightDecay: arguments.number("weight_decay") ?? 1e-4,
        schedule: .cosineDown(floor: 0.001)),
      temperature: arguments.number("temperature") ?? 0.1,
      format: arguments.text("precision").flatMap(NumberFormat.init(rawValue:)) ?? .f32)
  }

  private func initialWeights(seed: Int) -> NetworkWeights {
    var random = RandomSource(RandomKey(seed: seed, role: .initialWeights, method: "simclr"))
    return NetworkWeights(initial: training.architecture, using: &random)
  }

  private func order(seed: Int) -> RandomSource {
    RandomSource(RandomKey(seed: seed, role: .batches, method: "simclr"))
  }

  /// Learns, and embeds the pool and the test split.
  func learn(seed: Int, checkpoints: Checkpoints?) throws -> LearnedEmbedding {
    let kept = try checkpoints?.start.map {
      try NetworkCheckpoint(training.architecture, decoding: $0)
    }
    let epochs = training.settings.descent.epochs
    let result = try training.run(
      from: initialWeights(seed: seed), resuming: kept, on: views, using: order(seed: seed)
    ) { done, checkpoint in
      guard let checkpoints, done < epochs, checkpoints.isDue else { return }
      let state = try checkpoint()
      checkpoints.keep(step: done) { state.encoded }
    }
    let model = try model(result.weights)
    return LearnedEmbedding(
      train: try model.outputs(of: views).penultimate,
      test: try test.map { try model.outputs(of: $0).penultimate }, losses: result.losses,
      nearest: result.nearest)
  }

  private func model(_ weights: NetworkWeights) throws -> NetworkModel {
    let named = zip(weights.tensors, weights.values).map {
      ($0.name, (shape: $0.shape, values: $1))
    }
    return NetworkModel(
      embedding,
      try NetworkWeights(embedding, named: Dictionary(named, uniquingKeysWith: { a, _ in a })),
      format: training.settings.format)
  }

  /// Measures some steps of a small batch, and what memory two batches take.
  func estimate(seed: Int) throws -> WorkEstimate {
    let descent = training.settings.descent
    let sample = min(descent.batch, 32)
    let (seconds, large) = try measure(seed, batch: sample)
    let (_, small) = try measure(seed, batch: max(2, sample / 2), timed: false)
    let batches = BatchOrder(count: views.count, size: descent.batch).batchesPerEpoch
    let perImage = Double(large - small) / Double(sample - max(2, sample / 2))
    let weights = try model(initialWeights(seed: seed))
    let asked = Array(0..<min(views.count, 100))
    let embedding = try WorkEstimate.seconds(runs: 1) {
      _ = try weights.outputs(of: views, at: asked)
    }
    let images = Double(views.count + (test?.count ?? 0)) / Double(asked.count)
    let visits = Double(descent.epochs * batches * descent.batch)
    return WorkEstimate(
      seconds: visits * seconds / Double(sample) + images * embedding,
      memory: large + Int(perImage * Double(descent.batch - sample)),
      work: "\(Format.count(descent.epochs, "epoch")) of "
        + "\(Format.count(batches, "step")), each of two views of \(Format.grouped(descent.batch)) images",
      basis: "measured: steps of \(sample) images on \(Format.count(Parallel.threads, "thread"))")
  }

  private func measure(_ seed: Int, batch: Int, timed: Bool = true) throws -> (
    seconds: Double, bytes: Int
  ) {
    var settings = training.settings
    settings.descent.batch = batch
    let steps = try ContrastiveSteps(
      ContrastiveTraining(training.architecture, settings), from: initialWeights(seed: seed))
    guard timed else { return (0, steps.bytes) }
    let images = (0..<batch).map { $0 % views.count }
    let seconds = try WorkEstimate.seconds {
      _ = try steps.step(images, of: views, rate: 0, order(seed: seed), first: 0)
    }
    return (seconds, steps.bytes)
  }
}

/// An embedding with what learning it said.
struct LearnedEmbedding {
  let train: Matrix
  let test: Matrix?
  /// The mean loss of each epoch.
  let losses: [Double]
  /// The share of views in the last epoch whose other view was the nearest of all.
  let nearest: Double
}
