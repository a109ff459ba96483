import ActiveLearning
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `Greedy kernel coverage` {
  struct Line: Sendable {
    let kernel: Kernel
    let sigma: Double
    let samples: [Int]
    /// Of the first picks.
    let gains: [Double]
  }

  /// Without room for the kernel's values of all pairs, and with it.
  static let memories = [0, 1 << 30]
  static let ways = Kernel.allCases.flatMap { kernel in memories.map { (kernel, $0) } }

  static let lines: [Line] = [
    Line(
      kernel: .rbf, sigma: 1, samples: [4, 1, 8, 9, 2, 5],
      gains: [0.55879, 0.19882, 0.17505, 0.05551, 0.00392, 0.00392]),
    Line(
      kernel: .rbf, sigma: 0.5, samples: [2, 5, 8, 9, 0, 1],
      gains: [0.39085, 0.28443, 0.19425, 0.09608, 0.01479, 0.00392]),
    Line(kernel: .student, sigma: 1, samples: [3, 6, 8, 9, 0, 4], gains: [0.60227]),
    Line(kernel: .laplace, sigma: 1, samples: [5, 1, 8, 9, 2, 0], gains: [0.52903]),
    Line(kernel: .cauchy, sigma: 1, samples: [4, 1, 8, 9, 2, 5], gains: [0.64375]),
    Line(kernel: .rational, sigma: 1, samples: [4, 8, 1, 9, 2, 5], gains: [0.75377]),
    // From a lower bound of -6; with one of -3 the first gain is 2.22, and the others are the same.
    Line(
      kernel: .negnorm, sigma: 1, samples: [4, 8, 1, 9, 2, 5],
      gains: [5.22, 0.31, 0.30, 0.09, 0.02, 0.02]),
  ]

  @Test(arguments: lines)
  func `chooses these of ten points on a line`(line: Line) throws {
    // Ten times the line, so that the positions are exact, and equal gains are.
    let positions: [Float] = [0, 1, 2, 3, 10, 11, 12, 20, 21, 30]
    let embedding = Embedding(
      Matrix(rows: 10, columns: 1, elements: positions), normalization: .none)
    var strategy = MaxHerding(sigma: 10 * line.sigma, kernel: line.kernel)
    let picks = try strategy.share(6, of: embedding, clean: [], suspected: [])
    #expect(picks.map(\.sample) == line.samples)
    let scores = picks.prefix(line.gains.count).map { $0.score ?? .nan }
    #expect(isClose(scores, line.gains, within: 6e-6))
  }

  static let runs: [(kernel: Kernel, sigma: Double)] = [
    (.rbf, 0.3), (.rbf, 0.5), (.rbf, 1), (.rbf, 1.5), (.student, 1), (.laplace, 1), (.cauchy, 1),
    (.rational, 1), (.negnorm, 1), (.tophat, 0.6),
  ]

  @Test(arguments: runs, ["cold", "warm"])
  func `meets the reference vectors`(run: (kernel: Kernel, sigma: Double), start: String) throws {
    let reference = try Reference("max_herding")
    let width = Int((run.sigma * 10).rounded())
    let key = "\(run.kernel)\(width < 10 ? "0" : "")\(width)_\(start)"
    let labeled = start == "warm" ? try reference.ints("labeled") : []
    let embedding = Embedding(try reference.matrix("features"))
    let objective = try reference.doubles("\(key)_objective")
    let rises = zip(objective.dropFirst(), objective).map { $0 - $1 }
    for memory in Self.memories {
      var strategy = MaxHerding(sigma: run.sigma, kernel: run.kernel, memory: memory)
      let picks = try strategy.share(20, of: embedding, clean: labeled, suspected: [])
      #expect(try picks.map(\.sample) == reference.ints("\(key)_picks"))
      let gains = picks.map { $0.score ?? .nan }
      #expect(try isClose(gains, reference.doubles("\(key)_gains"), within: 1e-6))
      #expect(isClose(Array(gains.dropFirst()), rises, within: 1e-6))
    }
  }

  @Test(arguments: [0.5, 1])
  func `meets them with the ideal filter after every ten picks`(sigma: Double) throws {
    let reference = try Reference("max_herding")
    let experiment = try Experiment(
      reference.matrix("features"), truth: reference.ints("true_labels"),
      observed: reference.ints("observed_labels"), classes: 10)
    let strategy = NoiseAwareSampling(
      MaxHerding(sigma: sigma), filter: experiment.ideal, share: 10)
    let key = sigma == 1 ? "noise_aware10_picks" : "noise_aware05_picks"
    #expect(try experiment.select(strategy, 40).samples == reference.ints(key))
  }

  /// Every pool of three points on 0, 1, 2, every way to label some of them clean or suspected.
  @Test(arguments: Kernel.allCases)
  func `agrees with the naive greedy choice on all small pools`(kernel: Kernel) throws {
    for positions in allWords(length: 3, letters: 3) {
      let features = Matrix(rows: 3, columns: 1, elements: positions.map { Float($0) })
      let embedding = Embedding(features, normalization: .none)
      let farthest = 2 * Double(positions.max() ?? 0)
      let naive = NaiveHerding(embedding.points, kernel: kernel, sigma: 1, farthest: farthest)
      for states in allWords(length: 3, letters: 3) {
        let clean = states.indices.filter { states[$0] == 1 }
        let suspected = states.indices.filter { states[$0] == 2 }
        let count = 3 - clean.count - suspected.count
        let expected = naive.picks(count, clean: clean, suspected: suspected)
        for memory in Self.memories {
          var strategy = MaxHerding(sigma: 1, kernel: kernel, memory: memory)
          let picks = try strategy.share(count, of: embedding, clean: clean, suspected: suspected)
          #expect(isSame(picks, expected), "\(positions) \(states): \(picks), not \(expected)")
          var random = RandomSource(RandomKey(seed: 0, role: .query))
          #expect(throws: MethodError.budget(requested: 1, available: 0)) {
            try strategy.next(using: &random)
          }
        }
      }
    }
  }

  @Test(arguments: [1, 2, 255, 256, 257, 513], Metric.allCases)
  func `agrees with it at sizes that divide no block`(count: Int, metric: Metric) throws {
    let (features, _) = clusters(count, classes: 5, dimensions: 6, seed: count)
    let embedding = Embedding(features, metric: metric)
    for kernel in [Kernel.rbf, .negnorm, .tophat] {
      let naive = NaiveHerding(embedding.points, kernel: kernel, sigma: 0.4)
      let number = min(count, 12)
      let expected = naive.picks(number, clean: [], suspected: [])
      for memory in Self.memories {
        var strategy = MaxHerding(sigma: 0.4, kernel: kernel, memory: memory)
        let picks = try strategy.share(number, of: embedding, clean: [], suspected: [])
        #expect(isSame(picks, expected))
      }
    }
  }

  @Test(arguments: Kernel.allCases, Metric.allCases)
  func `pays for changed verdicts without losing count`(kernel: Kernel, metric: Metric) throws {
    let (features, _) = clusters(300, classes: 4, dimensions: 3)
    let embedding = Embedding(features, metric: metric)
    let sigma = metric == .l2 ? 0.4 : 0.1
    let naive = NaiveHerding(embedding.points, kernel: kernel, sigma: sigma)
    var random = RandomSource(RandomKey(seed: 3, role: .evaluation))
    var computed = MaxHerding(sigma: sigma, kernel: kernel, memory: 0)
    var kept = MaxHerding(sigma: sigma, kernel: kernel)
    var labeled: [Int] = []
    for step in 0..<25 {
      if step % 8 == 0 {
        labeled = random.sample(random.integer(below: 40), of: Array(0..<300))
      }
      let isSuspected = labeled.map { _ in random.uniform() < 0.2 }
      let clean = zip(labeled, isSuspected).filter { !$0.1 }.map(\.0)
      let suspected = zip(labeled, isSuspected).filter { $0.1 }.map(\.0)
      let picks = try kept.share(4, of: embedding, clean: clean, suspected: suspected)
      let same = try computed.share(4, of: embedding, clean: clean, suspected: suspected)
      let expected = naive.picks(4, clean: clean, suspected: suspected)
      #expect(isSame(picks, expected))
      #expect(isSame(same, expected))
      labeled += picks.map(\.sample)
    }
  }

  @Test(arguments: Kernel.allCases)
  func `gains exactly nothing once a lost coverer is back`(kernel: Kernel) throws {
    let line = Matrix(rows: 8, columns: 1, elements: [0, 0, 1, 1, 2.7, 2.7, 4.1, 4.1])
    let embedding = Embedding(line, normalization: .none)
    let naive = NaiveHerding(embedding.points, kernel: kernel, sigma: 1.3, farthest: 8.2)
    for memory in Self.memories {
      var strategy = MaxHerding(sigma: 1.3, kernel: kernel, memory: memory)
      for suspected in [[], [4], [], [0], [6], []] {
        let clean = [0, 2, 4, 6].filter { !suspected.contains($0) }
        let picks = try strategy.share(1, of: embedding, clean: clean, suspected: suspected)
        #expect(isSame(picks, naive.picks(1, clean: clean, suspected: suspected)))
        if suspected.isEmpty { #expect(picks[0].score == 0) }
      }
    }
  }

  @Test func `starts anew for another pool`() throws {
    let first = Embedding(clusters(80, classes: 3, dimensions: 3, seed: 1).features)
    let second = Embedding(clusters(90, classes: 3, dimensions: 3, seed: 2).features)
    var strategy = MaxHerding()
    for embedding in [first, second, first] {
      let naive = NaiveHerding(embedding.points, kernel: .rbf, sigma: 1)
      let picks = try strategy.share(5, of: embedding, clean: [3], suspected: [4])
      #expect(isSame(picks, naive.picks(5, clean: [3], suspected: [4])))
    }
  }

  @Test(arguments: [1, 3, 10])
  func `with the top-hat kernel is ProbCover, also once all is covered`(share: Int) throws {
    let (features, truth) = clusters(211, classes: 5, dimensions: 4)
    let observed = try noisy(truth, classes: 5, rate: 0.4)
    let experiment = try Experiment(features, truth: truth, observed: observed, classes: 5)
    for delta in [0.05, 0.3, 0.7] {
      let balls = ProbCover(delta: delta, ties: .lowest)
      let kernel = MaxHerding(sigma: delta, kernel: .tophat, memory: 0)
      try expectSame(
        experiment.select(MaxHerding(sigma: delta, kernel: .tophat), 211),
        experiment.select(balls, 211), experiment.pool.count)
      try expectSame(
        experiment.select(kernel, 211), experiment.select(balls, 211), experiment.pool.count)
      try expectSame(
        experiment.select(
          NoiseAwareSampling(kernel, filter: experiment.ideal, share: share), 60),
        experiment.select(
          NoiseAwareSampling(balls, filter: experiment.ideal, share: share), 60),
        experiment.pool.count)
    }
  }

  /// Many distances are the delta up to rounding.
  @Test func `with the top-hat kernel is ProbCover where samples lie on the edge of balls`() throws
  {
    var grid = Matrix(zeros: 120, 2)
    for i in 0..<120 {
      grid[i, 0] = Float(i % 12) * 0.1
      grid[i, 1] = Float(i / 12) * 0.1
    }
    let experiment = try Experiment(
      grid, normalization: .none, truth: [Int](repeating: 0, count: 120), classes: 1)
    for delta in [0.1, 0.2, 0.30000000000000004, 0.14142135623730953] {
      try expectSame(
        experiment.select(MaxHerding(sigma: delta, kernel: .tophat), 120),
        experiment.select(ProbCover(delta: delta, ties: .lowest), 120), 120)
    }
  }

  private func expectSame(_ kernel: Selection, _ balls: Selection, _ count: Int) {
    #expect(kernel.samples == balls.samples)
    #expect(
      kernel.scores.map { (($0 ?? .nan) * Double(count)).rounded() } == balls.scores.map { $0 })
    #expect(kernel.exhausted == balls.exhausted)
  }

  @Test(arguments: 1...7)
  func `chooses the same without noise under the ideal filter`(share: Int) throws {
    let (features, truth) = clusters(211, classes: 5, dimensions: 4)
    let experiment = try Experiment(features, truth: truth, classes: 5)
    let alone = try experiment.select(MaxHerding(sigma: 0.5), 50)
    let aware = try experiment.select(
      NoiseAwareSampling(MaxHerding(sigma: 0.5), filter: experiment.ideal, share: share), 50)
    #expect(isSame(aware.picks, alone.picks))
  }

  @Test func `chooses the same under any filter that suspects nothing, over several rounds`() throws
  {
    let (features, truth) = clusters(150, classes: 4, dimensions: 4)
    let observed = try noisy(truth, classes: 4, rate: 0.5)
    var alone = try Experiment(features, truth: truth, observed: observed, classes: 4)
    var aware = alone
    for count in [3, 10, 1, 17] {
      let expected = try alone.query(MaxHerding(sigma: 0.5), count)
      let found = try aware.query(
        NoiseAwareSampling(MaxHerding(sigma: 0.5), filter: KeepAll()), count)
      #expect(isSame(found.picks, expected.picks))
    }
  }

  @Test func `takes each sample once up to the last, duplicates and rows of zeros too`() throws {
    var (features, truth) = clusters(60, classes: 3, dimensions: 3)
    for k in 0..<3 {
      features[5, k] = 0
      features[50, k] = 0
      for copy in 30..<45 { features[copy, k] = features[2, k] }
    }
    let experiment = try Experiment(features, truth: truth, classes: 3)
    for (kernel, memory) in Self.ways {
      let strategy = MaxHerding(sigma: 0.5, kernel: kernel, memory: memory)
      let selection = try experiment.select(strategy, 60)
      #expect(Set(selection.samples).count == 60)
      // The copies of what was chosen add nothing, whatever rounding says.
      #expect(selection.exhausted >= 16)
      #expect(
        selection.samples.suffix(selection.exhausted)
          == selection.samples
          .suffix(selection.exhausted).sorted()[...])
    }
  }

  @Test func `takes equal rows in order`() throws {
    let rows = Matrix(rows: 300, columns: 2, elements: [Float](repeating: 0.3, count: 600))
    for features in [rows, Matrix(zeros: 300, 2)] {
      let experiment = try Experiment(
        features, truth: [Int](repeating: 0, count: 300), classes: 1)
      for (kernel, memory) in Self.ways {
        let selection = try experiment.select(MaxHerding(kernel: kernel, memory: memory), 300)
        #expect(selection.samples == Array(0..<300))
        #expect(selection.exhausted == 299)
      }
    }
  }

  @Test func `breaks ties by chance if asked to`() throws {
    // Three pairs of neighbours far apart: all six points gain the same.
    let line = Matrix(rows: 6, columns: 1, elements: [0, 0.125, 8, 8.125, 16, 16.125])
    var experiment = try Experiment(
      line, normalization: .none, truth: [0, 0, 0, 0, 0, 0], classes: 1)
    var firsts: Set<Int> = []
    for seed in 0..<100 {
      experiment.seed = seed
      let strategy = MaxHerding(sigma: 0.5, kernel: .tophat, ties: .random)
      let samples = try experiment.select(strategy, 3).samples
      #expect(Set(samples.map { $0 / 2 }).count == 3)
      firsts.insert(samples[0])
    }
    #expect(firsts == [0, 1, 2, 3, 4, 5])
  }

  @Test(arguments: TieRule.allCases)
  func `says who came next and how many were as good`(ties: TieRule) throws {
    let (features, _) = clusters(150, classes: 4, dimensions: 3)
    // Each row twice.
    let embedding = Embedding(features.rows(at: (0..<300).map { $0 / 2 }))
    let naive = NaiveHerding(embedding.points, kernel: .rbf, sigma: 0.5)
    var strategy = MaxHerding(sigma: 0.5, ties: ties)
    var chosen: [Int] = []
    for pick in try strategy.share(30, of: embedding, clean: [], suspected: []) {
      let next = naive.picks(1, clean: chosen, suspected: [pick.sample])[0]
      let reason = try #require(pick.reason)
      let gains = naive.gains(covering: chosen)
      let floor = (pick.score ?? .nan) * (1 - 1e-9)
      #expect(reason.tied == gains.indices.count { gains[$0] >= floor && !chosen.contains($0) })
      #expect(reason.tied >= 2)
      #expect(reason.runnerUp?.sample == next.sample)
      #expect(isClose([reason.runnerUp?.score ?? .nan], [next.score ?? .nan], within: 1e-12))
      chosen.append(pick.sample)
    }
    let line = Matrix(rows: 3, columns: 1, elements: [0, 1, 50])
    let three = Embedding(line, normalization: .none)
    let reasons = try MaxHerding().reasons(of: 3, from: three)
    #expect(reasons.map(\.tied) == [2, 1, 1])
    #expect(reasons.map { $0.runnerUp?.sample } == [1, 1, nil])
    #expect(reasons.allSatisfy { $0.covered == nil && $0.terms.isEmpty })
  }

  @Test(arguments: [0, -1, Double.nan, .infinity, 1e-200])
  func `refuses a sigma that is none`(sigma: Double) throws {
    let experiment = try Experiment(Matrix(zeros: 3, 2), truth: [0, 0, 0], classes: 1)
    let error = #expect(throws: MethodError.self) {
      try experiment.select(MaxHerding(sigma: sigma), 1)
    }
    guard case .range("sigma", _, _) = error else {
      Issue.record("not a range error: \(String(describing: error))")
      return
    }
  }

  @Test func `agrees on one thread and on two`() throws {
    let (features, truth) = clusters(1100, classes: 6, dimensions: 8)
    let observed = try noisy(truth, classes: 6, rate: 0.4)
    let usual = Parallel.threads
    defer { Parallel.threads = usual }
    var runs: [[Pick]] = []
    for threads in [1, 2, 3] {
      Parallel.threads = threads
      let experiment = try Experiment(features, truth: truth, observed: observed, classes: 6)
      let strategy = NoiseAwareSampling(
        MaxHerding(sigma: 0.4), filter: experiment.ideal, share: 6)
      runs.append(try experiment.select(strategy, 60).picks)
    }
    #expect(runs.allSatisfy { $0 == runs[0] })
  }

  @Test func `stops in the first pass and at the next pick when interrupted`() async {
    await #expect(processExitsWith: .success) {
      let (features, truth) = clusters(2000, classes: 5, dimensions: 4)
      let experiment = try Experiment(features, truth: truth, classes: 5)
      Parallel.threads = 1
      for (watched, stop) in [("kernel sums", 2), ("picks", 4)] {
        nonisolated(unsafe) var last = 0
        let meter = ProgressMeter { work, done, _ in
          guard work == watched else { return }
          last = done
          if done == stop { Interrupt.request() }
        }
        #expect(throws: Interrupted.self) {
          try ProgressMeter.$current.withValue(meter) {
            _ = try experiment.select(MaxHerding(), 50)
          }
        }
        #expect(last == stop)
        Interrupt.clear()
      }
    }
  }
}

extension MaxHerding {
  fileprivate func reasons(of count: Int, from embedding: Embedding) throws -> [PickReason] {
    var strategy = self
    return try strategy.share(count, of: embedding, clean: [], suspected: []).compactMap(\.reason)
  }
}

extension NaiveHerding {
  fileprivate func gains(covering coverers: [Int]) -> [Double] {
    values.map { row in
      row.indices.reduce(0) { sum, y in
        sum + max(row[y] - coverers.reduce(lowerBound) { max($0, values[$1][y]) }, 0)
      } / Double(values.count)
    }
  }
}
