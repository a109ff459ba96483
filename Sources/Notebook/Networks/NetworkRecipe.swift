import ActiveLearning
import CommandLanguage
import Datasets
import Foundation
import LinearAlgebra
import Networks

/// How a session makes networks of one kind from one data set: what a row's options and the data come
/// to.
struct NetworkRecipe: NetworkMaking {
  let architecture: Architecture
  let settings: NetworkSettings
  /// Of the pool, augmented.
  let images: PipelineFeed
  let finetunes: Bool
  /// A file of weights to begin with; nil for fresh ones.
  let pretrained: String?

  /// - Throws: `refused` where the data set has no images, or images that are too small.
  init(_ name: String, _ arguments: Arguments, _ data: DataHandle) throws {
    images = PipelineFeed(
      pipeline: try data.images(
        augment: arguments.text("augment").flatMap(AugmentationChoice.init(rawValue:))))
    architecture = try Self.architecture(name, images.shape, data.record)
    settings = Self.settings(arguments)
    finetunes = arguments.flag("finetune")
    pretrained = arguments.text("pretrained")
  }

  /// All there are.
  static let names = ["mlp"] + Architecture.names

  private static func architecture(_ name: String, _ shape: ImageShape, _ data: DataRecord) throws
    -> Architecture
  {
    let known = try Architecture.named(
      name, for: shape, classes: data.classes, coarse: data.dataset == "mnist")
    return try known
      ?? .perceptron(hidden: [512, 512], for: shape, classes: data.classes)
  }

  private static func settings(_ arguments: Arguments) -> NetworkSettings {
    let epochs = arguments.integer("epochs") ?? 200
    let descent = SGDSettings(
      epochs: epochs, batch: arguments.integer("batch") ?? 64,
      learningRate: arguments.number("lr") ?? 0.025,
      momentum: arguments.number("momentum") ?? 0.9,
      nesterov: arguments["nesterov"]?.bool ?? true,
      weightDecay: arguments.number("weight_decay") ?? 3e-4,
      schedule: schedule(arguments, epochs: epochs),
      dropout: arguments.number("dropout") ?? 0.5)
    return NetworkSettings(
      descent, optimiser: arguments.text("optimizer").flatMap(Optimiser.init(rawValue:)) ?? .sgd,
      balance: arguments.flag("balance"),
      format: arguments.text("precision").flatMap(NumberFormat.init(rawValue:)) ?? .f32)
  }

  private static func schedule(_ arguments: Arguments, epochs: Int) -> LearningRateSchedule {
    switch arguments.text("schedule") {
    case "none": .constant
    case "exp": .exponential(factor: pow(0.01, 1 / Double(epochs)))
    case "lin": .linear
    case "steps": .steps((arguments["steps"]?.list ?? []).compactMap(\.integer))
    default: .cosine
    }
  }

  private func method(_ replica: Int) -> String {
    replica == 0 ? architecture.name : "\(architecture.name)/replica=\(replica)"
  }

  /// The same in every round.
  func initialWeights(seed: Int, replica: Int = 0) throws -> NetworkWeights {
    if let pretrained { return try WeightFile.read(pretrained, for: architecture) }
    var random = RandomSource(
      RandomKey(seed: seed, role: .initialWeights, method: method(replica)))
    return NetworkWeights(initial: architecture, using: &random)
  }

  /// - Parameters:
  ///   - samples: of the pool.
  ///   - observer: is told of each epoch.
  func trained(
    on samples: [Int], labels: [Int], from weights: NetworkWeights,
    resuming checkpoint: NetworkCheckpoint? = nil, seed: Int, round: Int, replica: Int = 0,
    eachEpoch observer: NetworkTraining.Observer? = nil
  ) throws -> (weights: NetworkWeights, losses: [Double]) {
    try NetworkTraining(architecture, settings).run(
      from: weights, resuming: checkpoint, on: SelectedImages(images, samples), labels: labels,
      using: RandomSource(
        RandomKey(seed: seed, role: .batches, round: round, method: method(replica))),
      eachEpoch: observer)
  }

  func model(_ weights: NetworkWeights) -> NetworkModel {
    NetworkModel(architecture, weights, format: settings.format)
  }

  // MARK: For strategies

  var dropout: Double { settings.descent.dropout }

  func untrained(seed: Int) throws -> NetworkModel { model(try initialWeights(seed: seed)) }

  func fresh(on samples: [Int], labels: [Int], seed: Int, round: Int, replica: Int) throws
    -> NetworkModel
  {
    model(
      try trained(
        on: samples, labels: labels, from: initialWeights(seed: seed, replica: replica),
        seed: seed, round: round, replica: replica
      ).weights)
  }
}
