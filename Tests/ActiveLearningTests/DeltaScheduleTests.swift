import ActiveLearning
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `A delta schedule` {
  @Test func `has the names that users type`() {
    #expect(
      DeltaSchedule.Rule.allCases.map(\.rawValue) == [
        "constant", "linear_descent", "exponential_descent", "max_std", "max_entropy",
        "max_std_smaller", "max_entropy_smaller", "max_support_size_take_max",
        "max_support_size_take_min", "max_deg_after_lt_2_take_min",
        "max_deg_after_lt_3_take_min", "max_deg_after_lt_4_take_min",
      ])
    #expect(
      DeltaSchedule.Softening.allCases.map(\.rawValue) == ["none", "average", "improvement"])
  }

  @Test func `chooses among 55 radii, 25 for cosine, and the one in force`() {
    let full = DeltaSupport.full
    #expect(full.values(for: .l2).count == 55)
    #expect(full.values(for: .l2).last == 1.1)
    #expect(full.values(for: .cosine).count == 25)
    #expect(full.values(for: .cosine).last == 0.5)
    #expect(full.values(for: .l2, including: 0.68) == full.values(for: .l2))
    #expect(full.values(for: .l2, including: 34 * 0.02) == full.values(for: .l2))
    #expect(full.values(for: .cosine, including: 0.03).prefix(3) == [0.02, 0.03, 0.04])
    #expect(full.values(for: .l2, including: 2).last == 2)
    #expect(DeltaSupport.reference.values(for: .l2).last == 0.6)
    #expect(DeltaSupport.reference.values(for: .cosine).last == 0.3)
  }

  @Test func `ignores softening where nothing is compared`() {
    let ignoring = DeltaSchedule.Rule.allCases.filter {
      DeltaSchedule($0, softening: .average).ignoresSoftening
    }
    #expect(ignoring == [.constant, .linearDescent, .exponentialDescent])
    #expect(!DeltaSchedule(.linearDescent).ignoresSoftening)
  }

  @Test(arguments: [
    (DeltaSchedule.Rule.linearDescent, "linear_descent"),
    (.exponentialDescent, "exponential_descent"),
  ])
  func `descends as the reference vectors do`(rule: DeltaSchedule.Rule, key: String) throws {
    let reference = try Reference("delta_curves")
    let expected = try reference.doubles(key)
    let embedding = Embedding(clusters(20, classes: 2, dimensions: 3).features)
    for softening in DeltaSchedule.Softening.allCases {
      for labeled in 1..<20 {
        let schedule = DeltaSchedule(rule, softening: softening)
        let found = try schedule.radius(0.6, on: embedding, labeled: Array(0..<labeled))
        #expect(abs(found - expected[labeled]) < 1e-12)
      }
    }
  }

  @Test func `fades as one reckons by hand`() throws {
    let embedding = Embedding(clusters(20, classes: 2, dimensions: 3).features)
    for (labeled, rest) in [(1, 0.6065), (10, 0.0067)] {
      let radius = try DeltaSchedule(.exponentialDescent)
        .radius(1.02, on: embedding, labeled: Array(0..<labeled))
      #expect(abs(radius - 0.02 - rest) < 5e-5)
    }
  }

  @Test func `chooses the radii that the reference vectors say`() throws {
    let reference = try Reference("delta_curves")
    let embedding = Embedding(try reference.matrix("features"))
    let labeled = try reference.ints("labeled")
    let choices = try reference.doubles("choices")
    let rules: [DeltaSchedule.Rule] = [
      .maxStd, .maxEntropy, .maxSupportSizeTakeMax, .maxSupportSizeTakeMin,
    ]
    for (rule, expected) in zip(rules, choices) {
      let found = try DeltaSchedule(rule).radius(0.6, on: embedding, labeled: labeled)
      #expect(abs(found - expected) < 1e-9)
      // Half of the way, from a radius that is none of the support's.
      let half = try DeltaSchedule(rule, softening: .average)
        .radius(0.31, on: embedding, labeled: labeled)
      #expect(abs(half - (0.31 + expected) / 2) < 1e-9)
    }
  }

  @Test func `goes as far as the improvement is worth`() throws {
    let reference = try Reference("delta_curves")
    let embedding = Embedding(try reference.matrix("features"))
    let labeled = try reference.ints("labeled")
    let support = try reference.doubles("support")
    for (rule, key) in [(DeltaSchedule.Rule.maxStd, "deviation"), (.maxEntropy, "entropy")] {
      let values = try reference.doubles(key)
      let best = try #require(values.indices.max { values[$0] < values[$1] })
      let part = (values[best] - values[29]) / values[best]
      let found = try DeltaSchedule(rule, softening: .improvement)
        .radius(0.6, on: embedding, labeled: labeled)
      #expect(abs(found - (part * support[best] + (1 - part) * 0.6)) < 1e-9)
    }
  }

  @Test(arguments: DeltaSchedule.Rule.allCases, [false, true])
  func `leads ProbCover as the naive one does`(rule: DeltaSchedule.Rule, considersNoise: Bool)
    throws
  {
    for softening in DeltaSchedule.Softening.allCases {
      let schedule = DeltaSchedule(rule, softening: softening, considersNoise: considersNoise)
      for metric in Metric.allCases {
        try expectNaive(schedule, delta: metric == .l2 ? 0.5 : 0.11, metric: metric)
      }
    }
  }

  @Test func `leads weighted NPC too`() throws {
    for rule in [DeltaSchedule.Rule.maxStdSmaller, .maxDegreeAfterBelow4TakeMin, .linearDescent] {
      try expectNaive(DeltaSchedule(rule), delta: 0.5, metric: .l2, factor: false)
      try expectNaive(
        DeltaSchedule(rule, considersNoise: true), delta: 0.5, metric: .l2, factor: true)
    }
  }

  /// Shares of 7 among 3 classes: the radius changes in the midst of shares.
  private func expectNaive(
    _ schedule: DeltaSchedule, delta: Double, metric: Metric, factor: Bool? = nil
  ) throws {
    let (features, truth) = clusters(50, classes: 3, dimensions: 3, spread: 0.6)
    let observed = try noisy(truth, classes: 3, rate: 0.4)
    var experiment = try Experiment(features, truth: truth, observed: observed, classes: 3)
    experiment.pool = try Pool(embedding: Embedding(features, metric: metric), classes: 3)
    let strategy: any CoverageStrategy =
      if let factor {
        WeightedProbCover(delta: delta, factor: factor, ties: .lowest, schedule: schedule)
      } else {
        ProbCover(delta: delta, ties: .lowest, schedule: schedule)
      }
    let selection = try experiment.select(
      NoiseAwareSampling(strategy, filter: experiment.ideal, share: 7), 28)
    var naive = NaiveScheduledCover(
      experiment, schedule: schedule, delta: delta, factor: factor)
    for share in selection.shares { try naive.buy(share) }
    #expect(selection.samples == naive.samples, "\(schedule)")
    #expect(isClose(selection.scores.map { $0 ?? .nan }, naive.scores, within: 1e-9))
    #expect(abs((selection.delta ?? .nan) - naive.delta) < 1e-9)
    guard schedule.rule != .constant else {
      #expect(selection.memory == nil)
      return
    }
    let deltas = selection.picks.map {
      $0.reason?.terms.first { $0.name == "delta" }?.value ?? .nan
    }
    #expect(isClose(deltas, naive.deltas, within: 1e-9), "\(schedule)")
    guard case .delta(let memory)? = selection.memory else {
      Issue.record("nothing is remembered")
      return
    }
    #expect(memory.initial == delta)
    #expect(memory.current == selection.delta)
    #expect(memory.lastDegree == naive.lastDegree)
  }

  @Test(arguments: DeltaSchedule.Rule.allCases)
  func `goes on in the next query where the last one stopped`(rule: DeltaSchedule.Rule) throws {
    let (features, truth) = clusters(90, classes: 3, dimensions: 3, spread: 0.6)
    let whole = try Experiment(features, truth: truth, classes: 3)
    let expected = try whole.select(
      ProbCover(delta: 0.5, ties: .lowest, schedule: DeltaSchedule(rule)), 24)
    var split = whole
    var samples: [Int] = []
    var remembered: DeltaMemory?
    for count in [1, 7, 4, 12] {
      let schedule = DeltaSchedule(rule, remembered: remembered)
      let selection = try split.query(
        ProbCover(delta: 0.5, ties: .lowest, schedule: schedule), count)
      if case .delta(let memory)? = selection.memory { remembered = memory }
      samples += selection.samples
    }
    #expect(samples == expected.samples)
    if case .delta(let memory)? = expected.memory { #expect(memory == remembered) }
  }

  @Test func `starts afresh at another delta`() throws {
    let embedding = Embedding(clusters(20, classes: 2, dimensions: 3).features)
    let memory = DeltaMemory(initial: 0.5, current: 0.1, lastDegree: 1)
    let rule = DeltaSchedule.Rule.maxDegreeAfterBelow3TakeMin
    let schedule = DeltaSchedule(rule, remembered: memory)
    #expect(ProbCover(delta: 0.5, schedule: schedule).radius == 0.1)
    #expect(ProbCover(delta: 0.6, schedule: schedule).radius == 0.6)
    // A new one has seen no degree yet and keeps its radius.
    #expect(try schedule.radius(0.6, on: embedding, labeled: [1]) == 0.6)
    #expect(try schedule.radius(0.5, on: embedding, labeled: [1]) != 0.1)
    let large = DeltaSchedule(
      rule, remembered: DeltaMemory(initial: 0.5, current: 0.1, lastDegree: 3))
    #expect(try large.radius(0.5, on: embedding, labeled: [1]) == 0.1)
  }

  @Test func `starts anew for another pool`() throws {
    var strategy = ProbCover(delta: 0.5, ties: .lowest, schedule: DeltaSchedule(.linearDescent))
    let first = Embedding(clusters(30, classes: 3, dimensions: 3, seed: 1).features)
    let second = Embedding(clusters(40, classes: 3, dimensions: 3, seed: 2).features)
    var runs: [[Pick]] = []
    for embedding in [first, second, first] {
      runs.append(try strategy.share(9, of: embedding, clean: [3], suspected: [4]))
    }
    #expect(runs[0] == runs[2])
    #expect(runs[0] != runs[1])
  }

  @Test func `does not change with the number of threads or the lists kept`() throws {
    let runs = try Experiment.runs(of: 18) { memory, filter in
      let schedule = DeltaSchedule(.maxEntropySmaller, considersNoise: true)
      return NoiseAwareSampling(
        WeightedProbCover(delta: 0.4, memory: memory, schedule: schedule), filter: filter)
    }
    #expect(runs.allSatisfy { $0 == runs[0] })
  }

  @Test(arguments: DeltaSchedule.Rule.allCases)
  func `buys exactly the budget, one label and all of them`(rule: DeltaSchedule.Rule) throws {
    var (features, truth) = clusters(33, classes: 2, dimensions: 3)
    for k in 0..<3 { for copy in 20..<30 { features[copy, k] = features[2, k] } }
    for classes in [2, 40] {
      let experiment = try Experiment(features, truth: truth, classes: classes)
      for count in [1, 33] {
        let selection = try experiment.select(
          ProbCover(delta: 0.3, schedule: DeltaSchedule(rule)), count)
        #expect(Set(selection.samples).count == count)
      }
    }
    let one = try Experiment(Matrix(zeros: 1, 2), truth: [0], classes: 1)
    #expect(
      try one.select(ProbCover(delta: 0.3, schedule: DeltaSchedule(rule)), 1).samples == [0])
  }

  @Test func `refuses a remembered radius that is none`() throws {
    let experiment = try Experiment(Matrix(zeros: 3, 2), truth: [0, 0, 0], classes: 1)
    let memory = DeltaMemory(initial: 0.5, current: -1)
    let schedule = DeltaSchedule(.maxStd, remembered: memory)
    #expect(throws: MethodError.self) {
      try experiment.select(ProbCover(delta: 0.5, schedule: schedule), 1)
    }
  }
}

