/// What a strategy remembers from one query to the next on the same labeled set: handed in when it is
/// made, handed back with the picks, stored with the cell.
package enum StrategyMemory: Sendable, Hashable, Codable {
  case delta(DeltaMemory)
  case radii(RadiusMemory)
}

/// The radius that a schedule has arrived at.
package struct DeltaMemory: Sendable, Hashable, Codable {
  /// That of the first query.
  package var initial: Double
  /// The one in force.
  package var current: Double
  /// The largest degree at the last pick; nil before the first.
  package var lastDegree: Int?

  package init(initial: Double, current: Double, lastDegree: Int? = nil) {
    self.initial = initial
    self.current = current
    self.lastDegree = lastDegree
  }
}

/// A radius for each labeled sample.
package struct RadiusMemory: Sendable, Hashable, Codable {
  /// In the order of purchase.
  package var samples: [Int]
  /// One for each of `samples`.
  package var radii: [Double]
  /// Whether it only stands in until its label is known to the next query.
  package var isProvisional: [Bool]

  package init(samples: [Int] = [], radii: [Double] = [], isProvisional: [Bool] = []) {
    self.samples = samples
    self.radii = radii
    self.isProvisional = isProvisional
  }
}
