import ActiveLearning
import LinearAlgebra
import Testing

@Suite struct `ProbCover and NPC` {
  /// Every pool of four points on 0, 1, 2, 3, every way to label some of them clean or suspected.
  @Test func `agree with the naive greedy cover on all small pools`() throws {
    try forEachSmallPool(points: 4, memory: 1 << 20)
  }

  @Test func `agree with it when no list is kept`() throws {
    try forEachSmallPool(points: 3, memory: 0)
  }

  private func forEachSmallPool(points: Int, memory: Int) throws {
    for positions in allWords(length: points, letters: points) {
      let features = Matrix(rows: points, columns: 1, elements: positions.map { Float($0) })
      let embedding = Embedding(features, normalization: .none)
      let naive = NaiveCover(embedding.points, radius: 1.5)
      for states in allWords(length: points, letters: 3) {
        let clean = states.indices.filter { states[$0] == 1 }
        let suspected = states.indices.filter { states[$0] == 2 }
        let labeled = clean + suspected
        let pool = try Pool(
          embedding: embedding, classes: 1, labeled: labeled, observed: labeled.map { _ in 0 })
        var strategy = ProbCover(delta: 1.5, ties: .lowest, memory: memory)
        var random = RandomSource(RandomKey(seed: 0, role: .query))
        try strategy.begin(clean: clean, suspected: suspected, in: pool)
        let picks = try (0..<points - labeled.count).map { _ in try strategy.next(using: &random) }
        #expect(picks == naive.picks(picks.count, clean: clean, suspected: suspected))
        #expect(throws: MethodError.budget(requested: 1, available: 0)) {
          try strategy.next(using: &random)
        }
      }
    }
  }

  @Test func `pay for changed verdicts without losing count`() throws {
    let (features, _) = clusters(120, classes: 4, dimensions: 3)
    let embedding = Embedding(features)
    let naive = NaiveCover(embedding.points, radius: 0.4)
    var random = RandomSource(RandomKey(seed: 3, role: .evaluation))
    var stored = ProbCover(delta: 0.4, ties: .lowest)
    var streamed = ProbCover(delta: 0.4, ties: .lowest, memory: 0)
    for _ in 0..<20 {
      let labeled = random.sample(random.integer(below: 30), of: Array(0..<120))
      let split = random.integer(below: labeled.count + 1)
      let (clean, suspected) = (Array(labeled[..<split]), Array(labeled[split...]))
      let pool = try Pool(
        embedding: embedding, classes: 1, labeled: labeled, observed: labeled.map { _ in 0 })
      try stored.begin(clean: clean, suspected: suspected, in: pool)
      try streamed.begin(clean: clean, suspected: suspected, in: pool)
      let expected = naive.picks(5, clean: clean, suspected: suspected)
      #expect(try expected.map { _ in try stored.next(using: &random) } == expected)
      #expect(try expected.map { _ in try streamed.next(using: &random) } == expected)
    }
  }

  @Test(arguments: 1...12)
  func `choose the same without noise under the ideal filter`(share: Int) throws {
    let (features, truth) = clusters(211, classes: 5, dimensions: 4)
    let experiment = try Experiment(features, truth: truth, classes: 5)
    let probCover = ProbCover(delta: 0.3, ties: .lowest)
    let alone = try experiment.select(probCover, 60)
    for remainder in Budget.Remainder.allCases {
      let aware = try experiment.select(
        NoiseAwareSampling(probCover, filter: experiment.ideal, share: share, remainder: remainder),
        60)
      #expect(aware.picks == alone.picks)
      #expect(aware.exhausted == alone.exhausted)
    }
  }

  @Test func `choose the same under any filter that suspects nothing, over several rounds`() throws
  {
    let (features, truth) = clusters(150, classes: 4, dimensions: 4)
    let observed = try noisy(truth, classes: 4, rate: 0.5)
    var alone = try Experiment(features, truth: truth, observed: observed, classes: 4)
    var aware = alone
    let probCover = ProbCover(delta: 0.3, ties: .lowest)
    for count in [3, 10, 1, 17] {
      let expected = try alone.query(probCover, count)
      let found = try aware.query(NoiseAwareSampling(probCover, filter: KeepAll()), count)
      #expect(found.picks == expected.picks)
    }
  }

  @Test func `break ties alike when given the same draws`() throws {
    let (features, truth) = clusters(150, classes: 4, dimensions: 4)
    let experiment = try Experiment(features, truth: truth, classes: 4)
    let probCover = ProbCover(delta: 0.2)
    let alone = try experiment.select(probCover, 40)
    let aware = try experiment.select(
      NoiseAwareSampling(probCover, filter: experiment.ideal, share: 40), 40)
    #expect(aware.picks == alone.picks)
    #expect(alone.picks != (try experiment.select(ProbCover(delta: 0.2, ties: .lowest), 40)).picks)
  }

  @Test func `reach every best candidate when ties are broken by chance`() throws {
    // Three pairs of neighbours far apart: all six points have degree 2.
    let line = Matrix(rows: 6, columns: 1, elements: [0, 0.1, 5, 5.1, 9, 9.1])
    var experiment = try Experiment(
      line, normalization: .none, truth: [0, 0, 0, 0, 0, 0], classes: 1)
    var first: Set<Int> = []
    for seed in 0..<60 {
      experiment.seed = seed
      let samples = try experiment.select(ProbCover(delta: 1), 3).samples
      #expect(Set(samples.map { $0 / 2 }) == [0, 1, 2])
      first.insert(samples[0])
    }
    #expect(first == [0, 1, 2, 3, 4, 5])
  }

  @Test func `never gain more at a later pick of one share`() throws {
    let (features, truth) = clusters(301, classes: 5, dimensions: 4)
    let experiment = try Experiment(features, truth: truth, classes: 5)
    let scores = try experiment.select(ProbCover(delta: 0.4), 301).picks.compactMap(\.score)
    #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(
      try scores[0]
        == Double(NaiveCover(experiment.pool.embedding.points, radius: 0.4).degrees.max()!))
    #expect(scores.reduce(0, +) == 301)
  }

  @Test func `agree on one thread and on two, with lists kept and not`() throws {
    let runs = try Experiment.runs(of: 60) { memory, filter in
      NoiseAwareSampling(ProbCover(delta: 0.4, memory: memory), filter: filter, share: 6)
    }
    #expect(runs.allSatisfy { $0 == runs[0] })
  }

  @Test func `stop at the next pick when interrupted`() async {
    await #expect(processExitsWith: .success) {
      let (features, truth) = clusters(200, classes: 5, dimensions: 4)
      let experiment = try Experiment(features, truth: truth, classes: 5)
      nonisolated(unsafe) var picks = 0
      let meter = ProgressMeter { work, done, _ in
        guard work == "picks" else { return }
        picks = done
        if done == 4 { Interrupt.request() }
      }
      #expect(throws: Interrupted.self) {
        try ProgressMeter.$current.withValue(meter) {
          _ = try experiment.select(ProbCover(delta: 0.3), 50)
        }
      }
      #expect(picks == 4)
    }
  }
}

/// All words of a length over the letters 0 ..< letters.
func allWords(length: Int, letters: Int) -> [[Int]] {
  guard length > 0 else { return [[]] }
  return allWords(length: length - 1, letters: letters).flatMap { word in
    (0..<letters).map { word + [$0] }
  }
}
