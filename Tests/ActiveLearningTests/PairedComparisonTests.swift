import ActiveLearning
import LinearAlgebra
import Testing

private let accuraciesA = [
  0.512, 0.634, 0.581, 0.602, 0.55, 0.71, 0.49, 0.62, 0.58, 0.645, 0.57, 0.6,
]
private let accuraciesB = [
  0.5, 0.601, 0.59, 0.58, 0.551, 0.66, 0.49, 0.6, 0.52, 0.65, 0.56, 0.57,
]

private func isClose(_ found: Double?, _ expected: Double, within tolerance: Double = 1e-11)
  -> Bool
{
  found.map { abs($0 - expected) <= tolerance * abs(expected) } ?? false
}

/// Arms whose differences have, up to rounding, this mean and this standard deviation; for an even
/// number of seeds.
private func comparison(
  mean: Double, deviation: Double, seeds: Int, epsilon: Double = 0.01, sequential: Bool = false,
  lowerIsBetter: Bool = false
) throws -> PairedComparison {
  let step = deviation * (Double(seeds - 1) / Double(seeds)).squareRoot()
  let a = (0..<seeds).map { mean + ($0 % 2 == 0 ? step : -step) }
  return try PairedComparison(
    a: a, b: a.map { _ in 0 }, epsilon: epsilon, sequential: sequential,
    lowerIsBetter: lowerIsBetter)
}

@Suite struct `A paired comparison` {
  @Test func `is SciPy's paired t-test`() throws {
    let found = try PairedComparison(a: accuraciesA, b: accuraciesB)
    #expect(found.seeds == 12)
    #expect(isClose(found.differences.mean, 0.0185))
    #expect(isClose(found.differences.deviation, 0.021777803545645433))
    #expect(isClose(found.pValue, 0.013382598294362023))
    #expect(isClose(found.interval?.lower, 0.004663043770455157))
    #expect(isClose(found.interval?.upper, 0.03233695622954482))
    #expect(found.winRate == 8.5 / 12)
    #expect(found.verdict == .better(.a))
  }

  @Test func `turned round says the same of the other arm`() throws {
    let one = try PairedComparison(a: accuraciesA, b: accuraciesB)
    let other = try PairedComparison(a: accuraciesB, b: accuraciesA)
    #expect(other.differences.mean == -one.differences.mean)
    #expect(abs(other.winRate - (1 - one.winRate)) < 1e-15)
    #expect(other.pValue == one.pValue)
    #expect(other.verdict == .better(.b))
  }

  @Test func `of losses calls the lower one better`() throws {
    let found = try PairedComparison(a: accuraciesA, b: accuraciesB, lowerIsBetter: true)
    #expect(found.verdict == .better(.b))
    #expect(found.winRate == 3.5 / 12)
    #expect(isClose(found.differences.mean, 0.0185))
  }

  @Test(arguments: [1, 2, 9], [false, true])
  func `of fewer than ten seeds is never decided`(seeds: Int, sequential: Bool) throws {
    let a = (0..<seeds).map { 0.9 + 1e-6 * Double($0) }
    let found = try PairedComparison(a: a, b: a.map { _ in 0.1 }, sequential: sequential)
    #expect(found.verdict == .tooFewSeeds(found: seeds, least: 10))
    #expect((found.interval == nil) == (seeds == 1 || sequential))
    #expect((found.pValue == nil) == (seeds == 1 || sequential))
  }

