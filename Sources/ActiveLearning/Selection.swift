/// One sample that a strategy chose.
package struct Pick: Sendable, Hashable {
  package let sample: Int
  /// What it gained when it was chosen (for coverage: newly covered samples); nil for a blind draw.
  package let score: Double?
  /// Nil for a blind draw.
  package let reason: PickReason?

  package init(sample: Int, score: Double?, reason: PickReason? = nil) {
    self.sample = sample
    self.score = score
    self.reason = reason
  }
}

/// What a noise-aware query believed once a share of its labels was bought.
package struct Belief: Sendable, Hashable {
  /// How many samples were labeled by then.
  package let labeled: Int
  /// Those whose labels were suspected, in the order of purchase: by the judgement of this share, or
  /// by an earlier one where the labels were too few for the filter to judge.
  package let suspected: [Int]

  package init(labeled: Int, suspected: [Int]) {
    self.labeled = labeled
    self.suspected = suspected
  }
}

/// What a query chose and bought, and what it learned on the way.
package struct Selection: Sendable {
  /// The samples in the order of choice.
  package let picks: [Pick]
  /// The observed labels, in the same order.
  package let labels: [Int]
  /// The sizes of the shares in which the labels were bought; their sum is the budget.
  package let shares: [Int]
  /// One per judgement, in order; empty if the strategy is not noise-aware.
  package let verdicts: [Verdict]
  /// One per share, in order; empty if the strategy is not noise-aware.
  package let beliefs: [Belief]
  /// How many picks gained nothing.
  package let exhausted: Int
  /// The ball radius in force at the end; nil for strategies without one.
  package let delta: Double?
  /// What the strategy wants to remember for the next query on this labeled set.
  package let memory: StrategyMemory?
  /// What the user should know about this query, in plain sentences.
  package let notices: [String]

  /// - Parameter exhausted: how many picks gained nothing; 0 for strategies that do not cover.
  package init(
    picks: [Pick], labels: [Int], shares: [Int], verdicts: [Verdict] = [],
    beliefs: [Belief] = [], exhausted: Int = 0, delta: Double? = nil,
    memory: StrategyMemory? = nil, notices: [String] = []
  ) {
    self.picks = picks
    self.labels = labels
    self.shares = shares
    self.verdicts = verdicts
    self.beliefs = beliefs
    self.delta = delta
    self.exhausted = exhausted
    self.memory = memory
    self.notices = notices + Self.exhaustion(exhausted, of: picks.count, delta: delta)
  }

  private static func exhaustion(_ exhausted: Int, of count: Int, delta: Double?) -> [String] {
    guard exhausted > 0 else { return [] }
    let cure = delta == nil ? "" : " A smaller delta would help."
    return ["\(exhausted) of \(count) picks gained nothing: all candidates are covered.\(cure)"]
  }
}