extension DeltaSchedule {
  /// The radius with which the next sample is picked after `labeled` ones that are all clean.
  fileprivate func radius(_ delta: Double, on embedding: Embedding, labeled: [Int]) throws
    -> Double
  {
    var strategy = ProbCover(delta: delta, ties: .lowest, schedule: self)
    _ = try strategy.share(1, of: embedding, clean: labeled, suspected: [])
    return strategy.radius ?? .nan
  }
}

/// The schedules word for word, on matrices of all pairs, with a filter that knows the truth.
private struct NaiveScheduledCover {
  let experiment: Experiment
  let points: PointSet
  let schedule: DeltaSchedule
  let initial: Double
  /// Nil is NPC.
  let factor: Bool?
  var delta: Double
  var lastDegree: Int?
  var samples: [Int] = []
  var scores: [Double] = []
  var deltas: [Double] = []

  init(_ experiment: Experiment, schedule: DeltaSchedule, delta: Double, factor: Bool?) {
    self.experiment = experiment
    // A pool of tests has an embedding.
    points = (try? experiment.pool.embedding)?.points ?? PointSet(Matrix(zeros: 0, 0))
    self.schedule = schedule
    self.factor = factor
    initial = delta
    self.delta = delta
  }

  func isClean(_ sample: Int) -> Bool { experiment.truth[sample] == experiment.observed[sample] }

