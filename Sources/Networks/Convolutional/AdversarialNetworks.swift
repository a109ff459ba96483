/// The three networks of variational adversarial active learning (Sinha, Ebrahimi, Darrell 2019,
/// arXiv 1904.00370): an encoder that makes of an image the mean and the logarithm of the variance of a
/// code, a decoder that makes the image again, and a discriminator that tells from the mean whether the
/// image is labeled.
package struct AdversarialNetworks: Sendable, Equatable {
  /// Images to rows of 2 · code numbers: the means, then the logarithms of the variances.
  package let encoder: Architecture
  /// Codes to images.
  package let decoder: Architecture
  /// Codes to one number, whose sigmoid is the probability of being labeled.
  package let discriminator: Architecture
  /// Numbers in a code.
  package let code: Int

  /// The sides that images may have are multiples of this.
  package static let sideUnit = 16

  /// - Parameters:
  ///   - shape: square, the side a multiple of 16.
  ///   - code: nil for 32 numbers, 64 for images from a side of 64 on.
  ///   - channels: of the first convolution; each of the next three has twice as many.
  ///   - hidden: width of the discriminator's four hidden layers.
  /// - Throws: `NetworkError.image` for other images.
  package init(for shape: ImageShape, code: Int? = nil, channels: Int = 128, hidden: Int = 512)
    throws(NetworkError)
  {
    guard shape.height == shape.width, shape.height.isMultiple(of: Self.sideUnit), shape.height > 0
    else { throw .image(shape, network: "vaal") }
    let code = code ?? (shape.height < 64 ? 32 : 64)
    self.code = code
    encoder = try Self.encoder(shape, code, channels)
    decoder = try Self.decoder(shape, code, channels)
    discriminator = try Self.discriminator(code, hidden)
  }

  private static func encoder(_ shape: ImageShape, _ code: Int, _ channels: Int)
    throws(NetworkError) -> Architecture
  {
    let body = (0..<4).flatMap { i in
      [
        Layer.convolution(
          "encoder.\(3 * i)", outputs: channels << i, kernel: 4, stride: 2, padding: 1),
        .normalisation("encoder.\(3 * i + 1)"), .rectifier,
      ]
    }
    return try Architecture(
      "vaal encoder", shape: shape, classes: 2 * code, start: .kaiming,
      layers: body + [.dense("moments", outputs: 2 * code)])
  }

  private static func decoder(_ shape: ImageShape, _ code: Int, _ channels: Int)
    throws(NetworkError) -> Architecture
  {
    let side = shape.height / 8
    let body = (0..<3).flatMap { i in
      [
        Layer.transposedConvolution(
          "decoder.\(3 * i + 1)", outputs: channels << (2 - i), kernel: 4, stride: 2, padding: 1),
        .normalisation("decoder.\(3 * i + 2)"), .rectifier,
      ]
    }
    return try Architecture(
      "vaal decoder", shape: ImageShape(channels: code, height: 1, width: 1),
      classes: shape.count, start: .kaiming,
      layers: [.denseImage("decoder.0", channels: channels << 3, height: side, width: side)] + body
        + [.transposedConvolution("decoder.10", outputs: shape.channels, kernel: 1, bias: true)])
  }

  private static func discriminator(_ code: Int, _ hidden: Int) throws(NetworkError)
    -> Architecture
  {
    let body = (0..<4).flatMap { i in [Layer.dense("net.\(2 * i)", outputs: hidden), .rectifier] }
    return try Architecture(
      "vaal discriminator", shape: ImageShape(channels: code, height: 1, width: 1), classes: 1,
      start: .kaiming, layers: body + [.dense("net.8", outputs: 1)])
  }
}

/// How the three networks are trained.
package struct AdversarialSettings: Sendable, Equatable {
  package var epochs: Int
  /// Images of either kind in a step.
  package var batch: Int
  package var learningRate: Double
  package var format: NumberFormat

  package init(
    epochs: Int = 100, batch: Int = 64, learningRate: Double = 5e-4, format: NumberFormat = .f32
  ) {
    self.epochs = epochs
    self.batch = batch
    self.learningRate = learningRate
    self.format = format
  }

  /// The rate of a step, counted from 0: a tenth less after each 25th part of all steps.
  package func rate(step: Int, of steps: Int) -> Double {
    var rate = learningRate
    for _ in 0..<(step / max(1, steps / 25)) { rate *= 0.9 }
    return rate
  }
}
