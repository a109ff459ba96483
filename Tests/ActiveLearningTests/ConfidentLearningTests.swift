import ActiveLearning
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `Confident learning` {
  static let vectors = ["confident_learning", "confident_learning_missing"]

  /// The vectors were made with a sort that is not stable. In one row of one joint three remainders
  /// tie, and it took class 2 where a stable sort takes class 4: these are the differences, as
  /// cleanlab has them with a stable sort.
  static let tiedRow = [0, 1, 1, 0, 2, 0, 25, 0, 0, 0]
  static let tiedSamples: [String: [Int: Bool]] = [
    "issue_prune_by_noise_rate": [156: false], "issue_both": [156: false],
    "half_prune_by_noise_rate": [0: true, 168: false], "half_both": [168: false],
    "least_prune_by_noise_rate": [156: false], "least_both": [156: false],
  ]

  private func mask(_ key: String, _ name: String) throws -> [Bool] {
    var mask = try Reference(name).bools(key)
    guard name == "confident_learning" else { return mask }
    for (sample, flag) in Self.tiedSamples[key, default: [:]] {
      #expect(mask[sample] != flag)
      mask[sample] = flag
    }
    return mask
  }

  @Test(arguments: vectors)
  func `counts as cleanlab does`(name: String) throws {
    let reference = try Reference(name)
    let issues = try issues(reference)
    #expect(try isClose(issues.joint.thresholds, reference.doubles("thresholds"), within: 1e-6))
    #expect(try issues.joint.counts.flatMap { $0 } == reference.ints("raw_joint"))
    var joint = try reference.ints("joint")
    if name == "confident_learning" {
      joint.replaceSubrange(60..<70, with: Self.tiedRow)
      #expect(try Array(reference.ints("joint")[60..<70]) != Self.tiedRow)
    }
    #expect(issues.joint.calibrated.flatMap { $0 } == joint)
    #expect(try Double(issues.count) == reference.scalar("issues_estimate"))
    let estimate = try reference.doubles("estimated_joint")
    let right = (0..<10).reduce(0) { $0 + estimate[$1 * 11] }
    let labels = try reference.ints("labels")
    let expected = Double(labels.count) * (1 - right)
    #expect(issues.joint.calibratedIssues == Int(expected.rounded(.toNearestOrEven)))
  }

  @Test(arguments: vectors, LabelIssues.Rule.allCases)
  func `flags by every rule what cleanlab flags`(name: String, rule: LabelIssues.Rule) throws {
    let reference = try Reference(name)
    let flagged = try issues(reference, rule: rule).flagged
    #expect(try flagged == mask("issue_\(rule.rawValue)", name))
    #expect(flagged.contains(true))
  }

  @Test(arguments: vectors, [LabelIssues.Rule.pruneByNoiseRate, .pruneByClass, .both])
  func `flags fewer where cleanlab does`(name: String, rule: LabelIssues.Rule) throws {
    let reference = try Reference(name)
    let half = try issues(reference, rule: rule, fracNoise: 0.5).flagged
    #expect(try half == mask("half_\(rule.rawValue)", name))
    let count = try reference.ints("labels").count
    let least = try issues(reference, rule: rule, minExamples: max(2, count / 14)).flagged
    #expect(try least == mask("least_\(rule.rawValue)", name))
  }

  @Test(arguments: vectors, LabelIssues.Ranking.allCases)
  func `ranks as cleanlab does`(name: String, ranking: LabelIssues.Ranking) throws {
    let reference = try Reference(name)
    let issues = try issues(reference, ranking: ranking)
    let expected = try reference.doubles("quality_\(ranking.rawValue)")
    #expect(isClose(issues.quality, expected, within: 1e-5))
    let flagged = issues.flagged.indices.filter { issues.flagged[$0] }
    let ranked = flagged.sorted { (issues.quality[$0], $0) < (issues.quality[$1], $1) }
    let kept = try mask("issue_prune_by_noise_rate", name)
    #expect(try ranked == reference.ints("ranked_\(ranking.rawValue)").filter { kept[$0] })
  }

  private func issues(
    _ reference: Reference, rule: LabelIssues.Rule = .pruneByNoiseRate,
    ranking: LabelIssues.Ranking = .selfConfidence, fracNoise: Double = 1, minExamples: Int = 1
  ) throws -> LabelIssues {
    try LabelIssues(
      reference.matrix("probabilities"), labels: reference.ints("labels"), rule: rule,
      ranking: ranking, fracNoise: fracNoise, minExamples: minExamples)
  }
}

@Suite struct `Twelve labels of three classes` {
  private let labels = [0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2]
  private let probabilities = Matrix(
    rows: 12, columns: 3,
    elements: [
      80, 15, 5, 70, 20, 10, 20, 70, 10, 45, 15, 40, 10, 80, 10, 15, 60, 25, 75, 20, 5, 25, 30, 45,
      5, 90, 5, 10, 15, 75, 10, 70, 20, 25, 5, 70,
    ].map { $0 / 100 })