  mutating func buy(_ count: Int) throws {
    let bought = samples
    for _ in 0..<count {
      let coverers = samples.filter { isClean($0) || !bought.contains($0) }
      let suspected = bought.filter { !isClean($0) }
      if !samples.isEmpty, samples.count % experiment.pool.classes == 0 {
        delta = next(coverers: schedule.considersNoise ? coverers : samples)
      }
      pick(bought.filter(isClean), suspected, coverers)
    }
  }

  private mutating func pick(_ clean: [Int], _ suspected: [Int], _ coverers: [Int]) {
    let cover = NaiveCover(points, radius: delta)
    let gains = cover.gains(coverers: coverers)
    let candidates = (0..<points.count).filter { !samples.contains($0) }
    var values = gains.map(Double.init)
    if let factor {
      values = NaiveWeightedCover(cover: cover, factor: factor).scores(
        clean: clean, suspected: suspected, picked: coverers.filter { !clean.contains($0) })
    }
    let most = candidates.map { values[$0] }.max() ?? 0
    let best = candidates.first { values[$0] >= most - 1e-9 * most } ?? -1
    lastDegree = candidates.map { gains[$0] }.max()
    samples.append(best)
    scores.append(values[best])
    deltas.append(delta)
  }

  private func next(coverers: [Int]) -> Double {
    let share = Double(samples.count) / Double(points.count)
    switch schedule.rule {
    case .constant: return delta
    case .linearDescent: return (1 - share) * initial + share * 0.02
    case .exponentialDescent:
      let rest = (exp(-10) - exp(-10 * share)) / (exp(-10) - 1)
      return rest * initial + (1 - rest) * 0.02
    case .maxStd: return best(coverers, takesSmallest: false, deviation)
    case .maxEntropy: return best(coverers, takesSmallest: false, entropy)
    case .maxStdSmaller: return best(coverers, upTo: delta, takesSmallest: false, deviation)
    case .maxEntropySmaller: return best(coverers, upTo: delta, takesSmallest: false, entropy)
    case .maxSupportSizeTakeMax: return best(coverers, takesSmallest: false, largest)
    case .maxSupportSizeTakeMin: return best(coverers, takesSmallest: true, largest)
    case .maxDegreeAfterBelow2TakeMin: return kept(from: 2, coverers)
    case .maxDegreeAfterBelow3TakeMin: return kept(from: 3, coverers)
    case .maxDegreeAfterBelow4TakeMin: return kept(from: 4, coverers)
    }
  }

