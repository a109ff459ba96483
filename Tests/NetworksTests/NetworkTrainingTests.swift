import LinearAlgebra
import Networks
import TestSupport
import Testing

struct NetworkTrainingTests {
  private static let shape = ImageShape(channels: 3, height: 8, width: 8)
  private let random = RandomSource(RandomKey(seed: 5, role: .batches))

  private func network(classes: Int = 2) throws -> Architecture {
    try ResidualNetwork(name: "mini", blocks: [1, 1], bottleneck: false, channels: 8)
      .architecture(for: Self.shape, classes: classes)
  }

  private func noise(_ count: Int) -> Rows {
    var random = RandomSource(RandomKey(seed: 8, role: .data))
    return Rows(
      shape: Self.shape,
      values: (0..<count * Self.shape.count).map { _ in Float(random.normal()) })
  }

  private func start(_ architecture: Architecture) -> NetworkWeights {
    var random = RandomSource(RandomKey(seed: 5, role: .initialWeights))
    return NetworkWeights(initial: architecture, using: &random)
  }

  private func settings(
    _ epochs: Int, batch: Int = 4, rate: Double = 0.05, optimiser: Optimiser = .sgd,
    balance: Bool = false, format: NumberFormat = .f32
  ) -> NetworkSettings {
    NetworkSettings(
      SGDSettings(epochs: epochs, batch: batch, learningRate: rate, dropout: 0.2),
      optimiser: optimiser, balance: balance, format: format)
  }

  @Test(arguments: NumberFormat.allCases.filter(\.isOffered))
  func `learns eight noisy images by heart`(format: NumberFormat) throws {
    let (architecture, feed) = (try network(), noise(8))
    let labels = [0, 1, 1, 0, 1, 0, 0, 1]
    let (weights, losses) = try NetworkTraining(architecture, settings(60, format: format))
      .run(from: start(architecture), on: feed, labels: labels, using: random)
    let logits = try NetworkModel(architecture, weights, format: format).outputs(of: feed).logits
    #expect(logits.largestOfRows() == labels)
    #expect(try #require(losses.last) < 0.1 * #require(losses.first))
  }

  @Test(arguments: Optimiser.allCases)
  func `goes on from a checkpoint as if it had not been cut`(optimiser: Optimiser) throws {
    let (architecture, feed) = (try network(), noise(10))
    let labels = (0..<10).map { $0 % 2 }
    let training = NetworkTraining(
      architecture, settings(5, rate: optimiser == .sgd ? 0.05 : 1e-3, optimiser: optimiser))
    var bytes = [UInt8]()
    let whole = try training.run(
      from: start(architecture), on: feed, labels: labels, using: random
    ) { epochs, checkpoint in if epochs == 2 { bytes = try checkpoint().encoded } }
    let checkpoint = try NetworkCheckpoint(architecture, decoding: bytes)
    #expect(checkpoint.epochs == 2)
    let resumed = try training.run(
      from: start(architecture), resuming: checkpoint, on: feed, labels: labels, using: random)
    #expect(resumed.weights == whole.weights)
    #expect(resumed.losses == whole.losses)
  }

  @Test func `gives the same bits for the same seed, and others for another`() throws {
    let (architecture, feed) = (try network(), noise(9))
    let labels = [0, 1, 1, 0, 1, 0, 0, 1, 1]
    let training = NetworkTraining(architecture, settings(2))
    func run(_ random: RandomSource) throws -> NetworkWeights {
      try training.run(from: start(architecture), on: feed, labels: labels, using: random).weights
    }
    let once = try run(random)
    #expect(try run(random) == once)
    #expect(try run(random.derived { $0.seed = 6 }) != once)
  }

  @Test func `asks every image alike, however many are asked`() throws {
    let architecture = try network(classes: 3)
    let feed = noise(103)
    let model = NetworkModel(architecture, start(architecture))
    let all = try model.outputs(of: feed)
    let last = try model.outputs(of: feed, at: [102, 4])
    expectClose(last.logits.elements, (all.logits.row(102) + all.logits.row(4)).map(Double.init))
    let head = try #require(model.head)
    expectClose(
      try head.logits(of: all.penultimate).elements, all.logits.elements.map(Double.init))
  }

