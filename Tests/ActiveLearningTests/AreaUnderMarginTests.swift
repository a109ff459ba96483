import ActiveLearning
import LinearAlgebra
import Networks
import TestSupport
import Testing

@Suite struct `Areas under the margin` {
  @Test func `are those of the published example`() throws {
    let reference = try Reference("aum_margins")
    let logits = try reference.floats("logits")
    let samples = try reference.ints("samples")
    let labels = try reference.ints("labels")
    // Sample 1 is seen with one label in the first batch and with another in the second, so it
    // stands in the record twice: positions 0, 1 and 2, 3 are the two batches.
    var record = MarginRecord(labels: labels)
    for batch in 0..<2 {
      let rows = Matrix(rows: 2, columns: 3, elements: Array(logits[batch * 6..<batch * 6 + 6]))
      record.record([0, 1, 2, 3][batch * 2..<batch * 2 + 2], rows)
    }
    let margins = record.areas { _ in Matrix(zeros: 0, 3) }
    #expect(try margins == reference.doubles("margins"))
    let areas = (0..<3).map { sample in
      let own = samples.indices.filter { samples[$0] == sample }
      return own.reduce(0) { $0 + margins[$1] } / Double(own.count)
    }
    #expect(try areas == reference.doubles("areas"))
    #expect(areas == [-1, 1, -1])
  }

  @Test func `come from the finished model where a sample was never visited`() {
    var record = MarginRecord(labels: [0, 1, 0])
    record.record([0], Matrix(rows: 1, columns: 2, elements: [3, 1]))
    record.record([0], Matrix(rows: 1, columns: 2, elements: [1, 5]))
    let areas = record.areas { positions in
      #expect(positions == [1, 2])
      return Matrix(rows: 2, columns: 2, elements: [1, 2, 7, 4])
    }
    #expect(areas == [-1, 1, 3])
    #expect(record.visits == [2, 0, 0])
  }

  @Test func `name the class that most often was the rival, the lowest of several`() {
    var record = MarginRecord(labels: [0, 2])
    for logits: [Float] in [[9, 1, 2], [0, 3, 2], [5, 4, 4]] {
      record.record([0], Matrix(rows: 1, columns: 3, elements: logits))
    }
    // Of equal logits the first counts: class 1 twice, class 2 once.
    #expect(record.rival(of: 0) == 1)
    record.record([0], Matrix(rows: 1, columns: 3, elements: [0, 1, 2]))
    #expect(record.rival(of: 0) == 1)
    record.record([0], Matrix(rows: 1, columns: 3, elements: [0, 1, 2]))
    #expect(record.rival(of: 0) == 2)
    let complete = record.completed { _ in Matrix(rows: 1, columns: 3, elements: [4, 6, 5]) }
    #expect(complete.record.rival(of: 1) == 1)
    #expect(complete.areas[1] == -1)
  }

  @Test(arguments: ["aum", "aum_small"])
  func `meet the reference run step by step`(name: String) throws {
    let reference = try Reference(name)
    let epochs = Int(try reference.doubles("settings")[4])
    let found = try measure(reference, epochs: epochs)
    #expect(try isClose(found.areas, reference.doubles("dropping_area"), within: 2e-4))
    #expect(try found.visits == reference.ints("dropping_visits"))
    let labeled = try reference.ints("dropping_clean").count
    let judgement = AreaJudgement(
      areas: Array(found.areas.prefix(labeled)), thresholds: Array(found.areas.dropFirst(labeled)),
      percentile: 80)
    #expect(try judgement.clean == reference.bools("dropping_clean"))
    #expect(try isClose(judgement.quality, reference.doubles("dropping_quality"), within: 2e-4))
    #expect(try abs(judgement.threshold - reference.scalar("dropping_threshold")) <= 2e-4)
  }

  @Test(arguments: ["aum", "aum_small"])
  func `meet the reference after one epoch, dropped rest included`(name: String) throws {
    let reference = try Reference(name)
    let found = try measure(reference, epochs: 1)
    #expect(try isClose(found.areas, reference.doubles("first_epoch_area"), within: 2e-4))
    #expect(try found.visits == reference.ints("first_epoch_visits"))
  }

