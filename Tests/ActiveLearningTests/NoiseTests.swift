import ActiveLearning
import LinearAlgebra
import Testing

@Suite struct `Symmetric noise` {
  @Test(arguments: [(100, 0.29, 29), (10, 0.5, 5), (7, 0.5, 3), (1000, 0.2, 200), (5, 1, 5)])
  func `hits the rate exactly`(count: Int, rate: Double, wrong: Int) throws {
    let truth = (0..<count).map { $0 % 4 }
    let observed = try noisy(truth, classes: 4, rate: rate)
    #expect(zip(truth, observed).count { $0 != $1 } == wrong)
    #expect(observed.allSatisfy { (0..<4).contains($0) })
  }

  @Test func `gives every other class, about equally often`() throws {
    let truth = [Int](repeating: 2, count: 4000)
    let observed = try noisy(truth, classes: 5, rate: 1)
    let counts = (0..<5).map { label in observed.count { $0 == label } }
    #expect(counts[2] == 0)
    #expect([0, 1, 3, 4].allSatisfy { abs(counts[$0] - 1000) < 120 })
  }

  @Test func `answers the same under one seed and otherwise under another`() throws {
    let truth = (0..<200).map { $0 % 3 }
    let first = try noisy(truth, classes: 3, rate: 0.5, seed: 4)
    #expect(try noisy(truth, classes: 3, rate: 0.5, seed: 4) == first)
    #expect(try noisy(truth, classes: 3, rate: 0.5, seed: 5) != first)
    #expect(try noisy(truth, classes: 3, rate: 0.4, seed: 4) != first)
  }

  @Test(arguments: [-0.1, 1.01, Double.nan, .infinity])
  func `refuses a rate that is none`(rate: Double) {
    let error = #expect(throws: MethodError.self) { try noisy([0, 1], classes: 2, rate: rate) }
    guard case .range("rate", _, "0 to 1") = error else {
      Issue.record("not a range error: \(String(describing: error))")
      return
    }
  }

  @Test func `needs a second class to be wrong`() throws {
    #expect(try noisy([0, 0], classes: 1, rate: 0.1) == [0, 0])
    #expect(throws: MethodError.self) { try noisy([0, 0], classes: 1, rate: 0.5) }
  }
}

@Suite struct `Given labels` {
  let task = NoiseTask(labels: [0, 1, 2], classes: 3)
  var random = GivenLabels([]).stream(seed: 0)

  @Test mutating func `are the answers`() throws {
    #expect(try GivenLabels([2, 2, 0]).corrupt(task, using: &random) == [2, 2, 0])
    #expect(try NoNoise().corrupt(task, using: &random) == [0, 1, 2])
  }

  @Test mutating func `are refused with the row that does not fit`() {
    #expect(throws: MethodError.labelCount(found: 2, expected: 3)) {
      try GivenLabels([0, 1]).corrupt(task, using: &random)
    }
    #expect(throws: MethodError.label(row: 1, value: 3, classes: 3)) {
      try GivenLabels([0, 3, -1]).corrupt(task, using: &random)
    }
  }
}

@Suite struct `A noise report` {
  @Test func `counts by class and normalises its rows`() {
    let report = NoiseReport(observed: [0, 1, 1, 2, 1], truth: [0, 0, 1, 1, 1], classes: 4)
    #expect(report.realisedRate == 0.4)
    #expect(report.perClass == [0.5, 1.0 / 3, nil, nil])
    #expect(report.matrix[0] == [0.5, 0.5, 0, 0])
    #expect(report.matrix[1] == [0, 2.0 / 3, 1.0 / 3, 0])
    #expect(report.matrix[3] == [nil, nil, nil, nil])
  }

  @Test func `of nothing is a report of no noise`() {
    #expect(NoiseReport(observed: [], truth: [], classes: 2).realisedRate == 0)
  }
}

@Suite struct `Clean counts` {
  @Test func `name the poorest class and the empty ones`() {
    let counts = CleanCounts(observed: [0, 1, 1, 0, 2], truth: [0, 1, 0, 0, 1], classes: 3)
    #expect(counts.perClass == [2, 1, 0])
    #expect(counts.least == 0)
    #expect(counts.emptyClasses == 1)
  }
}

