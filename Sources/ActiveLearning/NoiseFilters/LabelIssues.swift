import Foundation
import LinearAlgebra

/// Which labels are probably wrong, given how probable each class is for each sample according to
/// models that have not seen it: confident learning (Northcutt, Jiang and Chuang 2021, arXiv
/// 1911.00068; details as in cleanlab 2.9). Ties go to the sample that comes first.
///
/// O(samples · classes · log samples).
package struct LabelIssues: Sendable {
  /// By which rule labels are flagged; the names are cleanlab's.
  package enum Rule: String, Sendable, Hashable, CaseIterable {
    /// For each pair of classes, as many as the confident joint counts: those that lean most from the
    /// given class to the other.
    case pruneByNoiseRate = "prune_by_noise_rate"
    /// For each given class, as many as the joint counts as wrong: those of which it is least
    /// probable.
    case pruneByClass = "prune_by_class"
    /// What both of these flag.
    case both
    /// Those that the confident joint counts for another class.
    case confidentLearning = "confident_learning"
    /// Those whose most probable class is another one.
    case predictedNeqGiven = "predicted_neq_given"
    /// As many as `confidentLearning` flags, with the lowest normalised margin.
    case lowNormalizedMargin = "low_normalized_margin"
    /// As many as `confidentLearning` flags, whose labels are least probable.
    case lowSelfConfidence = "low_self_confidence"
  }

  /// What a label's quality is.
  package enum Ranking: String, Sendable, Hashable, CaseIterable {
    /// The probability of the label.
    case selfConfidence = "self_confidence"
    /// That probability less the largest other one, brought to [0, 1].
    case normalizedMargin = "normalized_margin"
    /// e = the entropy of the probabilities, relative to the largest possible, over the probability
    /// of the label; ln(1 + e) / e. By its definition it falls to 0 where e < 1e-6, which is where a
    /// probability is 1.
    case confidenceWeightedEntropy = "confidence_weighted_entropy"
  }

  package let joint: ConfidentJoint
  /// True for labels that are probably wrong.
  package let flagged: [Bool]
  /// In [0, 1]; low is bad.
  package let quality: [Double]
  /// The most probable class of each sample, the lowest where several are equal.
  package let predicted: [Int]
  /// How many labels the rule `confidentLearning` flags: an estimate of the number of wrong ones.
  package let count: Int

  /// - Parameters:
  ///   - probabilities: samples × classes; each row sums to 1.
  ///   - labels: the given ones, in 0 ..< classes; at least one.
  ///   - fracNoise: for the three rules that prune, the share of wrong labels to flag, 0 to 1.
  ///   - minExamples: for these rules, how many labels of each class to leave, 0 to 1e9.
  package init(
    _ probabilities: Matrix, labels: [Int], rule: Rule = .pruneByNoiseRate,
    ranking: Ranking = .selfConfidence, fracNoise: Double = 1, minExamples: Int = 1
  ) {
    let joint = ConfidentJoint(probabilities, labels: labels)
    let flagging = Flagging(
      probabilities: probabilities, labels: labels, predicted: probabilities.largestOfRows(),
      joint: joint, fracNoise: fracNoise, minExamples: minExamples)
    let confident = flagging.confidentlyOther()
    let count = confident.count { $0 }
    self.joint = joint
    self.count = count
    predicted = flagging.predicted
    quality = flagging.qualities(ranking)
    flagged =
      switch rule {
      case .pruneByNoiseRate: flagging.pruned([flagging.byNoiseRate])
      case .pruneByClass: flagging.pruned([flagging.byClass])
      case .both: flagging.pruned([flagging.byNoiseRate, flagging.byClass])
      case .confidentLearning: confident
      case .predictedNeqGiven:
        flagging.unlessClose(zip(flagging.predicted, labels).map { $0 != $1 })
      case .lowNormalizedMargin: flagging.lowest(count, by: .normalizedMargin)
      case .lowSelfConfidence: flagging.lowest(count, by: .selfConfidence)
      }
  }
}