  private func measure(
    _ reference: Reference, epochs: Int
  ) throws -> (areas: [Double], visits: [Int]) {
    let settings = try reference.doubles("settings")
    let features = try reference.matrix("features")
    let labels = try reference.ints("labels")
    let visits = try reference.ints("order")
    let length = try reference.shape("order")[1]
    let order = (0..<epochs).map { Array(visits[$0 * length..<($0 + 1) * length]) }
    var head = LinearHead(
      weights: try reference.matrix("initial_weights"),
      biases: try reference.floats("initial_biases"))
    var record = MarginRecord(labels: labels)
    let training = LinearTraining(
      SGDSettings(
        epochs: epochs, batch: Int(settings[3]), learningRate: settings[0], momentum: settings[1],
        weightDecay: settings[2], schedule: .constant))
    _ = try training.run(&head, on: features, labels: labels, order: order) {
      record.record($0, $1)
    }
    let areas = try record.areas { try head.logits(of: features.rows(at: $0)) }
    return (areas, record.visits)
  }
}

@Suite struct `A judgement of areas` {
  @Test func `asks for the eightieth percentile of the threshold samples`() {
    let judgement = AreaJudgement(
      areas: [6.2, 5.2001, 5.1, 0.2], thresholds: [10, 1, 3, 2, 4], percentile: 80)
    #expect(abs(judgement.threshold - 5.2) < 1e-12)
    #expect(judgement.clean == [true, true, false, false])
    #expect(isClose(judgement.quality, [1, 0.50005, 0.49, 0], within: 1e-9))
  }

  @Test func `divides nothing by nothing`() {
    let same = AreaJudgement(areas: [2, 2], thresholds: [2], percentile: 80)
    #expect(same.clean == [true, true])
    #expect(same.quality == [0.5, 0.5])
    let mixed = AreaJudgement(areas: [2, 1], thresholds: [2], percentile: 80)
    #expect(mixed.quality == [0.5, 0])
  }

  @Test func `never gives a suspected label the quality of a clean one`() {
    let areas = [(1.0 as Double).nextDown, 1, -1e300]
    let judgement = AreaJudgement(areas: areas, thresholds: [1], percentile: 50)
    #expect(judgement.clean == [false, true, false])
    #expect(zip(judgement.clean, judgement.quality).allSatisfy { $0 == ($1 >= 0.5) })
  }
}

@Suite struct `Threshold samples` {
  /// What one model says, written down a second time: the areas of all rows, and the rivals.
  private func areas(
    _ pool: Pool, _ samples: [Int], _ labels: [Int], _ weights: inout RandomSource,
    _ order: inout RandomSource
  ) throws -> (areas: [Double], rivals: [Int]) {
    let features = try pool.embedding.scaled(rows: samples)
    var head = LinearHead(
      classes: pool.classes + 1, dimensions: features.columns, using: &weights)
    var sums = [Double](repeating: 0, count: samples.count)
    var visits = sums
    var rivals = samples.map { _ in [Int](repeating: 0, count: pool.classes + 1) }
    let settings = SGDSettings(
      epochs: 40, batch: 64, learningRate: 0.1, weightDecay: 1e-4, schedule: .constant)
    func note(_ position: Int, _ logits: ArraySlice<Float>) {
      let row = Array(logits)
      let others = row.indices.filter { $0 != labels[position] }
      let largest = others.map { row[$0] }.max() ?? 0
      sums[position] += Double(row[labels[position]]) - Double(largest)
      visits[position] += 1
      if let rival = others.first(where: { row[$0] == largest }) { rivals[position][rival] += 1 }
    }
    _ = try LinearTraining(settings).run(&head, on: features, labels: labels, using: &order) {
      for (row, position) in $0.enumerated() { note(position, $1.row(row)) }
    }
    for position in samples.indices where visits[position] == 0 {
      note(position, try head.logits(of: features.rows(at: [position])).row(0))
    }
    return (
      zip(sums, visits).map { $0 / $1 },
      rivals.map { counts in counts.firstIndex(of: counts.max() ?? 0) ?? 0 }
    )
  }

