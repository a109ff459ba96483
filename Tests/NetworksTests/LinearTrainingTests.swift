import LinearAlgebra
import Networks
import Testing

struct LinearTrainingTests {
  private let features = Matrix(
    rows: 6, columns: 2, elements: [0, 0, 1, 0, 0, 1, 4, 4, 5, 4, 4, 5])
  private let labels = [0, 0, 0, 1, 1, 1]

  private func stream(_ role: RandomRole, _ seed: Int = 1) -> RandomSource {
    RandomSource(RandomKey(seed: seed, role: role))
  }

  @Test func `moves a parameter as Nesterov's rule says`() {
    var optimiser = MomentumSGD(parameters: 1, momentum: 0.9, nesterov: true, weightDecay: 0)
    var parameter: [Float] = [1]
    let trail = (0..<3).map { _ in
      optimiser.step(&parameter, gradients: [0.5], rate: 0.1)
      return parameter[0]
    }
    expectClose(trail, [0.905, 0.7695, 0.59755], relative: 0, absolute: 1e-6)
  }

  @Test func `doubles few samples until they fill a batch`() {
    let order = BatchOrder(count: 10, size: 64)
    #expect(order.positions.count == 80)
    #expect(order.batchesPerEpoch == 1)
    #expect((0..<10).allSatisfy { i in order.positions.filter { $0 == i }.count == 8 })
    #expect(BatchOrder(count: 64, size: 64).positions == Array(0..<64))
    #expect(BatchOrder(count: 130, size: 64).batchesPerEpoch == 2)
    #expect(BatchOrder(count: 1, size: 5).positions == [Int](repeating: 0, count: 8))
  }

  @Test func `shuffles every epoch afresh`() {
    let order = BatchOrder(count: 100, size: 10)
    var random = stream(.batches)
    let first = order.epoch(using: &random)
    let second = order.epoch(using: &random)
    #expect(first != second)
    #expect(first.sorted() == Array(0..<100) && second.sorted() == Array(0..<100))
  }

  @Test func `visits full batches only`() throws {
    var sizes = [Int]()
    var head = LinearHead(weights: Matrix(zeros: 2, 2), biases: [0, 0])
    var random = stream(.batches)
    let losses = try LinearTraining(SGDSettings(epochs: 3, batch: 4)).run(
      &head, on: features, labels: labels, using: &random
    ) { positions, logits in
      sizes.append(positions.count)
      #expect(logits.rows == 4 && logits.columns == 2)
    }
    #expect(sizes == [4, 4, 4])
    #expect(losses.count == 3)
  }

