import LinearAlgebra

/// Trains several linear heads on the same batches, side by side, and asks all of them about all
/// samples after each epoch: what they agree on early is likely to be right.
///
/// Each epoch's rows are brought into the order of visits once, for all heads; the heads run on all
/// threads, and none of them sees another. No weights are kept but the last. O(epochs · |rows| ·
/// heads · classes · dimensions).
package struct HeadEnsemble: Sendable {
  /// Sees the classes that each head names for each sample after an epoch, `[head][sample]`, and says
  /// whether this is enough.
  package typealias Observer = (_ predictions: [[Int]]) -> Bool

  package let settings: SGDSettings

  /// - Parameter settings: those of every head. There is no dropout.
  package init(_ settings: SGDSettings) { self.settings = settings }

  /// Trains `heads`, at most as many epochs as the settings say, until `observer` has seen enough.
  /// - Parameters:
  ///   - labels: one of the heads' classes for each row.
  ///   - order: the positions visited in an epoch; consecutive runs of `settings.batch` are the
  ///     batches, and what is left after the last full run is not visited.
  /// - Returns: how many epochs were run.
  /// - Throws: `NetworkError`, also where weights are no longer finite; `Interrupted`, looked for in
  ///   each head and epoch.
  /// - Precondition: the order names rows.
  package func run(
    _ heads: inout [LinearHead], on features: Matrix, labels: [Int], order: (Int) -> [Int],
    until observer: Observer
  ) throws -> Int {
    try check(heads, features, labels)
    let progress = ProgressMeter.current
    var visits = Visits(features.columns)
    var runs = heads.map { HeadRun($0, settings) }
    var done = 0
    while done < settings.epochs {
      let rate = settings.schedule.rate(settings.learningRate, epoch: done, of: settings.epochs)
      visits.gather(order(done), of: features, labels: labels, batch: settings.batch)
      try train(&runs, visits, rate: rate, asking: features)
      done += 1
      progress.report("epochs", done, of: settings.epochs)
      if observer(runs.map(\.predictions)) { break }
    }
    heads = runs.map(\.head)
    guard heads.allSatisfy({ ($0.weights.elements + $0.biases).allSatisfy(\.isFinite) }) else {
      throw NetworkError.diverged(learningRate: settings.learningRate)
    }
    return done
  }

  private func check(_ heads: [LinearHead], _ features: Matrix, _ labels: [Int]) throws {
    try settings.validate()
    for head in heads {
      try checkLabels(labels, rows: features.rows, classes: head.classes)
      guard features.columns == head.dimensions else {
        throw NetworkError.columns(found: features.columns, expected: head.dimensions)
      }
    }
  }

  private func train(
    _ runs: inout [HeadRun], _ visits: Visits, rate: Double, asking features: Matrix
  ) throws {
    try runs.withUnsafeMutableBufferPointer { buffer in
      // Each head is touched by one thread alone.
      nonisolated(unsafe) let runs = buffer
      try Parallel.forEach(buffer.count) { index in
        for batch in 0..<visits.batches { runs[index].step(visits, batch: batch, rate: rate) }
        runs[index].predict(features)
      }
    }
  }
}

/// The rows and labels of an epoch's full batches, in the order of their visits.
private struct Visits: Sendable {
  let dimensions: Int
  var batches = 0
  var rows: [Float] = []
  var labels: [[Int]] = []

  init(_ dimensions: Int) { self.dimensions = dimensions }

  mutating func gather(_ order: [Int], of features: Matrix, labels all: [Int], batch: Int) {
    batches = order.count / batch
    rows.removeAll(keepingCapacity: true)
    rows.reserveCapacity(batches * batch * dimensions)
    for position in order.prefix(batches * batch) {
      rows.append(contentsOf: features.row(position))
    }
    labels = (0..<batches).map { index in
      order[index * batch..<(index + 1) * batch].map { all[$0] }
    }
  }
}

/// One head under training, with the buffers of a step.
private struct HeadRun {
  private static let tile = 256

