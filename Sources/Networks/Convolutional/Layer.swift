/// One layer of a network. Weights have names, those that torchvision gives them where it has the
/// network.
package indirect enum Layer: Sendable, Equatable {
  /// Weights `name.weight`, outputs × inputs / groups × kernel × kernel, and `name.bias`, if any.
  case convolution(
    String, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1,
    bias: Bool = false)
  /// Spreads every pixel over kernel × kernel: the gradient of a convolution with respect to its input.
  /// Weights `name.weight`, inputs × outputs × kernel × kernel, and `name.bias`, if any.
  case transposedConvolution(
    String, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, bias: Bool = false)
  /// Weights `name.weight`, outputs × inputs, and `name.bias`, if any. Takes images of any size, as
  /// one row each.
  case dense(String, outputs: Int, bias: Bool = true)
  /// The same, its outputs seen as an image. Weights `name.weight`, (channels × height × width) × inputs,
  /// and `name.bias`.
  case denseImage(String, channels: Int, height: Int, width: Int)
  /// Batch normalisation: `name.weight`, `.bias`, `.running_mean`, `.running_var`, one per channel.
  case normalisation(String)
  /// max(x, 0).
  case rectifier
  /// The share of numbers that the settings say becomes 0 while training, the others grow.
  case dropout
  case maxPool(kernel: Int, stride: Int, padding: Int = 0)
  /// The mean over as many cells as are asked for, whatever the size of the image.
  case meanPool(rows: Int, columns: Int)
  /// max(body(x) + shortcut(x), 0); an empty shortcut is x itself.
  case residual([Layer], shortcut: [Layer] = [])
}

/// One array of numbers of a network, by the name and shape under which it is stored.
package struct NetworkTensor: Sendable, Equatable {
  /// What an array is, and so how it begins.
  package enum Role: Sendable, Equatable {
    /// Of a convolution, or of the bias of one.
    case convolution
    case dense
    /// A bias of a convolution or dense layer with that many inputs per output.
    case convolutionBias(inputs: Int)
    case denseBias(inputs: Int)
    case normalisationWeight, normalisationBias, runningMean, runningVariance

    /// Statistics are kept, not learned.
    package var isLearned: Bool { self != .runningMean && self != .runningVariance }
  }

  package let name: String
  /// Row-major; one number for each dimension.
  package let shape: [Int]
  package let role: Role

  package var count: Int { shape.reduce(1, *) }
  /// Inputs per output.
  var inputs: Int { shape.dropFirst().reduce(1, *) }
}

extension Layer {
  /// The layer's tensors in the order of storing, and the shape of what it makes of `shape`.
  func tensors(for shape: ImageShape) -> (tensors: [NetworkTensor], result: ImageShape) {
    switch self {
    case .convolution(
      let name, let outputs, let kernel, let stride, let padding, let groups, let bias):
      let weight = NetworkTensor(
        name: name + ".weight", shape: [outputs, shape.channels / groups, kernel, kernel],
        role: .convolution)
      let result = shape.window(kernel, stride, padding, channels: outputs)
      return (
        Self.biased(
          weight, name, bias ? .convolutionBias(inputs: weight.inputs) : nil, count: outputs),
        result
      )
    case .transposedConvolution(
      let name, let outputs, let kernel, let stride, let padding, let bias):
      let weight = NetworkTensor(
        name: name + ".weight", shape: [shape.channels, outputs, kernel, kernel],
        role: .convolution)
      let role = NetworkTensor.Role.convolutionBias(inputs: weight.inputs)
      let result = ImageShape(
        channels: outputs, height: (shape.height - 1) * stride - 2 * padding + kernel,
        width: (shape.width - 1) * stride - 2 * padding + kernel)
      return (Self.biased(weight, name, bias ? role : nil, count: outputs), result)
    case .dense(let name, let outputs, let bias):
      let weight = NetworkTensor(
        name: name + ".weight", shape: [outputs, shape.count], role: .dense)
      let result = ImageShape(channels: outputs, height: 1, width: 1)
      return (
        Self.biased(weight, name, bias ? .denseBias(inputs: shape.count) : nil, count: outputs),
        result
      )
    case .denseImage(let name, let channels, let height, let width):
      let result = ImageShape(channels: channels, height: height, width: width)
      let weight = NetworkTensor(
        name: name + ".weight", shape: [result.count, shape.count], role: .dense)
      let bias = NetworkTensor.Role.denseBias(inputs: shape.count)
      return (Self.biased(weight, name, bias, count: result.count), result)
    case .normalisation(let name):
      let parts: [(String, NetworkTensor.Role)] = [
        ("weight", .normalisationWeight), ("bias", .normalisationBias),
        ("running_mean", .runningMean), ("running_var", .runningVariance),
      ]
      return (
        parts.map {
          NetworkTensor(name: "\(name).\($0.0)", shape: [shape.channels], role: $0.1)
        }, shape
      )
    case .rectifier, .dropout: return ([], shape)
    case .maxPool(let kernel, let stride, let padding):
      return ([], shape.window(kernel, stride, padding, channels: shape.channels))
    case .meanPool(let rows, let columns):
      return ([], ImageShape(channels: shape.channels, height: rows, width: columns))
    case .residual(let body, let shortcut):
      let inner = body.tensors(for: shape)
      return (inner.tensors + shortcut.tensors(for: shape).tensors, inner.result)
    }
  }

  private static func biased(
    _ weight: NetworkTensor, _ name: String, _ role: NetworkTensor.Role?, count: Int
  ) -> [NetworkTensor] {
    guard let role else { return [weight] }
    return [weight, NetworkTensor(name: name + ".bias", shape: [count], role: role)]
  }
}

extension [Layer] {
  /// The same for layers one after the other.
  func tensors(for shape: ImageShape) -> (tensors: [NetworkTensor], result: ImageShape) {
    var tensors = [NetworkTensor]()
    var shape = shape
    for layer in self {
      let next = layer.tensors(for: shape)
      tensors += next.tensors
      shape = next.result
    }
    return (tensors, shape)
  }
}

extension ImageShape {
  /// What a window sliding over the image makes; sides of 0 or less where it does not fit in.
  fileprivate func window(_ kernel: Int, _ stride: Int, _ padding: Int, channels: Int) -> ImageShape
  {
    func side(_ n: Int) -> Int {
      n + 2 * padding < kernel ? 0 : (n + 2 * padding - kernel) / stride + 1
    }
    return ImageShape(channels: channels, height: side(height), width: side(width))
  }
}
