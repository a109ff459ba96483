import LinearAlgebra

/// An annotator who makes no mistakes.
package struct NoNoise: NoiseModel {
  package init() {}

  package var signature: String { "none" }
  package var requestedRate: Double? { 0 }

  package func corrupt(_ task: NoiseTask, using random: inout RandomSource) throws -> [Int] {
    task.labels
  }
}