@Suite struct `Filter metrics` {
  @Test func `are the shares that they say`() {
    // 3 right kept, 1 wrong kept, 2 wrong suspected, 1 right suspected.
    let metrics = FilterMetrics(
      clean: [true, true, true, true, false, false, false],
      trulyClean: [true, true, true, false, false, false, true])
    #expect(metrics.noiseAccuracy == 5.0 / 7)
    #expect(metrics.cleanPrecision == 0.75)
    #expect(metrics.cleanRecall == 0.75)
    #expect(metrics.cleanF1 == 0.75)
    #expect(metrics.noisePrecision == 2.0 / 3)
    #expect(metrics.noiseRecall == 2.0 / 3)
    #expect(metrics.noiseF1 == 2.0 / 3)
    #expect(metrics.predictedNoise == 3.0 / 7)
    #expect(metrics.trueNoise == 3.0 / 7)
    #expect(metrics.keepAllF1 == 8.0 / 11)
  }

  @Test(arguments: [(5, 10, 0.6667), (8, 10, 0.8889), (10, 10, 1), (0, 10, 0)])
  func `know what keeping everything is worth`(right: Int, count: Int, f1: Double) {
    let metrics = FilterMetrics(
      clean: [Bool](repeating: true, count: count), trulyClean: (0..<count).map { $0 < right })
    #expect(abs(metrics.keepAllF1 - f1) < 5e-5)
    #expect(metrics.cleanF1 == metrics.keepAllF1)
  }

  @Test func `are 0 where nothing can be divided`() {
    let metrics = FilterMetrics(clean: [], trulyClean: [])
    let shares = [
      metrics.noiseAccuracy, metrics.cleanPrecision, metrics.cleanRecall, metrics.cleanF1,
      metrics.noisePrecision, metrics.noiseRecall, metrics.noiseF1, metrics.predictedNoise,
      metrics.trueNoise, metrics.keepAllF1,
    ]
    #expect(shares.allSatisfy { $0 == 0 })
  }
}

@Suite struct `A budget` {
  @Test(arguments: [
    (10, 0, [10, 20, 30, 40, 50]),
    (10, 0.2, [13, 25, 38, 50, 63]),
    (10, 0.4021, [17, 34, 51, 67, 84]),
    (10, 0.5, [20, 40, 60, 80, 100]),
    (100, 0.2, [125, 250, 375, 500, 625]),
    (100, 0.402, [168, 335, 502, 669, 837]),
    (100, 0.5, [200, 400, 600, 800, 1000]),
    (50, 0.5, [100, 200, 300, 400, 500]),
    (14, 0.38, [23, 46, 68, 91, 113]),
  ])
  func `follows the table of clean samples per class`(
    classes: Int, rate: Double, labels: [Int]
  ) throws {
    let found = try (1...5).map {
      try Budget.cumulative(spc: Double($0), classes: classes, rate: rate)
    }
    #expect(found == labels)
  }

  @Test(arguments: [(0, 0), (-1, 0), (1, 1), (1, -0.1), (1e300, 0), (1, Double.nan), (.nan, 0)])
  func `refuses what cannot be counted`(spc: Double, rate: Double) {
    #expect(throws: MethodError.self) {
      try Budget.cumulative(spc: spc, classes: 10, rate: rate)
    }
  }

  @Test func `is bought in shares`() {
    #expect(Budget.shares(of: 25, size: 10) == [15, 10])
    #expect(Budget.shares(of: 25, size: 10, remainder: .last) == [10, 10, 5])
    #expect(Budget.shares(of: 7, size: 10) == [7])
    #expect(Budget.shares(of: 30, size: 10) == [10, 10, 10])
    #expect(Budget.shares(of: 3, size: 1, remainder: .last) == [1, 1, 1])
  }

  @Test func `is spent by its shares, whatever their size`() {
    for budget in 1...40 {
      for size in 1...41 {
        for remainder in Budget.Remainder.allCases {
          let shares = Budget.shares(of: budget, size: size, remainder: remainder)
          #expect(shares.reduce(0, +) == budget)
          #expect(shares.allSatisfy { $0 > 0 })
        }
      }
    }
  }
}
