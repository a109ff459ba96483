import ActiveLearning
import LinearAlgebra
import Testing

@Suite struct `A budget curve` {
  @Test(arguments: [[10, 20, 30, 40], [1, 2], [7, 11, 400]])
  func `that is 1 everywhere has an area of exactly 1`(budgets: [Int]) throws {
    let curve = try BudgetCurve(budgets: budgets, values: budgets.map { _ in 1 })
    #expect(curve.area() == 1)
    let span = Double(budgets[budgets.count - 1] - budgets[0])
    #expect(curve.area(.zhan) == span / (span + 1))
  }

  @Test func `weighs a piece by the labels that it spans`() throws {
    let curve = try BudgetCurve(budgets: [10, 20, 50], values: [0.2, 0.4, 0.6])
    // 0.3 over ten labels and 0.5 over thirty.
    #expect(abs(curve.area() - 18.0 / 40) < 1e-15)
    #expect(abs(curve.area(.zhan) - 18.0 / 41) < 1e-15)
  }

  @Test func `does not change when a point on its line is put in`() throws {
    let coarse = try BudgetCurve(budgets: [10, 30], values: [0.2, 0.6])
    let fine = try BudgetCurve(budgets: [10, 15, 30], values: [0.2, 0.3, 0.6])
    #expect(abs(coarse.area() - fine.area()) < 1e-15)
  }

  @Test(arguments: BudgetCurve.Area.allCases)
  func `of one round is that round`(rule: BudgetCurve.Area) throws {
    #expect(try BudgetCurve(budgets: [20], values: [0.37]).area(rule) == 0.37)
  }

  @Test func `refuses what is no curve`() {
    let wrong: [([Int], [Double])] = [
      ([], []), ([10, 20], [0.5]), ([10, 10], [0.5, 0.5]), ([20, 10], [0.5, 0.5]),
      ([10, 20], [0.5, .nan]), ([10], [.infinity]),
    ]
    for (budgets, values) in wrong {
      #expect(throws: MethodError.self) { try BudgetCurve(budgets: budgets, values: values) }
    }
    #expect(throws: Never.self) {
      try BudgetCurve(budgets: [.min, .max], values: [0, 1]).area()
    }
  }
}

@Suite struct `Repeats under several seeds` {
  @Test func `have a mean and a scatter`() throws {
    let repeats = try Repeats([2, 4, 4, 4, 5, 5, 7, 9])
    #expect(repeats.count == 8)
    #expect(repeats.mean == 5)
    #expect(abs((repeats.deviation ?? 0) - (32.0 / 7).squareRoot()) < 1e-15)
    #expect(abs((repeats.standardError ?? 0) - (4.0 / 7).squareRoot()) < 1e-15)
  }

  @Test func `draw the band that was asked for`() throws {
    let repeats = try Repeats([1, 2, 3])
    #expect(repeats.band(.sd) == Interval(lower: 1, upper: 3))
    let error = 1 / 3.0.squareRoot()
    #expect(repeats.band(.se) == Interval(around: 2, reaching: error))
    let interval = try #require(repeats.band())
    #expect(abs(interval.upper - 2 - 4.302652729749462 * error) < 1e-12)
    #expect(abs(interval.lower + interval.upper - 4) < 1e-15)
    #expect(repeats.band(.none) == nil)
  }

  @Test(arguments: Repeats.Band.allCases)
  func `of a single seed have no band`(band: Repeats.Band) throws {
    let repeats = try Repeats([0.4])
    #expect(repeats.mean == 0.4)
    #expect(repeats.deviation == nil)
    #expect(repeats.band(band) == nil)
  }

  @Test(arguments: [0.1, 0.7, 1.0 / 3, 1e-300, 12_345.678])
  func `that are equal scatter not at all, to the last bit`(value: Double) throws {
    for count in 2...40 {
      let repeats = try Repeats([Double](repeating: value, count: count))
      #expect(repeats.mean == value)
      #expect(repeats.deviation == 0)
      #expect(repeats.band() == Interval(lower: value, upper: value))
    }
  }

  @Test(arguments: [[], [0.5, .nan], [.infinity]] as [[Double]])
  func `must be numbers`(values: [Double]) {
    #expect(throws: MethodError.self) { try Repeats(values) }
  }

