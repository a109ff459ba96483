import LinearAlgebra
import Networks
import TestSupport
import Testing

struct LayerTests {
  /// One convolution of the reference vectors.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let outputs, kernel: Int
    var stride = 1
    var padding = 0
    var groups = 1
    var bias = false
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(name: "conv3x3", outputs: 6, kernel: 3, padding: 1),
    Case(name: "conv3x3_bias", outputs: 4, kernel: 3, padding: 1, bias: true),
    Case(name: "conv3x3_stride2", outputs: 6, kernel: 3, stride: 2, padding: 1),
    Case(name: "conv3x3_stride2_even", outputs: 4, kernel: 3, stride: 2, padding: 1),
    Case(name: "conv1x1_stride2", outputs: 7, kernel: 1, stride: 2),
    Case(name: "conv1x1", outputs: 5, kernel: 1),
    Case(name: "conv3x3_groups4", outputs: 12, kernel: 3, padding: 1, groups: 4),
    Case(name: "conv3x3_groups4_stride2", outputs: 8, kernel: 3, stride: 2, padding: 1, groups: 4),
    Case(name: "conv7x7_stride2", outputs: 4, kernel: 7, stride: 2, padding: 3),
    Case(name: "conv5x5_stride4", outputs: 4, kernel: 5, stride: 4, padding: 2, bias: true),
    Case(name: "conv4x4_stride2", outputs: 5, kernel: 4, stride: 2, padding: 1),
  ])
  func `convolves and differentiates as PyTorch does`(_ test: Case) throws {
    var parameters = ["layer.weight": "weight"]
    if test.bias { parameters["layer.bias"] = "bias" }
    try Oracle("layers").check(
      test.name,
      [
        .convolution(
          "layer", outputs: test.outputs, kernel: test.kernel, stride: test.stride,
          padding: test.padding, groups: test.groups, bias: test.bias)
      ], parameters: parameters)
  }

  @Test func `transposes convolutions as PyTorch does`() throws {
    let oracle = try Oracle("layers")
    try oracle.check(
      "transposed4x4_stride2",
      [.transposedConvolution("layer", outputs: 3, kernel: 4, stride: 2, padding: 1)],
      parameters: ["layer.weight": "weight"])
    try oracle.check(
      "transposed1x1", [.transposedConvolution("layer", outputs: 3, kernel: 1, bias: true)],
      parameters: ["layer.weight": "weight", "layer.bias": "bias"])
  }

  @Test func `sums weighted inputs as PyTorch does`() throws {
    try Oracle("layers").check(
      "linear", [.dense("layer", outputs: 5)], sizes: [7, 11, 1, 1],
      parameters: ["layer.weight": "weight", "layer.bias": "bias"])
  }

  @Test func `passes the gradient of a rectifier on where its input is above zero`() throws {
    try Oracle("layers").check("relu", [.rectifier], sizes: [4, 6, 1, 1])
  }

  @Test(arguments: [
    ("max_pool_3_2_1", Layer.maxPool(kernel: 3, stride: 2, padding: 1)),
    ("max_pool_ties", .maxPool(kernel: 3, stride: 2, padding: 1)),
    ("max_pool_2_2", .maxPool(kernel: 2, stride: 2)),
    ("average_pool", .meanPool(rows: 1, columns: 1)),
    ("average_pool_7_from_1", .meanPool(rows: 7, columns: 7)),
    ("average_pool_3_2", .meanPool(rows: 3, columns: 2)),
  ])
  func `pools as PyTorch does`(name: String, layer: Layer) throws {
    try Oracle("layers").check(name, [layer])
  }

  @Test func `multiplies by the mask of dropout`() throws {
    let oracle = try Oracle("layers")
    try oracle.check("dropout", [.dropout], sizes: [6, 13, 1, 1]) { run in
      let kept = try oracle.floats("dropout/mask")
      _ = run.plan.masks[0].update(from: kept.map { $0 / 0.7 })
    }
  }

  @Test func `normalises by the batch and follows its statistics`() throws {
    let oracle = try Oracle("layers")
    let name = "batch_norm_train"
    let run = try oracle.check(
      name, [.normalisation("layer")],
      parameters: ["layer.weight": "weight", "layer.bias": "bias"])
    for (turn, images) in [("first", nil), ("second", try oracle.floats("\(name)/second_x"))] {
      if let images { _ = try run.forward(images) }
      let after = try run.plan.weights()
      for (ours, theirs) in [("running_mean", "mean"), ("running_var", "variance")] {
        try oracle.expectNear(
          #require(after["layer.\(ours)"]), "\(name)/\(turn)_running_\(theirs)", 1e-5,
          #_sourceLocation)
      }
    }
  }

  @Test func `normalises by running statistics where nothing is trained`() throws {
    let oracle = try Oracle("layers")
    let running = "batch_norm_train/second_running_"
    let run = try LayerRun(
      [.normalisation("layer")], sizes: oracle.shape("batch_norm_eval/x"), purpose: .asking,
      arrays: [
        "layer.weight": oracle.floats("batch_norm_eval/weight"),
        "layer.bias": oracle.floats("batch_norm_eval/bias"),
        "layer.running_mean": oracle.floats(running + "mean"),
        "layer.running_var": oracle.floats(running + "variance"),
      ])
    try oracle.expectNear(
      run.forward(oracle.floats("batch_norm_eval/x")), "batch_norm_eval/output", 1e-5,
      #_sourceLocation)
  }

  @Test func `computes the loss and its gradient as PyTorch does`() throws {
    let oracle = try Oracle("layers")
    let shape = ImageShape(channels: 10, height: 1, width: 1)
    // A rectifier that changes nothing makes plans of logits alone: they must have some layer.
    let architecture = try Architecture(
      "test", shape: shape, classes: 10, layers: [.meanPool(rows: 1, columns: 1)])
    let plan = try NetworkPlan(architecture, batch: 13, purpose: .training)
    _ = plan.images.update(from: try oracle.floats("cross_entropy/x"))
    try plan.forward()
    let loss = plan.differentiateCrossEntropy(labels: try oracle.ints("cross_entropy/labels"))
    expectClose([loss], [try oracle.scalar("cross_entropy/output")])
    expectClose(Array(plan.logitGradient), try oracle.doubles("cross_entropy/grad_x"))
  }

  @Test(arguments: [
    ("basic", 6, 2, false, 1, true), ("basic_plain", 4, 1, false, 1, false),
    ("bottleneck", 16, 2, true, 2, true),
  ])
  func `runs residual blocks as PyTorch does`(
    name: String, outputs: Int, stride: Int, narrows: Bool, groups: Int, changes: Bool
  ) throws {
    let oracle = try Oracle("blocks")
    func step(_ index: Int, _ outputs: Int, _ kernel: Int, _ stride: Int = 1, _ groups: Int = 1)
      -> [Layer]
    {
      [
        .convolution(
          "conv\(index)", outputs: outputs, kernel: kernel, stride: stride, padding: kernel / 2,
          groups: groups), .normalisation("bn\(index)"),
      ]
    }
    let body =
      narrows
      ? step(1, 8, 1) + [.rectifier] + step(2, 8, 3, stride, groups) + [.rectifier]
        + step(3, outputs, 1)
      : step(1, outputs, 3, stride) + [.rectifier] + step(2, outputs, 3)
    let shortcut: [Layer] =
      changes
      ? [
        .convolution("downsample.0", outputs: outputs, kernel: 1, stride: stride),
        .normalisation("downsample.1"),
      ] : []
    let layers = [Layer.residual(body, shortcut: shortcut)]
    let sizes = try oracle.shape("\(name)/x")
    let tensors = try Architecture(
      "block", shape: ImageShape(channels: sizes[1], height: sizes[2], width: sizes[3]),
      classes: 1, layers: layers
    ).tensors
    let learned = tensors.filter(\.role.isLearned).map(\.name)
    let run = try oracle.check(
      name, layers, parameters: Dictionary(uniqueKeysWithValues: zip(learned, learned)),
      tolerance: 3e-5)
    let after = try run.plan.weights()
    for tensor in tensors where !tensor.role.isLearned {
      try oracle.expectNear(
        #require(after[tensor.name]), "\(name)/after.\(tensor.name)", 3e-5, #_sourceLocation)
    }
  }

  @Test func `takes the short way to the same numbers`() throws {
    var random = RandomSource(RandomKey(seed: 1, role: .data))
    func normals(_ count: Int, _ scale: Double = 1) -> [Float] {
      (0..<count).map { _ in Float(scale * random.normal()) }
    }
    let sizes = [5, 48, 9, 7]
    let layers = [Layer.convolution("layer", outputs: 40, kernel: 3, padding: 1)]
    let arrays = ["layer.weight": normals(40 * 48 * 9, 0.07)]
    let images = normals(5 * 48 * 63)
    let upstream = normals(5 * 40 * 63)
    var results = [[[Float]]]()
    for format in [NumberFormat.exact, .f32] {
      let run = try LayerRun(layers, sizes: sizes, format: format, arrays: arrays)
      let output = try run.forward(images)
      let gradients = try run.backward(upstream)
      results.append([output, gradients.images, try #require(gradients.parameters["layer.weight"])])
    }
    for (exact, short) in zip(results[0], results[1]) {
      let scale = Double(exact.map(abs).max() ?? 0)
      expectClose(short, exact.map(Double.init), relative: 0, absolute: 2e-5 * scale)
    }
  }

  /// Images of 2 × 2 have a way of their own; the judge is the definition.
  @Test(arguments: NumberFormat.allCases.filter(\.isOffered))
  func `differentiates by the weights of tiny images as the definition does`(
    format: NumberFormat
  ) throws {
    let (batch, inputs, outputs) = (5, 64, 32)
    var random = RandomSource(RandomKey(seed: 4, role: .data))
    // Small whole numbers are exact in every format.
    func whole(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float(random.integer(below: 9) - 4) }
    }
    let (images, upstream) = (whole(batch * inputs * 4), whole(batch * outputs * 4))
    let run = try LayerRun(
      [.convolution("layer", outputs: outputs, kernel: 3, padding: 1)],
      sizes: [batch, inputs, 2, 2], format: format)
    _ = try run.forward(images)
    let gradient = try #require(try run.backward(upstream).parameters["layer.weight"])
    var expected = [Double](repeating: 0, count: outputs * inputs * 9)
    for n in 0..<batch {
      for (o, i) in (0..<outputs).flatMap({ o in (0..<inputs).map { (o, $0) } }) {
        for (p, q) in (0..<4).flatMap({ p in (0..<4).map { (p, $0) } }) {
          let (row, column) = (q / 2 - p / 2 + 1, q % 2 - p % 2 + 1)
          let product = upstream[(n * outputs + o) * 4 + p] * images[(n * inputs + i) * 4 + q]
          expected[((o * inputs + i) * 3 + row) * 3 + column] += Double(product)
        }
      }
    }
    expectClose(gradient, expected, relative: 0, absolute: 0)
  }
}
