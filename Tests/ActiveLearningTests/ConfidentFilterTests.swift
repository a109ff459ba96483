import ActiveLearning
import LinearAlgebra
import Networks
import Testing

@Suite struct `The confident-learning filter` {
  @Test func `spreads every class over the folds`() {
    let labels = [3, 0, 0, 3, 0, 0, 3, 0, 0, 9, 0]
    var random = RandomSource(RandomKey(seed: 1, role: .filter))
    let filter = ConfidentLearning(folds: 3)
    for _ in 0..<20 {
      let cut = filter.folds(of: labels, using: &random)
      for label in [0, 3, 9] {
        let sizes = (0..<3).map { fold in
          labels.indices.count { labels[$0] == label && cut[$0] == fold }
        }
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
      }
      // Seven of class 0 end in fold 0, so that class 3 begins in fold 1 and class 9 stands there.
      #expect((0..<3).map { fold in cut.count { $0 == fold } } == [4, 4, 3])
      #expect(cut[9] == 1)
    }
    #expect(
      filter.folds(of: labels, using: &random) != filter.folds(of: labels, using: &random))
    let few = ConfidentLearning(folds: 1000).folds(of: [2, 4], using: &random)
    #expect(few == [0, 1])
  }

  @Test func `asks models that have not seen the sample`() throws {
    let (features, labels) = clusters(60, classes: 3, dimensions: 5)
    let cut = labels.indices.map { $0 % 4 }
    let found = try ConfidentLearning().outOfSample(
      features, labels: labels, classes: 3, folds: cut)
    for fold in 0..<4 {
      let (held, others) = (
        cut.indices.filter { cut[$0] == fold }, cut.indices.filter { cut[$0] != fold }
      )
      let model = try LogisticRegression.fit(
        features.rows(at: others), labels: others.map { labels[$0] }, classes: 3)
      let expected = try model.classProbabilities(of: features.rows(at: held))
      for (row, sample) in held.enumerated() {
        #expect(Array(found.row(sample)) == Array(expected.row(row)))
      }
    }
  }

  @Test func `says nothing against the only label of a class`() throws {
    let (features, truth) = clusters(30, classes: 3, dimensions: 5)
    var labels = truth
    labels[11] = 4
    labels[20] = 5
    labels[21] = 5
    // Both samples of class 5 in one fold: only the first of them is trained on.
    var cut = labels.indices.map { $0 % 3 }
    (cut[20], cut[21]) = (2, 2)
    let found = try ConfidentLearning().outOfSample(
      features, labels: labels, classes: 7, folds: cut)
    #expect(Array(found.row(11)) == [0, 0, 0, 0, 1, 0, 0])
    #expect(Array(found.row(20)) == [0, 0, 0, 0, 0, 1, 0])
    #expect(found[21, 5] > 0 && found[21, 5] < 1)
    for i in 0..<30 {
      #expect(found[i, 3] == 0 && found[i, 6] == 0)
      #expect(abs(found.row(i).reduce(0, +) - 1) < 1e-5)
    }
    let issues = ConfidentLearning().issues(in: found, labels: labels)
    #expect(issues.flagged[11] == false)
  }

  @Test(arguments: LabelIssues.Rule.allCases)
  func `finds the one wrong label of well separated classes`(rule: LabelIssues.Rule) throws {
    let (features, truth) = clusters(120, classes: 4, dimensions: 8, spread: 0.05)
    var observed = truth
    observed[17] = (truth[17] + 1) % 4
    let pool = try Pool(
      embedding: Embedding(features), classes: 4, labeled: Array(0..<120), observed: observed)
    let filter = ConfidentLearning(rule: rule)
    var random = filter.stream(seed: 3, labeled: 120)
    let verdict = try filter.judge(pool, using: &random)
    #expect(verdict.suspected == [17])
    #expect(verdict.quality[17] == verdict.quality.min())
    #expect(verdict.threshold == nil)
  }

  @Test func `is its judgement of the folds that it draws`() throws {
    let (experiment, right) = try `A filter`.labeled(150, rate: 0.3)
    let pool = experiment.pool
    let filter = ConfidentLearning(folds: 4, rule: .both, ranking: .normalizedMargin)
    var random = filter.stream(seed: 7, labeled: 150)
    let cut = filter.folds(of: pool.observed, using: &random)
    let probabilities = try filter.outOfSample(
      pool.embedding.scaled(rows: pool.labeled), labels: pool.observed, classes: 6, folds: cut)
    let issues = filter.issues(in: probabilities, labels: pool.observed)
    let verdict = try judge(experiment.pool, by: filter)
    #expect(verdict.clean == issues.flagged.map { !$0 })
    #expect(verdict.quality == issues.quality)
    #expect(verdict.scores == pool.observed.enumerated().map { Double(probabilities[$0, $1]) })
    let metrics = FilterMetrics(clean: verdict.clean, trulyClean: right)
    #expect(metrics.cleanF1 > metrics.keepAllF1)
  }

  @Test func `takes a model's probabilities, and says what that means`() throws {
    let (experiment, _) = try `A filter`.labeled(60, rate: 0.3)
    let pool = experiment.pool
    let source = ProbeAcquisition(seed: 7, round: 1)
    let model = try source.model(for: pool, clean: pool.labeled)
    let verdict = try judge(experiment.pool, by: ConfidentLearning(rule: .both, model: model))
    #expect(verdict.notices.count == 1)
    #expect(verdict.options.contains("probs=model"))
    let logits = try model.logits(of: pool.labeled, in: pool)
    var own = Matrix(zeros: 60, 6)
    for i in 0..<60 {
      for (k, p) in Probabilities.softmax(logits.row(i)).enumerated() { own[i, k] = Float(p) }
    }
    let issues = LabelIssues(own, labels: pool.observed, rule: .both)
    #expect(verdict.clean == issues.flagged.map { !$0 })
    #expect(verdict.quality == issues.quality)
    #expect(verdict.clean != (try judge(experiment.pool, by: ConfidentLearning(rule: .both)).clean))
  }

  @Test func `asks a model also where there are no features`() throws {
    let logits = Matrix(rows: 6, columns: 2, elements: [3, 0, 3, 0, 3, 0, 0, 3, 0, 3, 3, 0])
    let pool = try Pool(
      count: 6, embedding: nil, classes: 2, labeled: [5, 0, 1, 2, 3, 4],
      observed: [1, 0, 0, 0, 1, 1])
    let verdict = try judge(pool, by: ConfidentLearning(model: GivenModel(logits: logits)))
    #expect(verdict.suspected == [5])
  }

  @Test(arguments: [
    Matrix(zeros: 60, 5),
    Matrix(rows: 60, columns: 6, elements: [Float](repeating: .nan, count: 360)),
  ])
  func `refuses a model of other classes, and one that ran away`(logits: Matrix) throws {
    let (features, truth) = clusters(60, classes: 6, dimensions: 4)
    let pool = try labeledPool(features, observed: truth, classes: 6)
    let error = #expect(throws: MethodError.self) {
      try judge(pool, by: ConfidentLearning(model: GivenModel(logits: logits)))
    }
    guard case .refused = error else {
      Issue.record("not refused: \(String(describing: error))")
      return
    }
  }

  @Test(arguments: [1, 2, 3, 5, 60, 400], [6, 100])
  func `says one thing about every label, and the same twice`(count: Int, classes: Int) throws {
    let (experiment, _) = try `A filter`.labeled(count, rate: 0.3, classes: classes)
    let filter = ConfidentLearning()
    let verdict = try judge(experiment.pool, by: filter)
    #expect(verdict.labeled == experiment.pool.labeled)
    #expect(verdict.clean.count == count && verdict.scores.count == count)
    #expect(verdict.quality.count == count)
    #expect(verdict.quality.allSatisfy { (0...1).contains($0) })
    #expect(verdict.isCurrent(for: experiment.pool, filter: filter))
    #expect(try judge(experiment.pool, by: filter) == verdict)
  }

  @Test func `needs a label`() throws {
    let (experiment, _) = try `A filter`.labeled(0, rate: 0.3)
    #expect(throws: MethodError.needsLabels) { try judge(experiment.pool, by: ConfidentLearning()) }
  }

  @Test func `does not judge one label, nor one class`() throws {
    let (single, _) = try `A filter`.labeled(1, rate: 0.3)
    let verdict = try judge(single.pool, by: ConfidentLearning())
    #expect(verdict.clean == [true] && verdict.notices.count == 1)
    var experiment = single
    experiment.pool = try Pool(
      embedding: single.pool.embedding, classes: 6, labeled: [0, 1, 2], observed: [4, 4, 4])
    #expect(try judge(experiment.pool, by: ConfidentLearning()).quality == [1, 1, 1])
  }

  @Test(arguments: [0, 1])
  func `judges duplicates and rows of zeros`(value: Float) throws {
    let rows = Matrix(rows: 12, columns: 3, elements: [Float](repeating: value, count: 36))
    var experiment = try Experiment(rows, truth: Array(0..<12), classes: 12)
    experiment.pool = try experiment.pool.adding(
      Array(0..<12), labels: [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 3, 9])
    for rule in LabelIssues.Rule.allCases {
      let verdict = try judge(experiment.pool, by: ConfidentLearning(rule: rule))
      #expect(verdict.suspected.isEmpty)
      #expect(verdict.quality.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test(arguments: [
    ConfidentLearning(folds: 1), ConfidentLearning(fracNoise: 1.5),
    ConfidentLearning(fracNoise: .nan), ConfidentLearning(minExamples: -1),
    ConfidentLearning(minExamples: .max), ConfidentLearning(scale: .meanNorm(0)),
  ])
  func `refuses options beyond their range`(filter: ConfidentLearning) throws {
    let (experiment, _) = try `A filter`.labeled(20, rate: 0.3)
    let error = #expect(throws: MethodError.self) { try judge(experiment.pool, by: filter) }
    guard case .range = error else {
      Issue.record("not a range error: \(String(describing: error))")
      return
    }
  }

  @Test func `writes its options in one way`() {
    #expect(
      ConfidentLearning().options
        == "filter_by=prune_by_noise_rate rank_by=self_confidence probs=folds folds=5 "
        + "frac_noise=1 min_examples=1 scale=auto")
    #expect(
      ConfidentLearning(
        folds: 3, rule: .both, ranking: .normalizedMargin, fracNoise: 0.5, minExamples: 4,
        scale: .unit
      ).options
        == "filter_by=both rank_by=normalized_margin probs=folds folds=3 "
        + "frac_noise=0.5 min_examples=4 scale=unit")
  }

  @Test func `stops when interrupted`() async {
    await #expect(processExitsWith: .success) {
      let (experiment, _) = try `A filter`.labeled(60, rate: 0.3)
      Interrupt.request()
      var random = RandomSource(RandomKey(seed: 1, role: .filter))
      #expect(throws: Interrupted.self) {
        try ConfidentLearning().judge(experiment.pool, using: &random)
      }
    }
  }
}