  private func kept(from degree: Int, _ coverers: [Int]) -> Double {
    guard let lastDegree, lastDegree < degree else { return delta }
    return best(coverers, takesSmallest: true, largest)
  }

  private func best(
    _ coverers: [Int], upTo limit: Double = 9, takesSmallest: Bool, _ statistic: ([Int]) -> Double
  ) -> Double {
    let last = points.metric == .l2 ? 55 : 25
    var support = (1...last).map { Double($0) * 0.02 }
    if !support.contains(where: { abs($0 - delta) < 1e-9 }) { support.append(delta) }
    support = support.filter { $0 <= limit + 1e-9 }.sorted(by: >)
    let degrees = NaiveDegrees(points, deltas: support, coverers: coverers, labeled: samples)
    let values = degrees.degrees.map(statistic)
    var (best, most) = (0, values[0])
    for (place, value) in values.enumerated() {
      let isTied = abs(value - most) <= 1e-9 * most
      if isTied ? takesSmallest : value > most { (best, most) = (place, value) }
    }
    let now = support.indices.first { abs(support[$0] - delta) < 1e-9 } ?? 0
    let way =
      switch schedule.softening {
      case .none: 1.0
      case .average: 0.5
      case .improvement: most == 0 ? 1 : (most - values[now]) / most
      }
    return way * support[best] + (1 - way) * delta
  }

  private func largest(_ degrees: [Int]) -> Double { Double(degrees.max() ?? 0) }

  private func deviation(_ degrees: [Int]) -> Double {
    let mean = Double(degrees.reduce(0, +)) / Double(degrees.count)
    let sum = degrees.reduce(0) { $0 + pow(Double($1) - mean, 2) }
    return (sum / Double(degrees.count)).squareRoot()
  }

  private func entropy(_ degrees: [Int]) -> Double {
    var histogram: [Int: Int] = [:]
    for degree in degrees { histogram[degree, default: 0] += 1 }
    return histogram.values.reduce(0) {
      let share = Double($1) / Double(degrees.count)
      return $0 - share * log2(share)
    }
  }
}
