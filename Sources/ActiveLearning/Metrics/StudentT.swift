import Foundation

/// Student's t distribution: how far the mean of a few normal values strays, measured by their own
/// scatter.
package struct StudentT: Sendable, Hashable {
  /// At least 1; as a rule the number of values minus one.
  package let degrees: Int

  /// - Precondition: `degrees` is at least 1.
  package init(degrees: Int) {
    precondition(degrees >= 1, "Student's t needs a degree of freedom")
    self.degrees = degrees
  }

  private var nu: Double { Double(degrees) }

  /// The probability of a value at least as far from 0 as `t`, on either side. To about 1e-13 of
  /// itself for a few degrees, 1e-9 for a million.
  package func twoSidedTail(_ t: Double) -> Double {
    let square = t * t
    guard square.isFinite else { return t.isNaN ? .nan : 0 }
    return incompleteBeta(
      nu / (nu + square), complement: square / (nu + square), nu / 2, 0.5)
  }

  /// The density at `t`.
  package func density(_ t: Double) -> Double {
    exp(-logBeta(nu / 2, 0.5) - (nu + 1) / 2 * log1p(t * t / nu)) / nu.squareRoot()
  }

  /// The t whose two-sided tail is `tail`: 2.262 for .05 with 9 degrees. 0 for 1 and above, infinite
  /// for 0 and below.
  ///
  /// By Newton's iteration from 0: the tail falls ever more slowly, so the steps only go up and never
  /// beyond the answer.
  package func twoSidedQuantile(_ tail: Double) -> Double {
    guard tail > 0 else { return .infinity }
    guard tail < 1 else { return 0 }
    var t = 0.0
    while true {
      let slope = 2 * density(t)
      guard slope > 0 else { return t }
      let next = t + (twoSidedTail(t) - tail) / slope
      guard next > t * (1 + 1e-15) else { return t }
      t = next
    }
  }
}

/// The regularised incomplete beta function I_x(a, b): the share of a beta distribution below x.
///
/// By its continued fraction (DLMF 8.17.22) with Lentz's method, on the side of the mean where it
/// converges fast: O(√max(a, b)) steps.
/// - Parameters:
///   - x: 0 to 1.
///   - complement: 1 − x, where the caller knows it to more digits than the subtraction would.
///   - a, b: above 0.
package func incompleteBeta(
  _ x: Double, complement: Double? = nil, _ a: Double, _ b: Double
) -> Double {
  let y = complement ?? 1 - x
  guard x > 0 else { return 0 }
  guard y > 0 else { return 1 }
  guard x <= (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(y, complement: x, b, a) }
  let logX = x < 0.5 ? log(x) : log1p(-y)
  let logY = y < 0.5 ? log(y) : log1p(-x)
  return exp(a * logX + b * logY - logBeta(a, b)) / a * betaFraction(x, a, b)
}

/// The logarithm of the beta function.
func logBeta(_ a: Double, _ b: Double) -> Double {
  lgamma(a).0 + lgamma(b).0 - lgamma(a + b).0
}

private func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  // Lentz's two running ratios must not become 0.
  let tiny = 1e-300
  func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / kept(1 - (a + b) * x / (a + 1))
  var fraction = d
  for m in 1...100_000 {
    let k = Double(m)
    let even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
    d = 1 / kept(1 + even * d)
    c = kept(1 + even / c)
    fraction *= d * c
    let odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
    d = 1 / kept(1 + odd * d)
    c = kept(1 + odd / c)
    fraction *= d * c
    if abs(d * c - 1) < 1e-16 { break }
  }
  return fraction
}