/// The rules, over the probabilities and their confident joint.
private struct Flagging {
  let probabilities: Matrix
  let labels: [Int]
  let predicted: [Int]
  let joint: ConfidentJoint
  let fracNoise: Double
  let minExamples: Int

  /// Takes the samples given a class and how many of them belong to each; returns those to flag.
  typealias Pruning = (_ given: Int, _ members: [Int], _ counts: [[Int]]) -> Set<Int>

  /// Flags the samples that all of `prunings` choose, class by class.
  func pruned(_ prunings: [Pruning]) -> [Bool] {
    let counts = joint.pruneCounts(minExamples: minExamples, fracNoise: fracNoise)
    var members = [[Int]](repeating: [], count: probabilities.columns)
    for (i, label) in labels.enumerated() { members[label].append(i) }
    var flagged = [Bool](repeating: false, count: labels.count)
    for (given, own) in members.enumerated() where own.count > minExamples {
      let chosen = prunings.map { $0(given, own, counts) }
      for i in own where chosen.allSatisfy({ $0.contains(i) }) { flagged[i] = true }
    }
    return unlessClose(flagged)
  }

  func byNoiseRate(_ given: Int, _ members: [Int], _ counts: [[Int]]) -> Set<Int> {
    var chosen: Set<Int> = []
    for k in counts.indices where k != given && counts[k][given] > 0 {
      let leaning = members.map { probability($0, given) - probability($0, k) }
      chosen.formUnion(least(counts[k][given], by: leaning).map { members[$0] })
    }
    return chosen
  }

  func byClass(_ given: Int, _ members: [Int], _ counts: [[Int]]) -> Set<Int> {
    let wrong = max(members.count - counts[given][given], 0)
    let own = members.map { probability($0, given) }
    return Set(least(wrong, by: own).map { members[$0] })
  }

  func confidentlyOther() -> [Bool] {
    unlessClose(
      zip(joint.guesses, labels).map { guess, label in guess.map { $0 != label } ?? false })
  }

  func lowest(_ count: Int, by ranking: LabelIssues.Ranking) -> [Bool] {
    var flagged = [Bool](repeating: false, count: labels.count)
    for i in least(count, by: qualities(ranking)) { flagged[i] = true }
    return flagged
  }

  /// Without those whose given class is, within 1e-6, the most probable one.
  func unlessClose(_ flagged: [Bool]) -> [Bool] {
    flagged.enumerated().map { i, isFlagged in
      guard isFlagged else { return false }
      let own = probability(i, labels[i]) + 1e-6
      return probabilities.row(i).enumerated().contains { k, other in
        k < labels[i] ? Double(other) >= own : k > labels[i] && Double(other) > own
      }
    }
  }

  func qualities(_ ranking: LabelIssues.Ranking) -> [Double] {
    labels.enumerated().map { i, label in
      let own = probability(i, label)
      switch ranking {
      case .selfConfidence: return own
      case .normalizedMargin: return (own - largestOther(i, label) + 1) / 2
      case .confidenceWeightedEntropy:
        let ratio = relativeEntropy(i) / max(own, 1e-6)
        return log(1 + ratio) / max(ratio, 1e-6)
      }
    }
  }

  private func probability(_ sample: Int, _ label: Int) -> Double {
    Double(probabilities[sample, label])
  }

  private func largestOther(_ sample: Int, _ label: Int) -> Double {
    probabilities.row(sample).enumerated().reduce(0) { largest, entry in
      entry.offset == label ? largest : max(largest, Double(entry.element))
    }
  }

  /// The entropy of a sample's probabilities over the largest that there can be.
  private func relativeEntropy(_ sample: Int) -> Double {
    let sum = probabilities.row(sample).reduce(0.0) { sum, value in
      value > 0 ? sum - Double(value) * log(Double(value)) : sum
    }
    return probabilities.columns > 1 ? max(sum, 0) / log(Double(probabilities.columns)) : 0
  }
}

/// The positions of the `count` least values, the first of equal ones.
private func least(_ count: Int, by values: [Double]) -> ArraySlice<Int> {
  guard count > 0 else { return [] }
  return values.indices.sorted { (values[$0], $0) < (values[$1], $1) }.prefix(count)
}
