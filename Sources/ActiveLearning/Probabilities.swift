import Foundation
import LinearAlgebra

/// How probable each class is for each of some samples, according to a model.
///
/// In double precision, computed from the logits as they come, so that an ordering of the samples does
/// not depend on roundings to `Float`.
package struct Probabilities: Sendable {
  package let classes: Int
  /// Row by row, samples × classes; each row sums to 1.
  package let values: [Double]

  /// Samples that a model is asked about at a time.
  private static let block = 4096
  /// Rows that one thread turns into probabilities at a time.
  private static let step = 256

  /// The softmax of each row of `logits`, divided by `temperature` first.
  ///
  /// - Throws: `MethodError.range` for a temperature that is not above 0; `Interrupted`.
  package init(logits: Matrix, temperature: Double = 1) throws {
    try Self.check(temperature)
    classes = logits.columns
    var values = [Double](repeating: 0, count: logits.elements.count)
    try Self.write(logits, temperature, into: &values, at: 0)
    self.values = values
  }

  /// What `model` says of `samples` of `pool`, in that order. Asks block by block; 8 · |samples| ·
  /// classes bytes.
  ///
  /// - Throws: what the model throws, and the same as the other initialiser.
  package init(
    of model: some AcquisitionModel, _ samples: [Int], in pool: Pool, temperature: Double = 1
  ) throws {
    try Self.check(temperature)
    let progress = ProgressMeter.current
    let classes = pool.classes
    var values = [Double](repeating: 0, count: samples.count * classes)
    for first in stride(from: 0, to: samples.count, by: Self.block) {
      try Interrupt.check()
      let end = min(first + Self.block, samples.count)
      let logits = try model.logits(of: Array(samples[first..<end]), in: pool)
      precondition(logits.rows == end - first && logits.columns == classes, "a logit per class")
      try Self.write(logits, temperature, into: &values, at: first * classes)
      progress.report("probabilities", end, of: samples.count)
    }
    self.classes = classes
    self.values = values
  }

  /// Rows of probabilities that are known already.
  package init(rows: Matrix) {
    classes = rows.columns
    values = rows.elements.map(Double.init)
  }

  /// The number of rows.
  package var count: Int { classes == 0 ? 0 : values.count / classes }

  /// The probabilities of the sample at `place`.
  package func row(_ place: Int) -> ArraySlice<Double> {
    values[place * classes..<(place + 1) * classes]
  }

  /// The most probable class of each row, the lowest where several are equally probable.
  package var predictions: [Int] { (0..<count).map { Self.mostProbable(in: row($0)) } }

  /// What `score` makes of each row, in their order.
  package func map<Score>(_ score: (ArraySlice<Double>) throws -> Score) rethrows -> [Score] {
    try (0..<count).map { try score(row($0)) }
  }

  private static func check(_ temperature: Double) throws(MethodError) {
    guard temperature > 0, temperature.isFinite else {
      throw .range(name: "temperature", value: temperature, allowed: "above 0")
    }
  }

  /// Turns all rows of `logits` into probabilities, from the place `start` of `values` on.
  private static func write(
    _ logits: Matrix, _ temperature: Double, into values: inout [Double], at start: Int
  ) throws {
    let (rows, classes) = (logits.rows, logits.columns)
    try logits.elements.withUnsafeBufferPointer { logits in
      try values.withUnsafeMutableBufferPointer { buffer in
        // Each step writes rows of its own, and the buffers outlive the loop.
        nonisolated(unsafe) let (source, target) = (logits, buffer)
        try Parallel.forEach((rows + step - 1) / step) { index in
          for row in index * step..<min((index + 1) * step, rows) {
            let (from, to) = (row * classes, start + row * classes)
            for c in 0..<classes { target[to + c] = Double(source[from + c]) / temperature }
            normalise(UnsafeMutableBufferPointer(rebasing: target[to..<to + classes]))
          }
        }
      }
    }
  }

  /// Makes probabilities of logits, without overflow; infinitely large ones share all there is.
  private static func normalise(_ row: UnsafeMutableBufferPointer<Double>) {
    let largest = row.reduce(-Double.infinity) { max($0, $1) }
    var sum = 0.0
    for c in row.indices {
      row[c] = row[c] == largest ? 1 : exp(row[c] - largest)
      sum += row[c]
    }
    for c in row.indices { row[c] /= sum }
  }
}

/// What a row of probabilities says about how sure a model is.
extension Probabilities {
  /// The softmax of one row of logits, divided by `temperature` > 0 first.
  package static func softmax(_ logits: some Collection<Float>, temperature: Double = 1) -> [Double]
  {
    var row = logits.map { Double($0) / temperature }
    row.withUnsafeMutableBufferPointer { normalise($0) }
    return row
  }

  /// The largest probability of a row and the largest of the others; 0 where there is none.
  package static func topTwo(_ row: some Collection<Double>) -> (p1: Double, p2: Double) {
    var (p1, p2) = (0.0, 0.0)
    for p in row {
      p2 = max(p2, min(p, p1))
      p1 = max(p1, p)
    }
    return (p1, p2)
  }

  /// Least confidence, 1 − p1: 0 where one class is certain.
  package static func leastConfidence(_ row: some Collection<Double>) -> Double {
    1 - topTwo(row).p1
  }

  /// p1 − p2: small where two classes are about equally probable; 1 where there is one class only.
  package static func margin(_ row: some Collection<Double>) -> Double {
    let (p1, p2) = topTwo(row)
    return p1 - p2
  }

  /// −Σ p log₂ p in bits, with 0 log 0 = 0: 0 where one class is certain.
  package static func entropy(_ row: some Collection<Double>) -> Double {
    row.reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
  }

  /// The place of the largest probability, the first where several are equal.
  package static func mostProbable(in row: some Collection<Double>) -> Int {
    var (best, place) = (-Double.infinity, 0)
    for (c, p) in row.enumerated() where p > best { (best, place) = (p, c) }
    return place
  }
}
