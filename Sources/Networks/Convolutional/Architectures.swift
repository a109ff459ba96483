/// The networks that can be asked for by name.
extension Architecture {
  package static let names =
    ResidualNetwork.named.map(\.name) + PlainNetwork.named.flatMap { [$0.name, $0.name + "_bn"] }
    + ["alexnet"]

  /// The network called `name`; nil where none is.
  /// - Parameter coarse: residual networks only: a stem of large windows and stride 2.
  /// - Throws: `NetworkError.image` where the images are too small for it.
  package static func named(
    _ name: String, for shape: ImageShape, classes: Int, coarse: Bool = false
  ) throws(NetworkError) -> Architecture? {
    if let residual = ResidualNetwork.named.first(where: { $0.name == name }) {
      return try residual.architecture(for: shape, classes: classes, coarse: coarse)
    }
    let plain = name.hasSuffix("_bn") ? String(name.dropLast(3)) : name
    if let plan = PlainNetwork.named.first(where: { $0.name == plain }) {
      return try plan.architecture(for: shape, classes: classes, normalised: plain != name)
    }
    return name == "alexnet" ? try .alexnet(for: shape, classes: classes) : nil
  }

  /// Dense layers with rectifiers between them, for rows of features as well as for images.
  package static func perceptron(hidden: [Int], for shape: ImageShape, classes: Int)
    throws(NetworkError) -> Architecture
  {
    let inner = hidden.enumerated().flatMap { i, width in
      [Layer.dense("layers.\(i)", outputs: width), .rectifier]
    }
    return try Architecture(
      "mlp", shape: shape, classes: classes, start: .uniform,
      layers: inner + [.dropout, .dense("fc", outputs: classes)])
  }

  /// The form of AlexNet (Krizhevsky et al. 2012) that is used for images of 32 × 32.
  private static func alexnet(for shape: ImageShape, classes: Int) throws(NetworkError)
    -> Architecture
  {
    func convolution(_ index: Int, _ outputs: Int, stride: Int = 1) -> [Layer] {
      [
        .convolution(
          "features.\(index)", outputs: outputs, kernel: 3, stride: stride, padding: 1, bias: true),
        .rectifier,
      ]
    }
    func dense(_ index: Int) -> [Layer] {
      [
        .dense("classifier.\(index)", outputs: 4096, bias: false),
        .normalisation("classifier.\(index + 1)"), .rectifier,
      ]
    }
    let pool = [Layer.maxPool(kernel: 2, stride: 2)]
    let images = convolution(0, 64, stride: 2) + pool + convolution(3, 192) + pool
    let deep = convolution(6, 384) + convolution(8, 256) + convolution(10, 256) + pool
    return try Architecture(
      "alexnet", shape: shape, classes: classes, start: .uniform,
      layers: images + deep + dense(0) + dense(3) + [.dense("fc", outputs: classes)])
  }
}
