import ActiveLearning
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `Nearest neighbours` {
  @Test func `judge as the reference does`() throws {
    let oracle = try Reference("other_filters")
    let pool = try labeledPool(
      oracle.matrix("features"), observed: oracle.ints("observed_labels"))
    let verdict = try judge(pool, by: NearestNeighbours(scale: .raw))
    #expect(try verdict.clean == oracle.bools("knn_clean"))
    #expect(try isClose(verdict.quality, oracle.doubles("knn_quality"), within: 1e-12))
    let withSelf = try judge(pool, by: NearestNeighbours(includeSelf: true, scale: .raw))
    #expect(try withSelf.clean == oracle.bools("knn_self_clean"))
    #expect(try judge(pool, by: NearestNeighbours(k: 14, scale: .raw)).clean == verdict.clean)
  }

  @Test func `are a question of the naive count`() throws {
    let (experiment, _) = try `A filter`.labeled(90, rate: 0.3)
    let pool = experiment.pool
    let points = PointSet(try pool.embedding.scaled(rows: pool.labeled))
    let verdict = try judge(pool, by: NearestNeighbours(k: 7))
    for i in 0..<90 {
      let others = (0..<90).filter { $0 != i }.sorted {
        (points.distance(i, to: points, $0), $0) < (points.distance(i, to: points, $1), $1)
      }
      let votes = others.prefix(7).map { pool.observed[$0] }
      let own = votes.count { $0 == pool.observed[i] }
      let most = (0..<6).map { name in votes.count { $0 == name } }.max()
      #expect(verdict.clean[i] == (own == most))
      #expect(verdict.quality[i] == Double(own) / 7)
    }
  }

  @Test func `are not asked below three labels for each class`() throws {
    for (count, judged) in [(17, false), (18, true)] {
      let (experiment, _) = try `A filter`.labeled(count, rate: 0.3)
      let verdict = try judge(experiment.pool, by: NearestNeighbours())
      #expect(verdict.notices.isEmpty == judged)
      #expect(judged || verdict.quality.allSatisfy { $0 == 1 })
    }
  }

  @Test func `flag the one wrong label among well separated classes`() throws {
    let (features, truth) = clusters(200, classes: 4, dimensions: 8, spread: 0.05)
    var observed = truth
    observed[3] = (truth[3] + 1) % 4
    let verdict = try judge(
      labeledPool(features, observed: observed, classes: 4), by: NearestNeighbours())
    #expect(verdict.suspected == [3])
  }

  @Test func `of which there are fewer than asked for are all others`() throws {
    let (experiment, _) = try `A filter`.labeled(20, rate: 0.3)
    let all = try judge(experiment.pool, by: NearestNeighbours(k: .max))
    #expect(try judge(experiment.pool, by: NearestNeighbours(k: 19)).quality == all.quality)
    #expect(throws: MethodError.range(name: "k", value: 0, allowed: "at least 1")) {
      try judge(experiment.pool, by: NearestNeighbours(k: 0))
    }
  }
}

@Suite struct `Robust centroids` {
  @Test func `are those of the reference for its subsets`() throws {
    let oracle = try Reference("other_filters")
    let features = try oracle.matrix("features")
    let observed = try oracle.ints("observed_labels")
    let names = try oracle.ints("subset_classes")
    let subsets = try oracle.ints("subsets")
    let logs = try oracle.doubles("log_determinants")
    let chosen = try oracle.ints("chosen_subset")
    var centres = [[Double]?](repeating: nil, count: 10)
    for (position, name) in names.enumerated() {
      let all = (0..<30).map { draw in
        Array(subsets[(position * 30 + draw) * 22..<(position * 30 + draw + 1) * 22])
      }
      let drawn = all.map { $0.filter { $0 != 255 } }.filter { !$0.isEmpty }
      let count = observed.count { $0 == name }
      #expect(RobustCentre.plan(for: count) == (drawn[0].count, drawn.count))
      let centre = try RobustCentre(of: drawn, in: features)
      let expected = Array(logs[position * 30..<position * 30 + drawn.count])
      #expect(isClose(centre.logDeterminants, expected, within: 2e-2))
      #expect(centre.chosen == chosen[name])
      centres[name] = centre.centre
    }
    for name in 0..<10 where centres[name] == nil {
      let own = observed.indices.filter { observed[$0] == name }
      centres[name] = features.rows(at: own).columnMeans()
    }
    #expect(try isClose(centres.flatMap { $0 ?? [] }, oracle.doubles("centres"), within: 1e-5))
    let judgement = try CentroidJudgement(features, labels: observed, centres: centres)
    #expect(try isClose(judgement.own, oracle.doubles("own_distance"), within: 1e-5))
    #expect(try isClose(judgement.other, oracle.doubles("other_distance"), within: 1e-5))
    #expect(try judgement.clean == oracle.bools("centroids_clean"))
    #expect(try isClose(judgement.quality, oracle.doubles("centroids_quality"), within: 1e-5))
  }

  @Test(arguments: [(3, 2, 15), (4, 2, 15), (40, 20, 25), (200, 50, 30), (9, 4, 15)])
  func `are sought in so many subsets`(count: Int, size: Int, subsets: Int) {
    #expect(RobustCentre.plan(for: count) == (size, subsets))
  }

  @Test func `are the means of classes of two, and equally near is clean`() throws {
    let features = Matrix(rows: 5, columns: 1, elements: [0, 2, 3, 5, 2.5])
    let centres: [[Double]?] = [[1], [4], nil]
    let judgement = try CentroidJudgement(features, labels: [0, 0, 1, 0, 1], centres: centres)
    #expect(judgement.own == [1, 1, 1, 4, 1.5])
    #expect(judgement.other == [4, 2, 2, 1, 1.5])
    #expect(judgement.clean == [true, true, true, false, true])
    #expect(judgement.quality == [0.8, 2.0 / 3, 2.0 / 3, 0.2, 0.5])
    let pool = try labeledPool(
      Matrix(rows: 4, columns: 1, elements: [0, 2, 3, 5]), observed: [0, 0, 1, 1], classes: 3)
    let verdict = try judge(pool, by: Centroids(scale: .raw))
    #expect(verdict.scores == [3, 1, 1, 3])
  }
}
