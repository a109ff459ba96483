import LinearAlgebra
import Networks
import Testing

/// Gradients held against differences of losses, for networks with every kind of layer.
struct GradientTests {
  private static let networks: [[Layer]] = [
    [
      .convolution("a", outputs: 6, kernel: 3, padding: 1), .normalisation("b"), .rectifier,
      .maxPool(kernel: 3, stride: 2, padding: 1),
      .residual(
        [
          .convolution("c", outputs: 6, kernel: 3, padding: 1), .normalisation("d"), .rectifier,
          .convolution("e", outputs: 6, kernel: 3, padding: 1, groups: 2), .normalisation("f"),
        ]),
      .residual(
        [.convolution("g", outputs: 8, kernel: 1, stride: 2), .normalisation("h")],
        shortcut: [
          .convolution("i", outputs: 8, kernel: 1, stride: 2), .normalisation("j"),
        ]), .meanPool(rows: 1, columns: 1), .dropout, .dense("k", outputs: 3),
    ],
    [
      .convolution("a", outputs: 5, kernel: 3, padding: 1, bias: true), .rectifier,
      .transposedConvolution("b", outputs: 4, kernel: 4, stride: 2, padding: 1, bias: true),
      .rectifier, .meanPool(rows: 5, columns: 7), .rectifier, .dense("c", outputs: 9), .rectifier,
      .dense("d", outputs: 7, bias: false), .normalisation("e"), .rectifier,
      .dense("f", outputs: 3),
    ],
  ]

  @Test(arguments: [0, 1]) func `agree with differences of the loss`(index: Int) throws {
    let architecture = try Architecture(
      "test", shape: ImageShape(channels: 2, height: 8, width: 8), classes: 3, start: .uniform,
      layers: Self.networks[index])
    var random = RandomSource(RandomKey(seed: 3, role: .data))
    let weights = NetworkWeights(initial: architecture, using: &random)
    let plan = try NetworkPlan(
      architecture, batch: 6, purpose: .training, format: .exact, inputGradient: true)
    for i in plan.images.indices { plan.images[i] = Float(random.normal()) }
    let labels = [0, 1, 2, 2, 1, 0]
    func loss(_ weights: NetworkWeights) throws -> Double {
      try plan.write(weights)
      try plan.forward()
      return plan.differentiateCrossEntropy(labels: labels)
    }
    _ = try loss(weights)
    try plan.backward()
    let gradients = try plan.weights(part: .gradients)
    let imageGradient = Array(plan.imageGradient)

    for (i, tensor) in weights.tensors.enumerated() where tensor.role.isLearned {
      let direction = (0..<tensor.count).map { _ in Float(random.normal()) }
      // Narrow, because a difference across the kink of a rectifier or a maximum is no slope.
      let width: Float = 5e-5
      func moved(_ by: Float) -> NetworkWeights {
        var moved = weights
        for k in direction.indices { moved.values[i][k] += by * direction[k] }
        return moved
      }
      let slope = try (loss(moved(width)) - loss(moved(-width))) / Double(2 * width)
      let expected = zip(gradients.values[i], direction).reduce(0) { $0 + Double($1.0 * $1.1) }
      #expect(abs(slope - expected) < 3e-3 + 0.02 * abs(expected), "\(tensor.name): \(slope)")
    }

    try plan.write(weights)
    let images = Array(plan.images)
    let direction = images.map { _ in Float(random.normal()) }
    func imageLoss(_ by: Float) throws -> Double {
      for i in images.indices { plan.images[i] = images[i] + by * direction[i] }
      return try loss(weights)
    }
    let slope = try (imageLoss(5e-5) - imageLoss(-5e-5)) / 1e-4
    let expected = zip(imageGradient, direction).reduce(0) { $0 + Double($1.0 * $1.1) }
    #expect(abs(slope - expected) < 3e-3 + 0.02 * abs(expected))
  }
}
