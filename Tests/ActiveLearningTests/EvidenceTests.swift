import ActiveLearning
import LinearAlgebra
import Networks
import Testing

extension Verdict {
  /// A column of the evidence; empty where there is none of that name.
  func values(_ name: String) -> [Double?] {
    evidence?.columns.first { $0.name == name }?.values ?? []
  }

  /// What the evidence says about the label at a place in the order of purchase.
  func value(_ name: String, _ place: Int) -> Double? {
    let values = values(name)
    return values.indices.contains(place) ? values[place] : nil
  }
}

/// Whoever asks why can judge again from what a filter shows.
@Suite struct `The evidence` {
  static let pool: Result<Pool, any Error> = Result { try `A filter`.labeled(90, rate: 0.3).0.pool }

  private func judged(_ filter: any NoiseFilter) throws -> (Pool, Verdict) {
    let pool = try Self.pool.get()
    return (pool, try judge(pool, by: filter))
  }

  @Test(
    arguments: [
      ("area threshold rival", LowBudgetAUM()),
      ("area threshold rival runs clean runs", LowBudgetAUM(repeats: 2)),
      ("votes for models p of label predicted", CrossValidation()),
      ("votes for most votes winner", NearestNeighbours()),
      ("distance to own distance to nearest other nearest other class", Centroids()),
      ("score posterior", Fine()), ("score posterior", Fine(mixture: .beta)),
      ("votes share most voted posterior", DisagreeNet()),
      ("votes share most voted", MaxAgreementPrediction()), ("score k", IMCOD()),
      ("neighbours within radius", DBSCAN(scale: .meanNorm(0.5))),
      ("p of label predicted p of predicted threshold of label", ConfidentLearning()),
      (
        "votes for most votes winner record judgements",
        MomentumFilter(NearestNeighbours(), momentum: 1)
      ),
    ] as [(String, any NoiseFilter)])
  func `has these columns, a number for each label`(
    columns: String, filter: any NoiseFilter
  ) throws {
    let (pool, verdict) = try judged(filter)
    let evidence = try #require(verdict.evidence)
    #expect(evidence.columns.map(\.name).joined(separator: " ") == columns)
    #expect(evidence.columns.allSatisfy { $0.values.count == pool.labeled.count })
    #expect(evidence.columns.allSatisfy { $0.values.allSatisfy { $0?.isFinite ?? true } })
    #expect((evidence.neighbours != nil) == (filter.name == "knn"))
    #expect(verdict.suspected.count > 0)
  }

  @Test func `is none where nothing is compared`() throws {
    let (experiment, _) = try `A filter`.labeled(20, rate: 0.3)
    #expect(try judge(experiment.pool, by: experiment.ideal).evidence == nil)
    #expect(try judge(experiment.pool, by: KeepAll()).evidence == nil)
    let (single, _) = try `A filter`.labeled(1, rate: 0.3)
    #expect(try judge(single.pool, by: LowBudgetAUM()).evidence == nil)
  }

  @Test func `of areas is that of the strictest run`() throws {
    let (_, single) = try judged(LowBudgetAUM())
    let (_, three) = try judged(LowBudgetAUM(repeats: 3))
    #expect(single.values("area") == single.scores)
    for verdict in [single, three] {
      for i in verdict.clean.indices {
        let (area, threshold) = (verdict.value("area", i), verdict.value("threshold", i))
        #expect(verdict.clean[i] == (try #require(area) >= (try #require(threshold))))
      }
    }
    #expect(three.values("runs").allSatisfy { $0 == 3 })
    #expect(three.clean == three.values("runs clean").map { $0 == 3 })
    #expect(three.values("area") != three.scores)
  }