  @Test func `are counted as by hand`() {
    let joint = ConfidentJoint(probabilities, labels: labels)
    #expect(isClose(joint.thresholds, [0.5375, 0.56, 0.55], within: 1e-6))
    #expect(joint.guesses == [0, 0, 1, nil, 1, 1, 0, nil, 1, 2, 1, 2])
    #expect(joint.counts == [[2, 1, 0], [1, 3, 0], [0, 1, 2]])
    #expect(joint.calibrated == [[3, 1, 0], [1, 4, 0], [0, 1, 2]])
    #expect(joint.calibratedIssues == 3)
    #expect(
      joint.pruneCounts(minExamples: 1, fracNoise: 1) == [[3, 1, 0], [1, 4, 1], [0, 0, 2]])
    #expect(
      joint.pruneCounts(minExamples: 1, fracNoise: 0.5) == [[3, 0, 0], [0, 4, 0], [0, 0, 2]])
    #expect(
      joint.pruneCounts(minExamples: 4, fracNoise: 1) == [[4, 1, 0], [0, 4, 0], [0, 0, 4]])
  }

  @Test(arguments: LabelIssues.Rule.allCases)
  func `have three wrong ones by every rule but one`(rule: LabelIssues.Rule) {
    let expected = rule == .predictedNeqGiven ? [2, 6, 7, 10] : [2, 6, 10]
    #expect(flagged(rule) == expected)
    let half: [LabelIssues.Rule: [Int]] = [
      .pruneByNoiseRate: [], .both: [], .pruneByClass: [2, 6, 10],
    ]
    #expect(flagged(rule, fracNoise: 0.5) == half[rule, default: expected])
    #expect(issues(rule).count == 3)
  }

  @Test func `have known qualities`() {
    let margins = issues(ranking: .normalizedMargin).quality
    #expect(isClose([margins[0], margins[2], margins[3]], [0.825, 0.25, 0.525], within: 1e-6))
    let entropies = issues(ranking: .confidenceWeightedEntropy).quality
    let found = [entropies[0], entropies[2], entropies[3]]
    #expect(isClose(found, [0.7587, 0.4211, 0.5446], within: 5e-5))
    #expect(
      issues().quality.map { Float($0) } == labels.indices.map { probabilities[$0, labels[$0]] })
    #expect(issues().predicted == [0, 0, 1, 0, 1, 1, 0, 2, 1, 2, 1, 2])
  }

  @Test func `lose no class where few labels are to be left`() {
    #expect(flagged(.pruneByClass, minExamples: 3) == [2, 6])
    #expect(flagged(.pruneByNoiseRate, minExamples: 4) == [6])
    #expect(flagged(.pruneByNoiseRate, minExamples: 5) == [])
    #expect(flagged(.pruneByClass, minExamples: 1_000_000_000) == [])
  }

  @Test func `are flagged in the order in which they come where they tie`() {
    // Four equal samples, of which the joint takes two for the other class.
    let same = Matrix(
      rows: 6, columns: 2,
      elements: [0.4, 0.6, 0.4, 0.6, 0.4, 0.6, 0.4, 0.6, 0.6, 0.4, 0.3, 0.7])
    let joint = ConfidentJoint(same, labels: [0, 0, 0, 0, 1, 1])
    let wrong = joint.pruneCounts(minExamples: 1, fracNoise: 0.5)[1][0]
    let issues = LabelIssues(same, labels: [0, 0, 0, 0, 1, 1], fracNoise: 0.5)
    #expect(wrong > 0 && wrong < 4)
    #expect(issues.flagged == (0..<6).map { $0 < wrong })
  }

  @Test func `of which all are sure are all right`() {
    let sure = Matrix(rows: 3, columns: 3, elements: [1, 0, 0, 0, 1, 0, 0, 0, 1])
    for rule in LabelIssues.Rule.allCases {
      for ranking in LabelIssues.Ranking.allCases {
        let issues = LabelIssues(sure, labels: [0, 1, 2], rule: rule, ranking: ranking)
        #expect(issues.flagged == [false, false, false])
        #expect(issues.quality.allSatisfy { (0...1).contains($0) })
      }
    }
  }

  private func issues(
    _ rule: LabelIssues.Rule = .pruneByNoiseRate,
    ranking: LabelIssues.Ranking = .selfConfidence, fracNoise: Double = 1, minExamples: Int = 1
  ) -> LabelIssues {
    LabelIssues(
      probabilities, labels: labels, rule: rule, ranking: ranking, fracNoise: fracNoise,
      minExamples: minExamples)
  }

  private func flagged(
    _ rule: LabelIssues.Rule, fracNoise: Double = 1, minExamples: Int = 1
  ) -> [Int] {
    let flagged = issues(rule, fracNoise: fracNoise, minExamples: minExamples).flagged
    return flagged.indices.filter { flagged[$0] }
  }
}
