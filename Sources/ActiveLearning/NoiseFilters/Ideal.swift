import LinearAlgebra

/// The true labels, locked up: they can be had for labeled samples only.
package struct LabeledTruth: Sendable {
  private let labels: [Int]

  /// - Parameter labels: one true label per sample of the pool.
  package init(_ labels: [Int]) { self.labels = labels }

  /// The true labels of the labeled samples of `pool`, in the order of purchase.
  /// - Throws: `MethodError.noSuchSample` if the truth of one of them is not in here.
  package func labels(of pool: Pool) throws(MethodError) -> [Int] {
    for sample in pool.labeled where !labels.indices.contains(sample) {
      throw .noSuchSample(sample, count: labels.count)
    }
    return pool.labeled.map { labels[$0] }
  }
}

/// Suspects exactly the wrong labels. It is handed the truth of what was bought, so it is an upper
/// bound to compare with, not a method.
package struct Ideal: NoiseFilter {
  private let truth: LabeledTruth

  package init(truth: LabeledTruth) { self.truth = truth }

  package var name: String { "ideal" }
  package var knowsTruth: Bool { true }

  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    let clean = zip(try truth.labels(of: pool), pool.observed).map { $0 == $1 }
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: clean,
      quality: clean.map { $0 ? 1 : 0 }, scores: clean.map { $0 ? 1 : 0 }, threshold: 0.5)
  }
}
