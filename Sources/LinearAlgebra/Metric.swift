/// How far apart two rows are.
package enum Metric: String, Sendable, Hashable, Codable, CaseIterable {
  /// The Euclidean distance.
  case l2
  /// One minus the cosine of the angle between the rows. Lengths do not matter; a row of zeros has
  /// no direction and is at distance 1 from all others, at 0 from another row of zeros.
  case cosine

  /// The distance that belongs to a squared Euclidean one; for `cosine`, to that between the unit
  /// rows, whose square is twice the cosine distance.
  func distance(squared: Double) -> Double {
    switch self {
    case .l2: squared.squareRoot()
    case .cosine: squared / 2
    }
  }

  /// The square to which `distance(squared:)` gives `radius`.
  func square(of radius: Double) -> Double {
    switch self {
    case .l2: radius * radius
    case .cosine: radius * 2
    }
  }
}
