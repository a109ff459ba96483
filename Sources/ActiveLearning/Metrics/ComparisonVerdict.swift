/// What a paired comparison comes to.
package enum ComparisonVerdict: Sendable, Hashable {
  /// One of the two that are compared.
  package enum Arm: String, Sendable, Hashable, CaseIterable {
    case a, b
  }

  /// Not decidable, whatever was measured: with less than `least` seeds nobody knows how far they
  /// scatter.
  case tooFewSeeds(found: Int, least: Int)
  /// This arm is better: the interval of the mean difference excludes 0.
  case better(Arm)
  /// There is no difference that matters: the whole interval is nearer to 0 than this.
  case noDifference(above: Double)
  /// Not decidable with so many seeds. `needed` seeds, all of them fresh, would find a difference
  /// that matters with a probability of 80 %.
  case undecided(seeds: Int, needed: Int)
}
