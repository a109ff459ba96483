import ActiveLearning
import Foundation
import LinearAlgebra
import Networks
import TestSupport
import Testing

@Suite struct `Disagreement of dropout passes` {
  private func passes(
    _ rule: BayesianDisagreement.Rule, _ reference: Reference
  ) throws -> DropoutPasses {
    // 13 passes × (61 samples · 10 classes).
    let samples = try reference.matrix("samples")
    var passes = DropoutPasses(rule)
    for pass in 0..<samples.rows {
      try passes.add(
        Probabilities(rows: Matrix(rows: 61, columns: 10, elements: Array(samples.row(pass)))))
    }
    return passes
  }

  @Test func `meets the reference vectors`() throws {
    let reference = try Reference("monte_carlo")
    let bald = try passes(.bald, reference).appraisal
    let dbal = try passes(.dbal, reference).appraisal
    #expect(try isClose(bald.scores, reference.doubles("bald_offset"), within: 1e-9))
    #expect(try isClose(dbal.scores, reference.doubles("dbal"), within: 1e-9))
    let terms = dbal.scores.indices.map { dbal.terms($0).map(\.value) }
    #expect(terms.map { $0[0] } == dbal.scores)
    #expect(try isClose(terms.map { $0[1] }, reference.doubles("expected_entropy"), within: 1e-9))
    let exact = terms.map { $0[0] - $0[1] }
    #expect(try isClose(exact, reference.doubles("bald"), within: 1e-9))
    #expect(try falls(bald.scores, in: reference.ints("bald_offset_order")))
    #expect(try falls(dbal.scores, in: reference.ints("dbal_order")))
  }

  /// Whether the order is that of falling scores, up to pairs closer than 1e-5.
  private func falls(_ scores: [Double], in order: [Int]) -> Bool {
    Set(order) == Set(scores.indices)
      && zip(order, order.dropFirst()).allSatisfy { scores[$0] >= scores[$1] - 1e-5 }
  }

  @Test func `of two passes over one sample is known`() throws {
    for (rule, expected) in [(BayesianDisagreement.Rule.bald, 0.14679), (.dbal, 0.88129)] {
      var passes = DropoutPasses(rule)
      try passes.add(Probabilities(rows: Matrix(rows: 1, columns: 2, elements: [0.9, 0.1])))
      try passes.add(Probabilities(rows: Matrix(rows: 1, columns: 2, elements: [0.5, 0.5])))
      #expect(abs(passes.appraisal.scores[0] - expected) < 1e-5)
    }
  }

  /// The passes word for word: the masks in rows, one number for each value, from streams of their own.
  @Test(arguments: BayesianDisagreement.Rule.allCases)
  func `asks a probe that drops anew in each pass`(rule: BayesianDisagreement.Rule) throws {
    let (features, truth) = clusters(60, classes: 3, dimensions: 4, spread: 1)
    var experiment = try Experiment(features, truth: truth, classes: 3)
    _ = try experiment.query(RandomSampling(), 9)
    let source = ProbeAcquisition(
      settings: SGDSettings(epochs: 20, dropout: 0.4), seed: 7, round: 2)
    let strategy = BayesianDisagreement(rule: rule, passes: 6, acquisition: source)
    let selection = try experiment.select(strategy, 51)
    let model = try #require(source.model(for: experiment.pool) as? ProbeModel)
    let scores = try naive(rule, 6, model, experiment)
    #expect(
      selection.picks.allSatisfy { abs(($0.score ?? .nan) - (scores[$0.sample] ?? 0)) < 1e-5 })
    let sorted = selection.scores.compactMap(\.self)
    #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $0 >= $1 - 1e-9 })
    #expect(selection.picks.allSatisfy { $0.reason?.terms.count == 2 })
  }

  private func naive(
    _ rule: BayesianDisagreement.Rule, _ passes: Int, _ model: ProbeModel, _ experiment: Experiment
  ) throws -> [Int: Double] {
    let candidates = experiment.pool.candidates
    let offset = rule == .bald ? 1e-6 : 0
    func entropy(_ row: [Double]) -> Double {
      row.reduce(0) { $0 - ($1 == 0 ? 0 : $1 * log2($1 + offset)) }
    }
    var sums = candidates.map { _ in [Double](repeating: 0, count: 3) }
    var entropies = candidates.map { _ in 0.0 }
    for pass in 1...passes {
      var random = RandomSource(
        RandomKey(
          seed: experiment.seed, role: .query, round: experiment.round,
          method: "test/pass=\(pass)"))
      let rows = try experiment.pool.embedding.scaled(rows: candidates)
      for row in candidates.indices {
        let kept = rows.row(row).map { random.uniform() < 0.4 ? 0 : Double($0) / 0.6 }
        let p = softmax(of: kept, model.head)
        for c in 0..<3 { sums[row][c] += p[c] / Double(passes) }
        entropies[row] += entropy(p) / Double(passes)
      }
    }
    let scores = candidates.indices.map { row in
      entropy(sums[row]) - (rule == .bald ? entropies[row] : 0)
    }
    return Dictionary(uniqueKeysWithValues: zip(candidates, scores))
  }

  private func softmax(of row: [Double], _ head: LinearHead) -> [Double] {
    let powers = (0..<head.classes).map { c in
      exp(
        zip(row, head.weights.row(c)).reduce(Double(head.biases[c])) {
          $0 + $1.0 * Double($1.1)
        })
    }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  @Test func `is refused for a model without dropout, with the way out`() throws {
    let (features, truth) = clusters(20, classes: 2, dimensions: 3)
    var experiment = try Experiment(features, truth: truth, classes: 2)
    _ = try experiment.query(RandomSampling(), 4)
    let source = ProbeAcquisition(untrained: true, seed: 7, round: 2)
    for rule in BayesianDisagreement.Rule.allCases {
      let error = #expect(throws: MethodError.self) {
        _ = try experiment.select(BayesianDisagreement(rule: rule, acquisition: source), 3)
      }
      #expect(
        error
          == .refused(
            reason: "\(rule.rawValue) needs a model with dropout, and \"linear\" has none: "
              + "train linear dropout=0.5"))
    }
    #expect(throws: MethodError.range(name: "passes", value: 0, allowed: "at least 1")) {
      let none = BayesianDisagreement(rule: .bald, passes: 0, acquisition: source)
      _ = try experiment.select(none, 3)
    }
  }
}

