/// Why a candidate was chosen, kept with the pick so that nobody has to compute it again.
package struct PickReason: Sendable, Hashable, Codable {
  /// The best of the candidates that were not chosen in this step; as good as the pick where several
  /// were tied.
  package struct RunnerUp: Sendable, Hashable, Codable {
    package let sample: Int
    package let score: Double

    package init(sample: Int, score: Double) {
      self.sample = sample
      self.score = score
    }
  }

  /// One of the numbers that the score was made of, under the name that the method gives it.
  package struct Term: Sendable, Hashable, Codable {
    package let name: String
    package let value: Double

    package init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// How a pick was made in which the best score did not decide.
  package enum Rule: Sendable, Hashable, Codable {
    /// By lot, and how likely that was.
    case drawn(probability: Double)
    /// As the next one in an order that is not the order of the scores.
    case inTurn
  }

  /// How many candidates were as good as the pick, itself included.
  package var tied: Int
  /// Nil where it was the only candidate.
  package var runnerUp: RunnerUp?
  /// The samples that nothing covered before, ascending; nil for strategies without balls.
  package var covered: [Int]?
  /// In the order in which they should be read.
  package var terms: [Term]
  /// Nil where the best score decided; then the pick is at least as good as the runner-up.
  package var rule: Rule?

  package init(
    tied: Int, runnerUp: RunnerUp? = nil, covered: [Int]? = nil, terms: [Term] = [],
    rule: Rule? = nil
  ) {
    self.tied = tied
    self.runnerUp = runnerUp
    self.covered = covered
    self.terms = terms
    self.rule = rule
  }
}
