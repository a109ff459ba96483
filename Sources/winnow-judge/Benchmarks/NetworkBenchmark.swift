import ArgumentParser
import LinearAlgebra
import Networks

/// ResNet-18 on images of 32 × 32, trained step by step or asked about thousands of images.
struct NetworkBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network", abstract: "Steps of training, or evaluation, of ResNet-18.")

  @Option(help: "What is done: step or evaluation.")
  var work = Work.step

  @Option(help: "Numbers between layers: f32, exact or bf16.")
  var format = NumberFormat.f32

  @Option(help: "Threads; without it, as many as there are cores.")
  var threads: Int?

  @Option(help: "Images of a step.")
  var batch = 100

  @Option(help: "Images of an evaluation.")
  var images = 10_000

  enum Work: String, ExpressibleByArgument { case step, evaluation }

  func validate() throws {
    guard (threads ?? 1) > 0, (1...65_536).contains(batch), (1...100_000).contains(images) else {
      throw ValidationError("threads, batch and images are numbers from 1 on; images up to 100000")
    }
    guard format.isOffered else {
      throw ValidationError("this processor has no \(format.rawValue)")
    }
  }

  func run() throws {
    if let threads { Parallel.threads = threads }
    let once = try prepared()
    try once()
    try RoundsOnCommand.serve {
      try once()
      return []
    }
  }

  /// The work, ready to be done as often as is wanted.
  private func prepared() throws -> () throws -> Void {
    let shape = ImageShape(channels: 3, height: 32, width: 32)
    guard let network = try Architecture.named("resnet18", for: shape, classes: 10) else {
      throw ValidationError("there is no resnet18")
    }
    var random = RandomSource(RandomKey(seed: 0, role: .initialWeights))
    let weights = NetworkWeights(initial: network, using: &random)
    switch work {
    case .step: return try step(network, weights)
    case .evaluation:
      let feed = ImagesInMemory(noise: images, of: shape)
      let model = NetworkModel(network, weights, format: format)
      return { _ = try model.outputs(of: feed) }
    }
  }

  /// Dropout, forward, loss, backward and update, on images that already lie in the plan.
  private func step(_ network: Architecture, _ weights: NetworkWeights) throws -> () throws -> Void
  {
    let plan = try NetworkPlan(network, batch: batch, purpose: .training, format: format)
    try plan.write(weights)
    ImagesInMemory(noise: batch, of: network.shape).fill(plan.images, with: 0..<batch)
    let labels = (0..<batch).map { $0 % network.classes }
    let settings = SGDSettings(batch: batch, dropout: 0.5)
    var random = RandomSource(RandomKey(seed: 0, role: .batches))
    var steps = 0
    return {
      plan.drop(settings.dropout, using: &random)
      try plan.forward()
      _ = plan.differentiateCrossEntropy(labels: labels)
      try plan.backward()
      steps += 1
      plan.update(by: .sgd, settings, rate: settings.learningRate, step: steps)
    }
  }
}

extension NumberFormat: ExpressibleByArgument {}

extension ImagesInMemory {
  /// Images of noise that any program can make again: number i is a hash of i, with mean 0 and
  /// variance 1.
  /// - Precondition: fewer than 2³² numbers.
  init(noise count: Int, of shape: ImageShape) {
    self.init(
      shape: shape, count: count,
      numbers: (0..<UInt32(count * shape.count)).map(Self.noise))
  }

  private static func noise(_ index: UInt32) -> Float {
    var bits = index &* 2_654_435_761
    bits ^= bits >> 15
    bits = bits &* 2_246_822_519
    bits ^= bits >> 13
    return (Float(bits >> 8) / 16_777_216 - 0.5) * 3.4641016
  }
}
