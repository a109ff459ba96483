import ActiveLearning
import LinearAlgebra
import Testing

@Suite struct `Labels` {
  let oracle = Oracle(observed: [4, 3, 2, 1, 0])

  @Test func `are bought in order and written down`() throws {
    var purchases = Purchases(oracle: oracle, alreadyLabeled: [1, 3], limit: 3)
    #expect(try purchases.buy([4, 0], share: 0) == [0, 4])
    #expect(try purchases.buy([2], share: 1) == [2])
    #expect(purchases.left == 0)
    #expect(
      purchases.ledger == [
        Purchase(sample: 4, label: 0, share: 0, position: 2),
        Purchase(sample: 0, label: 4, share: 0, position: 3),
        Purchase(sample: 2, label: 2, share: 1, position: 4),
      ])
  }

  @Test(arguments: [
    ([0, 5], MethodError.noSuchSample(5, count: 5)),
    ([-1], .noSuchSample(-1, count: 5)),
    ([0, 3], .alreadyLabeled(3)),
    ([2, 2], .alreadyLabeled(2)),
    ([0, 1, 2, 4], .overLimit(requested: 4, left: 3)),
  ])
  func `are not sold when something is wrong, none of them`(samples: [Int], error: MethodError) {
    var purchases = Purchases(oracle: oracle, alreadyLabeled: [3], limit: 3)
    #expect(throws: error) { try purchases.buy(samples, share: 0) }
    #expect(purchases.ledger.isEmpty)
    #expect(purchases.left == 3)
    #expect(throws: Never.self) { try purchases.buy([0, 2], share: 0) }
  }
}

@Suite struct `A pool` {
  let embedding = Embedding(Matrix(zeros: 5, 1))

  @Test func `keeps the order of purchase and lists the candidates ascending`() throws {
    let pool = try Pool(embedding: embedding, classes: 3, labeled: [3], observed: [2])
    let next = try pool.adding([4, 0], labels: [0, 1])
    #expect(next.labeled == [3, 4, 0])
    #expect(next.observed == [2, 0, 1])
    #expect(next.candidates == [1, 2])
    #expect(next.candidateCount == 2)
    #expect(next.isLabeled == [true, false, false, true, true])
    #expect(pool.labeled == [3])
  }

  @Test(arguments: [
    ([5], [0], MethodError.noSuchSample(5, count: 5)),
    ([1, 1], [0, 0], .alreadyLabeled(1)),
    ([1, 2], [0], .labelCount(found: 1, expected: 2)),
    ([1, 2], [0, 3], .label(row: 1, value: 3, classes: 3)),
    ([1], [-1], .label(row: 0, value: -1, classes: 3)),
  ])
  func `refuses labels that do not fit`(samples: [Int], labels: [Int], error: MethodError) {
    #expect(throws: error) {
      try Pool(embedding: embedding, classes: 3, labeled: samples, observed: labels)
    }
  }

  @Test func `takes labels without a verdict for clean`() throws {
    let pool = try Pool(embedding: embedding, classes: 3, labeled: [3, 1], observed: [2, 0])
    #expect(pool.presumed == ([3, 1], []))
    #expect(pool.unjudgedCount == 2)
    let verdict = Verdict(
      filter: "f", options: "o", labeled: [3, 1], clean: [false, true], quality: [0, 1],
      scores: [nil, nil], threshold: 0.5)
    let judged = pool.judged(verdict)
    #expect(judged.presumed == ([1], [3]))
    #expect(judged.unjudgedCount == 0)
    #expect(verdict.isCurrent(for: judged))
    let next = try judged.adding([0], labels: [1])
    #expect(next.presumed == ([1, 0], [3]))
    #expect(next.unjudgedCount == 1)
    #expect(!verdict.isCurrent(for: next))
    #expect(!verdict.isCurrent(for: judged, filter: KeepAll()))
  }
}

@Suite struct `A query` {
  @Test(arguments: [1, 7, 40])
  func `spends exactly the budget`(count: Int) throws {
    let (features, truth) = clusters(40, classes: 3, dimensions: 3)
    let experiment = try Experiment(features, truth: truth, classes: 3)
    for selection in try selections(of: count, in: experiment) {
      #expect(selection.picks.count == count)
      #expect(Set(selection.samples).count == count)
      #expect(selection.shares.reduce(0, +) == count)
      #expect(selection.labels == selection.samples.map { truth[$0] })
    }
  }

  @Test(arguments: [0, -1, 41])
  func `is refused beyond the candidates`(count: Int) throws {
    let (features, truth) = clusters(40, classes: 3, dimensions: 3)
    let experiment = try Experiment(features, truth: truth, classes: 3)
    #expect(throws: MethodError.budget(requested: count, available: 40)) {
      try experiment.select(RandomSampling(), count)
    }
    #expect(throws: MethodError.budget(requested: count, available: 40)) {
      try experiment.select(ProbCover(delta: 0.3), count)
    }
    #expect(throws: MethodError.budget(requested: count, available: 40)) {
      try experiment.select(NoiseAwareSampling(ProbCover(delta: 0.3), filter: KeepAll()), count)
    }
  }

  @Test func `is bought in one share where the share is larger`() throws {
    let (features, truth) = clusters(40, classes: 3, dimensions: 3)
    let experiment = try Experiment(features, truth: truth, classes: 3)
    let probCover = ProbCover(delta: 0.3)
    let selection = try experiment.select(
      NoiseAwareSampling(probCover, filter: KeepAll(), share: 6), 5)
    #expect(selection.shares == [5])
    #expect(throws: MethodError.range(name: "share", value: 0, allowed: "at least 1")) {
      try experiment.select(NoiseAwareSampling(probCover, filter: KeepAll(), share: 0), 5)
    }
  }

  @Test func `says the same again under the same seed and another thing under another`() throws {
    let (features, truth) = clusters(300, classes: 3, dimensions: 3)
    var experiment = try Experiment(features, truth: truth, classes: 3)
    let first = try selections(of: 30, in: experiment).map(\.samples)
    #expect(try selections(of: 30, in: experiment).map(\.samples) == first)
    experiment.seed += 1
    let other = try selections(of: 30, in: experiment).map(\.samples)
    #expect(zip(first, other).allSatisfy { $0 != $1 })
  }

  private func selections(of count: Int, in experiment: Experiment) throws -> [Selection] {
    let probCover = ProbCover(delta: 0.1)
    return [
      try experiment.select(RandomSampling(), count),
      try experiment.select(probCover, count),
      try experiment.select(NoiseAwareSampling(probCover, filter: experiment.ideal), count),
      try experiment.select(NoiseAwareSampling(probCover, filter: KeepAll()), count),
    ]
  }
}
