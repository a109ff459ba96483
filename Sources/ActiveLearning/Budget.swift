/// How many labels to buy, and in what portions.
package enum Budget {
  /// Where the labels go that do not fill a share.
  package enum Remainder: String, Sendable, Hashable, CaseIterable {
    /// The first share is larger.
    case first
    /// A last, smaller share follows.
    case last
  }

  /// The sizes of the shares that `budget` is bought in; their sum is `budget`.
  ///
  /// A budget below the size is one share.
  /// - Precondition: `budget` and `size` are at least 1.
  package static func shares(of budget: Int, size: Int, remainder: Remainder = .first) -> [Int] {
    guard size < budget else { return [budget] }
    var shares = [Int](repeating: size, count: budget / size)
    let rest = budget % size
    switch remainder {
    case _ where rest == 0: break
    case .first: shares[0] += rest
    case .last: shares.append(rest)
    }
    return shares
  }

  /// The labels after which `spc` truly clean samples per class are expected: ⌈spc · C / (1 − η)⌉.
  ///
  /// - Parameter rate: the expected share η of wrong labels, in 0 ..< 1.
  /// - Throws: `MethodError.range` if spc is not above 0, the rate is outside of its range, or the
  ///   number of labels is beyond counting.
  package static func cumulative(
    spc: Double, classes: Int, rate: Double
  ) throws(MethodError) -> Int {
    guard spc > 0 else { throw .range(name: "spc", value: spc, allowed: "above 0") }
    guard 0 <= rate, rate < 1 else {
      throw .range(name: "noise rate", value: rate, allowed: "at least 0 and below 1")
    }
    let labels = (spc * Double(classes) / (1 - rate) - 1e-9).rounded(.up)
    guard let count = Int(exactly: labels) else {
      throw .range(name: "spc", value: spc, allowed: "few enough to be counted")
    }
    return count
  }
}
