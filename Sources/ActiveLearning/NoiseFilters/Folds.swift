import LinearAlgebra

/// The parts of a cross-validation, one after the other.
enum Folds {
  /// Calls `body` with the samples of each fold and with all the others, and reports the progress.
  /// - Parameter folds: of each sample, from 0 on.
  /// - Throws: `Interrupted`; what `body` throws.
  static func visit(
    _ folds: [Int], _ body: (_ held: [Int], _ others: [Int]) throws -> Void
  ) throws {
    let progress = ProgressMeter.current
    let count = (folds.max() ?? -1) + 1
    for fold in 0..<count {
      try Interrupt.check()
      try body(
        folds.indices.filter { folds[$0] == fold }, folds.indices.filter { folds[$0] != fold })
      progress.report("folds", fold + 1, of: count)
    }
  }
}
