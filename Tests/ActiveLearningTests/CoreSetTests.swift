import ActiveLearning
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `Core-set` {
  @Test func `takes the farthest of ten points on a line`() throws {
    let line: [Float] = [0, 0.1, 0.2, 0.3, 1.0, 1.1, 1.2, 2.0, 2.1, 3.0]
    let embedding = Embedding(Matrix(rows: 10, columns: 1, elements: line))
    for features in [CoreSet.Features.embedding(.raw), .rows(embedding.features)] {
      var strategy = CoreSet(features)
      let picks = try strategy.share(5, of: embedding, clean: [0], suspected: [])
      #expect(picks.map(\.sample) == [9, 6, 8, 3, 4])
      #expect(isClose(picks.map { $0.score ?? .nan }, [3, 1.2, 0.9, 0.3, 0.2], within: 1e-6))
    }
  }

  @Test(arguments: ["", "single_", "noise_aware_"])
  func `meets the reference vectors`(key: String) throws {
    let reference = try Reference("k_center")
    let embedding = Embedding(try reference.matrix("features"))
    let labeled = try reference.ints("labeled")
    let clean =
      switch key {
      case "single_": [labeled[0]]
      case "noise_aware_": try reference.ints("covering")
      default: labeled
      }
    let suspected = key == "noise_aware_" ? labeled.filter { !clean.contains($0) } : []
    let expected = try reference.ints("\(key)picks")
    var strategy = CoreSet(.embedding(.raw))
    let picks = try strategy.share(
      expected.count, of: embedding, clean: clean, suspected: suspected)
    #expect(picks.map(\.sample) == expected)
    let radii = picks.map { $0.score ?? .nan }
    #expect(try isClose(radii, reference.doubles("\(key)radii"), within: 1e-5))
  }

  @Test func `sees the embedding as a linear probe does`() throws {
    let (features, _) = clusters(90, classes: 3, dimensions: 4)
    let embedding = Embedding(features)
    for scale in [FeatureScale.auto, .raw, .unit, .meanNorm(7)] {
      var usual = CoreSet(.embedding(scale))
      var given = CoreSet(.rows(try embedding.scaled(features, scale: scale)))
      #expect(
        try usual.share(20, of: embedding, clean: [8], suspected: [9])
          == given.share(20, of: embedding, clean: [8], suspected: [9]))
    }
    let error = #expect(throws: MethodError.self) {
      var strategy = CoreSet(.embedding(.meanNorm(0)))
      _ = try strategy.share(1, of: embedding, clean: [], suspected: [])
    }
    #expect(error == .range(name: "scale", value: 0, allowed: "above 0"))
  }

  @Test func `works on features of a pool without an embedding`() throws {
    let (features, _) = clusters(50, classes: 3, dimensions: 4)
    let pool = try Pool(
      count: 50, embedding: nil, classes: 3, labeled: [1], observed: [0])
    var random = RandomSource(RandomKey(seed: 0, role: .query))
    var strategy = CoreSet(.rows(features))
    try strategy.begin(clean: [1], suspected: [], in: pool)
    let pick = try strategy.next(using: &random)
    #expect(isSame([pick], naive(features, 1, clean: [1], suspected: [])))
    var usual = CoreSet()
    #expect(throws: MethodError.needsEmbedding) {
      try usual.begin(clean: [1], suspected: [], in: pool)
    }
  }

  @Test func `pays for changed verdicts without losing count`() throws {
    let (features, _) = clusters(300, classes: 4, dimensions: 3)
    let embedding = Embedding(features)
    var random = RandomSource(RandomKey(seed: 3, role: .evaluation))
    var strategy = CoreSet(.embedding(.raw))
    var labeled = [17, 4, 250]
    for _ in 0..<20 {
      let clean = labeled.filter { $0 == labeled[0] || random.uniform() < 0.7 }
      let suspected = labeled.filter { !clean.contains($0) }
      let picks = try strategy.share(4, of: embedding, clean: clean, suspected: suspected)
      #expect(isSame(picks, naive(features, 4, clean: clean, suspected: suspected)))
      labeled += picks.map(\.sample)
    }
  }

  /// Farthest first word for word.
  private func naive(
    _ features: Matrix, _ count: Int, clean: [Int], suspected: [Int]
  ) -> [Pick] {
    let points = PointSet(features)
    var (coverers, taken) = (clean, Set(clean + suspected))
    return (0..<count).map { _ in
      var best = Pick(sample: -1, score: -1)
      for u in 0..<points.count where !taken.contains(u) {
        let nearest = coverers.reduce(.infinity) { min($0, points.distance(u, to: points, $1)) }
        if nearest > (best.score ?? 0) * (1 + 1e-9) { best = Pick(sample: u, score: nearest) }
      }
      coverers.append(best.sample)
      taken.insert(best.sample)
      return best
    }
  }

  @Test func `draws a share at random where nothing is labeled`() throws {
    let embedding = Embedding(clusters(40, classes: 3, dimensions: 3).features)
    var firsts: Set<Int> = []
    for seed in 0..<400 {
      var strategy = CoreSet()
      let picks = try strategy.share(6, of: embedding, clean: [], suspected: [], seed: seed)
      #expect(picks.allSatisfy { $0.score == nil })
      #expect(Set(picks.map(\.sample)).count == 6)
      firsts.insert(picks[0].sample)
    }
    #expect(firsts.count == 40)
  }

  @Test func `starts at random where all labels are suspected, and goes on from there`() throws {
    let (features, _) = clusters(40, classes: 3, dimensions: 3)
    let embedding = Embedding(features)
    var firsts: Set<Int> = []
    for seed in 0..<400 {
      var strategy = CoreSet(.embedding(.raw))
      let picks = try strategy.share(5, of: embedding, clean: [], suspected: [3, 9], seed: seed)
      firsts.insert(picks[0].sample)
      #expect(picks[0].score == nil)
      #expect(
        isSame(
          Array(picks[1...]),
          naive(features, 4, clean: [picks[0].sample], suspected: [3, 9])))
    }
    #expect(firsts == Set(0..<40).subtracting([3, 9]))
  }

  private func other(_ sample: Int) -> PickReason.RunnerUp { .init(sample: sample, score: 1) }

  @Test func `says what came next, and nothing of a blind draw`() throws {
    let line = Matrix(rows: 5, columns: 1, elements: [0, 4, 1, 3, 3])
    let embedding = Embedding(line, normalization: .none)
    var strategy = CoreSet(.embedding(.raw))
    let picks = try strategy.share(4, of: embedding, clean: [0], suspected: [])
    #expect(picks.map(\.sample) == [1, 2, 3, 4])
    #expect(picks.map { $0.reason?.tied } == [1, 3, 2, 1])
    #expect(picks[0].reason?.runnerUp == .init(sample: 3, score: 3))
    #expect(picks[2].reason?.runnerUp == .init(sample: 4, score: 1))
    #expect(picks[3].reason?.runnerUp == nil)
    let blind = try strategy.share(2, of: embedding, clean: [], suspected: [])
    #expect(blind.allSatisfy { $0.reason == nil })
  }

  @Test(arguments: 1...5)
  func `chooses the same without noise under the ideal filter`(share: Int) throws {
    let (features, truth) = clusters(150, classes: 4, dimensions: 4)
    var alone = try Experiment(features, truth: truth, classes: 4)
    _ = try alone.query(RandomSampling(), 3)
    for filter in [alone.ideal, KeepAll()] as [any NoiseFilter] {
      let expected = try alone.select(CoreSet(), 40)
      let found = try alone.select(NoiseAwareSampling(CoreSet(), filter: filter, share: share), 40)
      #expect(found.picks == expected.picks)
    }
  }

  @Test func `buys everything, each sample once, and duplicates last`() throws {
    var (features, truth) = clusters(30, classes: 3, dimensions: 3)
    for k in 0..<3 {
      features[5, k] = 0
      for copy in 20..<26 { features[copy, k] = features[2, k] }
    }
    var experiment = try Experiment(features, truth: truth, classes: 3)
    _ = try experiment.query(CoreSet(), 1)
    let selection = try experiment.query(CoreSet(), 29)
    #expect(Set(experiment.pool.labeled).count == 30)
    #expect(selection.exhausted == 6)
    #expect(selection.scores.suffix(6) == [0, 0, 0, 0, 0, 0])
    let tail = selection.samples.suffix(6)
    #expect(Array(tail) == tail.sorted())
    #expect(throws: MethodError.budget(requested: 1, available: 0)) {
      try experiment.select(CoreSet(), 1)
    }
  }

  @Test func `breaks ties to the lowest index, or by chance if asked to`() throws {
    let line = Matrix(rows: 5, columns: 1, elements: [0, 1, -1, 1, -1])
    let embedding = Embedding(line, normalization: .none)
    var lowest = CoreSet(.embedding(.raw))
    let picks = try lowest.share(2, of: embedding, clean: [0], suspected: [])
    #expect(
      picks == [
        Pick(sample: 1, score: 1, reason: PickReason(tied: 4, runnerUp: other(2))),
        Pick(sample: 2, score: 1, reason: PickReason(tied: 2, runnerUp: other(4))),
      ])
    var firsts: Set<Int> = []
    for seed in 0..<100 {
      var random = CoreSet(.embedding(.raw), ties: .random)
      firsts.insert(
        try random.share(1, of: embedding, clean: [0], suspected: [], seed: seed)[0].sample)
    }
    #expect(firsts == [1, 2, 3, 4])
  }

  @Test func `agrees on one thread and on two`() throws {
    let (features, truth) = clusters(1500, classes: 6, dimensions: 8)
    let observed = try noisy(truth, classes: 6, rate: 0.4)
    let usual = Parallel.threads
    defer { Parallel.threads = usual }
    var runs: [[Pick]] = []
    for threads in [1, 2] {
      Parallel.threads = threads
      let experiment = try Experiment(features, truth: truth, observed: observed, classes: 6)
      let strategy = NoiseAwareSampling(CoreSet(), filter: experiment.ideal, share: 6)
      runs.append(try experiment.select(strategy, 60).picks)
    }
    #expect(runs[0] == runs[1])
  }

  @Test func `stops at the next pick when interrupted`() async {
    await #expect(processExitsWith: .success) {
      let (features, truth) = clusters(200, classes: 5, dimensions: 4)
      let experiment = try Experiment(features, truth: truth, classes: 5)
      nonisolated(unsafe) var picks = 0
      let meter = ProgressMeter { work, done, _ in
        picks = done
        if done == 4 { Interrupt.request() }
      }
      #expect(throws: Interrupted.self) {
        try ProgressMeter.$current.withValue(meter) {
          _ = try experiment.select(CoreSet(), 50)
        }
      }
      #expect(picks == 4)
    }
  }
}