  private let classes: Int
  private let dimensions: Int
  private let batch: Int
  /// Weights, row by row, then biases: one vector for the optimiser.
  private var parameters: [Float]
  private var gradients: [Float]
  private var optimiser: MomentumSGD
  private var logits: Matrix
  private var logitGradients: Matrix
  private var answers: [Float]
  private(set) var predictions: [Int] = []

  init(_ head: LinearHead, _ settings: SGDSettings) {
    classes = head.classes
    dimensions = head.dimensions
    batch = settings.batch
    parameters = head.weights.elements + head.biases
    gradients = [Float](repeating: 0, count: parameters.count)
    optimiser = MomentumSGD(
      parameters: parameters.count, momentum: settings.momentum, nesterov: settings.nesterov,
      weightDecay: settings.weightDecay)
    logits = Matrix(zeros: batch, classes)
    logitGradients = logits
    answers = [Float](repeating: 0, count: HeadRun.tile * classes)
  }

  var head: LinearHead {
    let weights = Array(parameters.prefix(classes * dimensions))
    return LinearHead(
      weights: Matrix(rows: classes, columns: dimensions, elements: weights),
      biases: Array(parameters.suffix(classes)))
  }

  /// Moves the parameters by the gradients of one batch.
  mutating func step(_ visits: Visits, batch index: Int, rate: Double) {
    let (k, d, n) = (classes, dimensions, batch)
    visits.rows.withUnsafeBufferPointer { rows in
      let rows = rows.baseAddress.map { $0 + index * n * d }
      HeadRun.answer(rows, count: n, parameters, dimensions: d, into: &logits.elements)
      _ = logits.softmaxGradient(labels: visits.labels[index], into: &logitGradients)
      logitGradients.elements.withUnsafeBufferPointer { errors in
        gradients.withUnsafeMutableBufferPointer { sums in
          guard let errors = errors.baseAddress, let sums = sums.baseAddress else { return }
          if let rows, d > 0 {
            OpenBLAS.product(
              Block(errors, leading: k, transposed: true), Block(rows, leading: d), into: sums,
              leading: d, rows: k, inner: n, columns: d)
          }
          for c in 0..<k { sums[k * d + c] = 0 }
          for row in 0..<n { for c in 0..<k { sums[k * d + c] += errors[row * k + c] } }
        }
      }
    }
    optimiser.step(&parameters, gradients: gradients, rate: rate)
  }

  /// Names a class for each row: that of the largest logit, the lowest where several are equal.
  mutating func predict(_ features: Matrix) {
    let (k, d) = (classes, dimensions)
    predictions = [Int](repeating: 0, count: features.rows)
    features.elements.withUnsafeBufferPointer { rows in
      for first in stride(from: 0, to: features.rows, by: HeadRun.tile) {
        let count = min(HeadRun.tile, features.rows - first)
        let block = rows.baseAddress.map { $0 + first * d }
        HeadRun.answer(block, count: count, parameters, dimensions: d, into: &answers)
        for row in 0..<count {
          var best = row * k
          for c in row * k..<(row + 1) * k where answers[c] > answers[best] { best = c }
          predictions[first + row] = best - row * k
        }
      }
    }
  }

  /// The logits of `count` rows in memory. Static, so that no copy of the whole head lives while its
  /// buffers are written.
  private static func answer(
    _ rows: UnsafePointer<Float>?, count: Int, _ parameters: [Float], dimensions d: Int,
    into logits: inout [Float]
  ) {
    let k = parameters.count / (d + 1)
    for row in 0..<count { for c in 0..<k { logits[row * k + c] = parameters[k * d + c] } }
    guard let rows, d > 0 else { return }
    parameters.withUnsafeBufferPointer { weights in
      logits.withUnsafeMutableBufferPointer { logits in
        guard let weights = weights.baseAddress, let logits = logits.baseAddress else { return }
        OpenBLAS.product(
          Block(rows, leading: d), Block(weights, leading: d, transposed: true), into: logits,
          leading: k, rows: count, inner: d, columns: k, adding: true)
      }
    }
  }
}
