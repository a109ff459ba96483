import ActiveLearning
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `Weighted NPC` {
  @Test(arguments: [("weighted_degrees", false), ("factor_degrees", true)])
  func `meets the reference's scores after thirteen labels`(key: String, factor: Bool) throws {
    let reference = try Reference("noise_aware_cover")
    let clean = try reference.ints("labeled_clean")
    let suspected = try reference.ints("labeled_noisy")
    let graph = try Embedding(reference.matrix("features"))
      .coverageGraph(radius: reference.scalar("delta"), memory: 1 << 20)
    var cover = GreedyCover(graph, discount: factor ? .each : .once)
    try cover.cover(exactlyBy: clean, suspects: suspected)
    let chance = Double(clean.count) / Double(clean.count + suspected.count)
    var scores = cover.gains { pow(chance, factor ? Double($0) : 1) }
    for sample in clean + suspected { scores[sample] = -1 }
    #expect(try isClose(scores, reference.doubles(key), within: 1e-12))
  }

  @Test(arguments: [("weighted10", false), ("factor10", true)], [1 << 30, 0])
  func `meets the reference's runs`(run: (key: String, factor: Bool), memory: Int) throws {
    let reference = try Reference("noise_aware_cover")
    let delta = try reference.scalar("delta")
    let experiment = try Experiment(
      reference.matrix("features"), truth: reference.ints("true_labels"),
      observed: reference.ints("observed_labels"), classes: 10)
    let strategy = NoiseAwareSampling(
      WeightedProbCover(delta: delta, factor: run.factor, ties: .lowest, memory: memory),
      filter: experiment.ideal, share: 10)
    let selection = try experiment.select(strategy, 60)
    #expect(try selection.samples == reference.ints("\(run.key)_picks"))
    let scores = selection.scores.map { $0 ?? .nan }
    #expect(try isClose(scores, reference.doubles("\(run.key)_degrees"), within: 1e-9))
    let coverage = try (1...6).map {
      try experiment.cleanCoverage(selection.samples.prefix(10 * $0), radius: delta)
    }
    #expect(
      try isClose(coverage, reference.doubles("\(run.key)_clean_coverage"), within: 1e-12))
    // What the next best candidate scored is as far behind as the reference says.
    let gaps = zip(selection.picks, try reference.doubles("\(run.key)_gap"))
    for (pick, gap) in gaps where pick.reason?.tied == 1 {
      let next = pick.reason?.runnerUp?.score ?? .nan
      #expect(abs((pick.score ?? .nan) - next - gap) < 1e-9)
    }
  }

  @Test func `scores ten points on a line as one does by hand`() throws {
    let experiment = try line(wrong: [1, 5])
    let selection = try experiment.select(
      NoiseAwareSampling(
        WeightedProbCover(delta: 0.15, ties: .lowest), filter: experiment.ideal, share: 1), 8)
    #expect(selection.samples == [1, 5, 7, 2, 4, 9, 0, 6])
    let scores = selection.scores.map { $0 ?? .nan }
    #expect(isClose(scores, [3, 3, 2, 5.0 / 3, 1, 1, 2.0 / 3, 5.0 / 7], within: 1e-12))
    // After 1, 5 and 7 a third is clean; the ball of 2 holds 1 and 2 of a suspected ball, and 3.
    let terms = selection.picks[3].reason?.terms.map { "\($0.name)=\($0.value)" }
    #expect(terms == ["c=\(1.0 / 3)", "n0=1.0", "n1=2.0"])
    #expect(selection.picks[3].reason?.covered == [1, 2, 3])
  }

  @Test(arguments: [(false, [1, 1, 0.5]), (true, [0.75, 0.75, 0.5])])
  func `scores them by hand when three are wrong`(factor: Bool, last: [Double]) throws {
    let experiment = try line(wrong: [1, 2, 5])
    let selection = try experiment.select(
      NoiseAwareSampling(
        WeightedProbCover(delta: 0.15, factor: factor, ties: .lowest),
        filter: experiment.ideal, share: 3), 9)
    #expect(selection.samples == [1, 5, 7, 2, 9, 4, 0, 3, 6])
    #expect(isClose(selection.scores.suffix(3).map { $0 ?? .nan }, last, within: 1e-12))
  }

  private func line(wrong: [Int]) throws -> Experiment {
    let line: [Float] = [0, 0.1, 0.2, 0.3, 1.0, 1.1, 1.2, 2.0, 2.1, 3.0]
    return try Experiment(
      Matrix(rows: 10, columns: 1, elements: line), normalization: .none,
      truth: [Int](repeating: 0, count: 10), observed: (0..<10).map { wrong.contains($0) ? 1 : 0 },
      classes: 2)
  }

  /// Every pool of four points on 0, 1, 2, 3, every way to label some of them clean or suspected.
  @Test(arguments: [false, true])
  func `agrees with the naive one on all small pools`(factor: Bool) throws {
    for positions in allWords(length: 4, letters: 4) {
      let features = Matrix(rows: 4, columns: 1, elements: positions.map { Float($0) })
      let embedding = Embedding(features, normalization: .none)
      let naive = NaiveWeightedCover(
        cover: NaiveCover(embedding.points, radius: 1.5), factor: factor)
      for states in allWords(length: 4, letters: 3) {
        let clean = states.indices.filter { states[$0] == 1 }
        let suspected = states.indices.filter { states[$0] == 2 }
        var strategy = WeightedProbCover(delta: 1.5, factor: factor, ties: .lowest)
        let count = 4 - clean.count - suspected.count
        let picks = try strategy.share(count, of: embedding, clean: clean, suspected: suspected)
        #expect(naive.agrees(with: picks, clean: clean, suspected: suspected))
        var random = RandomSource(RandomKey(seed: 0, role: .query))
        #expect(throws: MethodError.budget(requested: 1, available: 0)) {
          try strategy.next(using: &random)
        }
      }
    }
  }

  @Test(arguments: [false, true], [1 << 30, 0])
  func `pays for changed verdicts without losing count`(factor: Bool, memory: Int) throws {
    let (features, _) = clusters(130, classes: 4, dimensions: 3)
    let embedding = Embedding(features)
    let naive = NaiveWeightedCover(
      cover: NaiveCover(embedding.points, radius: 0.4), factor: factor)
    var random = RandomSource(RandomKey(seed: 3, role: .evaluation))
    var strategy = WeightedProbCover(delta: 0.4, factor: factor, ties: .lowest, memory: memory)
    for _ in 0..<25 {
      let labeled = random.sample(random.integer(below: 40), of: Array(0..<130))
      let split = random.integer(below: labeled.count + 1)
      let (clean, suspected) = (Array(labeled[..<split]), Array(labeled[split...]))
      let picks = try strategy.share(5, of: embedding, clean: clean, suspected: suspected)
      #expect(naive.agrees(with: picks, clean: clean, suspected: suspected))
    }
  }

  @Test(arguments: [1, 3, 10], TieRule.allCases)
  func `is NPC where nothing is suspected`(share: Int, ties: TieRule) throws {
    let (features, truth) = clusters(211, classes: 5, dimensions: 4)
    let experiment = try Experiment(features, truth: truth, classes: 5)
    let plain = try experiment.select(
      NoiseAwareSampling(
        ProbCover(delta: 0.3, ties: ties), filter: experiment.ideal, share: share), 60)
    for factor in [false, true] {
      let weighted = try experiment.select(
        NoiseAwareSampling(
          WeightedProbCover(delta: 0.3, factor: factor, ties: ties), filter: experiment.ideal,
          share: share), 60)
      #expect(weighted.samples == plain.samples)
      #expect(weighted.scores == plain.scores)
      #expect(weighted.picks.map(\.reason?.covered) == plain.picks.map(\.reason?.covered))
      #expect(weighted.exhausted == plain.exhausted)
    }
    #expect(plain.exhausted > 0)
  }

  @Test func `is the same with its factor while no target has two suspected coverers`() throws {
    let (features, truth) = clusters(120, classes: 5, dimensions: 4)
    let experiment = try Experiment(features, truth: truth, classes: 5)
    let embedding = try experiment.pool.embedding
    func picks(factor: Bool, suspected: [Int]) throws -> [Pick] {
      var strategy = WeightedProbCover(delta: 0.4, factor: factor, ties: .lowest)
      return try strategy.share(20, of: embedding, clean: [3, 4, 5], suspected: suspected)
    }
    #expect(
      try picks(factor: false, suspected: [7]) == picks(factor: true, suspected: [7]))
    let many = Array(30..<50)
    #expect(try picks(factor: false, suspected: many) != picks(factor: true, suspected: many))
  }

  @Test func `counts nothing near suspected labels if none is clean`() throws {
    let line = Matrix(rows: 6, columns: 1, elements: [0, 0.1, 0.2, 0.3, 5, 9])
    let embedding = Embedding(line, normalization: .none)
    var strategy = WeightedProbCover(delta: 0.15, ties: .lowest)
    let picks = try strategy.share(5, of: embedding, clean: [], suspected: [1])
    #expect(picks.map(\.sample) == [2, 4, 5, 0, 3])
    #expect(picks.map(\.score) == [1, 1, 1, 0, 0])
  }

  @Test func `ties scores that are made of other counts but are equal`() throws {
    // Half is clean: three samples by themselves count as much as six in a suspected ball.
    let line: [Float] = [0, 0.1, 0.11, 0.12, 0.13, 0.14, 5, 5.01, 5.02, 20]
    let embedding = Embedding(
      Matrix(rows: line.count, columns: 1, elements: line), normalization: .none)
    var strategy = WeightedProbCover(delta: 1, ties: .lowest)
    let pick = try strategy.share(1, of: embedding, clean: [9], suspected: [5])[0]
    #expect(pick.sample == 0)
    #expect(pick.score == 3)
    #expect(pick.reason?.tied == 8)
  }

  @Test func `agrees on one thread and on two, with lists kept and not`() throws {
    let runs = try Experiment.runs(of: 60) { memory, filter in
      NoiseAwareSampling(
        WeightedProbCover(delta: 0.4, factor: true, memory: memory), filter: filter, share: 6)
    }
    #expect(runs.allSatisfy { $0 == runs[0] })
  }
}

