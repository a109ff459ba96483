import Foundation
import LinearAlgebra

/// Makes classes of unequal size out of a balanced data set, as long-tailed benchmarks do
/// (Cui et al. 2019, 1901.05555): the training part alone, the test part stays as it is.
///
/// With N samples of C classes the largest class has N / C. Exponential: class c keeps
/// ⌊N/C · f^(c/(C−1))⌋ samples. Step: the first ⌊C/2⌋ classes stay whole, the others keep
/// ⌊N/C · f⌋. A class that has fewer keeps what it has.
package enum Imbalance: Sendable, Equatable {
  /// The size falls from the first class to the last, which keeps this share.
  case exponential(Double)
  /// The second half of the classes keeps this share.
  case step(Double)

  /// The shares where none is typed.
  private static let defaults = ["exp": 0.02, "step": 0.1]

  /// Understands `exp`, `step`, `exp:0.02` and `step:0.1`.
  /// - Throws: `OptionError` where the kind is another or the share is not in (0, 1].
  package init(_ text: String) throws {
    let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
    let kind = String(parts[0])
    let share = parts.count == 2 ? Double(parts[1]) : Self.defaults[kind]
    guard parts.count <= 2, let share, share > 0, share <= 1, Self.defaults[kind] != nil else {
      throw OptionError(
        option: "imbalance", value: text, allowed: "exp:F or step:F with F above 0 and at most 1")
    }
    self = kind == "exp" ? .exponential(share) : .step(share)
  }

  /// As a user types it.
  package var text: String {
    switch self {
    case .exponential(let share): "exp:\(share)"
    case .step(let share): "step:\(share)"
    }
  }

  /// How many samples each class is to keep.
  package func counts(samples: Int, classes: Int) -> [Int] {
    let largest = Double(samples) / Double(classes)
    return (0..<classes).map { c in
      let share: Double =
        switch self {
        case .exponential(let last): pow(last, classes == 1 ? 0 : Double(c) / Double(classes - 1))
        case .step(let rest): c < classes / 2 ? 1 : rest
        }
      // 0.29 · 100 must be 29.
      return Int((largest * share + 1e-9).rounded(.down))
    }
  }

  /// The samples kept, in ascending order: drawn per class from the stream, classes in order.
  /// - Parameter labels: one per sample, in 0 ..< classes.
  package func indices(
    labels: [Int], classes: Int, using random: inout RandomSource
  ) -> [Int] {
    var members = [[Int]](repeating: [], count: classes)
    for (sample, label) in labels.enumerated() { members[label].append(sample) }
    var kept: [Int] = []
    for (group, count) in zip(members, counts(samples: labels.count, classes: classes)) {
      kept += count < group.count ? random.sample(count, of: group) : group
    }
    return kept.sorted()
  }
}
