import LinearAlgebra
import Networks

/// The linear probe as the model that strategies ask: one linear layer on the scaled embedding.
///
/// A model that is trained here starts from the weights that `train linear` starts from, so that a
/// strategy which has to train one gets what the user would get; each replica has weights and batches
/// of its own, which depend on the seed alone and on seed and round.
package struct ProbeAcquisition: AcquisitionSource {
  /// The head that the session trained last, nil if there is none.
  package let trained: LinearHead?
  /// Whether, without a trained head, the initial weights are asked as they are.
  package let untrained: Bool
  /// How a head is trained; its dropout is also the one that a model asks with.
  package let settings: SGDSettings
  package let scale: FeatureScale
  package let seed: Int
  package let round: Int

  /// - Parameters:
  ///   - settings: where there is a trained head, those that it was trained with.
  ///   - scale: likewise.
  package init(
    trained: LinearHead? = nil, untrained: Bool = false, settings: SGDSettings = SGDSettings(),
    scale: FeatureScale = .auto, seed: Int, round: Int
  ) {
    self.trained = trained
    self.untrained = untrained
    self.settings = settings
    self.scale = scale
    self.seed = seed
    self.round = round
  }

  /// - Throws: `MethodError.needsEmbedding`; `.refused` where the trained head is one for other
  ///   features or classes; what `fresh` throws.
  package func model(for pool: Pool, clean: [Int]) throws -> any AcquisitionModel {
    if let trained {
      try check(trained, fits: pool)
      return probe(trained)
    }
    guard untrained else { return try fresh(on: clean, of: pool, replica: 0) }
    return probe(try initialHead(for: pool, replica: 0))
  }

  /// Always trains, also where the model that is asked is an untrained one. O(epochs · |samples| ·
  /// classes · dimensions).
  ///
  /// - Throws: `MethodError.needsLabels` without samples, `.needsEmbedding`, `.range` for a scale that
  ///   is none, `.diverged`; `NetworkError` for settings out of range; `Interrupted`.
  /// - Precondition: the samples are labeled.
  package func fresh(on samples: [Int], of pool: Pool, replica: Int) throws -> any AcquisitionModel
  {
    guard !samples.isEmpty else { throw MethodError.needsLabels }
    let features = try pool.embedding.scaled(rows: samples, scale: scale)
    var weights = weightStream(replica)
    var batches = RandomSource(
      RandomKey(seed: seed, role: .batches, round: round, method: method(replica)))
    do {
      let (trained, _) = try LinearProbe.fit(
        features, labels: pool.observed(of: samples), classes: pool.classes, settings: settings,
        weights: &weights, batches: &batches)
      return probe(trained.head)
    } catch NetworkError.diverged(let rate) {
      throw MethodError.diverged(method: ProbeModel.name, learningRate: rate)
    }
  }

  private func probe(_ head: LinearHead) -> ProbeModel {
    ProbeModel(head, dropout: settings.dropout, scale: scale)
  }

  private func initialHead(for pool: Pool, replica: Int) throws -> LinearHead {
    var weights = weightStream(replica)
    return LinearHead(
      classes: pool.classes, dimensions: try pool.embedding.dimensions, using: &weights)
  }

  /// The same in every round.
  private func weightStream(_ replica: Int) -> RandomSource {
    RandomSource(RandomKey(seed: seed, role: .initialWeights, method: method(replica)))
  }

  private func method(_ replica: Int) -> String {
    replica == 0 ? ProbeModel.name : "\(ProbeModel.name)/replica=\(replica)"
  }

  private func check(_ head: LinearHead, fits pool: Pool) throws {
    let dimensions = try pool.embedding.dimensions
    guard head.classes == pool.classes, head.dimensions == dimensions else {
      throw MethodError.refused(
        reason:
          "the model was trained for \(head.classes) classes and \(head.dimensions) features, "
          + "and the pool has \(pool.classes) and \(dimensions)")
    }
  }
}

/// A linear head as strategies ask it: its input is the scaled embedding row, and so are its
/// penultimate features.
package struct ProbeModel: AcquisitionModel {
  static let name = "linear"

  package let head: LinearHead
  package let dropout: Double
  package let scale: FeatureScale

  /// Rows that are scaled at a time, so that there never is a scaled copy of a whole pool.
  private static let block = 4096

  /// - Parameter dropout: the share of input values that is dropped where dropout is active, from 0 to
  ///   below 1.
  package init(_ head: LinearHead, dropout: Double = 0, scale: FeatureScale = .auto) {
    self.head = head
    self.dropout = dropout
    self.scale = scale
  }

  package var name: String { Self.name }

  /// - Throws: also `MethodError.range` for a scale that is none; `NetworkError.columns` where the
  ///   pool has other features than the head.
  package func logits(of samples: [Int], in pool: Pool) throws -> Matrix {
    try logits(of: samples, in: pool) { _ in }
  }

  /// One number of `random` for each input value, row by row; values that stay are divided by the
  /// share that stays.
  package func logits(
    of samples: [Int], in pool: Pool, dropping random: inout RandomSource
  ) throws -> Matrix {
    guard dropout > 0 else { return try logits(of: samples, in: pool) }
    return try logits(of: samples, in: pool) { drop(from: &$0, using: &random) }
  }

  package func penultimate(of samples: [Int], in pool: Pool) throws -> Matrix {
    try pool.embedding.scaled(rows: samples, scale: scale)
  }

  private func logits(
    of samples: [Int], in pool: Pool, changing change: (inout [Float]) -> Void
  ) throws -> Matrix {
    let embedding = try pool.embedding
    var logits: [Float] = []
    logits.reserveCapacity(samples.count * head.classes)
    for first in stride(from: 0, to: samples.count, by: Self.block) {
      try Interrupt.check()
      let block = Array(samples[first..<min(first + Self.block, samples.count)])
      var rows = try embedding.scaled(rows: block, scale: scale)
      change(&rows.elements)
      logits += try head.logits(of: rows).elements
    }
    return Matrix(rows: samples.count, columns: head.classes, elements: logits)
  }

  private func drop(from values: inout [Float], using random: inout RandomSource) {
    let kept = Float(1 / (1 - dropout))
    // A generator of its own, so that its state stays in registers.
    var draws = random
    values.withUnsafeMutableBufferPointer { values in
      for i in values.indices { values[i] *= draws.uniform() < dropout ? 0 : kept }
    }
    random = draws
  }
}
