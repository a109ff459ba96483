import LinearAlgebra

/// A trained network that names classes for images.
package struct NetworkModel: Sendable {
  package let architecture: Architecture
  package let weights: NetworkWeights
  package let format: NumberFormat

  package init(_ architecture: Architecture, _ weights: NetworkWeights, format: NumberFormat = .f32)
  {
    self.architecture = architecture
    self.weights = weights
    self.format = format
  }

  /// The last layer, which makes logits of penultimate features; nil where it has no biases.
  package var head: LinearHead? {
    guard case .dense(let name, let outputs, _) = architecture.layers.last,
      let values = weights[name + ".weight"], let biases = weights[name + ".bias"]
    else { return nil }
    return LinearHead(
      weights: Matrix(rows: outputs, columns: values.count / max(1, outputs), elements: values),
      biases: biases)
  }

  /// One row per image: logits, and the inputs of the last layer.
  ///
  /// Images are asked in batches; the last one is filled up with what was there before, and only its
  /// own rows are read.
  /// - Parameters:
  ///   - indices: which images; nil: all.
  ///   - dropout: the share of numbers that dropout sets to 0, drawn anew for every batch from
  ///     `random`; nil: none.
  /// - Throws: `NetworkError`; what `feed` throws; `Interrupted`, looked for between layers.
  package func outputs(
    of feed: any ImageFeed, at indices: [Int]? = nil,
    dropping dropout: (share: Double, random: RandomSource)? = nil
  ) throws -> (logits: Matrix, penultimate: Matrix) {
    let indices = indices ?? Array(0..<feed.count)
    guard feed.shape == architecture.shape else {
      throw NetworkError.columns(found: feed.shape.count, expected: architecture.shape.count)
    }
    let plan = try NetworkPlan(
      architecture, batch: Self.batch(for: feed.shape, count: indices.count),
      purpose: dropout == nil ? .asking : .dropping, format: format)
    try plan.write(weights)
    var random = dropout?.random
    let progress = ProgressMeter.current
    var logits = [Float]()
    var penultimate = [Float]()
    let width = plan.penultimate.count / plan.batch
    logits.reserveCapacity(indices.count * architecture.classes)
    penultimate.reserveCapacity(indices.count * width)
    for first in stride(from: 0, to: indices.count, by: plan.batch) {
      let places = indices[first..<min(first + plan.batch, indices.count)]
      try plan.gather(places, of: feed) { _ in nil }
      if let share = dropout?.share, var stream = random {
        plan.drop(share, using: &stream)
        random = stream
      }
      try plan.forward()
      logits.append(contentsOf: plan.logits.prefix(places.count * architecture.classes))
      penultimate.append(contentsOf: plan.penultimate.prefix(places.count * width))
      progress.report("images", first + places.count, of: indices.count)
    }
    return (
      Matrix(rows: indices.count, columns: architecture.classes, elements: logits),
      Matrix(rows: indices.count, columns: width, elements: penultimate)
    )
  }

  /// Large enough for the layers to be efficient, small enough for their results to stay in cache.
  private static func batch(for shape: ImageShape, count: Int) -> Int {
    max(1, min(100, count, max(8, 1_600_000 / max(1, shape.count))))
  }
}