  @Test func `takes each step of the verdict`() throws {
    // The t-interval of 16 seeds reaches 2.131 · s / 4.
    #expect(try comparison(mean: 0.02, deviation: 0.03, seeds: 16).verdict == .better(.a))
    #expect(try comparison(mean: -0.02, deviation: 0.03, seeds: 16).verdict == .better(.b))
    // A difference too small to matter, but there: step 2 comes before step 3.
    #expect(try comparison(mean: 0.001, deviation: 0.001, seeds: 16).verdict == .better(.a))
    #expect(
      try comparison(mean: 0.002, deviation: 0.01, seeds: 16).verdict == .noDifference(above: 0.01))
    #expect(
      try comparison(mean: 0.002, deviation: 0.01, seeds: 16, epsilon: 0.005).verdict
        == .undecided(seeds: 16, needed: 32))
    #expect(
      try comparison(mean: 0.01, deviation: 0.05, seeds: 16).verdict
        == .undecided(seeds: 16, needed: 196))
  }

  @Test func `plans a fresh run`() throws {
    let found = try comparison(mean: 0, deviation: 0.05, seeds: 10)
    // (2.8 · 5)² = 196, whichever way s was rounded.
    #expect(found.seedsNeeded(for: 0.01) == 196)
    #expect(found.seedsNeeded(for: 0.02) == 49)
    #expect(found.seedsNeeded(for: 0.0199) == 50)
    #expect(found.seedsNeeded(for: 0.2) == PairedComparison.leastSeeds)
    #expect(found.seedsNeeded(for: 1e-300) > 1_000_000)
  }

  @Test(arguments: [false, true])
  func `of equal arms sees no difference`(sequential: Bool) throws {
    let found = try PairedComparison(a: accuraciesA, b: accuraciesA, sequential: sequential)
    #expect(found.interval == Interval(lower: 0, upper: 0))
    #expect(found.pValue == 1)
    #expect(found.winRate == 0.5)
    #expect(found.verdict == .noDifference(above: 0.01))
  }

  @Test(arguments: [false, true])
  func `of arms that always differ by the same has a winner`(sequential: Bool) throws {
    let a = [Double](repeating: 0.75, count: 10)
    let found = try PairedComparison(a: a, b: a.map { $0 - 0.125 }, sequential: sequential)
    #expect(found.interval == Interval(lower: 0.125, upper: 0.125))
    #expect((found.pValue ?? 1) < 1e-4)
    #expect(found.winRate == 1)
    #expect(found.verdict == .better(.a))
  }

  @Test func `takes for ties what differs by rounding`() throws {
    let a = [Double](repeating: 0.1 + 0.2, count: 12)
    let b = [Double](repeating: 0.3, count: 12)
    #expect(a != b)
    let found = try PairedComparison(a: a, b: b)
    #expect(found.winRate == 0.5)
    #expect(found.verdict == .noDifference(above: 0.01))
    #expect(try PairedComparison(a: [1], b: [1 - 1e-8]).winRate == 1)
  }

  @Test func `refuses what cannot be compared`() {
    #expect(throws: MethodError.self) { try PairedComparison(a: [], b: []) }
    #expect(throws: MethodError.self) { try PairedComparison(a: [0.5], b: [0.5, 0.6]) }
    #expect(throws: MethodError.self) { try PairedComparison(a: [.nan], b: [0.5]) }
    #expect(throws: MethodError.self) { try PairedComparison(a: [1e308], b: [-1e308]) }
    for epsilon in [0, -0.01, .nan, .infinity] {
      #expect(throws: MethodError.self) {
        try PairedComparison(a: [0.5], b: [0.5], epsilon: epsilon)
      }
    }
  }

  @Test(arguments: [false, true])
  func `has a p-value below the level exactly where 0 is excluded`(sequential: Bool) throws {
    for seeds in [10, 12, 38, 150] {
      for tenths in 1...60 {
        let mean = 0.1 * Double(tenths) / Double(seeds).squareRoot()
        let found = try comparison(
          mean: mean, deviation: 1, seeds: seeds, sequential: sequential)
        let interval = try #require(found.interval)
        #expect((try #require(found.pValue) < 0.05) == !interval.contains(0))
      }
    }
  }
}

@Suite struct `Several comparisons with one baseline` {
  @Test func `have their p-values raised as Holm says`() {
    let adjusted = Holm.adjusted([0.01, 0.04, 0.03, 0.005])
    for (found, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) {
      #expect(abs(found - expected) < 1e-15)
    }
    #expect(Holm.adjusted([0.25, 0.5, 0.125]) == [0.5, 0.5, 0.375])
    #expect(Holm.adjusted([0.02, 0.02]) == [0.04, 0.04])
    #expect(Holm.adjusted([0.9]) == [0.9])
    #expect(Holm.adjusted([0.9, 0.8]) == [1, 1])
    #expect(Holm.adjusted([]) == [])
  }

  @Test func `need more to have a winner`() throws {
    // p = .032: enough alone, too much among two whose other member finds nothing.
    let weak = try comparison(mean: 0.0275, deviation: 0.05, seeds: 18)
    let none = try comparison(mean: 0, deviation: 0.05, seeds: 18)
    let strong = try comparison(mean: 0.2, deviation: 0.05, seeds: 18)
    let p = try #require(weak.pValue)
    #expect(0.025 < p && p < 0.05)
    let undecided = ComparisonVerdict.undecided(seeds: 18, needed: 196)
    #expect(PairedComparison.verdicts([weak]) == [.better(.a)])
    #expect(PairedComparison.verdicts([weak, none]) == [undecided, undecided])
    // Once the stronger one is decided, the weaker one stands alone again.
    #expect(PairedComparison.verdicts([weak, strong]) == [.better(.a), .better(.a)])
    #expect(PairedComparison.verdicts([]) == [])
  }

