import Glibc

/// How much a sample covers another, by their distance: largest at 0 and never rising from there.
package enum Kernel: String, Sendable, Hashable, CaseIterable {
  /// exp(−(d/h)²), without the ½ that other definitions have.
  case rbf
  /// 1 nearer than h, else 0: the open ball of `ProbCover`.
  case tophat
  /// (1 + (d/h)²/β)^(−(β+1)/2) with β = ½.
  case student
  /// exp(−d/h).
  case laplace
  /// 1 / (1 + (d/h)²).
  case cauchy
  /// 1 / (1 + (d/h)²/2): rational quadratic with α = 1.
  case rational
  /// −d/h.
  case negnorm

  /// The value for two samples at `distance` ≥ 0, also at infinity; `width` h is above 0.
  package func value(at distance: Double, width: Double) -> Double {
    let ratio = distance / width
    switch self {
    case .rbf: return exp(-ratio * ratio)
    case .tophat: return distance < width ? 1 : 0
    case .student:
      let root = (1 + 2 * ratio * ratio).squareRoot()
      return 1 / (root * root.squareRoot())
    case .laplace: return exp(-ratio)
    case .cauchy: return 1 / (1 + ratio * ratio)
    case .rational: return 1 / (1 + ratio * ratio / 2)
    case .negnorm: return -ratio
    }
  }

  /// What a sample is covered by where nothing covers: the least value that the kernel takes.
  /// - Parameter farthest: a bound on the distances.
  package func lowerBound(width: Double, farthest: Double) -> Double {
    self == .negnorm ? -farthest / width : 0
  }
}
