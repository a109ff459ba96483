import LinearAlgebra

/// What areas under the margin say about labels, given those of samples with a class that does not
/// exist.
package struct AreaJudgement: Sendable {
  /// Of the labeled samples.
  package let areas: [Double]
  /// The area from which on a label is clean.
  package let threshold: Double
  package let clean: [Bool]
  /// ½ at the threshold, 1 at the largest and 0 at the least area of a labeled sample.
  package let quality: [Double]

  /// - Parameters:
  ///   - areas: finite, one per labeled sample.
  ///   - thresholds: finite, at least one.
  ///   - percentile: 0 to 100.
  package init(areas: [Double], thresholds: [Double], percentile: Double) {
    let threshold = LinearAlgebra.percentile(percentile, of: thresholds) ?? 0
    let above = (areas.max() ?? 0) - threshold
    let below = threshold - (areas.min() ?? 0)
    self.areas = areas
    self.threshold = threshold
    clean = areas.map { $0 >= threshold }
    quality = areas.map { area in
      let distance = area - threshold
      if distance >= 0 { return 0.5 + (above > 0 ? 0.5 * distance / above : 0) }
      // Rounding must not lift a suspected label onto the threshold.
      return min(0.5 + 0.5 * distance / below, 0.5.nextDown)
    }
  }
}

/// What several models say about labels, each of them about some.
struct AreaRuns {
  private var judgements: [Int]
  private var cleanJudgements: [Int]
  private var sums: [Double]
  /// The least of each sample, and what it came from.
  private(set) var quality: [Double]
  private var decisive: [(area: Double, threshold: Double)]
  private var rivals: VoteTable

  /// - Parameter classes: with the one that does not exist.
  init(labels: Int, classes: Int) {
    judgements = [Int](repeating: 0, count: labels)
    cleanJudgements = judgements
    sums = [Double](repeating: 0, count: labels)
    quality = [Double](repeating: .infinity, count: labels)
    decisive = [(area: Double, threshold: Double)](repeating: (0, 0), count: labels)
    rivals = VoteTable(samples: labels, classes: classes)
  }

  /// Takes in one model's judgement of the labels at `places`; the record's positions are places.
  mutating func add(_ judgement: AreaJudgement, of places: [Int], _ record: MarginRecord) {
    for (position, place) in places.enumerated() {
      judgements[place] += 1
      if judgement.clean[position] { cleanJudgements[place] += 1 }
      sums[place] += judgement.areas[position]
      for (name, count) in record.rivals.counts(of: place).enumerated() where count > 0 {
        rivals.add(name, of: place, times: count)
      }
      guard judgement.quality[position] < quality[place] else { continue }
      quality[place] = judgement.quality[position]
      decisive[place] = (judgement.areas[position], judgement.threshold)
    }
  }

  /// Whether all that judged a label called it clean.
  var clean: [Bool] { zip(judgements, cleanJudgements).map { $0 == $1 } }

  /// The mean areas.
  var areas: [Double] { zip(sums, judgements).map { $0 / Double(max(1, $1)) } }

  var evidence: Evidence {
    var columns = [
      Evidence.Column("area", decisive.map(\.area)),
      Evidence.Column("threshold", decisive.map(\.threshold)),
      Evidence.Column("rival", areas.indices.map { Double(rivals.winner(of: $0)) }),
    ]
    if judgements.contains(where: { $0 > 1 }) {
      columns.append(Evidence.Column("runs clean", cleanJudgements.map(Double.init)))
      columns.append(Evidence.Column("runs", judgements.map(Double.init)))
    }
    return Evidence(columns)
  }
}
