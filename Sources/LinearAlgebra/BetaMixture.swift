import Glibc

/// Two beta distributions on the unit interval: tells shares near 1 from shares near 0, such as those
/// of right and of wrong labels.
///
/// Fitted by expectation and weighted moments (Arazo et al. 2019, arXiv 1904.11238) from the two
/// groups that 2-means finds, at most 50 times and until no parameter moves by 1e-5. Variances are at
/// least 1e-6, parameters at least 1e-3. O(iterations · n).
package struct BetaMixture: Sendable, Equatable {
  /// First parameters, of the lower and the upper component.
  package private(set) var alphas = [1.0, 1.0]
  /// Second parameters.
  package private(set) var betas = [1.0, 1.0]
  /// The shares of the components; they sum to 1.
  package private(set) var weights = [0.5, 0.5]
  /// How many times the components were improved.
  package private(set) var iterations = 0
  private let margin: Double

  /// The mixture of `values`; nil where they are all equal, or fewer than two.
  /// - Parameters:
  ///   - values: in [0, 1].
  ///   - margin: values nearer than this to 0 or 1 are moved to that distance, because the densities
  ///     may be infinite or zero there.
  package init?(of values: [Double], margin: Double = 1e-4) {
    self.margin = margin
    let values = values.map { min(max($0, margin), 1 - margin) }
    guard let upper = upperGroup(of: values) else { return nil }
    maximise(values, shares: [upper.map { $0 ? 0 : 1 }, upper.map { $0 ? 1 : 0 }])
    for _ in 0..<50 {
      let before = parameters
      let shares = values.map(shares)
      maximise(values, shares: [shares.map(\.lower), shares.map(\.upper)])
      iterations += 1
      if zip(before, parameters).allSatisfy({ abs($0 - $1) < 1e-5 }) { break }
    }
  }

  /// How probable it is that `value` comes from the component with the larger mean.
  package func posteriorOfHigher(_ value: Double) -> Double {
    let value = min(max(value, margin), 1 - margin)
    let means = (0..<2).map { alphas[$0] / (alphas[$0] + betas[$0]) }
    let higher = means[1] >= means[0] ? 1 : 0
    return 1 / (1 + exp(logDensity(1 - higher, value) - logDensity(higher, value)))
  }

  private var parameters: [Double] { alphas + betas + weights }

  /// How much of `value` each component has, where densities below 1e-12 count as that much: a value
  /// that neither explains is shared, and neither component is ever left without values.
  private func shares(of value: Double) -> (lower: Double, upper: Double) {
    let lower = max(exp(logDensity(0, value)), 1e-12)
    let upper = max(exp(logDensity(1, value)), 1e-12)
    return (lower / (lower + upper), upper / (lower + upper))
  }

  /// With the component's weight.
  private func logDensity(_ component: Int, _ value: Double) -> Double {
    let (a, b) = (alphas[component], betas[component])
    return log(weights[component]) + lgamma(a + b).0 - lgamma(a).0 - lgamma(b).0
      + (a - 1) * log(value) + (b - 1) * log1p(-value)
  }

  /// Sets both components by the moments of the values, each counted by its share in them.
  private mutating func maximise(_ values: [Double], shares: [[Double]]) {
    for (component, shares) in shares.enumerated() {
      let count = shares.reduce(0, +)
      let mean = zip(shares, values).reduce(0) { $0 + $1.0 * $1.1 } / count
      let square = zip(shares, values).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
      let variance = max(square / count, 1e-6)
      alphas[component] = max(mean * (mean * (1 - mean) / variance - 1), 1e-3)
      betas[component] = max(alphas[component] * (1 - mean) / mean, 1e-3)
      weights[component] = count / Double(values.count)
    }
  }
}
