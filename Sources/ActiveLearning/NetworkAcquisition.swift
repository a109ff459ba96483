import LinearAlgebra
import Networks
import Synchronization

/// Makes networks of one kind on the pool's images, for a strategy that asks several or an untrained
/// one.
package protocol NetworkMaking: Sendable {
  /// The share that dropout drops.
  var dropout: Double { get }
  /// One with its initial weights.
  func untrained(seed: Int) throws -> NetworkModel
  /// One trained from scratch on these samples.
  /// - Parameter replica: networks of different replicas have different initial weights.
  func fresh(on samples: [Int], labels: [Int], seed: Int, round: Int, replica: Int) throws
    -> NetworkModel
}

/// A network on images as the model that strategies ask: in evaluation mode, without augmentation.
package struct NetworkAcquisition: AcquisitionSource {
  /// The one that was trained last; nil asks initial weights as they are.
  package let trained: NetworkModel?
  package let maker: any NetworkMaking
  /// The pool's images, a sample's at its index.
  package let images: any ImageFeed
  package let seed: Int
  package let round: Int

  package init(
    trained: NetworkModel?, maker: any NetworkMaking, images: any ImageFeed, seed: Int, round: Int
  ) {
    self.trained = trained
    self.maker = maker
    self.images = images
    self.seed = seed
    self.round = round
  }

  /// - Throws: `MethodError.refused` where the network is one for other classes.
  package func model(for pool: Pool, clean: [Int]) throws -> any AcquisitionModel {
    try asked(trained ?? maker.untrained(seed: seed), pool)
  }

  /// Trains anew, which costs what a training costs.
  /// - Throws: `MethodError.needsLabels` without samples; `NetworkError`; `Interrupted`.
  package func fresh(on samples: [Int], of pool: Pool, replica: Int) throws -> any AcquisitionModel
  {
    guard !samples.isEmpty else { throw MethodError.needsLabels }
    return try asked(
      maker.fresh(
        on: samples, labels: pool.observed(of: samples), seed: seed, round: round,
        replica: replica), pool)
  }

  private func asked(_ model: NetworkModel, _ pool: Pool) throws -> any AcquisitionModel {
    guard model.architecture.classes == pool.classes, images.count == pool.count else {
      throw MethodError.refused(
        reason: "the model was trained for \(model.architecture.classes) classes, the pool has "
          + "\(pool.classes)")
    }
    return AskedNetwork(model, dropout: maker.dropout, images)
  }
}

/// A network with what it said last: logits and penultimate features come from one pass, and many
/// strategies want both.
private final class AskedNetwork: AcquisitionModel {
  private struct Said {
    let samples: [Int]
    let logits: Matrix
    let penultimate: Matrix
  }

  private let model: NetworkModel
  private let share: Double
  private let images: any ImageFeed
  private let last = Mutex<Said?>(nil)

  init(_ model: NetworkModel, dropout: Double, _ images: any ImageFeed) {
    self.model = model
    share = model.architecture.layers.contains(.dropout) ? dropout : 0
    self.images = images
  }

  var name: String { model.architecture.name }
  var dropout: Double { share }

  func logits(of samples: [Int], in pool: Pool) throws -> Matrix { try said(of: samples).logits }

  func penultimate(of samples: [Int], in pool: Pool) throws -> Matrix {
    try said(of: samples).penultimate
  }

  /// A pass through the whole network; where dropout stands in front of the last layer alone, only
  /// through that.
  func logits(of samples: [Int], in pool: Pool, dropping random: inout RandomSource) throws
    -> Matrix
  {
    guard share > 0 else { return try logits(of: samples, in: pool) }
    guard let head = model.head, model.architecture.layers.dropsAtTheEndOnly else {
      let stream = random.derived { $0.method += "/\(random.next())" }
      return try model.outputs(of: images, at: samples, dropping: (share, stream)).logits
    }
    var rows = try penultimate(of: samples, in: pool)
    let kept = Float(1 / (1 - share))
    var draws = random
    for i in rows.elements.indices { rows.elements[i] *= draws.uniform() < share ? 0 : kept }
    random = draws
    return try head.logits(of: rows)
  }

  private func said(of samples: [Int]) throws -> Said {
    if let said = last.withLock({ $0 }), said.samples == samples { return said }
    let (logits, penultimate) = try model.outputs(of: images, at: samples)
    let said = Said(samples: samples, logits: logits, penultimate: penultimate)
    last.withLock { $0 = said }
    return said
  }
}

extension [Layer] {
  /// Whether nothing is dropped but what the last layer reads.
  fileprivate var dropsAtTheEndOnly: Bool {
    count >= 2 && self[count - 2] == .dropout && self.count { $0 == .dropout } == 1
  }
}