  @Test(arguments: [
    CrossValidation(), CrossValidation(folds: 4), CrossValidation(trainOn: .complement),
    CrossValidation(trainOn: .complement, votes: .heldout),
  ])
  func `of cross-validation are its models' votes`(filter: CrossValidation) throws {
    let (pool, verdict) = try judged(filter)
    let features = try pool.embedding.scaled(rows: pool.labeled)
    var random = filter.stream(seed: 7, labeled: 90)
    let cut = filter.folds(of: 90, using: &random)
    let models = try (0..<filter.folds).map { fold in
      let rows = (0..<90).filter { (cut[$0] == fold) == (filter.trainOn == .fold) }
      return try LogisticRegression.fit(
        features.rows(at: rows), labels: rows.map { pool.observed[$0] }, classes: 6)
    }
    let named = try models.map { try $0.predictions(for: features) }
    for i in 0..<90 {
      let voters = filter.votes == .all ? Array(0..<filter.folds) : [cut[i]]
      let votes = voters.map { named[$0][i] }
      let counts = (0..<6).map { label in votes.count { $0 == label } }
      #expect(verdict.value("votes for", i) == Double(counts[pool.observed[i]]))
      #expect(verdict.value("models", i) == Double(voters.count))
      #expect(
        verdict.value("predicted", i).map { Int($0) } == counts.firstIndex(of: counts.max() ?? 0))
      #expect(verdict.clean[i] == (2 * counts[pool.observed[i]] >= voters.count))
    }
    #expect(verdict.values("p of label") == verdict.scores)
  }

  @Test(arguments: [(7, false), (7, true), (1, true), (89, false)])
  func `of neighbours are the neighbours`(k: Int, includeSelf: Bool) throws {
    let (pool, verdict) = try judged(NearestNeighbours(k: k, includeSelf: includeSelf))
    let points = PointSet(try pool.embedding.scaled(rows: pool.labeled))
    for i in 0..<90 {
      let others = (0..<90).filter { $0 != i }.sorted {
        (points.distance(i, to: points, $0), $0) < (points.distance(i, to: points, $1), $1)
      }
      let asked = Array(((includeSelf ? [i] : []) + others).prefix(k))
      #expect(verdict.evidence?.neighbours?[i] == asked.map { pool.labeled[$0] })
      let counts = (0..<6).map { label in asked.count { pool.observed[$0] == label } }
      let (own, most) = (counts[pool.observed[i]], counts.max() ?? 0)
      #expect(verdict.value("votes for", i) == Double(own))
      #expect(verdict.value("most votes", i) == Double(most))
      let winner = own == most ? pool.observed[i] : counts.firstIndex(of: most)
      #expect(verdict.value("winner", i).map { Int($0) } == winner)
      #expect(verdict.clean[i] == (winner == pool.observed[i]))
    }
  }

  @Test func `lists no more than the nearest hundred`() throws {
    let (experiment, _) = try `A filter`.labeled(300, rate: 0.3)
    let verdict = try judge(experiment.pool, by: NearestNeighbours(k: 150))
    let lists = try #require(verdict.evidence?.neighbours)
    #expect(lists.allSatisfy { $0.count == 100 })
    let fewer = try judge(experiment.pool, by: NearestNeighbours(k: 100))
    #expect(fewer.evidence?.neighbours == lists)
  }

  @Test func `of centroids are two distances and a class`() throws {
    let (pool, verdict) = try judged(Centroids())
    for i in 0..<90 {
      let own = try #require(verdict.value("distance to own", i))
      let other = try #require(verdict.value("distance to nearest other", i))
      #expect(verdict.clean[i] == (own <= other))
      #expect(verdict.scores[i] == other - own)
      #expect(verdict.value("nearest other class", i) != Double(pool.observed[i]))
    }
    let line = Matrix(rows: 3, columns: 1, elements: [0, 4, 6])
    let judgement = try CentroidJudgement(
      line, labels: [0, 1, 1], centres: [[0], [5], nil, [-5], [4]])
    // At 0 both 5 and −5 are five away, and 4 is nearer; for 4 and 6 the own class does not count.
    #expect(judgement.nearestOther == [4, 4, 4])
    let tied = try CentroidJudgement(line, labels: [0, 1, 1], centres: [[0], [5], nil, [-5], nil])
    #expect(tied.nearestOther == [1, 0, 0])
  }

  @Test(arguments: Fine.Mixture.allCases)
  func `of directions are score and posterior`(mixture: Fine.Mixture) throws {
    let (pool, verdict) = try judged(Fine(mixture: mixture))
    #expect(verdict.values("score") == verdict.scores)
    #expect(verdict.clean == verdict.values("posterior").map { $0.map { $0 > 0.5 } ?? true })
    var alone = pool
    // The only label of its class has no posterior.
    let (features, truth) = clusters(30, classes: 2, dimensions: 4)
    alone = try labeledPool(
      features, observed: truth.enumerated().map { $0 == 5 ? 2 : $1 }, classes: 3)
    let other = try judge(alone, by: Fine(mixture: mixture))
    #expect(other.values("posterior")[5] == nil && other.values("posterior")[6] != nil)
    #expect(other.values("posterior").count { $0 == nil } == 1)
  }

  @Test func `of ensembles are votes`() throws {
    let (_, first) = try judged(DisagreeNet())
    #expect(first.values("votes share") == first.scores)
    #expect(first.clean == first.values("posterior").map { ($0 ?? 1) > 0.5 })
    let (pool, second) = try judged(MaxAgreementPrediction())
    #expect(second.values("votes share") == second.quality)
    #expect(
      second.clean == zip(second.values("most voted"), pool.observed).map { $0 == Double($1) })
  }

  @Test func `of density are sizes and a radius`() throws {
    let (pool, imcod) = try judged(IMCOD())
    #expect(imcod.values("score") == imcod.scores)
    let sizes = pool.observed.map { label in min(15, pool.observed.count { $0 == label }) }
    #expect(imcod.values("k") == sizes.map(Double.init))
    #expect(Set(sizes).count > 1)
    let (_, dbscan) = try judged(DBSCAN())
    #expect(dbscan.values("neighbours within") == dbscan.scores)
    #expect(Set(dbscan.values("radius")).count == 1)
  }

  @Test
  func `of confident learning are probabilities and the threshold that they are held against`()
    throws
  {
    let filter = ConfidentLearning(rule: .confidentLearning)
    let (pool, verdict) = try judged(filter)
    var random = filter.stream(seed: 7, labeled: 90)
    let probabilities = try filter.probabilities(in: pool, using: &random)
    for i in 0..<90 {
      let row = Array(probabilities.row(i))
      let best = row.firstIndex(of: row.max() ?? 0) ?? 0
      let members = (0..<90).filter { pool.observed[$0] == pool.observed[i] }
      let mean = members.reduce(0) { $0 + Double(probabilities[$1, pool.observed[i]]) }
      #expect(verdict.value("p of label", i) == Double(row[pool.observed[i]]))
      #expect(verdict.value("predicted", i) == Double(best))
      #expect(verdict.value("p of predicted", i) == Double(row[best]))
      let threshold = try #require(verdict.value("threshold of label", i))
      #expect(abs(threshold - mean / Double(members.count)) < 1e-12)
    }
  }
}
