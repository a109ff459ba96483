import ActiveLearning
import Foundation
import LinearAlgebra

/// A model that says what it was told to say of each sample of the pool.
struct GivenModel: AcquisitionModel {
  let name = "given"
  var dropout = 0.0
  /// pool × classes.
  let logits: Matrix
  /// pool × features.
  var features = Matrix(rows: 0, columns: 0, elements: [])

  func logits(of samples: [Int], in pool: Pool) throws -> Matrix { logits.rows(at: samples) }

  func logits(of samples: [Int], in pool: Pool, dropping random: inout RandomSource) throws
    -> Matrix
  {
    logits.rows(at: samples)
  }

  func penultimate(of samples: [Int], in pool: Pool) throws -> Matrix { features.rows(at: samples) }
}

/// Always gives the same model.
struct GivenSource: AcquisitionSource {
  let model: GivenModel

  func model(for pool: Pool, clean: [Int]) throws -> any AcquisitionModel { model }

  func fresh(on samples: [Int], of pool: Pool, replica: Int) throws -> any AcquisitionModel {
    model
  }
}

extension Matrix {
  /// The logarithm of each element: logits of probabilities.
  var logarithms: Matrix {
    Matrix(rows: rows, columns: columns, elements: elements.map { Float(log(Double($0))) })
  }
}

extension Pool {
  /// Without features; every sample but `candidates` is labeled as class 0.
  static func bare(_ count: Int, classes: Int, candidates: [Int]) throws -> Pool {
    let labeled = (0..<count).filter { !Set(candidates).contains($0) }
    return try Pool(
      count: count, embedding: nil, classes: classes, labeled: labeled,
      observed: labeled.map { _ in 0 })
  }

  /// What a strategy chooses from this pool, where all labels turn out to be 0.
  func select(_ strategy: some QueryStrategy, _ count: Int, seed: Int = 0) throws -> Selection {
    var purchases = Purchases(
      oracle: .init(observed: [Int](repeating: 0, count: self.count)), alreadyLabeled: labeled,
      limit: count)
    var random = RandomSource(RandomKey(seed: seed, role: .query, round: 1, method: "test"))
    return try strategy.select(count, from: self, buying: &purchases, using: &random)
  }
}

extension Pick {
  /// One of the numbers that its score was made of.
  func term(_ name: String) -> Double? { reason?.terms.first { $0.name == name }?.value }
}
