import Networks
import TestSupport
import Testing

/// Layers run forward and backward in a training plan of their own.
struct LayerRun {
  let plan: NetworkPlan
  private let weights: NetworkWeights

  /// - Parameters:
  ///   - sizes: batch × channels × height × width.
  ///   - arrays: the parameters, by name; running statistics begin at 0 and 1 unless given.
  init(
    _ layers: [Layer], sizes: [Int], purpose: NetworkPlan.Purpose = .training,
    format: NumberFormat = .exact, arrays: [String: [Float]] = [:]
  ) throws {
    let shape = ImageShape(channels: sizes[1], height: sizes[2], width: sizes[3])
    let architecture = try Architecture("test", shape: shape, classes: 1, layers: layers)
    plan = try NetworkPlan(
      architecture, batch: sizes[0], purpose: purpose, format: format,
      inputGradient: purpose == .training)
    let values = architecture.tensors.map { tensor in
      arrays[tensor.name]
        ?? [Float](repeating: tensor.role == .runningVariance ? 1 : 0, count: tensor.count)
    }
    weights = NetworkWeights(tensors: architecture.tensors, values: values)
    try plan.write(weights)
  }

  /// What the layers make of the images.
  func forward(_ images: [Float]) throws -> [Float] {
    _ = plan.images.update(from: images)
    try plan.forward()
    return Array(plan.logits)
  }

  /// The gradients of the sum of outputs times `upstream`: of the images, and by parameter.
  func backward(_ upstream: [Float]) throws -> (images: [Float], parameters: NetworkWeights) {
    _ = plan.logitGradient.update(from: upstream)
    try plan.backward()
    return (Array(plan.imageGradient), try plan.weights(part: .gradients))
  }
}

extension Oracle {
  /// Runs the case `name` and compares output and all gradients with PyTorch's.
  /// - Parameter parameters: the oracle's name of each parameter, by ours.
  @discardableResult
  func check(
    _ name: String, _ layers: [Layer], sizes: [Int]? = nil, parameters: [String: String] = [:],
    tolerance: Double = 1e-5, prepare: (LayerRun) throws -> Void = { _ in },
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> LayerRun {
    var arrays = [String: [Float]]()
    for (ours, theirs) in parameters { arrays[ours] = try floats("\(name)/\(theirs)") }
    let run = try LayerRun(layers, sizes: sizes ?? shape("\(name)/x"), arrays: arrays)
    try prepare(run)
    let output = try run.forward(floats("\(name)/x"))
    try expectNear(output, "\(name)/output", tolerance, sourceLocation)
    let gradients = try run.backward(floats("\(name)/upstream"))
    try expectNear(gradients.images, "\(name)/grad_x", tolerance, sourceLocation)
    for (ours, theirs) in parameters {
      let gradient = try #require(gradients.parameters[ours], sourceLocation: sourceLocation)
      try expectNear(gradient, "\(name)/grad_\(theirs)", tolerance, sourceLocation)
    }
    return run
  }

  /// |got − expected| ≤ tolerance · max(1, the largest expected magnitude).
  func expectNear(
    _ values: [Float], _ key: String, _ tolerance: Double, _ sourceLocation: SourceLocation
  ) throws {
    let expected = try doubles(key)
    let scale = max(1, expected.map(abs).max() ?? 0)
    expectClose(
      values.map(Double.init), expected, relative: 0, absolute: tolerance * scale,
      sourceLocation: sourceLocation)
  }
}
