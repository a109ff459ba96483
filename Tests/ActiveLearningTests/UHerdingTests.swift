import ActiveLearning
import Foundation
import LinearAlgebra
import Synchronization
import Testing

@Suite struct `Uncertainty herding` {
  static let measures: [(measure: UHerding.Measure, key: String)] = [
    (.margin, "margin"), (.entropy, "entropy"), (.confidence, "conf"),
  ]

  @Test(arguments: measures)
  func `weighs as the reference vectors do`(
    run: (measure: UHerding.Measure, key: String)
  ) throws {
    let reference = try Reference("uncertainty_herding")
    let rows = try reference.doubles("probabilities")
    let labeled = try Set(reference.ints("labeled"))
    let weights = (0..<397).map { sample in
      labeled.contains(sample) ? 0 : run.measure.uncertainty(rows[sample * 10..<sample * 10 + 10])
    }
    #expect(try isClose(weights, reference.doubles("\(run.key)_weights"), within: 1e-6))
  }

  @Test(arguments: measures, ["wide", "adaptive"])
  func `chooses as the reference vectors do`(
    run: (measure: UHerding.Measure, key: String), width: String
  ) throws {
    let reference = try Reference("uncertainty_herding")
    let source = GivenSource(
      model: GivenModel(logits: try reference.matrix("probabilities").logarithms))
    var strategy = UHerding(
      measure: run.measure, sigma: width == "wide" ? .fixed(1) : .adaptive,
      temperature: .fixed(1), acquisition: source)
    let pool = try labeledPool(
      Embedding(reference.matrix("features")), reference.ints("labeled"), classes: 10)
    let picks = try strategy.share(20, of: pool, suspecting: [])
    #expect(try picks.map(\.sample) == reference.ints("\(run.key)_\(width)_picks"))
    let gains = picks.map { $0.score ?? .nan }
    #expect(try isClose(gains, reference.doubles("\(run.key)_\(width)_gains"), within: 1e-6))
    let sigma = width == "wide" ? 1 : try reference.scalar("adaptive_width")
    #expect(picks.allSatisfy { isClose([$0.term("sigma") ?? 0], [sigma], within: 1e-6) })
    let weights = try reference.doubles("\(run.key)_weights")
    #expect(
      isClose(picks.map { $0.term("u") ?? .nan }, picks.map { weights[$0.sample] }, within: 1e-6))
  }

  @Test func `calibrates as the reference vectors do`() throws {
    let reference = try Reference("uncertainty_herding")
    let logits = try reference.matrix("logits")
    let labels = try reference.ints("labels")
    #expect(
      isClose(Calibration.temperatures, try reference.doubles("temperatures"), within: 1e-12))
    let errors = try Calibration.temperatures.map {
      Calibration.error(of: try Probabilities(logits: logits, temperature: $0), labels)
    }
    #expect(isClose(errors, try reference.doubles("calibration_errors"), within: 1e-6))
    let best = try Calibration.temperature(for: logits, labels: labels)
    #expect(isClose([best], [try reference.scalar("best_temperature")], within: 1e-12))
  }

  @Test func `calibrates nothing by nothing, and by what is certain and right as it is`() throws {
    #expect(try Calibration.temperature(for: Matrix(zeros: 0, 3), labels: []) == 1)
    let sure = Matrix(rows: 2, columns: 2, elements: [100, 0, 0, 100])
    #expect(try Calibration.temperature(for: sure, labels: [0, 1]) == 1)
    #expect(try Calibration.temperature(for: sure, labels: [1, 0]) == 19.9)
    // Of one class a model is always certain, in the topmost bin.
    let single = try Probabilities(logits: Matrix(zeros: 3, 1))
    #expect(Calibration.error(of: single, [0, 0, 0]) == 0)
    // A confidence on the edge of two bins belongs to the lower one: .5 of [.25, .5) and [.5, .75).
    let half = try Probabilities(logits: Matrix(rows: 1, columns: 4, elements: [9, 9, -90, -90]))
    #expect(isClose([Calibration.error(of: half, [0])], [0.5], within: 1e-12))
  }

  @Test func `is MaxHerding while nothing is labeled, and asks no model`() throws {
    let (features, truth) = clusters(151, classes: 4, dimensions: 5)
    let experiment = try Experiment(features, truth: truth, classes: 4)
    let expected = try experiment.select(MaxHerding(), 40)
    let found = try experiment.select(UHerding(acquisition: NoSource()), 40)
    #expect(found.picks.map(\.sample) == expected.samples)
    #expect(found.scores == expected.scores)
    #expect(found.picks.allSatisfy { $0.term("u") == 1 && $0.term("temperature") == nil })
  }

  @Test(arguments: [5, 255, 257, 300], Metric.allCases)
  func `agrees with the naive greedy choice`(count: Int, metric: Metric) throws {
    let (features, _) = clusters(count, classes: 4, dimensions: 3, seed: count)
    let embedding = Embedding(features, metric: metric)
    let logits = normals(count, 4, seed: 2)
    for measure in UHerding.Measure.allCases {
      for labeled in [[0], [1, 3, 4]] {
        let pool = try labeledPool(embedding, labeled, classes: 4)
        var strategy = UHerding(
          measure: measure, sigma: .fixed(0.3), temperature: .fixed(2),
          acquisition: GivenSource(model: GivenModel(logits: logits)))
        let number = min(count - labeled.count, 15)
        let picks = try strategy.share(number, of: pool, suspecting: [])
        let naive = NaiveUHerding(embedding, 0.3, weights(logits, measure, labeled, 2))
        #expect(isSame(picks, naive.picks(number, clean: labeled, suspected: [])))
      }
    }
  }

  /// Another model for each share: all weights change, some, or those of the new labels alone.
  @Test(arguments: [[0, 1, 2, 3, 4, 5, 6], [0, 0, 0, 0, 0, 0, 0]], [0.1, 1])
  func `pays for changed weights and verdicts without losing count`(
    models: [Int], part: Double
  ) throws {
    let (features, _) = clusters(311, classes: 4, dimensions: 3)
    let embedding = Embedding(features)
    let first = normals(311, 4, seed: 5)
    let source = ChangingSource(
      logits: models.map { model in
        let other = normals(311, 4, seed: 10 + model)
        var mixed = first
        for i in 0..<Int(part * 311) * 4 { mixed.elements[i] = other.elements[i] }
        return mixed
      })
    var random = RandomSource(RandomKey(seed: 3, role: .evaluation))
    var strategy = UHerding(
      sigma: .fixed(0.3), temperature: .fixed(1), acquisition: source)
    // The same without room for the kernel's values of all pairs.
    var computed = UHerding(
      sigma: .fixed(0.3), temperature: .fixed(1),
      acquisition: ChangingSource(logits: source.logits), memory: 0)
    var labeled = [7, 90]
    for share in models.indices {
      let suspected = labeled.filter { _ in random.uniform() < 0.3 }
      let clean = labeled.filter { !suspected.contains($0) }
      let pool = try labeledPool(embedding, labeled, classes: 4)
      let picks = try strategy.share(6, of: pool, suspecting: suspected)
      let logits = clean.isEmpty ? nil : source.logits[source.asked - 1]
      let weights =
        logits.map { self.weights($0, .margin, clean, 1) } ?? [Double](repeating: 1, count: 311)
      let naive = NaiveUHerding(embedding, 0.3, weights)
      #expect(isSame(picks, naive.picks(6, clean: clean, suspected: suspected)), "share \(share)")
      #expect(isSame(try computed.share(6, of: pool, suspecting: suspected), picks))
      labeled += picks.map(\.sample)
    }
  }

  @Test func `takes the least distance between labels that differ for sigma`() throws {
    let line = Matrix(rows: 8, columns: 1, elements: [0, 0, 5, 5.25, 7, 12, 12.125, 30])
    let embedding = Embedding(line, normalization: .none)
    let cases: [([Int], Double)] = [
      ([0], 1), ([0, 1], 1), ([0, 1, 2], 5), ([7, 4, 2], 2), ([6, 3, 5, 2], 0.125),
    ]
    for (labeled, sigma) in cases {
      let pool = try labeledPool(embedding, labeled, classes: 2)
      var strategy = UHerding(acquisition: even(8, classes: 2))
      let pick = try strategy.share(1, of: pool, suspecting: [])[0]
      #expect(pick.term("sigma") == sigma)
    }
  }

  @Test func `takes rows of one direction for one point`() throws {
    let rows = Matrix(
      rows: 4, columns: 3, elements: [0.1, 0.7, 0.3, 0.3, 2.1, 0.9, 1, 0, 0, 0, 1, 0])
    let embedding = Embedding(rows)
    let pool = try labeledPool(embedding, [0, 1, 2], classes: 2)
    var strategy = UHerding(acquisition: even(4, classes: 2))
    let pick = try strategy.share(1, of: pool, suspecting: [])[0]
    let expected = embedding.points.distance(0, to: embedding.points, 2)
    #expect(isClose([pick.term("sigma") ?? 0], [expected], within: 1e-6))
  }

  @Test(arguments: [1, 2, 255, 300, 513], Metric.allCases)
  func `finds the least distance in blocks`(count: Int, metric: Metric) throws {
    let (features, _) = clusters(count, classes: 3, dimensions: 4, seed: count)
    let points = Embedding(features, metric: metric).points
    let all = points.distances(to: points).filter { $0 > 1e-9 }
    let found = try points.leastGap()
    #expect(found == all.min())
  }

  @Test(arguments: [(3, 0), (4, 1), (10, 3), (20, 6)])
  func `holds out the last purchases to choose the temperature`(
    count: Int, heldOut: Int
  ) throws {
    let (features, truth) = clusters(60, classes: 3, dimensions: 3)
    let labeled = Array((0..<count).reversed())
    let recorder = Recorder(logits: normals(60, 3, seed: 1))
    var strategy = UHerding(acquisition: recorder)
    let pool = try Pool(
      embedding: Embedding(features), classes: 3, labeled: labeled,
      observed: labeled.map { truth[$0] })
    let pick = try strategy.share(1, of: pool, suspecting: [])[0]
    #expect(recorder.trained == (heldOut == 0 ? [] : [labeled.dropLast(heldOut)]))
    let held = Array(labeled.suffix(heldOut))
    let best = try Calibration.temperature(
      for: recorder.logits.rows(at: held), labels: held.map { truth[$0] })
    #expect(pick.term("temperature") == (heldOut == 0 ? 1 : best))
  }

  @Test func `sees the clean labels alone in its noise-aware version`() throws {
    let (features, truth) = clusters(80, classes: 2, dimensions: 3)
    let recorder = Recorder(logits: normals(80, 2, seed: 1))
    var strategy = UHerding(acquisition: recorder)
    let labeled = [5, 4, 3, 2, 1, 0]
    let pool = try Pool(
      embedding: Embedding(features), classes: 2, labeled: labeled,
      observed: labeled.map { truth[$0] })
    _ = try strategy.share(2, of: pool, suspecting: [4, 0])
    #expect(recorder.trained == [[5, 3, 2]])
    // Everything suspected: as if nothing were labeled, but nothing is chosen twice.
    let picks = try strategy.share(74, of: pool, suspecting: labeled)
    #expect(recorder.trained.count == 1)
    #expect(Set(picks.map(\.sample)) == Set(6..<80))
  }

  @Test func `takes each candidate once up to the last, however sure the model is`() throws {
    let (features, truth) = clusters(70, classes: 3, dimensions: 3)
    var sure = Matrix(zeros: 70, 3)
    for i in 0..<70 { sure[i, truth[i]] = 1000 }
    for logits in [sure, Matrix(zeros: 70, 3)] {
      for measure in UHerding.Measure.allCases {
        var experiment = try Experiment(features, truth: truth, classes: 3)
        let strategy = UHerding(
          measure: measure, acquisition: GivenSource(model: GivenModel(logits: logits)))
        for count in [1, 4, 65] { _ = try experiment.query(strategy, count) }
        #expect(Set(experiment.pool.labeled).count == 70)
      }
    }
  }

  @Test func `takes the lowest candidates where nothing is uncertain`() throws {
    let (features, truth) = clusters(30, classes: 2, dimensions: 3)
    var sure = Matrix(zeros: 30, 2)
    for i in 0..<30 { sure[i, truth[i]] = 1000 }
    var experiment = try Experiment(features, truth: truth, classes: 2)
    experiment.pool = try experiment.pool.adding([3], labels: [truth[3]])
    let strategy = UHerding(acquisition: GivenSource(model: GivenModel(logits: sure)))
    let selection = try experiment.select(strategy, 5)
    #expect(selection.samples == [0, 1, 2, 4, 5])
    #expect(selection.exhausted == 5)
    #expect(selection.picks[0].reason?.tied == 29)
    #expect(selection.picks[0].reason?.runnerUp == .init(sample: 1, score: 0))
  }

  @Test func `agrees on one thread and on three`() throws {
    let (features, truth) = clusters(900, classes: 4, dimensions: 6)
    let observed = try noisy(truth, classes: 4, rate: 0.3)
    let usual = Parallel.threads
    defer { Parallel.threads = usual }
    let runs = try [1, 2, 3].map { threads in
      Parallel.threads = threads
      var experiment = try Experiment(features, truth: truth, observed: observed, classes: 4)
      let strategy = UHerding(acquisition: ProbeAcquisition(seed: 1, round: 1))
      _ = try experiment.query(strategy, 20)
      return try experiment.query(
        NoiseAwareSampling(strategy, filter: experiment.ideal, share: 10), 20
      ).picks
    }
    #expect(runs[0] == runs[1] && runs[1] == runs[2])
  }

  @Test func `refuses a sigma and a temperature that are none`() throws {
    let (features, _) = clusters(9, classes: 2, dimensions: 2)
    let pool = try labeledPool(Embedding(features), [1], classes: 2)
    for value in [0, -1, Double.nan, .infinity] {
      for strategy in [
        UHerding(sigma: .fixed(value), acquisition: even(9, classes: 2)),
        UHerding(temperature: .fixed(value), acquisition: even(9, classes: 2)),
      ] {
        #expect(throws: MethodError.self) {
          var strategy = strategy
          _ = try strategy.share(1, of: pool, suspecting: [])
        }
      }
    }
  }

  private func weights(
    _ logits: Matrix, _ measure: UHerding.Measure, _ labeled: [Int], _ temperature: Double
  ) -> [Double] {
    (0..<logits.rows).map { i in
      let p = Probabilities.softmax(logits.row(i), temperature: temperature)
      return labeled.contains(i) ? 0 : measure.uncertainty(p[...])
    }
  }

  /// A model that holds all classes equally probable.
  private func even(_ count: Int, classes: Int) -> GivenSource {
    GivenSource(model: GivenModel(logits: Matrix(zeros: count, classes)))
  }
}

