import LinearAlgebra

/// The temperature at which a model's confidence says how often it is right (Guo et al. 2017, arXiv
/// 1706.04599), chosen by the labels bought last.
package enum Calibration {
  /// 1, 1.1, … 19.9.
  package static let temperatures = (10..<200).map { Double($0) / 10 }

  /// Trains a model on `labeled` without its last ⌊0.3 · count⌋ and chooses by these; 1 where they
  /// are none.
  ///
  /// - Parameter labeled: labeled samples of `pool`, in the order of purchase.
  /// - Throws: what the training throws; `Interrupted`.
  static func temperature(
    of acquisition: any AcquisitionSource, labeled: [Int], in pool: Pool
  ) throws -> Double {
    let count = Int((0.3 * Double(labeled.count) + 1e-9).rounded(.down))
    guard count > 0 else { return 1 }
    let heldOut = Array(labeled.suffix(count))
    let model = try acquisition.fresh(
      on: Array(labeled.dropLast(count)), of: pool, replica: 0)
    return try temperature(
      for: model.logits(of: heldOut, in: pool), labels: pool.observed(of: heldOut))
  }

  /// The one of `temperatures` with the least expected calibration error, the first of equals.
  /// O(190 · rows · classes).
  ///
  /// - Parameter labels: one for each row of `logits`.
  package static func temperature(for logits: Matrix, labels: [Int]) throws -> Double {
    var (best, least) = (1.0, Double.infinity)
    for temperature in temperatures {
      try Interrupt.check()
      let error = error(of: try Probabilities(logits: logits, temperature: temperature), labels)
      if error < least { (best, least) = (temperature, error) }
    }
    return best
  }

  /// The expected calibration error: as many equal bins of the confidence (0, 1] as classes, lower
  /// edges open; |mean confidence − accuracy| of each, weighted by its share of the rows. 0 without
  /// rows.
  ///
  /// - Parameter labels: one for each row of `probabilities`.
  package static func error(of probabilities: Probabilities, _ labels: [Int]) -> Double {
    let classes = probabilities.classes
    // Per bin, the sum of the confidences less the number of rows that are right.
    var excess = [Double](repeating: 0, count: classes)
    for (place, label) in labels.enumerated() {
      let row = probabilities.row(place)
      let confidence = Probabilities.topTwo(row).p1
      let bin = Int((confidence * Double(classes) - 1e-9).rounded(.up)) - 1
      let isRight = Probabilities.mostProbable(in: row) == label
      excess[min(max(bin, 0), classes - 1)] += confidence - (isRight ? 1 : 0)
    }
    return excess.reduce(0) { $0 + abs($1) } / Double(max(1, labels.count))
  }
}