@Suite struct `Reasons of ProbCover` {
  @Test func `name the tied, the runner-up and what was newly covered`() throws {
    let line = Matrix(rows: 6, columns: 1, elements: [0, 0.1, 0.2, 5, 5.1, 9])
    let embedding = Embedding(line, normalization: .none)
    var strategy = ProbCover(delta: 0.15, ties: .lowest)
    let picks = try strategy.share(6, of: embedding, clean: [], suspected: [])
    #expect(picks.map(\.sample) == [1, 3, 5, 0, 2, 4])
    #expect(picks.map(\.reason?.tied) == [1, 2, 1, 3, 2, 1])
    #expect(picks.map(\.reason?.runnerUp?.sample) == [0, 4, 0, 2, 4, nil])
    #expect(picks.map(\.reason?.runnerUp?.score) == [2, 2, 0, 0, 0, nil])
    #expect(picks.map(\.reason?.covered) == [[0, 1, 2], [3, 4], [5], [], [], []])
    #expect(picks.allSatisfy { $0.reason?.terms.isEmpty ?? false })
  }

  @Test func `name another of the tied when chance decides`() throws {
    let line = Matrix(rows: 3, columns: 1, elements: [0, 5, 9])
    var experiment = try Experiment(line, normalization: .none, truth: [0, 0, 0], classes: 1)
    var seen: Set<[Int]> = []
    for seed in 0..<40 {
      experiment.seed = seed
      let pick = try experiment.select(ProbCover(delta: 1), 1).picks[0]
      #expect(pick.reason?.tied == 3)
      #expect(pick.reason?.covered == [pick.sample])
      seen.insert([pick.sample, pick.reason?.runnerUp?.sample ?? -1])
    }
    #expect(seen == [[0, 1], [1, 0], [2, 0]])
  }
}