  @Test func `drops numbers anew in every pass that is asked to`() throws {
    let architecture = try network()
    let feed = noise(6)
    let model = NetworkModel(architecture, start(architecture))
    let plain = try model.outputs(of: feed)
    let none = try model.outputs(of: feed, dropping: (0, random))
    let some = try model.outputs(of: feed, dropping: (0.5, random))
    #expect(none.logits == plain.logits)
    #expect(some.logits != plain.logits)
    #expect(try model.outputs(of: feed, dropping: (0.5, random)).logits == some.logits)
    #expect(some.penultimate == plain.penultimate)
  }

  @Test func `balances classes by drawing the rare ones more often`() throws {
    let architecture = try network()
    let feed = CountingFeed(noise(100))
    let labels = (0..<100).map { $0 < 90 ? 0 : 1 }
    _ = try NetworkTraining(architecture, settings(20, batch: 50, rate: 0, balance: true)).run(
      from: start(architecture), on: feed, labels: labels, using: random)
    let rare = feed.visits.filter { $0 >= 90 }.count
    #expect(feed.visits.count == 2000)
    // Half of 2,000 fair draws, ± 5 standard deviations.
    #expect(abs(rare - 1000) < 112, "\(rare)")
  }

  @Test(arguments: [("adam", Optimiser.adam, 5e-4, 0.0), ("adam_decay", .adam, 1e-3, 0.01)])
  func `adapts as PyTorch's Adam does`(
    name: String, optimiser: Optimiser, rate: Double, decay: Double
  ) throws {
    let oracle = try Oracle("optimizers")
    let trail = try oracle.matrix(name)
    let gradients = try oracle.matrix("gradients")
    let architecture = try Architecture(
      "line", shape: ImageShape(channels: 7, height: 1, width: 1), classes: 1,
      layers: [.dense("layer", outputs: 1, bias: false)])
    let plan = try NetworkPlan(architecture, batch: 1, purpose: .training)
    try plan.write(
      NetworkWeights(tensors: architecture.tensors, values: [oracle.floats("start")]))
    for step in 0..<6 {
      // The gradient of a weighted sum in its weights is its input.
      _ = plan.images.update(from: gradients.row(step))
      try plan.forward()
      plan.logitGradient[0] = 1
      try plan.backward()
      plan.update(by: optimiser, SGDSettings(weightDecay: decay), rate: rate, step: step + 1)
      expectClose(
        try plan.weights().values[0], trail.row(step).map(Double.init), relative: 1e-6,
        absolute: 1e-6)
    }
  }

  @Test func `stops between layers when it is told to`() async {
    await #expect(processExitsWith: .success) {
      let shape = ImageShape(channels: 3, height: 8, width: 8)
      let architecture = try ResidualNetwork(
        name: "mini", blocks: [1, 1], bottleneck: false, channels: 8
      ).architecture(for: shape, classes: 2)
      var random = RandomSource(RandomKey(seed: 1, role: .initialWeights))
      let weights = NetworkWeights(initial: architecture, using: &random)
      let images = Rows(shape: shape, values: [Float](repeating: 1, count: 4 * shape.count))
      #expect(throws: Interrupted.self) {
        _ = try NetworkTraining(architecture, NetworkSettings()).run(
          from: weights, on: InterruptingFeed(images), labels: [0, 1, 0, 1], using: random)
      }
    }
  }

  @Test func `refuses what cannot be trained`() throws {
    let architecture = try network()
    let feed = noise(4)
    func run(_ labels: [Int], _ settings: NetworkSettings, _ weights: NetworkWeights) throws {
      _ = try NetworkTraining(architecture, settings).run(
        from: weights, on: feed, labels: labels, using: random)
    }
    let weights = start(architecture)
    #expect(throws: NetworkError.counts(rows: 4, labels: 3)) {
      try run([0, 1, 0], settings(1), weights)
    }
    #expect(throws: NetworkError.label(2, position: 1, classes: 2)) {
      try run([0, 2, 0, 1], settings(1), weights)
    }
    #expect(throws: NetworkError.diverged(learningRate: 1e30)) {
      try run([0, 1, 0, 1], settings(40, rate: 1e30), weights)
    }
    #expect(throws: NetworkError.self) {
      _ = try NetworkCheckpoint(architecture, decoding: [UInt8](repeating: 255, count: 100))
    }
    #expect(throws: NetworkError.self) { _ = try NetworkWeights(architecture, decoding: [1, 2]) }
  }
}