  @Test func `learns what can be learnt, the same for the same streams`() throws {
    let settings = SGDSettings(epochs: 60, batch: 6, learningRate: 0.2)
    func train(_ seed: Int) throws -> (LinearProbe, [Double]) {
      var (weights, batches) = (stream(.initialWeights), stream(.batches, seed))
      return try LinearProbe.fit(
        features, labels: labels, classes: 2, settings: settings, weights: &weights,
        batches: &batches)
    }
    let (probe, losses) = try train(1)
    #expect(try probe.predictions(for: features) == labels)
    #expect(losses[59] < 0.1 && losses[59] < losses[0])
    #expect(try train(1).0.head == probe.head)
    let sums = try #require(try probe.probabilities(of: features))
    for i in 0..<6 { #expect(abs(sums.row(i).reduce(0, +) - 1) < 1e-6) }
  }

  @Test func `drops inputs without changing the order of visits`() throws {
    func visits(_ dropout: Double) throws -> ([[Int]], LinearHead) {
      var seen = [[Int]]()
      var head = LinearHead(weights: Matrix(zeros: 2, 2), biases: [0, 0])
      var random = stream(.batches)
      let settings = SGDSettings(epochs: 5, batch: 2, dropout: dropout)
      _ = try LinearTraining(settings).run(&head, on: features, labels: labels, using: &random) {
        positions, _ in seen.append(Array(positions))
      }
      return (seen, head)
    }
    let (plain, dropped) = (try visits(0), try visits(0.5))
    #expect(plain.0 == dropped.0)
    #expect(plain.1 != dropped.1)
  }

  @Test func `scales what dropout keeps so that the mean stays`() throws {
    var total = 0.0
    var head = LinearHead(weights: Matrix(rows: 1, columns: 1, elements: [1]), biases: [0])
    var random = stream(.batches)
    let settings = SGDSettings(epochs: 40, batch: 500, learningRate: 0, dropout: 0.25)
    let ones = Matrix(rows: 500, columns: 1, elements: [Float](repeating: 1, count: 500))
    _ = try LinearTraining(settings).run(
      &head, on: ones, labels: [Int](repeating: 0, count: 500), using: &random
    ) { _, logits in
      #expect(logits.elements.allSatisfy { $0 == 0 || abs($0 - 4 / 3) < 1e-6 })
      total += logits.elements.reduce(0) { $0 + Double($1) }
    }
    #expect(abs(total / 20_000 - 1) < 0.02)
  }

  @Test func `draws initial weights between the bounds`() {
    var random = stream(.initialWeights)
    let head = LinearHead(classes: 10, dimensions: 400, using: &random)
    let values = head.weights.elements + head.biases
    #expect(values.allSatisfy { abs($0) <= 0.05 })
    #expect(values.contains { $0 > 0.045 } && values.contains { $0 < -0.045 })
    #expect(Set(values).count > 3900)
  }

  @Test func `refuses what it cannot train on`() throws {
    var head = LinearHead(weights: Matrix(zeros: 2, 2), biases: [0, 0])
    func attempt(
      _ rows: Matrix, _ labels: [Int], _ settings: SGDSettings = SGDSettings()
    ) throws {
      var random = stream(.batches)
      _ = try LinearTraining(settings).run(&head, on: rows, labels: labels, using: &random)
    }
    #expect(throws: NetworkError.noSamples) { try attempt(Matrix(zeros: 0, 2), []) }
    #expect(throws: NetworkError.counts(rows: 6, labels: 1)) { try attempt(features, [0]) }
    #expect(throws: NetworkError.label(2, position: 4, classes: 2)) {
      try attempt(features, [0, 0, 0, 1, 2, 1])
    }
    #expect(throws: NetworkError.columns(found: 3, expected: 2)) {
      try attempt(Matrix(zeros: 6, 3), labels)
    }
    let bad: [(SGDSettings, String)] = [
      (SGDSettings(epochs: -1), "epochs"), (SGDSettings(batch: 0), "batch"),
      (SGDSettings(learningRate: .nan), "lr"), (SGDSettings(momentum: 1), "momentum"),
      (SGDSettings(weightDecay: -1), "wd"), (SGDSettings(dropout: 1), "dropout"),
    ]
    for (settings, name) in bad {
      let error = #expect(throws: NetworkError.self) { try attempt(features, labels, settings) }
      guard case .setting(name: name, _, _) = error else {
        Issue.record("expected a complaint about \(name)")
        continue
      }
    }
  }

  @Test func `stays on its feet when the rate makes everything diverge`() throws {
    var head = LinearHead(weights: Matrix(zeros: 2, 2), biases: [0, 0])
    var random = stream(.batches)
    let settings = SGDSettings(epochs: 30, batch: 6, learningRate: 1e30, schedule: .constant)
    let losses = try LinearTraining(settings).run(
      &head, on: features, labels: labels, using: &random)
    #expect(losses.count == 30)
    #expect(try LinearProbe(head).predictions(for: features).count == 6)
    #expect(throws: NetworkError.diverged(learningRate: 1e30)) {
      var weights = stream(.initialWeights)
      return try LinearProbe.fit(
        features, labels: labels, classes: 2, settings: settings, weights: &weights,
        batches: &random)
    }
  }

  @Test func `stops when interrupted, and leaves the head as it was`() async {
    await #expect(processExitsWith: .success) {
      var head = LinearHead(weights: Matrix(zeros: 2, 1), biases: [0, 0])
      var random = RandomSource(RandomKey(seed: 1, role: .batches))
      let rows = Matrix(rows: 2, columns: 1, elements: [0, 1])
      #expect(throws: Interrupted.self) {
        try LinearTraining(SGDSettings(epochs: 1_000_000)).run(
          &head, on: rows, labels: [0, 1], using: &random
        ) { _, _ in Interrupt.request() }
      }
      #expect(head == LinearHead(weights: Matrix(zeros: 2, 1), biases: [0, 0]))
    }
  }
}
