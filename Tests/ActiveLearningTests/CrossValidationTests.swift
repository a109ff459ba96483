import ActiveLearning
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `The cross-validation filter` {
  static let vectors = [
    "cross_validation_filter", "cross_validation_filter_small", "cross_validation_filter_one_class",
  ]

  @Test(arguments: vectors, CrossValidation.TrainingPart.allCases)
  func `votes as scikit-learn's models do`(
    name: String, part: CrossValidation.TrainingPart
  ) throws {
    let reference = try Reference(name)
    let prefix = part.rawValue
    let found = try judgement(reference, CrossValidation(trainOn: part))
    let against = try reference.ints("\(prefix)_disagreeing")
    #expect(found.agreeing == against.map { 3 - $0 })
    #expect(try found.clean == reference.bools("\(prefix)_clean"))
    #expect(try isClose(found.quality, reference.doubles("\(prefix)_quality"), within: 1e-12))
    let sums = found.scores.map { 3 * $0 }
    #expect(try isClose(sums, reference.doubles("\(prefix)_score"), within: 2e-3))
  }

  @Test(arguments: vectors)
  func `may leave the vote to the model that has not seen the sample`(name: String) throws {
    let reference = try Reference(name)
    let found = try judgement(reference, CrossValidation(trainOn: .complement, votes: .heldout))
    #expect(try found.clean == reference.bools("unseen_clean"))
    #expect(found.quality == found.clean.map { $0 ? 1 : 0 })
    #expect(try isClose(found.scores, reference.doubles("unseen_score"), within: 2e-3))
  }

  private func judgement(_ reference: Reference, _ filter: CrossValidation) throws -> VoteJudgement
  {
    try filter.judgement(
      of: reference.matrix("features"), labels: reference.ints("observed_labels"), classes: 10,
      folds: reference.ints("folds"))
  }

  @Test func `cuts folds whose sizes differ by one at most, the first the larger ones`() {
    var random = RandomSource(RandomKey(seed: 1, role: .filter))
    for (folds, count, sizes) in [(3, 11, [4, 4, 3]), (3, 2, [1, 1]), (4, 4, [1, 1, 1, 1])] {
      let cut = CrossValidation(folds: folds).folds(of: count, using: &random)
      #expect(sizes.indices.map { fold in cut.count { $0 == fold } } == sizes)
    }
    let filter = CrossValidation()
    #expect(filter.folds(of: 30, using: &random) != filter.folds(of: 30, using: &random))
  }

  @Test func `calls half of the votes enough`() throws {
    // Two folds of the same two points, in the second with exchanged labels.
    let rows = Matrix(rows: 4, columns: 1, elements: [-5, 5, -5, 5])
    let found = try CrossValidation(folds: 2).judgement(
      of: rows, labels: [0, 1, 1, 0], classes: 2, folds: [0, 0, 1, 1])
    #expect(found.agreeing == [1, 1, 1, 1])
    #expect(found.quality == [0.5, 0.5, 0.5, 0.5])
    #expect(found.clean == [true, true, true, true])
  }

  @Test func `is its judgement of the folds that it draws`() throws {
    let (experiment, _) = try `A filter`.labeled(50, rate: 0.3)
    let pool = experiment.pool
    let filter = CrossValidation(folds: 4, scale: .raw)
    var random = filter.stream(seed: 7, labeled: 50)
    let cut = filter.folds(of: 50, using: &random)
    let expected = try filter.judgement(
      of: pool.embedding.scaled(rows: pool.labeled, scale: .raw), labels: pool.observed,
      classes: pool.classes, folds: cut)
    let verdict = try judge(experiment, filter)
    #expect(verdict.clean == expected.clean)
    #expect(verdict.quality == expected.quality)
    #expect(verdict.scores == expected.scores)
    #expect(verdict.threshold == 0.5)
  }

  @Test func `makes no more folds than there are labels`() throws {
    let (experiment, _) = try `A filter`.labeled(5, rate: 0)
    let few = try judge(experiment, CrossValidation(folds: 5))
    let many = try judge(experiment, CrossValidation(folds: 1000))
    #expect(few.clean == many.clean && few.quality == many.quality)
  }

  @Test(arguments: [
    CrossValidation(), CrossValidation(trainOn: .complement),
    CrossValidation(trainOn: .complement, votes: .heldout),
  ])
  func `finds the one wrong label of well separated classes`(filter: CrossValidation) throws {
    let (features, truth) = clusters(120, classes: 4, dimensions: 8, spread: 0.05)
    var observed = truth
    observed[17] = (truth[17] + 1) % 4
    let pool = try Pool(
      embedding: Embedding(features), classes: 4, labeled: Array(0..<120), observed: observed)
    var random = filter.stream(seed: 3, labeled: 120)
    let verdict = try filter.judge(pool, using: &random)
    #expect(verdict.suspected.contains(17))
    #expect(verdict.suspected.count <= 3)
  }

  @Test(arguments: [1, 2, 3, 5, 60, 400], [6, 100])
  func `says one thing about every label, and the same twice`(count: Int, classes: Int) throws {
    let (experiment, _) = try `A filter`.labeled(count, rate: 0.3, classes: classes)
    let filter = CrossValidation()
    let verdict = try judge(experiment, filter)
    #expect(verdict.labeled == experiment.pool.labeled)
    #expect(verdict.clean.count == count && verdict.scores.count == count)
    #expect(verdict.quality.count == count)
    #expect(verdict.quality.allSatisfy { (0...1).contains($0) })
    #expect(verdict.clean == verdict.quality.map { $0 >= 0.5 })
    #expect(verdict.isCurrent(for: experiment.pool, filter: filter))
    #expect(try judge(experiment, filter) == verdict)
  }

  @Test func `needs a label`() throws {
    let (experiment, _) = try `A filter`.labeled(0, rate: 0.3)
    #expect(throws: MethodError.needsLabels) { try judge(experiment, CrossValidation()) }
  }

  @Test func `does not judge one label, nor one class`() throws {
    let (single, _) = try `A filter`.labeled(1, rate: 0.3)
    let verdict = try judge(single, CrossValidation())
    #expect(verdict.clean == [true] && verdict.notices.count == 1)
    var experiment = single
    experiment.pool = try Pool(
      embedding: single.pool.embedding, classes: 6, labeled: [0, 1, 2], observed: [4, 4, 4])
    #expect(try judge(experiment, CrossValidation()).quality == [1, 1, 1])
  }

  @Test(arguments: [0, 1])
  func `judges duplicates and rows of zeros`(value: Float) throws {
    // One of them lies elsewhere: where all are equal, no filter says anything.
    let rows = Matrix(
      rows: 12, columns: 3, elements: [Float](repeating: value, count: 33) + [0, 0, 0.5])
    var experiment = try Experiment(rows, truth: Array(0..<12), classes: 12)
    experiment.pool = try experiment.pool.adding(
      Array(0..<12), labels: [5, 5, 5, 5, 5, 5, 5, 5, 5, 3, 9, 5])
    let verdict = try judge(experiment, CrossValidation(trainOn: .complement))
    #expect(verdict.suspected == [9, 10])
    #expect(verdict.quality.prefix(9).allSatisfy { $0 == 1 })
  }

  @Test func `refuses what it is not defined for`() throws {
    let (experiment, _) = try `A filter`.labeled(20, rate: 0.3)
    #expect(throws: MethodError.range(name: "folds", value: 1, allowed: "at least 2")) {
      try judge(experiment, CrossValidation(folds: 1))
    }
    let error = #expect(throws: MethodError.self) {
      try judge(experiment, CrossValidation(votes: .heldout))
    }
    guard case .refused = error else {
      Issue.record("not refused: \(String(describing: error))")
      return
    }
  }

  @Test func `writes its options in one way`() {
    #expect(CrossValidation().options == "folds=3 train_on=fold votes=all scale=auto")
    #expect(
      CrossValidation(folds: 5, trainOn: .complement, votes: .heldout, scale: .raw).options
        == "folds=5 train_on=complement votes=heldout scale=raw")
  }

  @Test func `stops when interrupted`() async {
    await #expect(processExitsWith: .success) {
      let (experiment, _) = try `A filter`.labeled(60, rate: 0.3)
      Interrupt.request()
      var random = RandomSource(RandomKey(seed: 1, role: .filter))
      #expect(throws: Interrupted.self) {
        try CrossValidation().judge(experiment.pool, using: &random)
      }
    }
  }

  private func judge(_ experiment: Experiment, _ filter: CrossValidation) throws -> Verdict {
    var random = filter.stream(seed: experiment.seed, labeled: experiment.pool.labeled.count)
    return try filter.judge(experiment.pool, using: &random)
  }
}
