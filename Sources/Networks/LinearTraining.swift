import LinearAlgebra

/// Trains a linear head by stochastic gradient descent on the mean cross-entropy of each batch.
///
/// Works on one thread; after the set-up it allocates only each epoch's order. O(visits · classes ·
/// dimensions).
package struct LinearTraining {
  /// Sees, before each step, which samples are in the batch (positions in the training set) and
  /// their logits, one row each.
  package typealias Observer = (_ positions: ArraySlice<Int>, _ logits: Matrix) -> Void

  package let settings: SGDSettings

  package init(_ settings: SGDSettings) { self.settings = settings }

  /// Trains `head` on rows with labels; the order of visits, and what dropout drops, comes from
  /// `random`. Dropout has a stream of its own, so that it changes no order.
  /// - Returns: the mean loss of each epoch, over its batches, each before its step.
  /// - Throws: `NetworkError`; `Interrupted`, looked for once per batch.
  package func run(
    _ head: inout LinearHead, on features: Matrix, labels: [Int], using random: inout RandomSource,
    observing observer: Observer? = nil
  ) throws -> [Double] {
    try settings.validate()
    guard features.rows > 0 else { throw NetworkError.noSamples }
    let order = BatchOrder(count: features.rows, size: settings.batch)
    var dropout: RandomSource? = random.derived { $0.method += "/dropout" }
    return try run(
      &head, on: features, labels: labels, dropping: &dropout, observing: observer
    ) { _ in order.epoch(using: &random) }
  }

  /// The same with a given order of visits for each epoch, and without dropout.
  /// - Parameter order: positions in the training set; consecutive runs of `settings.batch` are the
  ///   batches, and what is left after the last full run is not visited.
  package func run(
    _ head: inout LinearHead, on features: Matrix, labels: [Int], order: [[Int]],
    observing observer: Observer? = nil
  ) throws -> [Double] {
    try settings.validate()
    precondition(order.count == settings.epochs, "an order for each epoch")
    precondition(order.joined().allSatisfy { (0..<features.rows).contains($0) }, "rows to visit")
    var unused: RandomSource?
    return try run(
      &head, on: features, labels: labels, dropping: &unused, observing: observer
    ) { order[$0] }
  }

  private func run(
    _ head: inout LinearHead, on features: Matrix, labels: [Int],
    dropping random: inout RandomSource?, observing observer: Observer?, order: (Int) -> [Int]
  ) throws -> [Double] {
    try checkLabels(labels, rows: features.rows, classes: head.classes)
    guard features.columns == head.dimensions else {
      throw NetworkError.columns(found: features.columns, expected: head.dimensions)
    }
    let progress = ProgressMeter.current
    var steps = LinearSteps(head, settings)
    var losses = [Double]()
    for epoch in 0..<settings.epochs {
      let rate = settings.schedule.rate(
        settings.learningRate, epoch: epoch, of: settings.epochs)
      let visits = order(epoch)
      var (sum, batches) = (0.0, 0)
      for first in stride(from: 0, through: visits.count - settings.batch, by: settings.batch) {
        try Interrupt.check()
        let batch = visits[first..<first + settings.batch]
        steps.gather(batch, of: features, dropping: &random)
        sum += steps.forward(labels: labels, of: batch)
        observer?(batch, steps.logits)
        steps.update(rate: rate)
        batches += 1
      }
      losses.append(sum / Double(max(1, batches)))
      progress.report("epochs", epoch + 1, of: settings.epochs)
    }
    head = steps.head
    return losses
  }
}

/// The buffers of a training run, and what happens to them in one step.
private struct LinearSteps {
  private let classes: Int
  private let dimensions: Int
  private let batch: Int
  private let dropout: Double
  /// Weights, row by row, then biases: one vector for the optimiser.
  private var parameters: [Float]
  private var gradients: [Float]
  private var optimiser: MomentumSGD
  /// batch × dimensions, the rows of the samples.
  private var inputs: [Float]
  /// batch × classes.
  private(set) var logits: Matrix
  private var logitGradients: Matrix
  private var batchLabels: [Int]

  init(_ head: LinearHead, _ settings: SGDSettings) {
    classes = head.classes
    dimensions = head.dimensions
    batch = settings.batch
    dropout = settings.dropout
    parameters = head.weights.elements + head.biases
    gradients = [Float](repeating: 0, count: parameters.count)
    optimiser = MomentumSGD(
      parameters: parameters.count, momentum: settings.momentum, nesterov: settings.nesterov,
      weightDecay: settings.weightDecay)
    inputs = [Float](repeating: 0, count: batch * dimensions)
    logits = Matrix(zeros: batch, classes)
    logitGradients = logits
    batchLabels = [Int](repeating: 0, count: batch)
  }

  var head: LinearHead {
    let weightCount = classes * dimensions
    return LinearHead(
      weights: Matrix(
        rows: classes, columns: dimensions, elements: Array(parameters.prefix(weightCount))),
      biases: Array(parameters.suffix(classes)))
  }

  /// Copies the rows of the batch into `inputs`.
  mutating func gather(
    _ positions: ArraySlice<Int>, of features: Matrix, dropping random: inout RandomSource?
  ) {
    let d = dimensions
    features.elements.withUnsafeBufferPointer { source in
      inputs.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        for (row, position) in positions.enumerated() {
          (target + row * d).update(from: source + position * d, count: d)
        }
      }
    }
    guard dropout > 0, random != nil else { return }
    let scale = Float(1 / (1 - dropout))
    for i in inputs.indices {
      inputs[i] = (random?.uniform() ?? 0) < dropout ? 0 : inputs[i] * scale
    }
  }

  /// Computes logits, and the gradients with respect to them.
  /// - Returns: the mean cross-entropy of the batch.
  mutating func forward(labels: [Int], of positions: ArraySlice<Int>) -> Double {
    let (k, d) = (classes, dimensions)
    for row in 0..<batch {
      for c in 0..<k { logits.elements[row * k + c] = parameters[k * d + c] }
    }
    inputs.withUnsafeBufferPointer { inputs in
      parameters.withUnsafeBufferPointer { weights in
        guard d > 0, let inputs = inputs.baseAddress, let weights = weights.baseAddress else {
          return
        }
        OpenBLAS.product(
          Block(inputs, leading: d), Block(weights, leading: d, transposed: true),
          into: &logits.elements, leading: k, rows: batch, inner: d, columns: k, adding: true)
      }
    }
    for (row, position) in positions.enumerated() { batchLabels[row] = labels[position] }
    return logits.softmaxGradient(labels: batchLabels, into: &logitGradients)
  }

  /// Moves the parameters by the gradients of the batch.
  mutating func update(rate: Double) {
    let (k, d) = (classes, dimensions)
    logitGradients.elements.withUnsafeBufferPointer { rows in
      inputs.withUnsafeBufferPointer { inputs in
        gradients.withUnsafeMutableBufferPointer { sums in
          guard let rows = rows.baseAddress, let inputs = inputs.baseAddress,
            let sums = sums.baseAddress
          else { return }
          OpenBLAS.product(
            Block(rows, leading: k, transposed: true), Block(inputs, leading: d), into: sums,
            leading: d, rows: k, inner: batch, columns: d)
          for c in 0..<k { sums[k * d + c] = 0 }
          for row in 0..<batch { for c in 0..<k { sums[k * d + c] += rows[row * k + c] } }
        }
      }
    }
    optimiser.step(&parameters, gradients: gradients, rate: rate)
  }
}