  private func streams(
    _ repeated: Int, _ labels: Int
  ) -> (draws: RandomSource, weights: RandomSource, order: RandomSource) {
    let suffix = repeated == 0 ? "" : "/repeat=\(repeated)"
    let method = "aum/|L|=\(labels)" + suffix
    return (
      RandomSource(RandomKey(seed: 7, role: .filter, method: method)),
      RandomSource(RandomKey(seed: 7, role: .initialWeights, method: "aum" + suffix)),
      RandomSource(RandomKey(seed: 7, role: .batches, method: method))
    )
  }

  /// The definition word for word: two models, each with some labeled samples in the class that does
  /// not exist, and that twice over.
  @Test func `may be labeled ones, in two runs that have none in common`() throws {
    let (experiment, _) = try `A filter`.labeled(50, rate: 0.3)
    let pool = experiment.pool
    var judged = [[AreaJudgement]](repeating: [], count: 50)
    var places = [[Int]](repeating: [], count: 50)
    for repeated in 0..<2 {
      var (draws, weights, order) = streams(repeated, 50)
      // Fifty labels of six classes: eight to a set.
      let drawn = draws.sample(16, of: Array(0..<50))
      for set in [drawn.prefix(8), drawn.suffix(8)] {
        let labels = pool.observed.enumerated().map { set.contains($0) ? 6 : $1 }
        let found = try areas(pool, pool.labeled, labels, &weights, &order).areas
        let rest = (0..<50).filter { !set.contains($0) }
        let judgement = AreaJudgement(
          areas: rest.map { found[$0] }, thresholds: set.map { found[$0] }, percentile: 80)
        for (position, place) in rest.enumerated() {
          judged[place].append(judgement)
          places[place].append(position)
        }
      }
    }
    let verdict = try judge(pool, by: LowBudgetAUM(source: .labeled, repeats: 2))
    for i in 0..<50 {
      let runs = zip(judged[i], places[i])
      #expect((2...4).contains(judged[i].count))
      #expect(verdict.clean[i] == runs.allSatisfy { $0.clean[$1] })
      #expect(verdict.quality[i] == runs.map { $0.quality[$1] }.min())
      let mean = runs.reduce(0) { $0 + $1.0.areas[$1.1] } / Double(judged[i].count)
      #expect(abs((verdict.scores[i] ?? .nan) - mean) < 1e-12)
      #expect(verdict.value("runs", i) == Double(judged[i].count))
      #expect(verdict.value("runs clean", i) == Double(runs.count { $0.clean[$1] }))
    }
    #expect(Set(judged.map(\.count)).count > 1)
  }

  /// On rows of many lengths, so that the nearest of them are not the nearest unit rows.
  @Test(arguments: [LowBudgetAUM.Thresholds.auto, .count(60)])
  func `may be neighbours of labeled ones, and others where those are too few`(
    thresholds: LowBudgetAUM.Thresholds
  ) throws {
    var (features, truth) = clusters(200, classes: 4, dimensions: 5)
    for i in 0..<200 {
      for j in 0..<5 { features[i, j] *= Float(1 + i % 7) }
    }
    truth = try noisy(truth, classes: 4, rate: 0.3)
    let labeled = (0..<40).map { ($0 * 37) % 200 }
    let pool = try Pool(
      embedding: Embedding(features, normalization: .none), classes: 4, labeled: labeled,
      observed: labeled.map { truth[$0] })
    let near = neighbours(of: pool)
    #expect(near.count < 40)

    var (draws, weights, order) = streams(0, 40)
    var drawn = draws.sample(min(near.count, thresholds == .auto ? 10 : 60), of: near)
    if thresholds != .auto {
      let rest = pool.candidates.filter { !near.contains($0) }
      drawn += draws.sample(60 - near.count, of: rest)
    }
    let found = try areas(
      pool, pool.labeled + drawn, pool.observed + drawn.map { _ in 4 }, &weights, &order)
    let verdict = try judge(
      pool, by: LowBudgetAUM(thresholds: thresholds, source: .neighbours))
    let expected = AreaJudgement(
      areas: Array(found.areas.prefix(40)), thresholds: Array(found.areas.dropFirst(40)),
      percentile: 80)
    #expect(isClose(verdict.scores.map { $0 ?? .nan }, expected.areas, within: 1e-12))
    #expect(verdict.clean == expected.clean)
    #expect(verdict.values("rival") == found.rivals.prefix(40).map(Double.init))
    #expect(verdict.values("area") == verdict.scores)
    #expect(verdict.values("threshold").allSatisfy { abs(($0 ?? 0) - expected.threshold) < 1e-12 })
  }

