import ActiveLearning
import LinearAlgebra
import Testing

/// Annotators as one meets them: biased, expert, tired, several of them.
@Suite struct MetAnnotatorTests {
  private let truth = (0..<400).map { $0 % 4 }

  private func answers(_ model: some NoiseModel, seed: Int = 3, annotator: Int = 0) throws
    -> Answers
  {
    var random = model.stream(seed: seed, annotator: annotator)
    return try model.answers(NoiseTask(labels: truth, classes: 4), using: &random)
  }

  @Test func `a biased annotator hits the rate of each class exactly, never with the own label`()
    throws
  {
    let rates = [0, 0.29, 1, 0.5]
    let labels = try answers(BiasedNoise(rates: rates)).labels
    for (c, rate) in rates.enumerated() {
      let wrong = truth.indices.count { truth[$0] == c && labels[$0] != c }
      #expect(wrong == Int((rate * 100).rounded()))
    }
    // Each of the three others is given.
    #expect(Set(truth.indices.filter { truth[$0] == 2 }.map { labels[$0] }) == [0, 1, 3])
  }

  @Test func `a biased annotator needs a rate for each class, from 0 to 1`() {
    #expect(throws: MethodError.self) { try answers(BiasedNoise(rates: [0.1, 0.2])) }
    #expect(throws: MethodError.range(name: "rate", value: 1.5, allowed: "0 to 1")) {
      try answers(BiasedNoise(rates: [0, 0, 1.5, 0]))
    }
  }

  @Test func `an expert is right on the known classes and guesses evenly about the others`() throws
  {
    let labels = try answers(ExpertNoise(known: [1, 3], classes: 4)).labels
    for c in [1, 3] {
      #expect(truth.indices.allSatisfy { truth[$0] != c || labels[$0] == c })
    }
    let guesses = truth.indices.filter { truth[$0] % 2 == 0 }.map { labels[$0] }
    for label in 0..<4 {
      // 200 fair draws of four: 50 give or take five standard deviations.
      #expect((20...80).contains(guesses.count { $0 == label }))
    }
    #expect(ExpertNoise(known: [1, 3, 1], classes: 4).requestedRate == 0.375)
    #expect(throws: MethodError.label(row: 0, value: 4, classes: 4)) {
      try answers(ExpertNoise(known: [4], classes: 4))
    }
  }

  @Test func `a tired annotator's rate grows as its frozen numbers say`() throws {
    let model = FatiguedNoise(start: 0.2, end: 0.6, purchases: 50)
    let answers = try answers(model)
    for position in [0, 1, 7, 25, 49, 50, 51, 1000] {
      let wrong = truth.indices.count { answers.label(of: $0, at: position) != truth[$0] }
      // 400 samples: five standard deviations are 0.125.
      #expect(abs(Double(wrong) / 400 - model.rate(at: position)) < 0.125)
    }
    for sample in truth.indices {
      let said = (0..<60).map { answers.label(of: sample, at: $0) }
      let turn = said.firstIndex { $0 != truth[sample] } ?? 60
      #expect(said[..<turn].allSatisfy { $0 == truth[sample] })
      #expect(Set(said[turn...]).count <= 1)
    }
  }

  @Test func `a sample is answered wrongly exactly if its number lies below the rate`() throws {
    let model = FatiguedNoise(start: 0.1, end: 0.9, purchases: 13)
    let answers = try answers(model)
    var random = model.stream(seed: 3)
    for sample in truth.indices {
      let number = random.uniform()
      _ = random.integer(below: 3)
      for position in 0..<20 {
        let isWrong = answers.label(of: sample, at: position) != truth[sample]
        #expect(isWrong == (number < model.rate(at: position)))
      }
    }
  }

  @Test func `rates that fall, leave 0 to 1, or grow over no purchase are refused`() {
    for model in [
      FatiguedNoise(start: 0.5, end: 0.4, purchases: 9),
      FatiguedNoise(start: -0.1, end: 0.4, purchases: 9),
      FatiguedNoise(start: 0, end: 1.1, purchases: 9),
      FatiguedNoise(start: 0, end: 1, purchases: 0),
    ] { #expect(throws: MethodError.self) { try answers(model) } }
  }

  @Test(arguments: [
    ([3], 3), ([1, 2], 1), ([2, 1], 2), ([1, 2, 2], 2), ([1, 2, 2, 3, 3], 2), ([0, 1, 1, 0], 0),
  ])
  func `the majority decides, and the first vote among equals`(_ votes: [Int], _ label: Int) {
    #expect(Answers.majority(of: votes) == label)
  }

  @Test func `several annotators are asked about each sample, at its place in the order`() throws {
    let tired = Answers(
      [0, 0, 0], tired: .init(labels: [1, 1, 1], turns: [0, 1, .max]))
    let oracle = Oracle([tired, Answers([2, 2, 2]), tired])
    #expect(oracle.votes == 3)
    var purchases = Purchases(oracle: oracle, alreadyLabeled: [], limit: 3)
    #expect(try purchases.buy([1, 0, 2], share: 0) == [0, 1, 0])
    #expect(purchases.ledger.map(\.votes) == [[0, 2, 0], [1, 2, 1], [0, 2, 0]])
    var later = Purchases(oracle: oracle, alreadyLabeled: [0], limit: 1)
    #expect(try later.buy([1], share: 0) == [1])
  }

  @Test func `annotators of one kind have answers of their own`() throws {
    let model = SymmetricNoise(rate: 0.5)
    let first = try answers(model).labels
    let second = try answers(model, annotator: 1).labels
    #expect(first != second)
    #expect(try answers(model, annotator: 1).labels == second)
    // Three who are wrong half of the time are wrong together less often.
    let third = try answers(model, annotator: 2).labels
    let together = truth.indices.count {
      Answers.majority(of: [first[$0], second[$0], third[$0]]) != truth[$0]
    }
    #expect(together < 190)
  }
}