/// Labels of class 0, bought in this order.
func labeledPool(_ embedding: Embedding, _ labeled: [Int], classes: Int) throws -> Pool {
  try Pool(
    embedding: embedding, classes: classes, labeled: labeled, observed: labeled.map { _ in 0 })
}

/// Standard normal numbers.
func normals(_ rows: Int, _ columns: Int, seed: Int) -> Matrix {
  var random = RandomSource(RandomKey(seed: seed, role: .data, method: "normals"))
  return Matrix(
    rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in Float(random.normal()) }
  )
}

extension CoverageStrategy {
  /// The picks of a share.
  mutating func share(_ count: Int, of pool: Pool, suspecting suspected: [Int]) throws -> [Pick] {
    var random = RandomSource(RandomKey(seed: 0, role: .query))
    let clean = pool.labeled.filter { !suspected.contains($0) }
    try begin(clean: clean, suspected: suspected, in: pool)
    return try (0..<count).map { _ in try next(using: &random) }
  }
}

/// Weighted kernel coverage word for word.
private struct NaiveUHerding {
  let kernel: NaiveHerding
  let weights: [Double]

  init(_ embedding: Embedding, _ sigma: Double, _ weights: [Double]) {
    kernel = NaiveHerding(embedding.points, kernel: .rbf, sigma: sigma)
    self.weights = weights
  }

