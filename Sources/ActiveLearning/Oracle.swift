/// Answers "what is the label of this sample?", perhaps wrongly, and never in two ways.
///
/// One annotator or several: the label is what most of them say, and where they are divided what the
/// first of the largest groups says. The answers can be had through `Purchases` alone: this type has
/// no accessor.
package struct Oracle: Sendable {
  fileprivate let annotators: [Answers]
  fileprivate let count: Int

  /// - Parameter observed: one frozen answer per sample of the pool.
  package init(observed: [Int]) { self.init([Answers(observed)]) }

  /// - Parameter annotators: in the order in which they are asked.
  /// - Precondition: at least one, all of them with an answer for each sample.
  package init(_ annotators: [Answers]) {
    precondition(!annotators.isEmpty, "an oracle needs an annotator")
    self.annotators = annotators
    count = annotators[0].labels.count
    precondition(annotators.allSatisfy { $0.labels.count == count }, "an answer for each sample")
  }

  /// How many labels a sample costs: one for each annotator.
  package var votes: Int { annotators.count }

  fileprivate func votes(on sample: Int, at position: Int) -> [Int] {
    annotators.map { $0.label(of: sample, at: position) }
  }
}

/// One label that was bought: a row of the ledger.
package struct Purchase: Sendable, Hashable {
  package let sample: Int
  /// The observed label.
  package let label: Int
  /// What each annotator said, in the order in which they were asked.
  package let votes: [Int]
  /// The share of the query's budget that it was bought with, from 0.
  package let share: Int
  /// Its place in the order of purchase of the whole labeled set, from 0.
  package let position: Int

  package init(sample: Int, label: Int, votes: [Int]? = nil, share: Int, position: Int) {
    self.sample = sample
    self.label = label
    self.votes = votes ?? [label]
    self.share = share
    self.position = position
  }
}

/// The only way to a label: asks the oracle, keeps the ledger and watches the budget.
package struct Purchases: Sendable {
  private let oracle: Oracle
  private let limit: Int
  private let offset: Int
  private var bought: Set<Int>
  /// What was bought, in order.
  package private(set) var ledger: [Purchase] = []

  /// - Parameters:
  ///   - alreadyLabeled: samples bought by earlier queries; they cannot be bought again.
  ///   - limit: how many samples may be labeled.
  package init(oracle: Oracle, alreadyLabeled: [Int], limit: Int) {
    self.oracle = oracle
    self.limit = limit
    offset = alreadyLabeled.count
    bought = Set(alreadyLabeled)
  }

  /// How many more labels may be bought.
  package var left: Int { limit - ledger.count }

  /// Buys the labels of `samples` and returns them in the same order.
  /// - Throws: if one of them is not in the pool, was bought before or stands there twice, or if
  ///   they are more than are left; nothing is bought then.
  package mutating func buy(_ samples: [Int], share: Int) throws(MethodError) -> [Int] {
    guard samples.count <= left else { throw .overLimit(requested: samples.count, left: left) }
    var after = bought
    for sample in samples {
      guard 0 <= sample, sample < oracle.count else {
        throw .noSuchSample(sample, count: oracle.count)
      }
      guard after.insert(sample).inserted else { throw .alreadyLabeled(sample) }
    }
    bought = after
    return samples.map { sample in
      let position = offset + ledger.count
      let votes = oracle.votes(on: sample, at: position)
      let label = Answers.majority(of: votes)
      ledger.append(
        Purchase(sample: sample, label: label, votes: votes, share: share, position: position))
      return label
    }
  }
}
