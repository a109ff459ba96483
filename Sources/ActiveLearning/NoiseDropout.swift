import LinearAlgebra

/// Lets some suspected samples cover all the same, so that a filter that is wrong about a region does
/// not have it sampled for ever (Shafir, Hacohen and Weinshall 2025, arXiv 2504.04506).
///
/// For coverage only: not for training, metrics, or what a filter remembers.
package enum NoiseDropout {
  /// How many of the suspected samples change sides: ⌊h · suspected⌋ with h = max(min(p, 1 − p), 0.1)
  /// and p the share of clean ones.
  package static func flips(clean: Int, suspected: Int) -> Int {
    guard suspected > 0 else { return 0 }
    let share = Double(clean) / Double(clean + suspected)
    let rate = max(min(share, 1 - share), 0.1)
    return Int((rate * Double(suspected) + 1e-9).rounded(.down))
  }

  /// The two lists after some suspected samples, each set of them equally likely, became clean. Those
  /// that stay keep their order; the others follow the clean ones in theirs.
  package static func apply(
    clean: [Int], suspected: [Int], using random: inout RandomSource
  ) -> (clean: [Int], suspected: [Int]) {
    let count = flips(clean: clean.count, suspected: suspected.count)
    let flipped = Set(random.sample(count, of: suspected))
    return (
      clean + suspected.filter(flipped.contains), suspected.filter { !flipped.contains($0) }
    )
  }
}
