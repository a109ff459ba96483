import ActiveLearning
import LinearAlgebra
import Testing

@Suite struct `Coverage mixed with margins by competence` {
  @Test func `has the competences of the reference vectors`() throws {
    let reference = try Reference("dcom")
    let strategy = DCoM(
      delta: 1, acquisition: GivenSource(model: GivenModel(logits: Matrix(zeros: 0, 0))))
    let found = try reference.doubles("coverages").map { strategy.competence(atCoverage: $0) }
    #expect(found == (try reference.doubles("competences")))
    #expect(
      [0.7, 0.75, 0.8, 0.85, 0.9].map(strategy.competence) == [0.007, 0.076, 0.5, 0.924, 0.993])
  }

  @Test(arguments: ["low", "middle", "high"], [1 << 30, 0])
  func `chooses as the reference vectors do`(coverage: String, graphMemory: Int) throws {
    let reference = try Reference("dcom")
    let labeled = try reference.ints("labeled")
    let radii = try reference.doubles("\(coverage)_radii")
    let experiment = try referenceExperiment()
    let strategy = DCoM(
      delta: 0.5, acquisition: try referenceModel(),
      memory: RadiusMemory(
        samples: labeled, radii: radii, isProvisional: labeled.map { _ in false }),
      graphMemory: graphMemory, ties: .lowest)
    let selection = try experiment.select(strategy, 12)
    #expect(try selection.samples == reference.ints("\(coverage)_picks"))
    let skill = try reference.scalar("\(coverage)_competence")
    #expect(selection.picks.allSatisfy { $0.term("competence") == skill })
    let mean = radii.reduce(0, +) / Double(radii.count)
    #expect(selection.delta == mean)

    let ranks = try reference.doubles("\(coverage)_ranks")
    let first = try #require(selection.picks.first)
    let runnerUp = try #require(first.reason?.runnerUp)
    #expect(isClose([first.score ?? .nan], [ranks[first.sample]], within: 2e-5))
    #expect(isClose([runnerUp.score], [ranks[runnerUp.sample]], within: 2e-5))

    var covered = try OwnBalls(experiment.pool.embedding.points, centers: labeled, radii: radii)
      .covered()
    let start = Double(covered.count { $0 }) / 397
    #expect(isClose([start], [try reference.scalar("\(coverage)_start_coverage")], within: 1e-12))
    let shares = selection.picks.map { pick in
      for y in pick.reason?.covered ?? [] {
        #expect(!covered[y])
        covered[y] = true
      }
      return Double(covered.count { $0 }) / 397
    }
    #expect(isClose(shares, try reference.doubles("\(coverage)_coverage"), within: 1e-12))
  }

  @Test func `finds the radii of the reference vectors`() throws {
    let reference = try Reference("dcom")
    let labeled = try reference.ints("labeled")
    let strategy = DCoM(
      delta: 0.5, acquisition: try referenceModel(),
      memory: RadiusMemory(
        samples: labeled, radii: try reference.doubles("low_radii"),
        isProvisional: labeled.map { _ in true }))
    let selection = try referenceExperiment().select(strategy, 3)
    guard case .radii(let memory) = selection.memory else {
      Issue.record("no radii are remembered")
      return
    }
    let expected = try reference.doubles("searched_rounded")
    #expect(memory.samples == labeled + selection.samples)
    #expect(isClose(Array(memory.radii.prefix(31)), expected, within: 1e-12))
    let mean = expected.reduce(0, +) / 31
    #expect(isClose([selection.delta ?? 0], [mean], within: 1e-12))
    let rounded = (mean * 100).rounded() / 100
    #expect(memory.radii.suffix(3) == [rounded, rounded, rounded])
    #expect(memory.isProvisional == labeled.map { _ in false } + [true, true, true])
  }

  @Test(arguments: [(60, 0.4), (257, 0.5), (130, 0.9)], Metric.allCases)
  func `agrees with the naive version over several rounds`(
    run: (count: Int, delta: Double), metric: Metric
  ) throws {
    let (features, truth) = clusters(run.count, classes: 4, dimensions: 3, seed: run.count)
    let embedding = Embedding(features, metric: metric)
    // A model that knows a little: right in most places, never sure.
    var logits = normals(run.count, 4, seed: 8)
    for i in 0..<run.count { logits[i, truth[i]] += 2 }
    let observed = try noisy(truth, classes: 4, rate: 0.2)
    var experiment = try Experiment(features, truth: truth, observed: observed, classes: 4)
    experiment.pool = try Pool(embedding: embedding, classes: 4)
    var naive = NaiveDCoM(embedding.points, logits)
    naive.widest = metric == .cosine ? 0.5 : 1.1
    var memory: RadiusMemory?
    var (known, provisional) = ([Int: Double](), [Int: Double]())
    for number in [5, 1, 9, 12] {
      let pool = experiment.pool
      let expected = naive.select(
        number, labeled: pool.labeled, observed: pool.observed, delta: run.delta, known: known,
        provisional: provisional)
      let selection = try experiment.query(
        DCoM(
          delta: run.delta, acquisition: GivenSource(model: GivenModel(logits: logits)),
          memory: memory, graphMemory: number == 9 ? 0 : 1 << 20, ties: .lowest), number)
      #expect(selection.samples == expected.picks)
      #expect(isClose(selection.scores.map { $0 ?? .nan }, expected.scores, within: 1e-9))
      guard case .radii(let radii) = selection.memory else { continue }
      #expect(Array(radii.radii.prefix(pool.labeled.count)) == expected.radii)
      memory = radii
      known = [:]
      provisional = [:]
      for (i, x) in radii.samples.enumerated() {
        if radii.isProvisional[i] {
          provisional[x] = radii.radii[i]
        } else {
          known[x] = radii.radii[i]
        }
      }
    }
  }

  @Test(arguments: 1...8)
  func `finds radii as one would by hand where many samples are equally far`(seed: Int) throws {
    var random = RandomSource(RandomKey(seed: seed, role: .evaluation))
    let rows = (0..<80).map { _ in Float(random.integer(below: 9)) / 8 }
    let points = PointSet(Matrix(rows: 40, columns: 2, elements: rows))
    var logits = Matrix(zeros: 40, 2)
    for i in 0..<40 { logits[i, random.integer(below: 2)] = 1 }
    let naive = NaiveDCoM(points, logits)
    let classes = (0..<40).map { logits[$0, 1] > 0 ? Int32(1) : 0 }
    for covered in 0...40 {
      let search = RadiusSearch(
        points, classes: classes, covered: covered, widest: 1.1, resolution: 0.02)
      let found = try search.radii(of: Array(0..<40), observed: (0..<40).map { $0 % 2 })
      let expected = (0..<40).map { naive.radius(of: $0, label: $0 % 2, covered: covered) }
      #expect(found == expected)
    }
  }

  @Test func `stops at a radius that is exactly as pure as demanded`() throws {
    // From the first point: 1 of 2 within .8, 1 of 3 within 1.2; 5 of 10 covered demand a half.
    let line: [Float] = [0, 0.5, 1.1, 9, 9, 9, 9, 9, 9, 9]
    let points = PointSet(Matrix(rows: 10, columns: 1, elements: line))
    let classes: [Int32] = [0, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    let search = RadiusSearch(points, classes: classes, covered: 5, widest: 1.6, resolution: 0.3)
    #expect(try search.radii(of: [0], observed: [0]) == [0.8])
    // If less is demanded, the search goes on between .8 and 1.2, and then to 1.1.
    let lower = RadiusSearch(points, classes: classes, covered: 4, widest: 1.6, resolution: 0.3)
    #expect(try lower.radii(of: [0], observed: [0]) == [1.1])
  }

  @Test func `takes three fifths for as pure as three fifths`() throws {
    let points = PointSet(Matrix(zeros: 5, 1))
    let search = RadiusSearch(
      points, classes: [0, 0, 0, 1, 1], covered: 5, widest: 1.1, resolution: 0.02)
    #expect(try search.radii(of: [0, 3], observed: [0, 1]) == [1.09, 0.01])
  }

  @Test func `is ProbCover while nothing is labeled`() throws {
    let (features, truth) = clusters(151, classes: 4, dimensions: 4)
    let experiment = try Experiment(features, truth: truth, classes: 4)
    let asksNoModel = GivenSource(model: GivenModel(logits: Matrix(zeros: 0, 0)))
    for ties in TieRule.allCases {
      let found = try experiment.select(DCoM(delta: 0.3, acquisition: asksNoModel, ties: ties), 151)
      let expected = try experiment.select(ProbCover(delta: 0.3, ties: ties), 151)
      #expect(found.samples == expected.samples)
      #expect(found.picks.map { $0.term("degree") } == expected.scores)
      #expect(found.picks.map { $0.reason?.covered } == expected.picks.map { $0.reason?.covered })
      #expect(found.picks.allSatisfy { $0.term("competence") == 0 })
      #expect(found.exhausted == expected.exhausted)
      #expect(found.delta == 0.3)
    }
  }

  @Test func `counts labels without a radius as if theirs were delta`() throws {
    let line = Matrix(rows: 6, columns: 1, elements: [0, 0.1, 0.3, 0.6, 1.0, 1.5])
    let embedding = Embedding(line, normalization: .none)
    var logits = Matrix(zeros: 6, 2)
    for i in 0..<6 { logits[i, i == 1 ? 1 : 0] = 3 }
    let pool = try labeledPool(embedding, [0, 4], classes: 2)
    let naive = NaiveDCoM(embedding.points, logits)
    for delta in [0.05, 0.2, 0.5, 2] {
      let source = GivenSource(model: GivenModel(logits: logits))
      let found = try pool.select(DCoM(delta: delta, acquisition: source, ties: .lowest), 2)
      let expected = naive.select(
        2, labeled: [0, 4], observed: [0, 0], delta: delta, known: [:], provisional: [:])
      #expect(found.samples == expected.picks)
      guard case .radii(let memory) = found.memory else { continue }
      #expect(Array(memory.radii.prefix(2)) == expected.radii)
    }
  }

  @Test func `forgets radii of samples that are no longer labeled`() throws {
    let (features, truth) = clusters(50, classes: 2, dimensions: 3)
    var experiment = try Experiment(features, truth: truth, classes: 2)
    experiment.pool = try experiment.pool.adding([4, 9], labels: [truth[4], truth[9]])
    let memory = RadiusMemory(
      samples: [9, 17], radii: [0.31, 0.9], isProvisional: [false, false])
    let source = GivenSource(model: GivenModel(logits: normals(50, 2, seed: 1)))
    let selection = try experiment.select(
      DCoM(delta: 0.3, acquisition: source, memory: memory), 4)
    guard case .radii(let kept) = selection.memory else { return }
    #expect(kept.samples == [4, 9] + selection.samples)
    #expect(kept.radii[1] == 0.31)
  }

  @Test func `takes each candidate once up to the last, in any pool`() throws {
    for (features, classes) in [
      (clusters(60, classes: 3, dimensions: 3).features, 3), (Matrix(zeros: 60, 2), 1),
      (Matrix(rows: 60, columns: 1, elements: (0..<60).map { Float($0 % 2) }), 70),
    ] {
      for ties in TieRule.allCases {
        let truth = (0..<60).map { $0 % classes }
        var experiment = try Experiment(features, truth: truth, classes: classes)
        let source = GivenSource(model: GivenModel(logits: normals(60, classes, seed: 1)))
        for count in [1, 3, 56] {
          _ = try experiment.query(DCoM(delta: 0.4, acquisition: source, ties: ties), count)
        }
        #expect(Set(experiment.pool.labeled).count == 60)
      }
    }
  }

  @Test func `looks at no label that was not bought`() throws {
    let (features, truth) = clusters(120, classes: 4, dimensions: 4)
    func run(_ observed: [Int]) throws -> (labeled: [Int], radii: StrategyMemory?) {
      var experiment = try Experiment(features, truth: truth, observed: observed, classes: 4)
      _ = try experiment.query(RandomSampling(), 15)
      let strategy = DCoM(delta: 0.4, acquisition: ProbeAcquisition(seed: 1, round: 1))
      let selection = try experiment.query(strategy, 20)
      return (experiment.pool.labeled, selection.memory)
    }
    let expected = try run(truth)
    let bought = Set(expected.labeled)
    let other = truth.indices.map { bought.contains($0) ? truth[$0] : (truth[$0] + 1) % 4 }
    let found = try run(other)
    #expect(found.labeled == expected.labeled && found.radii == expected.radii)
  }

  @Test func `agrees on one thread and on three`() throws {
    let (features, truth) = clusters(700, classes: 5, dimensions: 6)
    let usual = Parallel.threads
    defer { Parallel.threads = usual }
    let runs = try [1, 2, 3].map { threads in
      Parallel.threads = threads
      var experiment = try Experiment(features, truth: truth, classes: 5)
      _ = try experiment.query(RandomSampling(), 50)
      let strategy = DCoM(delta: 0.4, acquisition: ProbeAcquisition(seed: 1, round: 1))
      return try experiment.select(strategy, 15)
    }
    #expect(runs.allSatisfy { $0.picks == runs[0].picks && $0.memory == runs[0].memory })
  }

  @Test(arguments: [("balls", 1), ("radii", 32), ("picks", 4)])
  func `stops when interrupted`(work: String, stop: Int) async {
    await #expect(processExitsWith: .success) { [work, stop] in
      let (features, truth) = clusters(200, classes: 5, dimensions: 4)
      var experiment = try Experiment(features, truth: truth, classes: 5)
      _ = try experiment.query(RandomSampling(), 100)
      let source = GivenSource(model: GivenModel(logits: normals(200, 5, seed: 1)))
      Parallel.threads = 1
      nonisolated(unsafe) var last = 0
      let meter = ProgressMeter { watched, done, _ in
        guard watched == work else { return }
        last = done
        if done == stop { Interrupt.request() }
      }
      #expect(throws: Interrupted.self) {
        try ProgressMeter.$current.withValue(meter) {
          _ = try experiment.select(DCoM(delta: 0.3, acquisition: source), 50)
        }
      }
      #expect(last == stop)
    }
  }

  @Test func `refuses options that are none`() throws {
    let (features, truth) = clusters(20, classes: 2, dimensions: 2)
    let experiment = try Experiment(features, truth: truth, classes: 2)
    let source = GivenSource(model: GivenModel(logits: Matrix(zeros: 20, 2)))
    for (name, strategy) in [
      ("delta", DCoM(delta: 0, acquisition: source)),
      ("delta", DCoM(delta: .nan, acquisition: source)),
      ("k", DCoM(delta: 1, k: -1, acquisition: source)),
      ("a", DCoM(delta: 1, a: 1.5, acquisition: source)),
      ("max_delta", DCoM(delta: 1, maxDelta: 0, acquisition: source)),
      ("resolution", DCoM(delta: 1, resolution: 0, acquisition: source)),
    ] {
      let error = #expect(throws: MethodError.self) { try experiment.select(strategy, 1) }
      guard case .range(name, _, _) = error else {
        Issue.record("not a range error of \(name): \(String(describing: error))")
        continue
      }
    }
  }

  private func referenceExperiment() throws -> Experiment {
    let reference = try Reference("dcom")
    let observed = try reference.ints("observed_labels")
    var experiment = try Experiment(
      reference.matrix("features"), truth: observed, classes: 10)
    let labeled = try reference.ints("labeled")
    experiment.pool = try experiment.pool.adding(labeled, labels: labeled.map { observed[$0] })
    return experiment
  }

  private func referenceModel() throws -> GivenSource {
    let reference = try Reference("dcom")
    return GivenSource(
      model: GivenModel(logits: try reference.matrix("probabilities").logarithms))
  }
}
