import LinearAlgebra

/// The radii among which a rule chooses one: 0.02, 0.04 and so on.
package enum DeltaSupport: String, Sendable, Hashable, CaseIterable {
  /// Up to 1.10, where unit rows are more than 60 degrees apart; up to 0.50 for `cosine`.
  case full
  /// As the reference implementation of the purity rule has it: up to 0.60, 0.30 for `cosine`.
  case reference

  /// The least radius, and the distance of each to the next.
  static let step = 0.02
  /// Radii this close together are the same one.
  static let tolerance = 1e-9

  /// The radii, ascending.
  /// - Parameter current: one that is to be among them.
  package func values(for metric: Metric, including current: Double? = nil) -> [Double] {
    // Fiftieths are the numbers that a user types; multiples of 0.02 are beside some of them.
    let values = (1...count(for: metric)).map { Double($0) / 50 }
    guard let current, !values.contains(where: { abs($0 - current) <= Self.tolerance }) else {
      return values
    }
    return (values + [current]).sorted()
  }

  private func count(for metric: Metric) -> Int {
    switch (self, metric) {
    case (.full, .l2): 55
    case (.full, .cosine): 25
    case (.reference, .l2): 30
    case (.reference, .cosine): 15
    }
  }
}
