import ActiveLearning
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `DIRECT` {
  /// The reference vectors: what is known at the start, and the lines of the classes.
  private struct Given {
    let reference: Reference
    let lines: ClassLines
    let pool: Pool
    let labels: [Int]
    let known: [Int32]

    init() throws {
      reference = try Reference("direct")
      lines = try ClassLines(Probabilities(rows: reference.matrix("probabilities")))
      labels = try reference.ints("labels")
      let (all, labeled) = (labels, try reference.ints("labeled"))
      pool = try Pool(
        count: 107, embedding: nil, classes: 10, labeled: labeled, observed: labeled.map { all[$0] }
      )
      known = (0..<107).map { labeled.contains($0) ? Int32(all[$0]) : -1 }
    }

    func line(_ c: Int) -> ClassLine { lines.line(of: c, labels: known) }
  }

  @Test func `orders, balances and narrows as the reference vectors say`() throws {
    let given = try Given()
    let lines = (0..<10).map(given.line)
    #expect(try lines.flatMap(\.samples) == given.reference.ints("confidence_orders"))
    #expect(try lines.flatMap(\.balance) == given.reference.ints("confidence_balance"))
    #expect(try lines.map(\.bestCut) == given.reference.ints("confidence_best"))
    let spaces = lines.map(\.versionSpace).flatMap { [$0.first, $0.last] }
    #expect(try spaces == given.reference.ints("confidence_version_space"))
  }

  @Test func `spends around the cuts as the reference vectors say`() throws {
    let given = try Given()
    let budget = Int(try given.reference.scalar("budget"))
    let turns = try given.reference.ints("permutation")
    var purchases = Purchases(
      oracle: .init(observed: given.labels), alreadyLabeled: given.pool.labeled, limit: budget)
    var search = CutSearch(given.lines, pool: given.pool, annotators: 5)
    try search.surround(turns, spending: budget, from: &purchases)
    let selection = search.selection
    #expect(try selection.samples == given.reference.ints("confidence_picks"))
    #expect(selection.labels == selection.samples.map { given.labels[$0] })
    #expect(try selection.shares == given.reference.ints("shares"))
    let cuts = try given.reference.ints("confidence_cuts")
    for pick in selection.picks {
      let c = Int(try #require(pick.term("class")))
      let turn = try #require(turns.firstIndex(of: c))
      #expect(pick.term("threshold") == Double(cuts[turn]))
      let margins = try given.reference.matrix("margins")
      #expect(abs((pick.score ?? .nan) - Double(margins[pick.sample, c])) < 1e-6)
      #expect(
        abs((pick.term("p of the class") ?? 0) - (pick.term("p1") ?? 0) - (pick.score ?? 1)) < 1e-12
      )
    }
    #expect(
      purchases.ledger.map(\.share)
        == selection.shares.indices.flatMap { step in
          [Int](repeating: step, count: selection.shares[step])
        })
  }

  /// One line of the signs given, as class 0 of two.
  private func line(_ signs: [Int]) throws -> ClassLine {
    let count = signs.count
    let rows = (0..<count).flatMap { i in
      let p = 1 - Float(i) / Float(2 * count)
      return [p, 1 - p]
    }
    let lines = try ClassLines(
      Probabilities(rows: Matrix(rows: count, columns: 2, elements: rows)))
    return lines.line(of: 0, labels: signs.map { $0 == 0 ? -1 : $0 == 1 ? 0 : 1 })
  }

  @Test func `finds the known cut of eight samples`() throws {
    let line = try line([1, 0, 1, -1, 0, 1, -1, -1])
    #expect(line.samples == Array(0..<8))
    #expect(line.balance == [0, 2, 2, 4, 2, 2, 4, 2, 0])
    #expect(line.bestCut == 3)
    #expect(line.versionSpace == (2, 6))
    #expect(line.around(3, 9) == [1, 4])
    #expect(line.around(8, 1) == [4])
    #expect(line.around(0, 1) == [1])
  }

  @Test(arguments: [
    ([0, 0, 0], 0, 2), ([1, 1, 1], 2, 2), ([-1, -1], 0, 0), ([-1, 1], 0, 1), ([1, -1], 0, 1),
    ([0, 1, 0, 0], 1, 3), ([0, -1, 0], 0, 1), ([1, 0, -1, 0, 1, 0, -1, -1], 0, 6),
  ])
  func `knows between which positions the cut must lie`(signs: [Int], first: Int, last: Int) throws
  {
    #expect(try line(signs).versionSpace == (first, last))
  }

  /// With two classes the most certain of class 0 come first in both lines, as the tie-break p_0 has it.
  @Test func `breaks ties among two classes by the probability of the first`() throws {
    let rows: [Float] = [0.9, 0.1, 0.2, 0.8, 0.7, 0.3, 0.1, 0.9]
    let lines = try ClassLines(Probabilities(rows: Matrix(rows: 4, columns: 2, elements: rows)))
    let unknown: [Int32] = [-1, -1, -1, -1]
    #expect(lines.line(of: 0, labels: unknown).samples == [0, 2, 1, 3])
    #expect(lines.line(of: 1, labels: unknown).samples == [1, 3, 2, 0])
  }

  @Test(arguments: [
    // B, b, counts, classes, labels each
    (17, 1, [3, 1, 2, 2, 0, 0, 0, 0, 0, 0], [0, 2, 3, 1, 4, 5, 6, 7, 8, 9], 0),
    (6, 1, [1, 5, 1], [1, 0, 2], 1), (7, 2, [1, 5, 1], [1, 0, 2], 1),
    (100, 3, [4, 4, 9], [2, 0, 1], 3), (1000, 60, [7, 7, 7, 7], [0, 1, 2, 3], 60),
    (5, 1, [9], [0], 1), (1, 1, [9], [0], 0),
  ])
  func `plans the first part`(
    budget: Int, minBudget: Int, counts: [Int], classes: [Int], each: Int
  ) throws {
    let source = GivenSource(model: GivenModel(logits: Matrix(zeros: 0, 1)))
    let strategy = Direct(minBudget: minBudget, acquisition: source)
    let plan = strategy.plan(for: budget, counts: counts)
    #expect(plan.classes == classes)
    #expect(plan.each == each)
  }

  @Test(arguments: 0..<24)
  func `chooses what the method says word for word`(seed: Int) throws {
    var random = RandomSource(RandomKey(seed: seed, role: .evaluation))
    let classes = 1 + random.integer(below: 5)
    let count = 40 + random.integer(below: 160)
    let logits = Matrix(
      rows: count, columns: classes,
      elements: (0..<count * classes).map { _ in Float(2 * random.normal()) })
    let truth = (0..<count).map { _ in random.integer(below: classes) }
    let labeled = random.sample(1 + random.integer(below: 12), of: Array(0..<count))
    let pool = try Pool(
      count: count, embedding: nil, classes: classes, labeled: labeled,
      observed: labeled.map { truth[$0] })
    let annotators = 1 + random.integer(below: 6)
    let minBudget = [1, 2, 9, 60][random.integer(below: 4)]
    let budget = 1 + random.integer(below: pool.candidateCount)
    let strategy = Direct(
      annotators: annotators, minBudget: minBudget,
      acquisition: GivenSource(model: GivenModel(logits: logits)))
    var purchases = Purchases(
      oracle: .init(observed: truth), alreadyLabeled: labeled, limit: budget)
    let key = RandomKey(seed: seed, role: .query, method: "direct")
    var stream = RandomSource(key)
    let selection = try strategy.select(budget, from: pool, buying: &purchases, using: &stream)
    var naive = NaiveDirect(
      logits: logits, truth: truth, pool: pool, annotators: annotators, minBudget: minBudget,
      random: RandomSource(key))
    #expect(selection.samples == naive.select(budget))
    #expect(Set(selection.samples).count == budget)
    #expect(selection.labels == selection.samples.map { truth[$0] })
    #expect(selection.shares.reduce(0, +) == budget)
    #expect(selection.shares.allSatisfy { $0 > 0 })
    #expect(purchases.ledger.map(\.sample) == selection.samples)
  }

  @Test func `buys in the middle of the query, and learns from it`() throws {
    let count = 400
    let logits = Matrix(
      rows: count, columns: 2, elements: (0..<count).flatMap { [0, Float($0) / 100 - 2] })
    // The model is wrong about where the class ends: at 290 rather than at 200.
    let truth = (0..<count).map { $0 < 290 ? 0 : 1 }
    let pool = try Pool(
      count: count, embedding: nil, classes: 2, labeled: [0, 399], observed: [0, 1])
    var purchases = Purchases(
      oracle: .init(observed: truth), alreadyLabeled: [0, 399], limit: 80)
    var random = RandomSource(RandomKey(seed: 1, role: .query))
    let strategy = Direct(
      annotators: 4, minBudget: 20, acquisition: GivenSource(model: GivenModel(logits: logits)))
    let selection = try strategy.select(80, from: pool, buying: &purchases, using: &random)
    #expect(selection.shares[0] == 4)
    let (narrowing, surrounding) = (selection.shares.dropLast(2), selection.shares.suffix(2))
    #expect(narrowing.allSatisfy { $0 <= 4 })
    let rest = 80 - narrowing.reduce(0, +)
    #expect(Array(surrounding) == [rest / 2, rest - rest / 2])
    let last = selection.samples.suffix(20)
    #expect(last.allSatisfy { (260..<320).contains($0) })
    #expect(selection.picks[0].term("I") != nil)
    #expect((selection.picks[0].reason?.tied ?? 0) > 100)
    let other = try #require(selection.picks[0].reason?.runnerUp).sample
    #expect(!selection.samples.prefix(4).contains(other))
    #expect(selection.picks[60].reason?.runnerUp?.sample == selection.samples[61])
  }

  @Test(arguments: [("annotators", 0, 1), ("min_budget", 5, 0)])
  func `wants at least one annotator and one label`(name: String, annotators: Int, minBudget: Int)
    throws
  {
    let pool = try Pool.bare(4, classes: 2, candidates: [1, 2])
    let source = GivenSource(model: GivenModel(logits: Matrix(zeros: 4, 2)))
    let strategy = Direct(annotators: annotators, minBudget: minBudget, acquisition: source)
    #expect(throws: MethodError.range(name: name, value: 0, allowed: "at least 1")) {
      _ = try pool.select(strategy, 1)
    }
  }
}