  private func neighbours(of pool: Pool) -> [Int] {
    guard let features = try? pool.embedding.features else { return [] }
    let norms = features.rowNorms()
    let nearest = pool.labeled.map { x in
      pool.candidates.min { first, second in
        func distance(_ y: Int) -> Double {
          zip(features.row(x), features.row(y)).reduce(0) { sum, pair in
            let gap = Double(pair.0) / norms[x] - Double(pair.1) / norms[y]
            return sum + gap * gap
          }
        }
        return distance(first) < distance(second)
      } ?? 0
    }
    return Set(nearest).sorted()
  }

  @Test func `that are labeled need no pool, and no more than two labels`() throws {
    let (features, truth) = clusters(40, classes: 4, dimensions: 5)
    let all = try labeledPool(features, observed: truth, classes: 4)
    #expect(try judge(all, by: LowBudgetAUM()).notices.count == 1)
    #expect(try judge(all, by: LowBudgetAUM(source: .neighbours)).notices.count == 1)
    let verdict = try judge(all, by: LowBudgetAUM(source: .labeled))
    #expect(verdict.notices.isEmpty)
    #expect(verdict.evidence != nil)

    let two = try Pool(
      embedding: all.embedding, classes: 4, labeled: [3, 9], observed: [0, 1])
    let found = try judge(two, by: LowBudgetAUM(source: .labeled))
    #expect(found.scores.allSatisfy { $0?.isFinite ?? false })
    // Each is the threshold of the other one's run.
    #expect(found.values("area").count == 2 && found.values("runs").isEmpty)
  }

  @Test func `that are labeled are at most half of them`() throws {
    let (experiment, _) = try `A filter`.labeled(51, rate: 0.3)
    let filter = LowBudgetAUM(epochs: 2, thresholds: .count(1000), source: .labeled)
    let verdict = try judge(experiment.pool, by: filter)
    // Twice 25 of 51: one sample is in neither set.
    #expect(verdict.values("runs").count { $0 == 2 } == 1)
    #expect(verdict.values("runs").count { $0 == 1 } == 50)
  }

  @Test(arguments: 1...12)
  func `that leave labels of one class are compared with them`(seed: Int) throws {
    let (features, _) = clusters(30, classes: 3, dimensions: 5)
    let pool = try Pool(
      embedding: Embedding(features), classes: 2, labeled: [0, 1, 2, 3], observed: [0, 0, 0, 1])
    let verdict = try judge(pool, by: LowBudgetAUM(source: .labeled), seed: seed)
    #expect(verdict.scores.allSatisfy { $0?.isFinite ?? false })
    #expect(verdict.clean == verdict.quality.map { $0 >= 0.5 })
  }

  @Test(arguments: LowBudgetAUM.ThresholdSource.allCases, [0.2, 0.5])
  func `of every kind find wrong labels`(
    source: LowBudgetAUM.ThresholdSource, rate: Double
  ) throws {
    var worth: [Double] = []
    for seed in 1...5 {
      let (experiment, right) = try `A filter`.labeled(120, rate: rate, seed: seed)
      let verdict = try judge(experiment.pool, by: LowBudgetAUM(source: source))
      let metrics = FilterMetrics(clean: verdict.clean, trulyClean: right)
      worth.append(metrics.cleanPrecision - Double(right.count { $0 }) / 120)
    }
    #expect(worth.reduce(0, +) / 5 > 0.1, "\(worth)")
  }

  @Test(arguments: [(10, 10, 1), (11, 10, 1), (25, 10, 2), (3, 10, 1), (200, 10, 20)])
  func `that are labeled are as many in each run as there are labels for a class`(
    labels: Int, classes: Int, count: Int
  ) throws {
    let pool = try Pool(
      embedding: Embedding(Matrix(zeros: 300, 1)), classes: classes, labeled: Array(0..<labels),
      observed: [Int](repeating: 0, count: labels))
    #expect(LowBudgetAUM(source: .labeled).thresholdCount(for: pool) == count)
  }
}
