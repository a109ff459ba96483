import ActiveLearning
import LinearAlgebra
import Networks
import TestSupport
import Testing

@Suite struct `An ensemble's votes` {
  @Test func `and both judgements of them are those of the reference`() throws {
    let oracle = try Reference("disagreenet")
    let features = try oracle.matrix("features")
    let observed = try oracle.ints("observed_labels")
    let weights = try oracle.floats("initial_weights")
    let biases = try oracle.floats("initial_biases")
    let heads = (0..<10).map { index in
      LinearHead(
        weights: Matrix(
          rows: 10, columns: 20, elements: Array(weights[index * 200..<(index + 1) * 200])),
        biases: Array(biases[index * 10..<(index + 1) * 10]))
    }
    let order = try oracle.ints("order")
    let votes = try VotingHeads().votes(of: heads, on: features, labels: observed) { epoch in
      Array(order[epoch * 200..<(epoch + 1) * 200])
    }
    #expect(try votes.total == 10 * oracle.ints("epochs")[0])
    #expect(try votes.counts == oracle.ints("votes"))
    #expect(try abs(votes.agreement - oracle.scalar("agreement")) < 1e-12)

    let shares = observed.enumerated().map { votes.share(of: $1, sample: $0) }
    #expect(try isClose(shares, oracle.doubles("agreeing"), within: 1e-12))
    let mixture = try #require(BetaMixture(of: shares))
    let parameters = mixture.alphas + mixture.betas + mixture.weights
    let expected = try oracle.doubles("mixture")
    #expect(zip(parameters, expected).allSatisfy { abs($0 - $1) <= 1e-3 + 1e-2 * abs($1) })
    let posteriors = shares.map(mixture.posteriorOfHigher)
    #expect(try isClose(posteriors, oracle.doubles("posterior"), within: 5e-3))
    #expect(try posteriors.map { $0 > 0.5 } == oracle.bools("disagreenet_clean"))
    let clean = observed.enumerated().map { votes.mostVoted(sample: $0) == $1 }
    #expect(try clean == oracle.bools("map_clean"))
  }

  @Test func `are counted, the lowest class first`() {
    var votes = EpochVotes(samples: 2, classes: 3)
    #expect(votes.share(of: 1, sample: 0) == 0.5)
    votes.add([[2, 1], [1, 1]])
    #expect(votes.agreement == 0.5)
    votes.add([[2, 0], [1, 0]])
    #expect(votes.agreement == 0.5)
    #expect(votes.counts == [0, 2, 2, 2, 2, 0])
    #expect(votes.mostVoted(sample: 0) == 1)
    #expect(votes.mostVoted(sample: 1) == 0)
    #expect(votes.share(of: 2, sample: 0) == 0.5)
  }

  /// Nine of ten samples are not more than 90 %: all epochs are run.
  @Test func `go on until more than the share agree`() throws {
    let features = Matrix(rows: 10, columns: 1, elements: (0..<10).map { $0 == 9 ? 0 : 5 })
    // The heads differ in their biases alone, and with a rate near 0 stay as they are.
    let heads = [Float(1), -1].map { bias in
      LinearHead(
        weights: Matrix(rows: 2, columns: 1, elements: [9, -9]), biases: [bias, -bias])
    }
    func epochs(agreement: Double) throws -> Int {
      let ensemble = VotingHeads(
        heads: 2, epochs: 4, learningRate: 1e-9, batch: 10, agreement: agreement)
      let votes = try ensemble.votes(
        of: heads, on: features, labels: [Int](repeating: 0, count: 10)
      ) { _ in Array(0..<10) }
      #expect(votes.agreement == 0.9)
      return votes.total / 2
    }
    #expect(try epochs(agreement: 0.9) == 4)
    #expect(try epochs(agreement: 0.89) == 1)
  }

  @Test func `of other filters come from other draws`() throws {
    let (experiment, _) = try `A filter`.labeled(60, rate: 0.4)
    let shares = try judge(experiment.pool, by: DisagreeNet()).scores
    #expect(try judge(experiment.pool, by: MaxAgreementPrediction()).scores != shares)
    #expect(try judge(experiment.pool, by: DisagreeNet(), seed: 8).scores != shares)
  }

  @Test(arguments: [
    VotingHeads(heads: 1), VotingHeads(heads: 1 << 40), VotingHeads(epochs: 0),
    VotingHeads(learningRate: 0), VotingHeads(learningRate: .infinity), VotingHeads(batch: 0),
    VotingHeads(batch: 1 << 40), VotingHeads(agreement: 1.1), VotingHeads(agreement: .nan),
  ])
  func `refuse options beyond their range`(ensemble: VotingHeads) throws {
    let (experiment, _) = try `A filter`.labeled(20, rate: 0.3)
    let error = #expect(throws: MethodError.self) {
      try judge(experiment.pool, by: DisagreeNet(ensemble))
    }
    guard case .range = error else {
      Issue.record("not a range error: \(String(describing: error))")
      return
    }
  }

  @Test func `say so when training runs away`() throws {
    let (experiment, _) = try `A filter`.labeled(60, rate: 0.3)
    #expect(throws: MethodError.diverged(method: "map", learningRate: 1e30)) {
      try judge(
        experiment.pool, by: MaxAgreementPrediction(VotingHeads(epochs: 5, learningRate: 1e30)))
    }
  }
}
