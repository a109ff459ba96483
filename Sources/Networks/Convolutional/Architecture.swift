/// What a network is made of: layers, one after the other, for images of one shape.
package struct Architecture: Sendable, Equatable {
  /// How weights are drawn at the start. Batch normalisation begins with weights 1 and biases 0.
  package enum Start: Sendable, Equatable {
    /// Convolutions N(0, 2 / (outputs · kernel²)), no biases there; dense layers, biases too, uniform
    /// between ±1/√inputs.
    case residual
    /// Convolutions N(0, 2 / (outputs · kernel²)), dense layers N(0, 0.01²), all biases 0.
    case plain
    /// Everything uniform between ±1/√(inputs per output).
    case uniform
    /// Weights N(0, 2 / inputs) (Kaiming), where the inputs of a transposed convolution are, as PyTorch
    /// counts them, outputs · kernel²; all biases 0.
    case kaiming
  }

  package let name: String
  package let shape: ImageShape
  package let classes: Int
  package let layers: [Layer]
  package let start: Start
  /// All that is stored of the network, in order.
  package let tensors: [NetworkTensor]

  /// - Throws: `NetworkError.image` where some layer would have nothing left to look at.
  package init(
    _ name: String, shape: ImageShape, classes: Int, start: Start = .residual, layers: [Layer]
  ) throws(NetworkError) {
    self.name = name
    self.shape = shape
    self.classes = classes
    self.layers = layers
    self.start = start
    tensors = layers.tensors(for: shape).tensors
    guard layers.fit(shape) else { throw .image(shape, network: name) }
  }

  /// How many numbers are learned.
  package var parameterCount: Int {
    tensors.filter(\.role.isLearned).reduce(0) { $0 + $1.count }
  }
}

extension [Layer] {
  /// Whether every layer gets an image of at least one pixel, and so does whoever comes next.
  fileprivate func fit(_ shape: ImageShape) -> Bool {
    var shape = shape
    for layer in self {
      guard shape.count > 0 else { return false }
      if case .residual(let body, let shortcut) = layer {
        guard body.fit(shape), shortcut.fit(shape) else { return false }
      }
      shape = layer.tensors(for: shape).result
    }
    return shape.count > 0
  }
}
