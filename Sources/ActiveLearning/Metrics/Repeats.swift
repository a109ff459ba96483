/// The same cells under several seeds: one metric's values, their mean and the band that a figure
/// draws around it.
package struct Repeats: Sendable, Hashable {
  /// What the band around a mean shows.
  package enum Band: String, Sendable, Hashable, CaseIterable {
    /// Where the mean of all seeds lies with 95 % confidence: mean ± t · s / √n, t the .975 quantile
    /// of Student's distribution with n − 1 degrees of freedom.
    case ci
    /// How far the seeds scatter: mean ± s.
    case sd
    /// The standard error of the mean: mean ± s / √n.
    case se
    /// No band.
    case none
  }

  /// One per seed.
  package let values: [Double]
  package let mean: Double
  /// The standard deviation s, by n − 1; nil for a single seed.
  package let deviation: Double?

  /// O(n).
  /// - Parameter values: of any unit, one per seed.
  /// - Throws: `MethodError.refused` if there are none, or one is not finite.
  package init(_ values: [Double]) throws(MethodError) {
    guard !values.isEmpty else { throw .refused(reason: "there are no seeds to compare") }
    guard values.allSatisfy(\.isFinite) else {
      throw .refused(reason: "one of the seeds has a value that is not a finite number")
    }
    self.values = values
    mean = average(values)
    deviation = Self.deviation(of: values, around: mean)
  }

  /// The number of seeds.
  package var count: Int { values.count }

  /// s / √n; nil for a single seed.
  package var standardError: Double? { deviation.map { $0 / Double(count).squareRoot() } }

  /// The band around the mean; nil where there is none, and for a single seed, of which nobody knows
  /// how far it scatters.
  package func band(_ kind: Band = .ci) -> Interval? {
    guard let deviation, let standardError else { return nil }
    return switch kind {
    case .ci:
      Interval(
        around: mean,
        reaching: StudentT(degrees: count - 1).twoSidedQuantile(0.05) * standardError)
    case .sd: Interval(around: mean, reaching: deviation)
    case .se: Interval(around: mean, reaching: standardError)
    case .none: nil
    }
  }

  /// Equal values have none, to the last bit: their mean may have been rounded.
  private static func deviation(of values: [Double], around mean: Double) -> Double? {
    guard values.count > 1 else { return nil }
    guard values.contains(where: { $0 != values[0] }) else { return 0 }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }
}

/// The arithmetic mean; of equal values exactly that value.
/// - Precondition: there are values.
func average(_ values: some Collection<Double>) -> Double {
  guard let first = values.first else { return .nan }
  return first + values.reduce(0) { $0 + ($1 - first) } / Double(values.count)
}
