import Datasets
import LinearAlgebra
import Networks
import TestSupport
import Testing

struct AdversarialTests {
  private static let shape = ImageShape(channels: 2, height: 16, width: 16)

  private func start(_ architecture: Architecture) -> NetworkWeights {
    var random = RandomSource(RandomKey(seed: 1, role: .initialWeights, method: architecture.name))
    return NetworkWeights(initial: architecture, using: &random)
  }

  @Test func `two steps are those of the reference`() throws {
    let path = Fixtures.url("adversarial/steps.npz").path(percentEncoded: false)
    let archive = try NumpyArchive(path)
    let networks = try AdversarialNetworks(for: Self.shape, code: 3, channels: 4, hidden: 6)
    let parts = [networks.encoder, networks.decoder, networks.discriminator]
    func weights(_ when: String) throws -> [NetworkWeights] {
      try parts.map { part in
        NetworkWeights(
          tensors: part.tensors,
          values: try part.tensors.map { try archive.array("\($0.name)/\(when)").floats() })
      }
    }
    let steps = try AdversarialSteps(
      networks, batch: 5, format: .exact, weights: try weights("start"))
    let images = try ["labeled", "unlabeled"].map { try archive.array($0).floats() }
    let noise = try archive.array("noise").floats()
    let losses = try archive.array("losses").doubles()
    for step in 0..<2 {
      let batches = (0..<2).map { kind in
        let length = 5 * Self.shape.count
        let own = images[kind][step * length..<(step + 1) * length]
        let place = (2 * step + kind) * 15
        return AdversarialSteps.Batch(noise: Array(noise[place..<place + 15])) { plan in
          _ = plan.images.update(fromContentsOf: own)
        }
      }
      let found = try steps.step(
        labeled: batches[0], unlabeled: batches[1], rate: step == 0 ? 1e-3 : 9e-4)
      expectClose(
        [found.autoencoder, found.discriminator], Array(losses[2 * step..<2 * step + 2]),
        relative: 1e-5)
    }
    for (found, expected) in zip(try steps.weights(), try weights("end")) {
      for (i, tensor) in found.tensors.enumerated() {
        // Adam's first steps are the rate times the sign of a gradient, however small that is.
        let off = zip(found.values[i], expected.values[i]).map { abs($0 - $1) }
        #expect(off.reduce(0, +) / Float(off.count) < 2e-6, "\(tensor.name)")
        #expect((off.max() ?? 0) < 2e-4, "\(tensor.name)")
      }
    }
  }

  @Test func `has the sizes of the paper`() throws {
    let networks = try AdversarialNetworks(for: ImageShape(channels: 3, height: 32, width: 32))
    #expect(networks.code == 32)
    let convolutions = 16 * (3 * 128 + 128 * 256 + 256 * 512 + 512 * 1024)
    let norms = 2 * (128 + 256 + 512 + 1024)
    #expect(networks.encoder.parameterCount == convolutions + norms + 4097 * 64)
    let large = try AdversarialNetworks(for: ImageShape(channels: 3, height: 64, width: 64))
    #expect(large.code == 64)
    #expect(large.decoder.tensors[0].shape == [1024 * 64, 64])
    for side in [8, 28, 40] {
      let shape = ImageShape(channels: 1, height: side, width: side)
      #expect(throws: NetworkError.image(shape, network: "vaal")) {
        try AdversarialNetworks(for: shape)
      }
    }
  }

  /// The first layer of the decoder: few inputs and many outputs, for which oneDNN 2.6 has a fault.
  @Test(arguments: [3, 32, 48], [1024, 2048])
  func `few inputs of many outputs have a gradient`(_ inputs: Int, _ outputs: Int) throws {
    let weights = (0..<inputs * outputs).map { Float($0 % 7) - 3 }
    let run = try LayerRun(
      [.denseImage("a", channels: outputs / 16, height: 4, width: 4)], sizes: [5, inputs, 1, 1],
      arrays: ["a.weight": weights])
    let images = (0..<5 * inputs).map { Float($0 % 3) }
    let made = try run.forward(images)
    expectClose(
      Array(made.prefix(outputs)),
      (0..<outputs).map { output in
        (0..<inputs).reduce(0) { $0 + Double(weights[output * inputs + $1] * images[$1]) }
      })
    let found = try run.backward([Float](repeating: 1, count: 5 * outputs)).images
    let expected = (0..<inputs).map { input in
      (0..<outputs).reduce(0) { $0 + Double(weights[$1 * inputs + input]) }
    }
    expectClose(found, (0..<5).flatMap { _ in expected })
  }

  @Test func `weights begin as Kaiming's, biases at nought`() throws {
    let networks = try AdversarialNetworks(for: Self.shape, code: 8, channels: 16, hidden: 64)
    let weights = start(networks.discriminator)
    let hidden = try #require(weights["net.2.weight"])
    let variance = hidden.reduce(0) { $0 + Double($1 * $1) } / Double(hidden.count)
    #expect(abs(variance - 2.0 / 64) < 0.003)
    #expect(try #require(weights["net.2.bias"]).allSatisfy { $0 == 0 })
    #expect(try #require(start(networks.decoder)["decoder.10.bias"]).allSatisfy { $0 == 0 })
  }

  @Test func `the rate falls by a tenth twenty-five times`() {
    let settings = AdversarialSettings()
    #expect(settings.rate(step: 0, of: 1000) == 5e-4)
    #expect(settings.rate(step: 39, of: 1000) == 5e-4)
    #expect(abs(settings.rate(step: 40, of: 1000) - 4.5e-4) < 1e-12)
    #expect(abs(settings.rate(step: 999, of: 1000) - 5e-4 * 0.07976644307687256) < 1e-12)
    #expect(settings.rate(step: 1, of: 2) < 5e-4)
  }

  /// Dark images and bright ones, with noise.
  private struct Shades: ImageFeed {
    let shape = AdversarialTests.shape
    let count: Int

    func write(
      _ index: Int, random: RandomSource?, into target: UnsafeMutableBufferPointer<Float>
    ) throws {
      var noise = RandomSource(RandomKey(seed: index, role: .data))
      let shade: Float = index.isMultiple(of: 2) ? 1 : -1
      for at in target.indices { target[at] = shade + 0.3 * Float(noise.normal()) }
    }
  }

  @Test func `the same seed gives the same answers, and each image its own`() throws {
    let networks = try AdversarialNetworks(for: Self.shape, code: 4, channels: 4, hidden: 8)
    let feed = Shades(count: 20)
    let (labeled, unlabeled) = ([0, 2, 4], (5..<20).map { $0 })
    let training = AdversarialTraining(networks, AdversarialSettings(epochs: 2, batch: 8))
    func odds(_ seed: Int) throws -> [Double] {
      let random = RandomSource(RandomKey(seed: seed, role: .query, method: "vaal"))
      return try training.run(on: feed, labeled: labeled, unlabeled: unlabeled, using: random)
        .logOdds(of: feed, at: unlabeled)
    }
    let once = try odds(3)
    #expect(once.count == 15 && Set(once).count == 15 && once.allSatisfy { $0.isFinite })
    #expect(try odds(3) == once)
    #expect(try odds(4) != once)
    let random = RandomSource(RandomKey(seed: 3, role: .query))
    #expect(throws: NetworkError.noSamples) {
      try training.run(on: feed, labeled: [], unlabeled: unlabeled, using: random)
    }
  }
}