@Suite struct `The variation ratio of an ensemble` {
  @Test func `meets the reference vectors`() throws {
    let reference = try Reference("monte_carlo")
    let votes = try reference.ints("votes")
    let members = (0..<5).map { member in (0..<61).map { votes[5 * $0 + member] } }
    let appraisal = EnsembleVariationRatio.appraise(members, classes: 10)
    #expect(try isClose(appraisal.scores, reference.doubles("variation_ratio"), within: 1e-12))
    let order = appraisal.scores.indices.sorted {
      (-appraisal.scores[$0], $0) < (-appraisal.scores[$1], $1)
    }
    #expect(try order == reference.ints("variation_order"))
    let most = order.map { appraisal.terms($0)[0].value }
    #expect(most == most.sorted())
  }

  @Test func `counts the votes of models that were trained from different weights`() throws {
    let (features, truth) = clusters(300, classes: 6, dimensions: 3, spread: 1)
    var experiment = try Experiment(features, truth: truth, classes: 6)
    _ = try experiment.query(RandomSampling(), 8)
    let source = ProbeAcquisition(settings: SGDSettings(epochs: 10), seed: 7, round: 2)
    let pool = experiment.pool
    let members = try (1...4).map { replica in
      try source.fresh(on: pool.labeled, of: pool, replica: replica)
        .logits(of: pool.candidates, in: pool).largestOfRows()
    }
    let ratios = pool.candidates.indices.map { place in
      let votes = Dictionary(grouping: members.map { $0[place] }) { $0 }
      return 1 - Double(votes.values.map(\.count).max() ?? 0) / 4
    }
    #expect(Set(ratios).count > 2)
    let strategy = EnsembleVariationRatio(models: 4, acquisition: source)
    let selection = try experiment.select(strategy, 30)
    #expect(selection.scores.compactMap(\.self) == Array(ratios.sorted(by: >).prefix(30)))
    for pick in selection.picks {
      let place = try #require(pool.candidates.firstIndex(of: pick.sample))
      #expect(ratios[place] == pick.score)
      #expect(pick.reason?.tied == ratios.count { $0 == pick.score })
    }
  }

  @Test func `breaks its many ties by chance, or to the lowest index if asked to`() throws {
    let pool = try Pool.bare(12, classes: 2, candidates: Array(2..<12))
    let source = GivenSource(model: GivenModel(logits: Matrix(zeros: 12, 2)))
    let lowest = EnsembleVariationRatio(acquisition: source, ties: .lowest)
    #expect(try pool.select(lowest, 3).samples == [2, 3, 4])
    let chance = EnsembleVariationRatio(acquisition: source)
    let firsts = try Set((0..<100).map { try pool.select(chance, 1, seed: $0).samples[0] })
    #expect(firsts == Set(2..<12))
    #expect(throws: MethodError.range(name: "models", value: 0, allowed: "at least 1")) {
      _ = try pool.select(EnsembleVariationRatio(models: 0, acquisition: source), 1)
    }
  }
}
