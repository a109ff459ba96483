import Glibc

/// Two normal distributions on a line: tells values of one kind from values of another by where they
/// crowd.
///
/// Fitted by expectation and maximisation (Dempster, Laird and Rubin 1977): 1e-6 is added to each
/// variance, and the fit ends when the mean log-likelihood changes by less than a tolerance. One fit
/// costs O(iterations · n).
package struct GaussianMixture: Sendable, Equatable {
  /// The shares of the two components; they sum to 1.
  package private(set) var weights: [Double]
  package private(set) var means: [Double]
  package private(set) var variances: [Double]

  /// Takes on two components as they are, to start a fit from.
  /// - Precondition: two of each.
  package init(weights: [Double], means: [Double], variances: [Double]) {
    precondition([weights, means, variances].allSatisfy { $0.count == 2 }, "two components")
    self.weights = weights
    self.means = means
    self.variances = variances
  }

  /// The mixture of the values, fitted from the two groups that 2-means finds; nil where they are all
  /// equal, or fewer than two.
  /// - Parameter values: finite.
  package init?(of values: [Double]) {
    guard let upper = upperGroup(of: values) else { return nil }
    self.init(weights: [0, 0], means: [0, 0], variances: [0, 0])
    maximise(values, shares: [upper.map { $0 ? 0 : 1 }, upper.map { $0 ? 1 : 0 }])
    fit(to: values)
  }

  /// Improves both components until the mean log-likelihood changes by less than `tolerance`.
  /// - Returns: how many iterations it took.
  @discardableResult package mutating func fit(
    to values: [Double], tolerance: Double = 1e-3, iterations: Int = 100
  ) -> Int {
    guard !values.isEmpty else { return 0 }
    var last = -Double.infinity
    for iteration in 1...max(1, iterations) {
      let likelihood = meanLogLikelihood(of: values)
      maximise(
        values, shares: (0..<2).map { component in values.map { posterior(of: component, $0) } })
      if abs(likelihood - last) < tolerance { return iteration }
      last = likelihood
    }
    return max(1, iterations)
  }

  /// How probable it is that `value` comes from the component with the larger mean.
  package func posteriorOfHigher(_ value: Double) -> Double {
    posterior(of: means[1] >= means[0] ? 1 : 0, value)
  }

  /// How probable it is that `value` comes from `component`, 0 or 1; in logarithms, so that it is a
  /// number however far away the value lies.
  package func posterior(of component: Int, _ value: Double) -> Double {
    1 / (1 + exp(logDensity(1 - component, value) - logDensity(component, value)))
  }

  /// The logarithm of how likely the values are, divided by their number.
  package func meanLogLikelihood(of values: [Double]) -> Double {
    let sum = values.reduce(0) { sum, value in
      let densities = [logDensity(0, value), logDensity(1, value)]
      let larger = max(densities[0], densities[1])
      return sum + larger + log1p(exp(min(densities[0], densities[1]) - larger))
    }
    return sum / Double(max(1, values.count))
  }

  /// With the component's weight.
  private func logDensity(_ component: Int, _ value: Double) -> Double {
    let distance = value - means[component]
    let variance = variances[component]
    return log(weights[component])
      - 0.5 * (log(2 * Double.pi * variance) + distance * distance / variance)
  }

  /// Sets both components to what the values are, each counted by its share in them.
  private mutating func maximise(_ values: [Double], shares: [[Double]]) {
    for (component, shares) in shares.enumerated() {
      // A component that nothing belongs to any more keeps a trace, so that it stays a number.
      let count = shares.reduce(0, +) + 10 * Double.ulpOfOne
      let mean = zip(shares, values).reduce(0) { $0 + $1.0 * $1.1 } / count
      let square = zip(shares, values).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
      weights[component] = count / Double(values.count)
      means[component] = mean
      variances[component] = square / count + 1e-6
    }
    let total = weights[0] + weights[1]
    weights = weights.map { $0 / total }
  }
}
