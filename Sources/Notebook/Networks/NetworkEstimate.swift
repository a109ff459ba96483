import LinearAlgebra
import Networks

extension NetworkRecipe {
  /// What a training on these samples would cost, with the evaluation of so many images behind it:
  /// from some steps of a small batch, and the memory of two.
  func estimate(samples: [Int], labels: [Int], tested: Int) throws -> WorkEstimate {
    let descent = settings.descent
    let few = max(2, min(descent.batch, 32))
    let step = try secondsOfStep(batch: few, samples, labels)
    let batches = BatchOrder(count: samples.count, size: descent.batch).batchesPerEpoch
    let model = model(try initialWeights(seed: 0))
    let asked = Array(0..<min(images.count, 100))
    let evaluation = try WorkEstimate.seconds(runs: 1) {
      _ = try model.outputs(of: images, at: asked)
    }
    let visits = Double(descent.epochs * batches * descent.batch)
    return WorkEstimate(
      seconds: visits * step / Double(few)
        + evaluation * Double(tested) / Double(max(1, asked.count)),
      memory: try bytes(batch: descent.batch, few: few),
      work: "\(Format.count(descent.epochs, "epoch")) of \(Format.count(batches, "step")), "
        + "each of \(Format.count(descent.batch, "image"))",
      basis: "measured: steps of \(few) images on \(Format.count(Parallel.threads, "thread"))")
  }

  /// What four steps take beyond one.
  private func secondsOfStep(batch: Int, _ samples: [Int], _ labels: [Int]) throws -> Double {
    let places = (0..<batch).map { $0 % samples.count }
    func seconds(_ epochs: Int) throws -> Double {
      var short = settings
      short.descent.batch = batch
      short.descent.epochs = epochs
      let training = NetworkTraining(architecture, short)
      let weights = try initialWeights(seed: 0)
      let started = ContinuousClock.now
      _ = try ProgressMeter.$current.withValue(ProgressMeter { _, _, _ in }) {
        try training.run(
          from: weights, on: SelectedImages(images, places.map { samples[$0] }),
          labels: places.map { labels[$0] },
          using: RandomSource(RandomKey(seed: 0, role: .batches, method: "plan")))
      }
      return (ContinuousClock.now - started).seconds
    }
    let one = try seconds(1)
    return max(0, try seconds(4) - one) / 3
  }

  /// The plan's bytes grow with the batch; weights are kept four times over: in the session, in the
  /// plan's gradients and moments, and on the way to the disk.
  private func bytes(batch: Int, few: Int) throws -> Int {
    func plan(_ batch: Int) throws -> Int {
      try NetworkPlan(architecture, batch: batch, purpose: .training, format: settings.format).bytes
    }
    let half = max(1, few / 2)
    let (small, large) = (try plan(half), try plan(few))
    let perImage = few > half ? (large - small) / (few - half) : 0
    return large + perImage * (batch - few) + 4 * architecture.parameterCount
  }
}