  @Test func `count those that have too few seeds`() throws {
    let weak = try comparison(mean: 0.0275, deviation: 0.05, seeds: 18)
    let few = try PairedComparison(a: [0.5], b: [0.4])
    #expect(
      PairedComparison.verdicts([few, weak]) == [
        .tooFewSeeds(found: 1, least: 10), .undecided(seeds: 18, needed: 196),
      ])
  }

  @Test func `without a winner may still be without a difference`() throws {
    let weak = try comparison(mean: 0.00275, deviation: 0.005, seeds: 18)
    let none = try comparison(mean: 0, deviation: 0.05, seeds: 18)
    #expect(weak.verdict == .better(.a))
    #expect(PairedComparison.verdicts([weak, none]).first == .noDifference(above: 0.01))
  }
}

@Suite struct `An interquartile mean` {
  private func stream(_ seed: Int = 1) -> RandomSource {
    RandomSource(RandomKey(seed: seed, role: .evaluation, method: "test"))
  }

  /// By SciPy's trim_mean.
  @Test(arguments: [
    (accuraciesA, 0.5921666666666666), (accuraciesB, 0.5751666666666667),
    (Array(accuraciesA.prefix(7)), 0.5758), (Array(accuraciesA.prefix(3)), 0.5756666666666667),
    (Array(accuraciesA.prefix(5)), 0.5776666666666667),
  ])
  func `is SciPy's mean of the middle half`(values: [Double], expected: Double) throws {
    var random = stream()
    let found = try InterquartileMean.estimate([values], resamples: 1, using: &random)
    #expect(isClose(found.value, expected))
  }

  @Test func `does not mind a run that went wrong`() throws {
    var random = stream()
    let found = try InterquartileMean.estimate([[1, 2, 3, 4, 5, 6, 7, 1e9]], using: &random)
    #expect(found.value == 4.5)
  }

  @Test func `of one value is that value`() throws {
    var random = stream()
    let found = try InterquartileMean.estimate([[0.3]], using: &random)
    #expect(found.value == 0.3)
    #expect(found.interval == Interval(lower: 0.3, upper: 0.3))
  }

  @Test func `has the interval of all sets that could be drawn`() throws {
    let values = [0.0, 0.1, 0.5, 0.55, 1]
    var all: [Double] = []
    for code in 0..<3125 {
      let drawn = (0..<5).map { place in
        values[(0..<place).reduce(code) { rest, _ in rest / 5 } % 5]
      }
      all.append(drawn.sorted()[1..<4].reduce(0, +) / 3)
    }
    var random = stream()
    let found = try InterquartileMean.estimate([values], resamples: 40_000, using: &random)
    let (lower, upper) = (
      try #require(percentile(2.5, of: all)), try #require(percentile(97.5, of: all))
    )
    // The percentiles lie between neighbouring values of a discrete distribution.
    #expect(abs(found.interval.lower - lower) < 0.02)
    #expect(abs(found.interval.upper - upper) < 0.02)
  }

  @Test func `draws from every stratum as many as it has`() throws {
    var random = stream()
    let apart = try InterquartileMean.estimate(
      [[0, 0, 0, 0], [], [1, 1, 1, 1]], using: &random)
    #expect(apart.value == 0.5)
    #expect(apart.interval == Interval(lower: 0.5, upper: 0.5))
    let mixed = try InterquartileMean.estimate([[0, 0, 0, 0, 1, 1, 1, 1]], using: &random)
    #expect(mixed.interval.upper - mixed.interval.lower > 0.5)
  }

  @Test func `is the same for the same stream`() throws {
    var (one, same, other) = (stream(), stream(), stream(2))
    let found = try InterquartileMean.estimate([accuraciesA], using: &one)
    #expect(try InterquartileMean.estimate([accuraciesA], using: &same) == found)
    #expect(try InterquartileMean.estimate([accuraciesA], using: &other) != found)
  }

  @Test func `of a comparison keeps pairs together`() throws {
    let found = try PairedComparison(a: accuraciesA, b: accuraciesA.map { $0 - 0.0625 })
    var random = stream()
    let means = try found.interquartileMeans(using: &random)
    #expect(abs(means.a.value - means.b.value - 0.0625) < 1e-12)
    #expect(abs(means.a.interval.lower - means.b.interval.lower - 0.0625) < 1e-12)
    #expect(abs(means.a.interval.upper - means.b.interval.upper - 0.0625) < 1e-12)
    #expect(isClose(means.difference.value, 0.0625))
    #expect(means.difference.interval.upper - means.difference.interval.lower < 1e-12)
  }

  @Test(arguments: [[], [[]], [[0.5, .nan]]] as [[[Double]]])
  func `needs values`(strata: [[Double]]) {
    var random = stream()
    #expect(throws: MethodError.self) {
      try InterquartileMean.estimate(strata, using: &random)
    }
  }
}
