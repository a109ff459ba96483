import ActiveLearning
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `The filter by directions` {
  @Test(arguments: [FeatureScale.raw, .auto, .meanNorm(7)])
  func `judges as the reference does, at any factor`(scale: FeatureScale) throws {
    let oracle = try Reference("fine")
    let pool = try Pool(
      embedding: Embedding(oracle.matrix("pool_features")), classes: 10,
      labeled: oracle.ints("labeled"), observed: oracle.ints("observed_labels"))
    let verdict = try judge(pool, by: Fine(scale: scale))
    let scores = verdict.scores.map { $0 ?? .nan }
    let expected = try oracle.doubles("scores")
    #expect(zip(scores, expected).allSatisfy { abs($0 - $1) <= 2e-3 + 2e-3 * $1 })
    #expect(try isClose(verdict.quality, oracle.doubles("posterior"), within: 5e-3))
    #expect(try verdict.clean == oracle.bools("clean"))
    let mixtures = try oracle.doubles("mixtures")
    for name in 0..<9 where name != 7 {
      let own = pool.observed.indices.filter { pool.observed[$0] == name }.map { scores[$0] }
      let mixture = try #require(GaussianMixture(of: own))
      let found = mixture.weights + mixture.means + mixture.variances
      let wanted = mixtures[name * 6..<name * 6 + 6]
      #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 5e-3 + 1e-2 * abs($1) })
    }
  }

  @Test func `calls a class of equal scores clean`() throws {
    #expect(Fine.posteriors(of: [3], mixture: .gaussian) == nil)
    #expect(Fine.posteriors(of: [3, 3.000000000001], mixture: .beta) == nil)
    #expect(Fine.posteriors(of: [0, 0, 0], mixture: .gaussian) == nil)
    let elements: [Float] = [1, 2, 1, 2, 1, 2, 4, 1, -3, 0, 5, 5]
    let features = Matrix(rows: 6, columns: 2, elements: elements)
    let verdict = try judge(
      labeledPool(features, observed: [0, 0, 0, 1, 1, 1], classes: 2), by: Fine())
    #expect(verdict.quality.prefix(3) == [1, 1, 1])
    #expect(verdict.notices.isEmpty)
  }

  @Test(arguments: Fine.Mixture.allCases)
  func `suspects the lower of two groups of scores`(mixture: Fine.Mixture) throws {
    let scores = [9, 9.5, 10, 8.8, 0.1, 0.2, 0.15, 9.2]
    let posteriors = try #require(Fine.posteriors(of: scores, mixture: mixture))
    #expect(posteriors.map { $0 > 0.5 } == scores.map { $0 > 5 })
  }

  @Test func `refuses features that are not numbers`() throws {
    var features = clusters(30, classes: 3, dimensions: 4).features
    features[7, 1] = .infinity
    let pool = try labeledPool(features, observed: (0..<30).map { $0 % 3 }, classes: 3)
    #expect(throws: MethodError.refused(reason: "the features are not finite numbers")) {
      try judge(pool, by: Fine())
    }
  }
}
