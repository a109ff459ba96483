import LinearAlgebra
import Networks
import TestSupport
import Testing

struct ContrastiveTests {
  private static let shape = ImageShape(channels: 1, height: 8, width: 8)
  private static let backbone = ResidualNetwork(
    name: "mini", blocks: [1, 1], bottleneck: false, channels: 8)
  private let random = RandomSource(RandomKey(seed: 5, role: .batches))

  private func rows(_ count: Int, _ columns: Int) -> Matrix {
    var random = RandomSource(RandomKey(seed: 2, role: .data))
    return Matrix(
      rows: count, columns: columns,
      elements: (0..<count * columns).map { _ in Float(random.normal()) })
  }

  @Test func `the loss and its gradient are those of the reference`() throws {
    let oracle = try Oracle("layers")
    let pairs = try oracle.matrix("contrastive/x")
    // There views of one image are neighbours, here they are half the rows apart.
    let half = pairs.rows / 2
    let place = (0..<pairs.rows).map { ($0 % 2) * half + $0 / 2 }
    var apart = pairs
    for (from, to) in place.enumerated() {
      for column in 0..<pairs.columns { apart[to, column] = pairs[from, column] }
    }
    let (value, gradient) = try ContrastiveLoss(temperature: 0.1).differentiate(apart)
    expectClose([value.loss], [try oracle.scalar("contrastive/output")])
    let expected = try oracle.matrix("contrastive/grad_x")
    expectClose(
      place.flatMap { to in (0..<pairs.columns).map { gradient[to, $0] } },
      expected.elements.map(Double.init))
  }

  @Test(arguments: [0.1, 0.5, 2])
  func `the gradient agrees with differences of the loss`(_ temperature: Double) throws {
    let loss = ContrastiveLoss(temperature: temperature)
    let rows = rows(10, 6)
    let gradient = try loss.differentiate(rows).gradient
    for at in stride(from: 0, to: rows.elements.count, by: 7) {
      func moved(_ by: Float) throws -> Double {
        var moved = rows
        moved.elements[at] += by
        return try loss.differentiate(moved).value.loss
      }
      let slope = try (moved(1e-2) - moved(-1e-2)) / 2e-2
      #expect(abs(slope - Double(gradient.elements[at])) < 2e-3)
    }
  }

  @Test func `counts the views whose other view is the nearest`() throws {
    // Rows 0 and 3 belong together and are equal; 1 and 4 are opposite; 2 and 5 are near.
    let rows = Matrix(rows: 6, columns: 2, elements: [1, 0, 0, 1, -1, 0.1, 1, 0, 0, -1, -1, -0.1])
    let value = try ContrastiveLoss(temperature: 0.1).differentiate(rows).value
    #expect(abs(value.nearest - 4.0 / 6) < 1e-12)
  }

  @Test func `a row of zeros has no gradient`() throws {
    let rows = Matrix(rows: 4, columns: 2, elements: [0, 0, 0, 1, 1, 0, 1, 1])
    let (value, gradient) = try ContrastiveLoss(temperature: 0.1).differentiate(rows)
    #expect(value.loss.isFinite)
    #expect(gradient.elements.allSatisfy { $0.isFinite })
    #expect(gradient.elements[0] == 0 && gradient.elements[1] == 0)
  }

  // MARK: training

  /// Images of stripes, across or down, where each view has its own noise.
  private struct Stripes: ImageFeed {
    let shape = ContrastiveTests.shape
    let count: Int

    func write(
      _ index: Int, random: RandomSource?, into target: UnsafeMutableBufferPointer<Float>
    ) throws {
      var random = random
      for at in target.indices {
        let line = index.isMultiple(of: 2) ? at / shape.width : at % shape.width
        let noise = random?.normal() ?? 0
        target[at] = (line.isMultiple(of: 2) ? 1 : -1) + 0.5 * Float(noise)
      }
    }
  }

  private func training(_ epochs: Int) throws -> ContrastiveTraining {
    ContrastiveTraining(
      try .contrastive(Self.backbone, for: Self.shape, width: 8),
      ContrastiveSettings(
        SGDSettings(
          epochs: epochs, batch: 6, learningRate: 0.02, nesterov: false,
          schedule: .cosineDown(floor: 0.001)), temperature: 0.5))
  }

  private func start(_ architecture: Architecture) -> NetworkWeights {
    var random = RandomSource(RandomKey(seed: 5, role: .initialWeights))
    return NetworkWeights(initial: architecture, using: &random)
  }

  @Test func `learns without labels to tell two kinds of images apart`() throws {
    let (training, feed) = (try training(30), Stripes(count: 12))
    let result = try training.run(from: start(training.architecture), on: feed, using: random)
    let (first, last) = try (#require(result.losses.first), #require(result.losses.last))
    #expect(last < 0.8 * first)
    let embedding = try Architecture.embedding(Self.backbone, for: Self.shape)
    let named = zip(result.weights.tensors, result.weights.values).map {
      ($0.name, (shape: $0.shape, values: $1))
    }
    let weights = try NetworkWeights(
      embedding, named: Dictionary(named, uniquingKeysWith: { first, _ in first }))
    let rows = try NetworkModel(embedding, weights).outputs(of: feed).penultimate
    #expect(rows.columns == 16)
    func cosine(_ a: Int, _ b: Int) -> Double {
      func dot(_ a: Int, _ b: Int) -> Double {
        (0..<rows.columns).reduce(0) { $0 + Double(rows[a, $1] * rows[b, $1]) }
      }
      return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }
    #expect(cosine(0, 2) > 0.999)
    #expect(cosine(0, 1) < 0.9)
  }

  @Test func `goes on from a checkpoint as if it had not been cut`() throws {
    let (training, feed) = (try training(4), Stripes(count: 13))
    var bytes = [UInt8]()
    let whole = try training.run(
      from: start(training.architecture), on: feed, using: random
    ) { epochs, checkpoint in if epochs == 2 { bytes = try checkpoint().encoded } }
    let resumed = try training.run(
      from: start(training.architecture),
      resuming: NetworkCheckpoint(training.architecture, decoding: bytes), on: feed, using: random)
    #expect(resumed.weights == whole.weights)
    #expect(resumed.losses == whole.losses)
    #expect(resumed.nearest == whole.nearest)
  }

  @Test func `needs two images, and a rate that does not diverge`() throws {
    let training = try training(2)
    #expect(throws: NetworkError.noSamples) {
      try training.run(from: start(training.architecture), on: Stripes(count: 1), using: random)
    }
    var settings = training.settings
    settings.descent.learningRate = 1e30
    let wild = ContrastiveTraining(training.architecture, settings)
    #expect(throws: NetworkError.diverged(learningRate: 1e30)) {
      try wild.run(from: start(training.architecture), on: Stripes(count: 12), using: random)
    }
  }

  @Test func `the rate falls by a cosine to its floor`() {
    let schedule = LearningRateSchedule.cosineDown(floor: 0.001)
    #expect(schedule.rate(0.4, epoch: 0, of: 500) == 0.4)
    #expect(abs(schedule.rate(0.4, epoch: 250, of: 500) - 0.2002) < 1e-12)
    #expect(abs(schedule.rate(0.4, epoch: 500, of: 500) - 0.0004) < 1e-12)
  }
}
