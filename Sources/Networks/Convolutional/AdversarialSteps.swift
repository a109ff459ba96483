import Foundation
import LinearAlgebra

/// The networks of `AdversarialNetworks` in training: the two steps that alternate.
///
/// Adam with betas 0.9 and 0.999 moves encoder and decoder in one step, the discriminator in the other.
/// Labeled and unlabeled images are normalised by the statistics of their own batch; their gradients
/// are added.
package final class AdversarialSteps {
  private let networks: AdversarialNetworks
  private let encoder: NetworkPlan
  private let decoder: NetworkPlan
  private let discriminator: NetworkPlan
  private let batch: Int
  private var steps = 0

  /// - Throws: `NetworkError`.
  package init(
    _ networks: AdversarialNetworks, batch: Int, format: NumberFormat,
    weights: [NetworkWeights]
  ) throws {
    self.networks = networks
    self.batch = batch
    func plan(_ architecture: Architecture, _ weights: NetworkWeights, gradient: Bool) throws
      -> NetworkPlan
    {
      let plan = try NetworkPlan(
        architecture, batch: batch, purpose: .training, format: format, inputGradient: gradient)
      try plan.write(weights)
      return plan
    }
    encoder = try plan(networks.encoder, weights[0], gradient: false)
    decoder = try plan(networks.decoder, weights[1], gradient: true)
    discriminator = try plan(networks.discriminator, weights[2], gradient: true)
  }

  /// Bytes that the plans keep.
  package var bytes: Int { encoder.bytes + decoder.bytes + discriminator.bytes }

  /// The numbers of encoder, decoder and discriminator.
  package func weights() throws -> [NetworkWeights] {
    try [encoder, decoder, discriminator].map { try $0.weights() }
  }

  /// Images of a kind, and the noise by which their codes are drawn: a code for each.
  package struct Batch {
    /// Fills the encoder's images.
    package let gather: (NetworkPlan) throws -> Void
    package let noise: [Float]

    package init(noise: [Float], gather: @escaping (NetworkPlan) throws -> Void) {
      self.noise = noise
      self.gather = gather
    }
  }

  /// One step of either kind.
  /// - Returns: the loss of encoder and decoder, and that of the discriminator, each before its step.
  package func step(labeled: Batch, unlabeled: Batch, rate: Double) throws -> (
    autoencoder: Double, discriminator: Double
  ) {
    steps += 1
    var loss = try differentiate(labeled)
    encoder.holdGradients()
    decoder.holdGradients()
    loss += try differentiate(unlabeled)
    for plan in [encoder, decoder] {
      plan.addHeldGradients()
      plan.update(by: .adam, Self.settings, rate: rate, step: steps)
    }
    var other = try discriminate(labeled, isLabeled: true)
    discriminator.holdGradients()
    other += try discriminate(unlabeled, isLabeled: false)
    discriminator.addHeldGradients()
    discriminator.update(by: .adam, Self.settings, rate: rate, step: steps)
    return (loss, other)
  }

  private static let settings = SGDSettings(weightDecay: 0)

  /// What of MSE + KL + BCE(D(μ), 1) one batch adds to the loss and to the gradients.
  private func differentiate(_ images: Batch) throws -> Double {
    try images.gather(encoder)
    try encoder.forward()
    let moments = Moments(Array(encoder.logits), code: networks.code)
    let (reconstruction, ofCodes) = try reconstruct(moments, images.noise)
    let (adversary, ofMeans) = try judge(moments.means, as: true)
    let (divergence, gradient) = moments.gradient(
      ofCodes: ofCodes, ofMeans: ofMeans, noise: images.noise)
    _ = encoder.logitGradient.update(fromContentsOf: gradient)
    try encoder.backward()
    return reconstruction + divergence + adversary
  }

  /// The mean squared error of the images made of codes, and its gradient with respect to these.
  private func reconstruct(_ moments: Moments, _ noise: [Float]) throws -> (Double, [Float]) {
    _ = decoder.images.update(fromContentsOf: moments.codes(noise))
    try decoder.forward()
    let (made, wanted, gradient) = (decoder.logits, encoder.images, decoder.logitGradient)
    let weight = 2 / Float(wanted.count)
    var sum = 0.0
    for i in wanted.indices {
      let difference = made[i] - wanted[i]
      sum += Double(difference * difference)
      gradient[i] = weight * difference
    }
    try decoder.backward()
    return (sum / Double(wanted.count), Array(decoder.imageGradient))
  }

  /// The mean cross-entropy of the discriminator's answers about means, and its gradient with respect
  /// to these.
  private func judge(_ means: [Float], as isLabeled: Bool) throws -> (Double, [Float]) {
    _ = discriminator.images.update(fromContentsOf: means)
    try discriminator.forward()
    let (logits, gradient) = (discriminator.logits, discriminator.logitGradient)
    var sum = 0.0
    for i in logits.indices {
      let wrong = isLabeled ? -Double(logits[i]) : Double(logits[i])
      // log(1 + exp(x)), and its derivative, without overflow.
      sum += max(wrong, 0) + log1p(exp(-abs(wrong)))
      let slope = 1 / (1 + exp(-wrong))
      gradient[i] = Float((isLabeled ? -slope : slope) / Double(batch))
    }
    try discriminator.backward()
    return (sum / Double(batch), Array(discriminator.imageGradient))
  }

  private func discriminate(_ images: Batch, isLabeled: Bool) throws -> Double {
    try images.gather(encoder)
    try encoder.forward()
    let moments = Moments(Array(encoder.logits), code: networks.code)
    return try judge(moments.means, as: isLabeled).0
  }
}

/// Means and logarithms of variances of the codes of a batch.
private struct Moments {
  private let rows: [Float]
  private let code: Int

  /// - Parameter rows: of each image the means, then the logarithms.
  init(_ rows: [Float], code: Int) {
    self.rows = rows
    self.code = code
  }

  private var places: [(mean: Int, logarithm: Int)] {
    (0..<rows.count / (2 * code)).flatMap { image in
      (0..<code).map { (2 * image * code + $0, (2 * image + 1) * code + $0) }
    }
  }

  var means: [Float] { places.map { rows[$0.mean] } }

  /// μ + σ ε.
  func codes(_ noise: [Float]) -> [Float] {
    zip(places, noise).map { rows[$0.mean] + exp(rows[$0.logarithm] / 2) * $1 }
  }

  /// KL = −½ Σ (1 + log σ² − μ² − σ²) over the batch, and the gradient of the whole loss with respect
  /// to means and logarithms.
  func gradient(ofCodes: [Float], ofMeans: [Float], noise: [Float]) -> (Double, [Float]) {
    var gradient = [Float](repeating: 0, count: rows.count)
    var divergence = 0.0
    for (i, place) in places.enumerated() {
      let (mean, logarithm) = (rows[place.mean], rows[place.logarithm])
      let variance = exp(logarithm)
      divergence -= Double(1 + logarithm - mean * mean - variance) / 2
      gradient[place.mean] = ofCodes[i] + ofMeans[i] + mean
      gradient[place.logarithm] =
        ofCodes[i] * noise[i] * exp(logarithm / 2) / 2 + (variance - 1) / 2
    }
    return (divergence, gradient)
  }
}
