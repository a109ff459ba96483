import ActiveLearning
import LinearAlgebra
import Networks

extension VAAL {
  /// What a query would cost: from some steps of the training, and the memory of its plans.
  func estimate(for pool: Pool) throws -> WorkEstimate {
    guard let labeled = pool.labeled.first else {
      return WorkEstimate(
        seconds: 0, memory: 0, work: "a blind draw: nothing is labeled", basis: "measured: nothing")
    }
    let asked = Array(pool.candidates.prefix(32))
    let (one, _) = try trained(steps: 1, labeled, asked)
    let (four, detector) = try trained(steps: 4, labeled, asked)
    let look = try WorkEstimate.seconds(runs: 1) {
      _ = try detector.logOdds(of: images, at: asked)
    }
    let steps = settings.epochs * max(1, pool.count / settings.batch)
    return WorkEstimate(
      seconds: Double(steps) * max(0, four - one) / 3
        + look * Double(pool.candidateCount) / Double(asked.count),
      memory: try bytes,
      work: "\(Format.count(steps, "step")) of twice \(Format.count(settings.batch, "image"))",
      basis: "measured: four steps on \(Format.count(Parallel.threads, "thread"))")
  }

  private static let stream = RandomSource(RandomKey(seed: 0, role: .query, method: "plan"))

  /// An image of either kind, as often as a batch has places.
  private func trained(steps: Int, _ labeled: Int, _ asked: [Int]) throws -> (
    seconds: Double, LabelDetector
  ) {
    var short = settings
    short.epochs = steps
    let started = ContinuousClock.now
    let detector = try ProgressMeter.$current.withValue(ProgressMeter { _, _, _ in }) {
      try AdversarialTraining(networks, short).run(
        on: images, labeled: [labeled], unlabeled: Array(asked.prefix(1)), using: Self.stream)
    }
    return ((ContinuousClock.now - started).seconds, detector)
  }

  private var bytes: Int {
    get throws {
      let all = [networks.encoder, networks.decoder, networks.discriminator]
      let weights = all.map { architecture in
        var stream = Self.stream
        return NetworkWeights(initial: architecture, using: &stream)
      }
      return try AdversarialSteps(
        networks, batch: settings.batch, format: settings.format, weights: weights
      ).bytes
    }
  }
}
