/// How right a filter was, judged by the truth; "positive" means clean. 0 / 0 counts as 0.
package struct FilterMetrics: Sendable, Hashable {
  /// Clean labels kept, wrong labels kept, wrong labels suspected, clean labels suspected.
  package let cleanKept: Int
  package let noisyKept: Int
  package let noisySuspected: Int
  package let cleanSuspected: Int

  /// - Parameters:
  ///   - clean: what the filter said, one per labeled sample.
  ///   - trulyClean: whether the label is right, in the same order.
  package init(clean: [Bool], trulyClean: [Bool]) {
    let pairs = Array(zip(clean, trulyClean))
    cleanKept = pairs.count { $0 && $1 }
    noisyKept = pairs.count { $0 && !$1 }
    noisySuspected = pairs.count { !$0 && !$1 }
    cleanSuspected = pairs.count { !$0 && $1 }
  }

  private var count: Int { cleanKept + noisyKept + noisySuspected + cleanSuspected }

  /// The share of verdicts that are right.
  package var noiseAccuracy: Double { ratio(cleanKept + noisySuspected, count) }
  /// The share of right labels among those kept.
  package var cleanPrecision: Double { ratio(cleanKept, cleanKept + noisyKept) }
  /// The share of the right labels that were kept.
  package var cleanRecall: Double { ratio(cleanKept, cleanKept + cleanSuspected) }
  /// The harmonic mean of the two.
  package var cleanF1: Double {
    ratio(2 * cleanKept, 2 * cleanKept + noisyKept + cleanSuspected)
  }
  /// The share of wrong labels among those suspected.
  package var noisePrecision: Double { ratio(noisySuspected, noisySuspected + cleanSuspected) }
  /// The share of the wrong labels that were suspected.
  package var noiseRecall: Double { ratio(noisySuspected, noisySuspected + noisyKept) }
  /// The harmonic mean of the two.
  package var noiseF1: Double {
    ratio(2 * noisySuspected, 2 * noisySuspected + noisyKept + cleanSuspected)
  }
  /// The share of labels that were suspected.
  package var predictedNoise: Double { ratio(noisySuspected + cleanSuspected, count) }
  /// The share of labels that are wrong.
  package var trueNoise: Double { ratio(noisySuspected + noisyKept, count) }
  /// What `cleanF1` would be if nothing were suspected: 2c / (1 + c), c the share of right labels.
  package var keepAllF1: Double {
    let right = cleanKept + cleanSuspected
    return ratio(2 * right, count + right)
  }
}

/// 0 / 0 is 0.
func ratio(_ part: Int, _ whole: Int) -> Double {
  whole == 0 ? 0 : Double(part) / Double(whole)
}
