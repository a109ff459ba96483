import ActiveLearning
import Foundation
import Notebook
import TestSupport
import Testing

/// `compare`, `show curves` and the loop variables of `rounds`.
@Suite struct CompareTests {
  /// Rounds whose accuracies are known: `load … labeled=` would be slow, so a short real sweep.
  private func sweep(_ trial: Trial, seeds: Int, arms: String = "random probcover") throws {
    try trial.ok(
      """
      load blobs samples=80 test=60 classes=4 dimensions=3 seed=2
      noise sym 0.3
      for s in 1..\(seeds) { seed $s; for q in \(arms) { reset; repeat 2 { query $q 8; train 1nn } } }
      """)
  }

  /// Of each arm the area under its curve, by seed, from the table of rounds.
  private func areas(_ trial: Trial, arm: String) throws -> [Double] {
    let table = try trial.ok("show rounds")
    let rows = zip(
      zip(table.column("q"), table.column("s")),
      zip(table.column("n_labeled"), table.column("accuracy")))
    var curves: [Int: [(Int, Double)]] = [:]
    for ((q, s), (budget, accuracy)) in rows where q.string == arm {
      curves[s.int ?? -1, default: []].append((budget.int ?? 0, accuracy.double ?? .nan))
    }
    return try curves.sorted { $0.key < $1.key }.map {
      try BudgetCurve(budgets: $0.value.map(\.0), values: $0.value.map(\.1)).area(.mean)
    }
  }

  private func arm(_ name: String, _ result: JSON) throws -> JSON {
    try #require(result["arms"]?.array?.first { $0["arm"]?.string == name })
  }

  @Test func `pairs the arms of a sweep by its seeds, and says what the numbers are`() throws {
    try withTrial { trial in
      try sweep(trial, seeds: 12)
      let result = try trial.ok("compare q by=s baseline=random")
      let random = try areas(trial, arm: "random")
      let cover = try areas(trial, arm: "probcover")
      let expected = try PairedComparison(a: cover, b: random)
      let row = try arm("probcover", result)
      #expect(row["seeds"]?.int == 12)
      let difference = try #require(row["difference"]?.double)
      #expect(abs(difference - expected.differences.mean) < 1e-12)
      #expect(abs((row["p"]?.double ?? 9) - (expected.pValue ?? 0)) < 1e-12)
      #expect(row["win_rate"]?.double == expected.winRate)
      let baseline = try arm("random", result)
      #expect(abs((baseline["mean"]?.double ?? 9) - random.reduce(0, +) / 12) < 1e-12)
      #expect(baseline["verdict"]?.isNull == true)
    }
  }

  @Test func `below ten seeds there is no verdict`() throws {
    try withTrial { trial in
      try sweep(trial, seeds: 3)
      let row = try arm("probcover", try trial.ok("compare q"))
      #expect(row["verdict"]?.string == "not decidable: too few seeds (3, at least 10)")
    }
  }

  @Test func `two methods are found by name, with random beside them`() throws {
    try withTrial { trial in
      try sweep(trial, seeds: 3, arms: "random probcover(delta=0.4) npc(delta=0.4)")
      let result = try trial.ok("compare npc probcover metric=accuracy")
      let names = result["arms"]?.array?.compactMap { $0["arm"]?.string }
      #expect(names == ["probcover(delta=0.4)", "random", "npc(delta=0.4)"])
      #expect(result["baseline"]?.string == "probcover(delta=0.4)")
      #expect(try arm("random", result)["difference"]?.isNull == true)
    }
  }

  @Test func `without a loop variable the strategies are the arms, and the seed pairs them`() throws
  {
    try withTrial { trial in
      try trial.ok("load blobs samples=60 test=40 classes=3 dimensions=3 seed=2")
      for seed in 1...2 {
        for strategy in ["random", "probcover"] {
          try trial.ok("seed \(seed)\nquery \(strategy) 6\ntrain 1nn")
        }
      }
      let result = try trial.ok("compare probcover random metric=accuracy")
      #expect(try arm("probcover", result)["seeds"]?.int == 2)
      #expect(result["by"]?.string == "seed")
    }
  }

  @Test func `an arm that was run in two ways under one seed is refused`() throws {
    try withTrial { trial in
      try sweep(trial, seeds: 2)
      try trial.ok("for s in 1..1 { seed $s; for q in random { reset; query $q 6; train 1nn } }")
      let failed = try trial.failing("compare q by=s")
      #expect(failed.failure?.code == .refused)
      #expect(failed.failure?.diagnostic.message.contains("n=8; n=6") == true)
    }
  }

  @Test(arguments: [
    ("compare x", Diagnosis.unknown), ("compare q by=z", .unknown),
    ("compare npc random", .unknown), ("compare q baseline=margin", .unknown),
    ("compare q metric=clean_f1", .refused),
  ])
  func `what cannot be compared is said`(_ line: String, _ expected: Diagnosis) throws {
    try withTrial { trial in
      try sweep(trial, seeds: 2)
      let code = try trial.failing(line).failure?.code
      #expect(code == (expected == .unknown ? .unknownName : .refused))
    }
  }

  enum Diagnosis { case unknown, refused }

  @Test func `needs runs`() throws {
    try withTrial { trial in
      let failed = try trial.failing("compare q")
      #expect(failed.failure?.code == .refused)
    }
  }

  @Test func `curves have mean and band at each budget, with the number of seeds`() throws {
    try withTrial { trial in
      try sweep(trial, seeds: 4)
      let table = try trial.ok("show curves by=q")
      #expect(table.columns == ["q", "labels", "seeds", "accuracy", "lower", "upper"])
      #expect(table.column("labels").compactMap(\.int) == [8, 16, 8, 16])
      #expect(table.column("seeds").compactMap(\.int) == [4, 4, 4, 4])
      for row in table.rows {
        let (mean, lower, upper) = (row[3].double ?? 0, row[4].double ?? 1, row[5].double ?? 0)
        #expect(lower <= mean && mean <= upper)
      }
      #expect(try trial.ok("show curves by=q band=none").column("lower").allSatisfy(\.isNull))
    }
  }

  @Test func `loop variables are columns of the view of rounds, numbers as numbers`() throws {
    try withTrial { trial in
      try sweep(trial, seeds: 2)
      let table = try trial.ok("sql 'SELECT s, q, round FROM rounds WHERE s > 1 ORDER BY q, round'")
      #expect(
        table.rows.map { $0.map(\.text).joined(separator: " ") } == [
          "2 \"probcover\" 1", "2 \"probcover\" 2", "2 \"random\" 1", "2 \"random\" 2",
        ])
      let mean = try trial.ok(
        "sql 'WITH best AS (SELECT q, max(accuracy) AS a FROM rounds GROUP BY q) SELECT count(*) FROM best'"
      )
      #expect(mean.rows == [[.int(2)]])
    }
  }

  @Test func `votes count as labels of the budget`() throws {
    try withTrial { trial in
      try trial.ok(
        """
        load blobs samples=60 test=40 classes=3 dimensions=3 seed=2
        noise sym 0.3 votes=3
        query random 12
        train 1nn
        """)
      #expect(try trial.ok("show curves").column("labels").compactMap(\.int) == [12])
      #expect(try trial.ok("show labeled").rows.count == 4)
      #expect(try trial.failing("query random 2").failure?.code == .budget)
      let failed = try trial.failing("query random 200").failure?.diagnostic
      #expect(failed?.code == .budget)
      #expect(failed?.message == "200 labels, 3 a sample, are for 66 samples; 56 are unlabeled")
      #expect(failed?.label == "from 3 to 168")
    }
  }
}
