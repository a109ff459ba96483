import Foundation

/// Lets one look at a mean after every new value and stop when one likes: the multiplier of the
/// standard error, and the p-value, that stay honest then.
///
/// An interval of Student's t is right for a number of values fixed beforehand; whoever adds values
/// until it excludes 0 finds something in a third of all comparisons of equals (followed to 200).
/// Here the probability that the interval ever misses the true mean, at any number of values from
/// `first` on, is at most `level` together.
///
/// It is Robbins's normal-mixture confidence sequence (1970, Ann. Math. Statist. 41) in the form for
/// an unknown variance: the t-mixture of Wang and Ramdas (2023, arXiv 2310.03722), after Lai (1976,
/// Ann. Statist. 4), whose mixture is flat. The form for a known variance with s put in for σ is too
/// short while n is small. With the effect μ / σ mixed over N(0, g), the ratio of likelihoods of n
/// values depends on them through t alone, and under μ = 0 it is a martingale with mean 1, exactly,
/// whatever σ:
///
///     M_n = r^(−1/2) · ((1 + t²/ν) / (1 + t²/(rν)))^(n/2),   r = 1 + n·g,   ν = n − 1
///
/// M is compared with a bound c. As nobody looks before n = m (`first`), c is not 1 / level but less:
/// by Ville's inequality from M_m on, the probability of ever reaching c is at most
/// E min(1, M_m / c) = P(M_m ≥ c) + P*(M_m < c) / c, which is set equal to the level; under the
/// mixture P*, t / √r has Student's distribution. With g = 1, m = 10 and level .05, c is 15.67, and
/// t must exceed 3.68 at n = 10, 3.31 at 20, 3.23 at 50, 3.33 at 200.
///
/// Exact for independent normal values. Like the t-interval it is cautious where tails are heavy, and
/// too bold where values are strongly skewed (an exponential distribution: wrong in 11 %); the
/// differences of two equal arms are symmetric.
package struct AlwaysValidT: Sendable {
  /// How many values there must be before one looks; at least 2.
  package let first: Int
  /// The probability of ever being wrong.
  package let level: Double
  /// g: how large effects are expected to be, as the variance of μ / σ. At 1 no interval from 10 to
  /// 200 values is more than a tenth longer than the shortest that any g gives there.
  package let effectVariance: Double
  /// The logarithm of c.
  private let logBound: Double

  /// For paired comparisons: looked at from 10 seeds on, wrong in 5 %.
  package static let standard = AlwaysValidT(first: 10, level: 0.05)

  /// - Precondition: `first` is at least 2, `level` between 0 and 1, `effectVariance` positive.
  package init(first: Int, level: Double, effectVariance: Double = 1) {
    precondition(first >= 2 && level > 0 && level < 1 && effectVariance > 0, "a level in (0, 1)")
    self.first = first
    self.level = level
    self.effectVariance = effectVariance
    let evidence = Martingale(first, effectVariance)
    // The p-value falls as the evidence grows, from 1 to less than the level at c = 1 / level.
    var (low, high) = (evidence.least, -log(level))
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if evidence.pValue(middle) > level { low = middle } else { high = middle }
    }
    logBound = high
  }

  /// The t beyond which 0 is excluded after `count` values: the half-width of the interval in
  /// standard errors. Infinite before `first`, and where no t could be enough. O(1).
  package func multiplier(_ count: Int) -> Double {
    count < first ? .infinity : Martingale(count, effectVariance).statistic(logBound)
  }

  /// The least level at which the interval after `count` values would exclude 0: a p-value that may
  /// be looked at as often as one likes. 1 before `first`.
  /// - Parameter t: mean / standard error.
  package func pValue(_ t: Double, count: Int) -> Double {
    guard count >= first else { return 1 }
    return Martingale(first, effectVariance).pValue(Martingale(count, effectVariance).logarithm(t))
  }
}

/// The martingale M_n at one n: what a value of t says against a mean of 0.
private struct Martingale {
  private let n: Double
  private let r: Double

  init(_ count: Int, _ effectVariance: Double) {
    n = Double(count)
    r = 1 + n * effectVariance
  }

  /// The logarithm of M at t = 0, below which it never is.
  var least: Double { -log(r) / 2 }

  /// The logarithm of M at t.
  func logarithm(_ t: Double) -> Double {
    let square = t * t / (n - 1)
    guard square.isFinite else { return least + n / 2 * log(r) }
    return least + n / 2 * (log1p(square) - log1p(square / r))
  }

  /// The t ≥ 0 at which M has this logarithm; infinite where it never has.
  func statistic(_ logarithm: Double) -> Double {
    let excess = expm1(2 * (logarithm - least) / n)
    guard excess > 0 else { return 0 }
    guard excess < r - 1 else { return .infinity }
    return ((n - 1) * excess / (1 - (1 + excess) / r)).squareRoot()
  }

  /// E min(1, M / c) under a mean of 0: the most probable that M, looked at from this n on, ever
  /// reaches c.
  /// - Parameter logarithm: of c.
  func pValue(_ logarithm: Double) -> Double {
    let t = statistic(logarithm)
    guard t > 0 else { return 1 }
    let distribution = StudentT(degrees: Int(n) - 1)
    let below = 1 - distribution.twoSidedTail(t / r.squareRoot())
    return min(1, distribution.twoSidedTail(t) + below * exp(-logarithm))
  }
}