  /// Ties within 1e-9 to the lowest index.
  func picks(_ number: Int, clean: [Int], suspected: [Int]) -> [Pick] {
    let count = weights.count
    var taken = Set(clean + suspected)
    var best = (0..<count).map { y in clean.reduce(0) { max($0, kernel.values[$1][y]) } }
    return (0..<number).map { _ in
      let candidates = (0..<count).filter { !taken.contains($0) }
      let gains = candidates.map { x in
        (0..<count).reduce(0) { $0 + weights[$1] * max(kernel.values[x][$1] - best[$1], 0) }
          / Double(count)
      }
      let floor = gains.max()! * (1 - 1e-9)
      let place = gains.firstIndex { $0 >= floor }!
      taken.insert(candidates[place])
      best = zip(kernel.values[candidates[place]], best).map { max($0, $1) }
      return Pick(sample: candidates[place], score: gains[place])
    }
  }
}

private struct NoSource: AcquisitionSource {
  func model(for pool: Pool, clean: [Int]) throws -> any AcquisitionModel {
    throw MethodError.needsLabels
  }

  func fresh(on samples: [Int], of pool: Pool, replica: Int) throws -> any AcquisitionModel {
    throw MethodError.needsLabels
  }
}

/// Another model each time one is asked for.
private final class ChangingSource: AcquisitionSource {
  let logits: [Matrix]
  private let count = Mutex(0)

  init(logits: [Matrix]) { self.logits = logits }

  var asked: Int { count.withLock { $0 } }

  func model(for pool: Pool, clean: [Int]) throws -> any AcquisitionModel {
    let place = count.withLock { count in
      count += 1
      return count - 1
    }
    return GivenModel(logits: logits[place])
  }

  func fresh(on samples: [Int], of pool: Pool, replica: Int) throws -> any AcquisitionModel {
    try model(for: pool, clean: samples)
  }
}

/// Remembers what models were trained on.
private final class Recorder: AcquisitionSource {
  let logits: Matrix
  private let lists = Mutex<[[Int]]>([])

  init(logits: Matrix) { self.logits = logits }

  var trained: [[Int]] { lists.withLock { $0 } }

  func model(for pool: Pool, clean: [Int]) throws -> any AcquisitionModel {
    GivenModel(logits: logits)
  }

  func fresh(on samples: [Int], of pool: Pool, replica: Int) throws -> any AcquisitionModel {
    lists.withLock { $0.append(samples) }
    return GivenModel(logits: logits)
  }
}
