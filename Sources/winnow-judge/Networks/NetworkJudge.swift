import ArgumentParser
import Datasets
import Networks

/// A network on numbers from a file, for `scripts/crosscheck`, which gives PyTorch the same.
struct NetworkJudge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network", abstract: "Runs a network on images and weights from files.",
    discussion: """
      Weights are a torch state dict or safetensors file under torchvision's names; all else comes
      from one such file of arrays and goes to a safetensors file. Labels and places in a batch are
      whole numbers.
      """,
    subcommands: [NetworkAnswers.self, NetworkSteps.self])
}

/// Asks about all images, as `test` does.
struct NetworkAnswers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "answers", abstract: "Logits and penultimate features of `images`.")

  @OptionGroup var files: NetworkFiles

  func run() throws {
    let problem = try files.readProblem()
    let images = try problem.images()
    let (network, weights) = try files.network(for: images.shape)
    let (logits, features) = try NetworkModel(network, weights, format: files.format)
      .outputs(of: images)
    try StateDictionary([
      StateDictionary.Tensor(
        name: "logits", shape: [logits.rows, logits.columns], values: logits.elements),
      StateDictionary.Tensor(
        name: "features", shape: [features.rows, features.columns], values: features.elements),
    ]).writeSafetensors(to: files.output)
  }
}

/// Trains for as many steps as there are rows in `batches`, without dropout, at one rate.
struct NetworkSteps: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "steps", abstract: "Losses and weights of steps on `images`, `labels`, `batches`.")

  @OptionGroup var files: NetworkFiles

  @Option(help: "Learning rate.")
  var rate = 0.025

  func run() throws {
    let problem = try files.readProblem()
    let images = try problem.images()
    let labels = try problem.wholeNumbers("labels", below: files.classes, dimensions: 1)
    let batches = try problem.wholeNumbers("batches", below: images.count, dimensions: 2)
    guard labels.count == images.count else {
      throw ValidationError("\(labels.count) labels for \(images.count) images")
    }
    let (network, weights) = try files.network(for: images.shape)
    let plan = try NetworkPlan(
      network, batch: problem.shape("batches")[1], purpose: .training, format: files.format)
    try plan.write(weights)
    let losses = try descend(plan, images, labels, batches)
    try write(losses, plan.weights())
  }

  /// One step per batch.
  /// - Returns: the loss before each.
  private func descend(
    _ plan: NetworkPlan, _ images: ImagesInMemory, _ labels: [Int], _ batches: [Int]
  ) throws -> [Float] {
    let settings = SGDSettings(batch: plan.batch, learningRate: rate)
    return try (0..<batches.count / plan.batch).map { step in
      let places = batches[step * plan.batch..<(step + 1) * plan.batch]
      images.fill(plan.images, with: places)
      try plan.forward()
      let loss = plan.differentiateCrossEntropy(labels: places.map { labels[$0] })
      try plan.backward()
      plan.update(by: .sgd, settings, rate: rate, step: step + 1)
      return Float(loss)
    }
  }

  private func write(_ losses: [Float], _ weights: NetworkWeights) throws {
    let tensors = zip(weights.tensors, weights.values).map {
      StateDictionary.Tensor(name: $0.name, shape: $0.shape, values: $1)
    }
    let said = StateDictionary.Tensor(name: "losses", shape: [losses.count], values: losses)
    try StateDictionary([said] + tensors).writeSafetensors(to: files.output)
  }
}
