import ActiveLearning
import Foundation
import LinearAlgebra
import Testing

/// M of the t-mixture, straight from its definition: the likelihood of t under an effect mixed over
/// N(0, 1), divided by its likelihood without an effect.
private func evidence(_ t: Double, count: Int) -> Double {
  let spread = (1 + Double(count)).squareRoot()
  let student = StudentT(degrees: count - 1)
  return student.density(t / spread) / spread / student.density(t)
}

@Suite struct `An interval that may be looked at after every seed` {
  /// By SciPy: the bound solved by Brent's method.
  @Test(arguments: [
    (10, 3.6807595762013494), (11, 3.5908566347171207), (20, 3.3061272047493206),
    (50, 3.2285806995762587), (200, 3.3327377760963133), (5000, 3.747105290627631),
  ])
  func `is as long as the reference's`(count: Int, expected: Double) {
    #expect(isClose(AlwaysValidT.standard.multiplier(count), expected, within: 1e-10))
  }

  /// By SciPy's quadrature of min(1, M / c) over Student's density.
  @Test(arguments: [
    (2.0, 10, 0.35857993407654226), (3.68075957620135, 10, 0.05), (3.0, 30, 0.08258569187349976),
    (4.5, 80, 0.0010878906368274033), (7.0, 200, 4.4147633697136264e-09), (1.0, 200, 1.0),
    (12.0, 40, 1.3416546541939797e-12),
  ])
  func `has the p-value of the reference`(t: Double, count: Int, expected: Double) {
    #expect(isClose(AlwaysValidT.standard.pValue(t, count: count), expected, within: 1e-9))
    #expect(
      AlwaysValidT.standard.pValue(-t, count: count)
        == AlwaysValidT.standard.pValue(t, count: count))
  }

  @Test func `reaches the bound where the ratio of likelihoods does`() {
    let bound = evidence(AlwaysValidT.standard.multiplier(10), count: 10)
    #expect(abs(bound - 15.671754356) < 1e-7)
    for count in [11, 25, 120, 900] {
      let reached = evidence(AlwaysValidT.standard.multiplier(count), count: count)
      #expect(abs(reached / bound - 1) < 1e-9)
    }
  }

  @Test func `says nothing before the first look`() {
    #expect(AlwaysValidT.standard.multiplier(9) == .infinity)
    #expect(AlwaysValidT.standard.pValue(100, count: 9) == 1)
    #expect(AlwaysValidT.standard.pValue(0, count: 50) == 1)
    #expect(AlwaysValidT.standard.pValue(.infinity, count: 10) < 1e-4)
    // With two values no t is enough at so small a level.
    #expect(AlwaysValidT(first: 2, level: 1e-6).multiplier(2) == .infinity)
  }

  @Test(arguments: [2, 3, 10, 40], [0.2, 0.05, 0.001])
  func `has a p-value that falls through its level at its end`(first: Int, level: Double) {
    let interval = AlwaysValidT(first: first, level: level)
    for count in [first, first + 1, 3 * first, 500] {
      let end = interval.multiplier(count)
      guard end.isFinite else { continue }
      #expect(interval.pValue(end * 0.999, count: count) > level)
      #expect(interval.pValue(end * 1.001, count: count) < level)
    }
  }

  @Test func `is longer than the interval of one look`() {
    for count in 10...300 {
      let once = StudentT(degrees: count - 1).twoSidedQuantile(0.05)
      #expect(AlwaysValidT.standard.multiplier(count) > 1.4 * once)
    }
  }

  /// How many of 4,000 series of 200 values around `mean` ever exclude it between the 10th and the
  /// last.
  private func misses(
    _ multipliers: [Double], draw: (inout RandomSource) -> Double
  ) -> Int {
    var random = RandomSource(RandomKey(seed: 11, role: .evaluation))
    return (0..<4000).count { _ in
      var (sum, squares, isMissed) = (0.0, 0.0, false)
      for n in 1...200 {
        let value = draw(&random)
        sum += value
        squares += value * value
        guard n >= 10 else { continue }
        let mean = sum / Double(n)
        let variance = (squares - sum * mean) / Double(n - 1)
        isMissed =
          isMissed || abs(mean) > multipliers[n] * (variance / Double(n)).squareRoot()
      }
      return isMissed
    }
  }

  @Test func `is wrong in less than 5 of 100 series, where the t-interval is in 30`() {
    let valid = (0...200).map(AlwaysValidT.standard.multiplier)
    let naive = (0...200).map { StudentT(degrees: max(1, $0 - 1)).twoSidedQuantile(0.05) }
    // 3.2 %: the rest of the 5 is kept for all that comes after 200.
    #expect((90..<170).contains(misses(valid) { $0.normal() }))
    #expect(misses(naive) { $0.normal() } > 1200)
  }

  @Test func `stays so for the differences of equal arms that are far from normal`() {
    let valid = (0...200).map(AlwaysValidT.standard.multiplier)
    #expect(misses(valid) { -log(1 - $0.uniform()) + log(1 - $0.uniform()) } < 200)
    #expect(misses(valid) { Double($0.integer(below: 5) / 4 - $0.integer(below: 5) / 4) } < 200)
  }

  @Test func `makes a comparison slower to decide`() throws {
    let a = (0..<20).map { 0.027 + ($0 % 2 == 0 ? 0.05 : -0.05) }
    let b = a.map { _ in 0.0 }
    let fixed = try PairedComparison(a: a, b: b)
    let sequential = try PairedComparison(a: a, b: b, sequential: true)
    #expect(fixed.verdict == .better(.a))
    #expect(sequential.verdict == .undecided(seeds: 20, needed: 207))
    let error = try #require(sequential.differences.standardError)
    let upper = try #require(sequential.interval?.upper)
    #expect(isClose(upper - 0.027, 3.3061272047493206 * error, within: 1e-9))
  }
}

private func isClose(_ found: Double, _ expected: Double, within tolerance: Double) -> Bool {
  abs(found - expected) <= tolerance * abs(expected)
}
