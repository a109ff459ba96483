import LinearAlgebra

/// The mean of the middle half: nearly as steady as the mean, and deaf to a few runs that went
/// wrong. How `rliable` sums up runs (Agarwal et al. 2021, arXiv 2108.13264).
///
/// ⌊n/4⌋ values are left out at each end, as SciPy's `trim_mean` does; of fewer than four none is.
package struct InterquartileMean: Sendable, Hashable {
  package let value: Double
  /// Where it lies with 95 % confidence, by the percentiles 2.5 and 97.5 of resampled sets.
  package let interval: Interval

  /// How many sets are drawn for the interval.
  package static let resamples = 2000

  /// The interquartile mean of all values, and its stratified bootstrap interval: each resampled set
  /// draws from every stratum, with replacement, as many values as it has. The runs of each data set
  /// are a stratum; on one data set there is one.
  ///
  /// O(resamples · n log n).
  /// - Parameters:
  ///   - strata: values of one unit; empty strata count for nothing.
  ///   - random: a stream of the role `evaluation`; the same stream, the same interval.
  /// - Throws: `MethodError.refused` if there is no value, or one is not finite; `Interrupted`.
  package static func estimate(
    _ strata: [[Double]], resamples: Int = resamples, using random: inout RandomSource
  ) throws -> InterquartileMean {
    let all = try Repeats(strata.flatMap { $0 }).values
    var drawn: [Double] = []
    for _ in 0..<max(1, resamples) {
      try Interrupt.check()
      drawn.append(interquartileMean(resampled(strata, using: &random)))
    }
    let ends = [2.5, 97.5].compactMap { percentile($0, of: drawn) }
    return InterquartileMean(
      value: interquartileMean(all), interval: Interval(lower: ends[0], upper: ends[1]))
  }

  private static func resampled(
    _ strata: [[Double]], using random: inout RandomSource
  ) -> [Double] {
    strata.flatMap { values in
      values.indices.map { _ in values[random.integer(below: values.count)] }
    }
  }
}

/// The mean without the ⌊n/4⌋ smallest and the ⌊n/4⌋ largest values.
func interquartileMean(_ values: [Double]) -> Double {
  let cut = values.count / 4
  return average(values.sorted()[cut..<values.count - cut])
}