  @Test func `contain the truth in 95 of 100 cases`() throws {
    var random = RandomSource(RandomKey(seed: 3, role: .evaluation))
    for count in [2, 5, 30] {
      let misses = try (0..<4000).count { _ in
        let repeats = try Repeats((0..<count).map { _ in 3 + 2 * random.normal() })
        return repeats.band()?.contains(3) == false
      }
      // Five standard deviations of the binomial distribution around 200.
      #expect(abs(misses - 200) < 70)
    }
  }
}

@Suite struct `Student's distribution` {
  /// By SciPy 1.17.
  @Test(arguments: [
    (2, 12.706204736174694), (3, 4.302652729749462), (4, 3.1824463052837078),
    (5, 2.7764451051977934), (10, 2.262157162798205), (20, 2.0930240544083087),
    (30, 2.045229642132703), (50, 2.0095752371292392), (200, 1.9719565442517533),
    (10_001, 1.960201239890626),
  ])
  func `has the quantiles of an interval of 95 %`(values: Int, expected: Double) {
    let found = StudentT(degrees: values - 1).twoSidedQuantile(0.05)
    #expect(abs(found / expected - 1) < 1e-11)
  }

  @Test func `has quantiles far out`() {
    for (degrees, tail, expected) in [
      (1, 1e-10, 6_366_197_723.675813), (3, 0.001, 12.923978636687481),
      (9, 0.5, 0.7027221467513264), (199, 1e-12, 7.621776327927884),
      (1_000_000, 0.01, 2.5758342201053344),
    ] {
      let found = StudentT(degrees: degrees).twoSidedQuantile(tail)
      #expect(abs(found / expected - 1) < 1e-9)
    }
    #expect(StudentT(degrees: 4).twoSidedQuantile(1) == 0)
    #expect(StudentT(degrees: 4).twoSidedQuantile(2) == 0)
    #expect(StudentT(degrees: 4).twoSidedQuantile(0) == .infinity)
  }

  @Test func `has the tails and densities of SciPy`() {
    for (degrees, t, tail, density) in [
      (1, 0.5, 0.7048327646991335, 0.2546479089470326),
      (1, 1000, 0.0006366195601611178, 3.183095678742227e-07),
      (4, 2, 0.11611652351681556, 0.06629126073623882),
      (9, 3.4, 0.007873328311887471, 0.00623688582089187),
      (49, 40, 4.454656326027987e-39, 2.6489883052644884e-39),
      (999, 0.001, 0.9992023152180736, 0.39884225788255867),
      (1_000_000, 1.96, 0.04999606758526985, 0.0584410330858455),
    ] {
      let distribution = StudentT(degrees: degrees)
      #expect(abs(distribution.twoSidedTail(t) / tail - 1) < 2e-9)
      #expect(distribution.twoSidedTail(-t) == distribution.twoSidedTail(t))
      #expect(abs(distribution.density(t) / density - 1) < 2e-9)
    }
    #expect(StudentT(degrees: 2).twoSidedTail(0) == 1)
    #expect(StudentT(degrees: 2).twoSidedTail(.infinity) == 0)
    #expect(StudentT(degrees: 2).twoSidedTail(.nan).isNaN)
  }

  @Test func `finds back the tail of its quantile`() {
    for degrees in [1, 2, 3, 7, 30, 1000] {
      for tail in [0.999, 0.9, 0.3, 0.05, 1e-4, 1e-9] {
        let distribution = StudentT(degrees: degrees)
        let found = distribution.twoSidedTail(distribution.twoSidedQuantile(tail))
        #expect(abs(found / tail - 1) < 1e-10)
      }
    }
  }

  @Test func `rests on the incomplete beta function of SciPy`() {
    for (x, a, b, expected) in [
      (0.3, 2, 5, 0.5798250000000003), (0.9, 0.5, 0.5, 0.7951672353008665),
      (0.01, 98, 1903, 1.85717961529338e-36), (0.5, 1, 1, 0.5),
      (0.999, 300, 0.5, 0.438654268870091), (0.05, 30, 500, 0.265226918909148), (0, 2, 3, 0),
      (1, 2, 3, 1),
    ] {
      #expect(abs(incompleteBeta(x, a, b) - expected) <= 1e-11 * expected)
    }
  }
}
