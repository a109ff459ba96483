import CKernels

/// Tells, from dot products in `Float`, which points are certainly inside a radius, which certainly
/// outside, and which must be computed in double.
///
/// For points u = m x and v = n y the square |u − v|² = |u|² + |v|² − 2 m n (x · y). A dot product of
/// d floats, in any order, fused or not, is off by at most γ |x| |y| with γ = d ε / (1 − d ε),
/// ε = 2⁻²⁴ (Higham, Accuracy and Stability of Numerical Algorithms, 2002, §3.1); the few roundings
/// after it cost some ε more, and underflow at most the smallest normal number per term. `slack` is
/// an upper bound on the sum.
struct DistanceFilter {
  private let gamma: Double
  private let underflow: Double
  /// Over the columns of one tile: the longest point, the largest multiplier.
  private let longest: Double
  private let largestMultiplier: Double
  /// The farthest that rounding moved one of the points; 0 where none was rounded.
  private let farthestMoved: Double

  /// - Parameter rounded: where the dot products are those of rounded points.
  init(columns: Range<Int>, of points: PointSet, rounded: RoundedPoints? = nil) {
    let roundings = Double(points.dimensions + 8) * 0x1p-24
    gamma = roundings < 0.5 ? roundings / (1 - roundings) : .infinity
    underflow = Double(points.dimensions + 1) * 0x1p-125
    var longest = 0.0
    var largest = 0.0
    var farthest = 0.0
    for j in columns where points.isOrdinary[j] {
      longest = max(longest, points.norms[j])
      largest = max(largest, points.multipliers[j])
      if let rounded { farthest = max(farthest, rounded.residuals[j]) }
    }
    self.longest = longest
    largestMultiplier = largest
    farthestMoved = farthest
  }

  /// How far a computed square may be from the true one, for a row of these columns.
  /// - Parameter moved: how far rounding moved the row's point.
  func slack(norm: Double, multiplier: Double, moved: Double = 0) -> Double {
    let products =
      2.02 * gamma * (norm + moved) * (longest + farthestMoved)
      + 2.000_001 * (moved * longest + (norm + moved) * farthestMoved)
    let roundings = 0x1p-22 * (norm * norm + longest * longest)
    return products + roundings + underflow * (1 + multiplier * largestMultiplier)
  }

  /// The limits between which nothing is certain, for squares below `square`, on the scale of
  /// `ck_distances`: without the squared norm of the row itself.
  func limits(below square: Double, norm: Double, slack: Double) -> (inner: Float, outer: Float) {
    let limit = square - norm * norm
    return (Float(limit - slack).nextDown, Float(limit + slack).nextUp)
  }
}
