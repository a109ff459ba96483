/// What one annotator would say about each sample, fixed before the first question.
package struct Answers: Sendable, Hashable {
  /// What an annotator who tires says later.
  package struct Tired: Sendable, Hashable {
    /// One label per sample.
    package let labels: [Int]
    /// For each sample the place in the order of purchase from which on the annotator says that, and
    /// no longer what it said at first; 0 is at once, `Int.max` never.
    package let turns: [Int]

    package init(labels: [Int], turns: [Int]) {
      self.labels = labels
      self.turns = turns
    }
  }

  /// One label per sample.
  package let labels: [Int]
  /// Nil for an annotator who always says the same.
  package let tired: Tired?

  package init(_ labels: [Int], tired: Tired? = nil) {
    self.labels = labels
    self.tired = tired
  }

  /// What is said about a sample that is bought at this place in the order of purchase, from 0.
  package func label(of sample: Int, at position: Int) -> Int {
    guard let tired, position >= tired.turns[sample] else { return labels[sample] }
    return tired.labels[sample]
  }

  /// The label that most of `votes` are for; of several that of the earliest vote.
  /// - Precondition: at least one vote.
  package static func majority(of votes: [Int]) -> Int {
    precondition(!votes.isEmpty, "a majority needs a vote")
    var counts: [Int: Int] = [:]
    for vote in votes { counts[vote, default: 0] += 1 }
    let most = counts.values.max() ?? 0
    return votes.first { counts[$0] == most } ?? votes[0]
  }
}
