/// Residual networks (He et al. 2015), also wide ones and ones with groups, with the stem that suits
/// images of 32 × 32: a 3 × 3 convolution of stride 1 and a max-pool, whatever the size of the images.
package struct ResidualNetwork: Sendable {
  package let name: String
  /// Blocks in each stage; from stage to stage the channels double and the sides halve.
  let blocks: [Int]
  /// Three convolutions a block, 1 × 1, 3 × 3, 1 × 1, instead of two of 3 × 3.
  let bottleneck: Bool
  let groups: Int
  /// Channels of each group in the bottlenecks of the first stage, for 64 channels.
  let width: Int
  /// Channels of the stem and of the first stage.
  let channels: Int

  package init(
    name: String, blocks: [Int], bottleneck: Bool = true, groups: Int = 1, width: Int = 64,
    channels: Int = 64
  ) {
    self.name = name
    self.blocks = blocks
    self.bottleneck = bottleneck
    self.groups = groups
    self.width = width
    self.channels = channels
  }

  package static let named = [
    ResidualNetwork(name: "resnet18", blocks: [2, 2, 2, 2], bottleneck: false),
    ResidualNetwork(name: "resnet34", blocks: [3, 4, 6, 3], bottleneck: false),
    ResidualNetwork(name: "resnet50", blocks: [3, 4, 6, 3]),
    ResidualNetwork(name: "resnet101", blocks: [3, 4, 23, 3]),
    ResidualNetwork(name: "resnet152", blocks: [3, 8, 36, 3]),
    ResidualNetwork(name: "resnext50_32x4d", blocks: [3, 4, 6, 3], groups: 32, width: 4),
    ResidualNetwork(name: "resnext101_32x8d", blocks: [3, 4, 23, 3], groups: 32, width: 8),
    ResidualNetwork(name: "wide_resnet50_2", blocks: [3, 4, 6, 3], width: 128),
    ResidualNetwork(name: "wide_resnet101_2", blocks: [3, 4, 23, 3], width: 128),
  ]

  /// - Parameter coarse: a stem of large windows and stride 2, which MNIST has.
  package func architecture(for shape: ImageShape, classes: Int, coarse: Bool = false)
    throws(NetworkError) -> Architecture
  {
    let stem: Layer =
      coarse
      ? .convolution("conv1", outputs: channels, kernel: 7, stride: 2, padding: 3)
      : .convolution("conv1", outputs: channels, kernel: 3, padding: 1)
    var layers = [
      stem, .normalisation("bn1"), .rectifier, .maxPool(kernel: 3, stride: 2, padding: 1),
    ]
    for (stage, count) in blocks.enumerated() {
      layers += (0..<count).map { block(stage: stage, number: $0) }
    }
    layers += [.meanPool(rows: 1, columns: 1), .dropout, .dense("fc", outputs: classes)]
    return try Architecture(name, shape: shape, classes: classes, layers: layers)
  }

  private func block(stage: Int, number: Int) -> Layer {
    let name = "layer\(stage + 1).\(number)"
    let planes = channels << stage
    let outputs = bottleneck ? 4 * planes : planes
    let stride = stage > 0 && number == 0 ? 2 : 1
    // Only a first block changes the shape, that of the first stage if it is a bottleneck.
    let changes = number == 0 && (stage > 0 || bottleneck)
    let shortcut: [Layer] =
      changes
      ? [
        .convolution("\(name).downsample.0", outputs: outputs, kernel: 1, stride: stride),
        .normalisation("\(name).downsample.1"),
      ] : []
    return .residual(
      bottleneck
        ? narrowing(name, planes: planes, stride: stride)
        : step(name, 1, planes, stride: stride) + [.rectifier] + step(name, 2, planes),
      shortcut: shortcut)
  }

  private func narrowing(_ name: String, planes: Int, stride: Int) -> [Layer] {
    let inner = groups * width * planes / 64
    return step(name, 1, inner, kernel: 1) + [.rectifier]
      + step(name, 2, inner, stride: stride, groups: groups) + [.rectifier]
      + step(name, 3, 4 * planes, kernel: 1)
  }

  private func step(
    _ name: String, _ index: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1,
    groups: Int = 1
  ) -> [Layer] {
    [
      .convolution(
        "\(name).conv\(index)", outputs: outputs, kernel: kernel, stride: stride,
        padding: kernel / 2, groups: groups),
      .normalisation("\(name).bn\(index)"),
    ]
  }
}
