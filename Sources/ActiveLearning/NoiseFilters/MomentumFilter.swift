import LinearAlgebra

/// Lets a filter's earlier judgements of a sample count besides the last one, so that a verdict does
/// not swing with every fit (Shafir, Hacohen and Weinshall 2025, arXiv 2504.04506).
///
/// A label is clean if its record is at least 0; the quality is the record, brought from [−1, 1] to
/// [0, 1] (so 0.5 is the threshold); scores and evidence are those of the last judgement. Records
/// belong to one filter with its options.
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
    var records = pool.records[identity] ?? JudgementRecords()
    let blended = records.add(last.labeled, clean: last.clean, momentum: momentum)
    return Verdict(
      filter: name, options: options, labeled: last.labeled, clean: blended.map { $0 >= -1e-12 },
      quality: blended.map { $0 >= -1e-12 ? max(0.5, ($0 + 1) / 2) : ($0 + 1) / 2 },
      scores: last.scores, threshold: 0.5, evidence: last.evidence, records: records,
      notices: last.notices)
  }
}
