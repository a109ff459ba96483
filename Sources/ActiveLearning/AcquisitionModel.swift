import LinearAlgebra

/// A trained model as query strategies ask it: in evaluation mode, without augmentation.
package protocol AcquisitionModel: Sendable {
  /// As the user calls it.
  var name: String { get }
  /// The share of values that dropout drops when it is active; 0 for a model without dropout.
  var dropout: Double { get }

  /// |samples| × classes, before the softmax.
  /// - Throws: `MethodError.needsEmbedding`; `Interrupted`.
  func logits(of samples: [Int], in pool: Pool) throws -> Matrix

  /// The same with dropout active, batch norm still in evaluation mode; what is dropped comes from
  /// `random`.
  func logits(of samples: [Int], in pool: Pool, dropping random: inout RandomSource) throws
    -> Matrix

  /// |samples| × features, the input of the last linear layer.
  func penultimate(of samples: [Int], in pool: Pool) throws -> Matrix
}

/// Where a strategy gets its acquisition model from.
package protocol AcquisitionSource: Sendable {
  /// The model to ask: the one that the session trained last or, where there is none, one trained now.
  ///
  /// - Parameter clean: the labeled samples that are believed clean, at least one: what a model that
  ///   has to be trained is trained on, with the labels of `pool`.
  func model(for pool: Pool, clean: [Int]) throws -> any AcquisitionModel

  /// A model of the same kind and settings, trained from scratch on labeled samples of `pool`.
  ///
  /// - Parameter replica: models of different replicas have different initial weights.
  func fresh(on samples: [Int], of pool: Pool, replica: Int) throws -> any AcquisitionModel
}
