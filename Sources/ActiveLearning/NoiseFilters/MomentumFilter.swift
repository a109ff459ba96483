import LinearAlgebra

/// Lets a filter's earlier judgements of a label count besides the last one, so that a verdict does
/// not swing with every fit (Shafir, Hacohen and Weinshall 2025, arXiv 2504.04506).
///
/// A label is clean if its record is at least 0; the quality is the record, brought from [−1, 1] to
/// [0, 1] (so 0.5 is the threshold); the scores are those of the last judgement. The evidence is that
/// of the last judgement and what decides: "record", and "judgements", how many it is made of.
/// Records belong to one filter with its options. A filter that knows the truth does not change its
/// mind, and is left as it is.
package struct MomentumFilter: NoiseFilter {
  private let filter: any NoiseFilter
  /// λ: 0 is the last judgement alone, 1 a vote of all of them.
  package let momentum: Double

  package init(_ filter: any NoiseFilter, momentum: Double) {
    self.filter = filter
    self.momentum = momentum
  }

  package var name: String { filter.name }
  package var options: String {
    guard !filter.knowsTruth else { return filter.options }
    let own = "momentum=\(canonical(momentum))"
    return filter.options.isEmpty ? own : filter.options + " " + own
  }
  package var knowsTruth: Bool { filter.knowsTruth }

  /// - Throws: also `MethodError.range` for a momentum outside of 0 to 1.
  package func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    guard (0...1).contains(momentum) else {
      throw MethodError.range(name: "momentum", value: momentum, allowed: "0 to 1")
    }
    let last = try filter.judge(pool, using: &random)
    return filter.knowsTruth ? last : blend(last, labels: pool.observed, pool.records[identity])
  }

  private func blend(_ last: Verdict, labels: [Int], _ before: JudgementRecords?) -> Verdict {
    var records = before ?? JudgementRecords()
    let entries = records.add(
      last.labeled, labels: labels, clean: last.clean, momentum: momentum)
    // A mean of as many clean as suspected is 0 but for rounding.
    let clean = entries.map { $0.record >= -1e-12 }
    let own = [
      Evidence.Column("record", entries.map(\.record)),
      Evidence.Column("judgements", entries.map { Double($0.count) }),
    ]
    return Verdict(
      filter: name, options: options, labeled: last.labeled, clean: clean,
      quality: zip(entries, clean).map { quality(($0.record + 1) / 2, clean: $1) },
      scores: last.scores, threshold: 0.5,
      evidence: Evidence(
        (last.evidence?.columns ?? []) + own, neighbours: last.evidence?.neighbours),
      records: records, notices: last.notices)
  }
}
