import LinearAlgebra
import Networks
import Testing

@Suite struct `An ensemble of heads` {
  /// Heads on the same batches are heads of their own: the same as one after the other.
  @Test func `trains each head as if it were alone`() throws {
    let (features, labels) = samples(150, classes: 4, dimensions: 6)
    let settings = SGDSettings(epochs: 5, batch: 32, learningRate: 0.05)
    var random = RandomSource(RandomKey(seed: 1, role: .batches))
    let order = (0..<5).map { _ in random.shuffled(Array(0..<150)) }
    var heads = (0..<3).map { head($0, classes: 4, dimensions: 6) }
    let initial = heads
    var votes: [[[Int]]] = []
    let epochs = try HeadEnsemble(settings).run(
      &heads, on: features, labels: labels, order: { order[$0] },
      until: {
        votes.append($0)
        return false
      })
    #expect(epochs == 5)
    for (index, start) in initial.enumerated() {
      var alone = start
      _ = try LinearTraining(settings).run(&alone, on: features, labels: labels, order: order)
      let pairs = zip(
        heads[index].weights.elements + heads[index].biases, alone.weights.elements + alone.biases)
      #expect(pairs.allSatisfy { abs($0 - $1) <= 1e-5 * (1 + abs($1)) })
      #expect(try votes[4][index] == LinearProbe(heads[index]).predictions(for: features))
    }
  }

  @Test func `ends when it is told to`() throws {
    let (features, labels) = samples(40, classes: 3, dimensions: 5)
    var heads = [head(0, classes: 3, dimensions: 5)]
    var seen = 0
    let epochs = try HeadEnsemble(SGDSettings(epochs: 9, batch: 8)).run(
      &heads, on: features, labels: labels, order: { _ in Array(0..<40) },
      until: { _ in
        seen += 1
        return seen == 3
      })
    #expect(epochs == 3)
  }

  @Test func `gives the same on one thread and on more`() throws {
    let (features, labels) = samples(600, classes: 5, dimensions: 33)
    func trained() throws -> [LinearHead] {
      var heads = (0..<4).map { head($0, classes: 5, dimensions: 33) }
      _ = try HeadEnsemble(SGDSettings(epochs: 3)).run(
        &heads, on: features, labels: labels, order: { _ in Array(0..<600) }, until: { _ in false })
      return heads
    }
    let several = try trained()
    let before = Parallel.threads
    defer { Parallel.threads = before }
    Parallel.threads = 1
    #expect(try trained() == several)
  }

  @Test func `refuses what does not fit, and says when training runs away`() throws {
    let (features, labels) = samples(40, classes: 3, dimensions: 5)
    func run(_ settings: SGDSettings, _ labels: [Int], _ dimensions: Int) throws {
      var heads = [head(0, classes: 3, dimensions: dimensions)]
      _ = try HeadEnsemble(settings).run(
        &heads, on: features, labels: labels, order: { _ in Array(0..<40) }, until: { _ in false })
    }
    let few = SGDSettings(epochs: 3, batch: 8)
    #expect(throws: NetworkError.columns(found: 5, expected: 4)) { try run(few, labels, 4) }
    #expect(throws: NetworkError.counts(rows: 40, labels: 1)) { try run(few, [0], 5) }
    #expect(throws: NetworkError.diverged(learningRate: 1e30)) {
      try run(SGDSettings(epochs: 3, batch: 8, learningRate: 1e30), labels, 5)
    }
  }

  private func head(_ index: Int, classes: Int, dimensions: Int) -> LinearHead {
    var random = RandomSource(
      RandomKey(seed: 3, role: .initialWeights, method: "head \(index)"))
    return LinearHead(classes: classes, dimensions: dimensions, using: &random)
  }

  private func samples(
    _ count: Int, classes: Int, dimensions: Int
  ) -> (features: Matrix, labels: [Int]) {
    var random = RandomSource(RandomKey(seed: 2, role: .data))
    let labels = (0..<count).map { _ in random.integer(below: classes) }
    let elements = labels.flatMap { label in
      (0..<dimensions).map { Float(($0 % classes == label ? 2 : 0) + random.normal()) }
    }
    return (Matrix(rows: count, columns: dimensions, elements: elements), labels)
  }
}
