/// Where a number lies with some confidence: two ends, both belonging to it.
package struct Interval: Sendable, Hashable, Codable {
  package let lower: Double
  package let upper: Double

  /// - Precondition: lower ≤ upper, or one of them is not a number.
  package init(lower: Double, upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  /// From `center` as far to both sides.
  package init(around center: Double, reaching distance: Double) {
    self.init(lower: center - distance, upper: center + distance)
  }

  package func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

  /// Whether all of it is nearer to 0 than `bound`.
  package func isWithin(_ bound: Double) -> Bool { -bound < lower && upper < bound }
}
