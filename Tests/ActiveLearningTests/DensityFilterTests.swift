import ActiveLearning
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `Filters by density` {
  @Test func `judge as the reference does`() throws {
    let oracle = try Reference("other_filters")
    let features = try oracle.matrix("features")
    let pool = try labeledPool(features, observed: oracle.ints("observed_labels"))
    let verdict = try judge(pool, by: IMCOD(scale: .raw))
    let scores = verdict.scores.map { $0 ?? .nan }
    let expected = try oracle.doubles("imcod_score")
    #expect(zip(scores, expected).allSatisfy { abs($0 - $1) <= 1e-6 + 2e-2 * $1 })
    #expect(try verdict.clean == oracle.bools("imcod_clean"))
    let quality = try oracle.doubles("imcod_quality")
    #expect(zip(verdict.quality, quality).allSatisfy { abs($0 - $1) <= 1e-3 + 2e-2 * $1 })
    #expect(
      try judge(pool, by: DBSCAN(scale: .raw)).clean == oracle.bools("dbscan_clean"))

    let half = Matrix(
      rows: features.rows, columns: features.columns, elements: features.elements.map { $0 / 2 })
    let halved = try labeledPool(half, observed: oracle.ints("observed_labels"))
    #expect(
      try judge(halved, by: DBSCAN(scale: .raw)).clean == oracle.bools("half_dbscan_clean"))
  }

  @Test func `find the definition's outliers`() throws {
    let (experiment, _) = try `A filter`.labeled(90, rate: 0.3)
    let pool = experiment.pool
    for norm in [0.5, 1, 2] {
      let features = try pool.embedding.scaled(rows: pool.labeled, scale: .meanNorm(norm))
      let means = features.columnMeans()
      let radius =
        (0..<90).reduce(0.0) { sum, i in
          sum + features.row(i).enumerated().reduce(0) { $0 + square(Double($1.1) - means[$1.0]) }
        } / 89
      let step = 10 * radius / 8
      func near(_ i: Int, _ j: Int) -> Bool {
        let gap = step * Double(pool.observed[i] - pool.observed[j])
        let sum = zip(features.row(i), features.row(j)).reduce(gap * gap) {
          $0 + square(Double($1.0) - Double($1.1))
        }
        return sum.squareRoot() <= radius
      }
      let sizes = (0..<90).map { i in (0..<90).count { near(i, $0) } }
      let clean = (0..<90).map { i in (0..<90).contains { near(i, $0) && sizes[$0] >= 5 } }
      let verdict = try judge(pool, by: DBSCAN(scale: .meanNorm(norm)))
      #expect(verdict.scores == sizes.map(Double.init))
      #expect(verdict.clean == clean)
    }
  }

  @Test func `need a crowd, and a label for each class`() throws {
    let (four, _) = try `A filter`.labeled(4, rate: 0)
    for filter in [IMCOD(), DBSCAN()] as [any NoiseFilter] {
      let verdict = try judge(four.pool, by: filter)
      #expect(verdict.suspected.isEmpty)
      #expect(verdict.notices.count == 1)
    }
  }

  @Test func `take a sample for its own neighbour among many at its place`() throws {
    let features = Matrix(rows: 12, columns: 1, elements: [Float](repeating: 1, count: 11) + [2])
    let pool = try labeledPool(features, observed: (0..<12).map { $0 % 2 }, classes: 4)
    let scores = try judge(pool, by: IMCOD()).scores
    #expect(scores.prefix(11).allSatisfy { $0 == 0 })
  }

  @Test(arguments: [0, -1, .nan, .infinity])
  func `refuse thresholds that are none`(t: Double) throws {
    let (experiment, _) = try `A filter`.labeled(20, rate: 0.3)
    let error = #expect(throws: MethodError.self) { try judge(experiment.pool, by: IMCOD(t: t)) }
    guard case .range = error else {
      Issue.record("not a range error: \(String(describing: error))")
      return
    }
  }

  private func square(_ value: Double) -> Double { value * value }
}