/// Weighted NPC word for word: the judge of the one that counts.
struct NaiveWeightedCover {
  let cover: NaiveCover
  let factor: Bool

  func scores(clean: [Int], suspected: [Int], picked: [Int]) -> [Double] {
    let covered = cover.isCovered(by: clean + picked)
    let chance = Double(clean.count) / Double(max(1, clean.count + suspected.count))
    let weights = (0..<cover.count).map { y in
      let suspects = suspected.count { cover.inBall[$0][y] }
      if covered[y] { return 0.0 }
      return suspects == 0 ? 1 : pow(chance, factor ? Double(suspects) : 1)
    }
    return cover.inBall.map { ball in
      zip(ball, weights).reduce(0) { $0 + ($1.0 ? $1.1 : 0) }
    }
  }

  /// Whether the lowest of the best candidates was picked each time, for the same reason but for
  /// roundings.
  func agrees(with picks: [Pick], clean: [Int], suspected: [Int]) -> Bool {
    var picked: [Int] = []
    for pick in picks {
      let scores = scores(clean: clean, suspected: suspected, picked: picked)
      let taken = Set(clean + suspected + picked)
      let candidates = (0..<cover.count).filter { !taken.contains($0) }
      let most = candidates.map { scores[$0] }.max() ?? 0
      let leaders = candidates.filter { scores[$0] >= most - 1e-9 * most }
      let rest = candidates.filter { $0 != leaders[0] }
      let second = rest.map { scores[$0] }.max()
      let isCovered = cover.isCovered(by: clean + picked)
      guard pick.sample == leaders[0], isNear(pick.score, most),
        pick.reason?.tied == leaders.count,
        pick.reason?.covered
          == (0..<cover.count).filter({ cover.inBall[pick.sample][$0] && !isCovered[$0] }),
        isNear(pick.reason?.runnerUp?.score, second)
      else { return false }
      picked.append(pick.sample)
    }
    return true
  }

  private func isNear(_ one: Double?, _ other: Double?) -> Bool {
    guard let one, let other else { return one == nil && other == nil }
    return abs(one - other) <= 1e-9
  }
}
