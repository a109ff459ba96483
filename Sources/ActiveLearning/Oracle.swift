/// Answers "what is the label of this sample?", perhaps wrongly, and always the same way.
///
/// The answers can be had through `Purchases` alone: this type has no accessor.
package struct Oracle: Sendable {
  fileprivate let observed: [Int]

  /// - Parameter observed: one frozen answer per sample of the pool.
  package init(observed: [Int]) { self.observed = observed }
}

/// One label that was bought: a row of the ledger.
package struct Purchase: Sendable, Hashable {
  package let sample: Int
  /// The observed label.
  package let label: Int
  /// The share of the query's budget that it was bought with, from 0.
  package let share: Int
  /// Its place in the order of purchase of the whole labeled set, from 0.
  package let position: Int

  package init(sample: Int, label: Int, share: Int, position: Int) {
    self.sample = sample
    self.label = label
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
  ///   - limit: how many labels may be bought.
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
      guard oracle.observed.indices.contains(sample) else {
        throw .noSuchSample(sample, count: oracle.observed.count)
      }
      guard after.insert(sample).inserted else { throw .alreadyLabeled(sample) }
    }
    bought = after
    for sample in samples {
      ledger.append(
        Purchase(
          sample: sample, label: oracle.observed[sample], share: share,
          position: offset + ledger.count))
    }
    return samples.map { oracle.observed[$0] }
  }
}
