import LinearAlgebra
import Networks
import TestSupport
import Testing

/// Whole networks, three steps of training, held against PyTorch.
struct NetworkOracleTests {
  @Test(arguments: [NumberFormat.exact, .f32])
  func `trains a residual network as PyTorch does`(format: NumberFormat) throws {
    let oracle = try Oracle("mini_resnet")
    let architecture = try ResidualNetwork(
      name: "mini", blocks: [2, 2, 2, 2], bottleneck: false, channels: 8
    ).architecture(for: ImageShape(channels: 3, height: 32, width: 32), classes: 10)
    let values = try architecture.tensors.map { tensor -> [Float] in
      let key = "before." + tensor.name
      if oracle.has(key) { return try oracle.floats(key) }
      let isOne = tensor.role == .normalisationWeight || tensor.role == .runningVariance
      return [Float](repeating: isOne ? 1 : 0, count: tensor.count)
    }
    try check(
      oracle, architecture, NetworkWeights(tensors: architecture.tensors, values: values), format,
      absolute: 2e-5)
  }

  @Test(arguments: [NumberFormat.exact, .f32])
  func `trains a plain network as PyTorch does`(format: NumberFormat) throws {
    let oracle = try Oracle("mini_vgg")
    let architecture = try PlainNetwork(name: "mini", runs: [1, 1, 2, 2, 2], channels: 8)
      .architecture(
        for: ImageShape(channels: 3, height: 32, width: 32), classes: 10, normalised: true)
    let seeds = try oracle.ints("seeds")
    let bounds = try oracle.doubles("bounds")
    var learned = 0
    let values = architecture.tensors.map { tensor -> [Float] in
      guard tensor.role.isLearned else {
        return [Float](repeating: tensor.role == .runningVariance ? 1 : 0, count: tensor.count)
      }
      defer { learned += 1 }
      return fill(seeds[learned], bounds[learned], count: tensor.count)
    }
    let sums = values.indices.filter { architecture.tensors[$0].role.isLearned }
      .map { values[$0].reduce(0) { $0 + Double($1) } }
    expectClose(sums, try oracle.doubles("initial_sums"), relative: 1e-6, absolute: 1e-6)
    try check(
      oracle, architecture, NetworkWeights(tensors: architecture.tensors, values: values), format,
      absolute: 5e-5)
  }

  private func check(
    _ oracle: Oracle, _ architecture: Architecture, _ weights: NetworkWeights,
    _ format: NumberFormat, absolute: Double
  ) throws {
    let (images, labels) = try samples(of: oracle)
    let settings = try oracle.doubles("settings")
    let descent = SGDSettings(
      learningRate: settings[0], momentum: settings[1], weightDecay: settings[2])
    let plan = try NetworkPlan(architecture, batch: 16, purpose: .training, format: format)
    try plan.write(weights)
    var losses = [Double]()
    var logits = [Float]()
    for step in 0..<3 {
      _ = plan.images.update(from: images[step * 16 * 3072..<(step + 1) * 16 * 3072])
      try plan.forward()
      logits += plan.logits
      losses.append(
        plan.differentiateCrossEntropy(labels: Array(labels[step * 16..<step * 16 + 16])))
      try plan.backward()
      if step == 0 { try checkGradients(plan, oracle, absolute: absolute) }
      plan.update(by: .sgd, descent, rate: settings[0], step: step + 1)
    }
    expectClose(losses, try oracle.doubles("losses"), relative: 1e-4, absolute: absolute)
    expectClose(logits, try oracle.doubles("logits"), relative: 1e-4, absolute: absolute)
    let after = try plan.weights()
    for tensor in architecture.tensors where oracle.has("after." + tensor.name) {
      expectClose(
        try #require(after[tensor.name]), try oracle.doubles("after." + tensor.name),
        relative: 1e-4, absolute: absolute)
    }
    let asked = try NetworkModel(architecture, after, format: format)
      .outputs(of: Rows(shape: architecture.shape, values: Array(images[(48 * 3072)...])))
    expectClose(
      asked.logits.elements, try oracle.doubles("evaluation_logits"), relative: 1e-4,
      absolute: absolute)
  }

  private func checkGradients(_ plan: NetworkPlan, _ oracle: Oracle, absolute: Double) throws {
    let gradients = try plan.weights(part: .gradients)
    let learned = gradients.tensors.indices.filter { gradients.tensors[$0].role.isLearned }
    let norms = learned.map { i in
      gradients.values[i].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }
    expectClose(
      norms, try oracle.doubles("gradient_norms"), relative: 1e-4, absolute: absolute)
    let first = gradients.tensors[0].name
    expectClose(
      gradients.values[0], try oracle.doubles("first_gradient." + first), relative: 1e-4,
      absolute: absolute)
  }

  /// The images of both oracles, normalised, and the labels of this one.
  private func samples(of oracle: Oracle) throws -> (images: [Float], labels: [Int]) {
    let (mean, deviation) = ([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616])
    let pixels = try Oracle("mini_resnet").ints("images")
    let images = pixels.enumerated().map { i, pixel in
      let channel = i / 1024 % 3
      return Float((Double(pixel) / 255 - mean[channel]) / deviation[channel])
    }
    return (images, try oracle.ints("labels"))
  }

  /// SplitMix64's numbers as floats between ±bound; bound −1: ones, 0: zeros.
  private func fill(_ seed: Int, _ bound: Double, count: Int) -> [Float] {
    guard bound > 0 else { return [Float](repeating: bound < 0 ? 1 : 0, count: count) }
    return (1...count).map { i in
      var z = UInt64(seed) &+ 0x9E37_79B9_7F4A_7C15 &* UInt64(i)
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      z ^= z >> 31
      return Float((Double(z >> 40) / 16_777_216 - 0.5) * 2 * bound)
    }
  }
}

/// Images in memory, given as they are to be seen.
struct Rows: ImageFeed {
  let shape: ImageShape
  let values: [Float]
  var count: Int { values.count / shape.count }

  func write(
    _ index: Int, random: RandomSource?, into: UnsafeMutableBufferPointer<Float>
  ) throws {
    _ = into.update(from: values[index * shape.count..<(index + 1) * shape.count])
  }
}
