import ActiveLearning
import Foundation
import LinearAlgebra
import Synchronization
import Testing

@Suite struct `A record of judgements` {
  @Test(arguments: [
    (0.0, [1, -1, -1, 1], [true, false, false, true]),
    (0.5, [1, -0.5, -0.8333333333333334, 0.3125], [true, false, false, true]),
    (1.0, [1, 0, -0.3333333333333333, 0], [true, true, false, true]),
  ])
  func `after clean, suspected twice and clean is that of the definition`(
    momentum: Double, expected: [Double], clean: [Bool]
  ) throws {
    var records = JudgementRecords()
    for (turn, judgement) in [true, false, false, true].enumerated() {
      let entries = records.add([4], labels: [1], clean: [judgement], momentum: momentum)
      #expect(abs(entries[0].record - expected[turn]) < 1e-12)
      #expect(entries[0].count == turn + 1)
    }
    let filter = MomentumFilter(
      Scripted([[true], [false], [false], [true]]), momentum: momentum)
    var pool = try smallPool(labeled: [4])
    for isClean in clean {
      let verdict = try judge(pool, by: filter)
      #expect(verdict.clean == [isClean])
      pool = pool.judged(verdict)
    }
  }

  /// All sequences of six judgements against the mean of them, the sum in another order.
  @Test func `at full momentum is a vote of all of them, a tie is clean`() throws {
    for code in 0..<64 {
      let said = (0..<6).map { code >> $0 & 1 == 1 }
      let filter = MomentumFilter(Scripted(said.map { [$0] }), momentum: 1)
      var pool = try smallPool(labeled: [2])
      for turn in 0..<6 {
        let verdict = try judge(pool, by: filter)
        let votes = said.prefix(turn + 1).count { $0 }
        #expect(verdict.clean == [2 * votes >= turn + 1])
        #expect(abs(verdict.quality[0] - Double(votes) / Double(turn + 1)) < 1e-12)
        #expect(verdict.clean[0] == (verdict.quality[0] >= 0.5))
        pool = pool.judged(verdict)
      }
    }
  }

  @Test func `of a sample waits for its next judgement`() throws {
    var records = JudgementRecords()
    _ = records.add([9, 3], labels: [0, 1], clean: [true, false], momentum: 1)
    let entries = records.add(
      [3, 5, 9], labels: [1, 0, 0], clean: [true, false, false], momentum: 1)
    #expect(entries.map(\.record) == [0, -1, 0])
    _ = records.add([5], labels: [0], clean: [false], momentum: 1)
    #expect(records.samples == [3, 5, 9])
    #expect(records.records == [0, -1, 0])
    #expect(records.counts == [2, 2, 2])
  }

  @Test func `starts anew when a person has changed the label`() throws {
    var records = JudgementRecords()
    _ = records.add([9, 3], labels: [0, 1], clean: [false, false], momentum: 1)
    let entries = records.add([9, 3], labels: [0, 2], clean: [true, true], momentum: 1)
    #expect(entries.map(\.record) == [0, 1])
    #expect(entries.map(\.count) == [2, 1])
    #expect(records.labels == [2, 0])
  }

  @Test func `is what it was after a round through a file`() throws {
    var records = JudgementRecords()
    _ = records.add([9, 3], labels: [0, 1], clean: [true, false], momentum: 0.5)
    #expect(
      try JSONDecoder().decode(JudgementRecords.self, from: JSONEncoder().encode(records))
        == records)
  }

  @Test func `that a file has wrongly is no trap`() throws {
    for text in [
      #"{"samples":[3,3],"labels":[1,1],"records":[1,-1],"counts":[1,1]}"#,
      #"{"samples":[3,4],"labels":[1],"records":[],"counts":[1,1,5]}"#,
    ] {
      var records = try JSONDecoder().decode(JudgementRecords.self, from: Data(text.utf8))
      let entries = records.add([3, 4], labels: [1, 1], clean: [true, true], momentum: 0.5)
      #expect(entries.allSatisfy { (-1...1).contains($0.record) })
      #expect(records.samples == [3, 4])
    }
  }
}

@Suite struct `A filter with momentum` {
  @Test(arguments: [-0.1, 1.1, .nan, .infinity])
  func `refuses what is no share`(momentum: Double) throws {
    let pool = try smallPool(labeled: [4])
    let error = #expect(throws: MethodError.self) {
      try judge(pool, by: MomentumFilter(KeepAll(), momentum: momentum))
    }
    guard case .range(name: "momentum", _, _) = error else {
      Issue.record("not a range error: \(String(describing: error))")
      return
    }
  }

  @Test func `writes its options behind those of the filter`() {
    #expect(MomentumFilter(KeepAll(), momentum: 0.5).options == "momentum=0.5")
    let filter = MomentumFilter(Centroids(), momentum: 1)
    #expect(filter.name == "centroids")
    #expect(filter.options == "scale=auto momentum=1")
  }

  @Test func `says what its filter says when it has not judged before`() throws {
    let (experiment, _) = try `A filter`.labeled(60, rate: 0.3)
    let plain = try judge(experiment.pool, by: NearestNeighbours())
    for momentum in [0, 0.5, 1] {
      let verdict = try judge(
        experiment.pool, by: MomentumFilter(NearestNeighbours(), momentum: momentum))
      #expect(verdict.clean == plain.clean)
      #expect(verdict.scores == plain.scores)
      #expect(verdict.quality == plain.clean.map { $0 ? 1 : 0 })
      #expect(verdict.evidence?.neighbours == plain.evidence?.neighbours)
      #expect(verdict.values("record") == plain.clean.map { $0 ? 1 : -1 })
      #expect(verdict.values("judgements").allSatisfy { $0 == 1 })
    }
  }

  @Test func `of none is the last judgement, whatever was said before`() throws {
    let filter = MomentumFilter(
      Scripted([[true, false], [false, false], [true, true]]), momentum: 0)
    var pool = try smallPool(labeled: [4, 1])
    for expected in [[true, false], [false, false], [true, true]] {
      let verdict = try judge(pool, by: filter)
      #expect(verdict.clean == expected)
      pool = pool.judged(verdict)
    }
  }

  @Test func `leaves one that knows the truth as it is`() throws {
    let (experiment, _) = try `A filter`.labeled(40, rate: 0.3)
    let filter = MomentumFilter(experiment.ideal, momentum: 1)
    let verdict = try judge(experiment.pool, by: filter)
    #expect(try verdict == judge(experiment.pool, by: experiment.ideal))
    #expect(verdict.isCurrent(for: experiment.pool, filter: filter))
    #expect(verdict.records == nil)
  }

  @Test func `remembers across shares and queries`() throws {
    let (features, truth) = clusters(200, classes: 5, dimensions: 6)
    let observed = try noisy(truth, classes: 5, rate: 0.4)
    var experiment = try Experiment(features, truth: truth, observed: observed, classes: 5)
    let filter = MomentumFilter(LowBudgetAUM(epochs: 5), momentum: 1)
    let plain = LowBudgetAUM(epochs: 5)
    var said = [Int: [Bool]]()
    for count in [15, 10] {
      let before = experiment.pool
      let selection = try experiment.query(
        NoiseAwareSampling(ProbCover(delta: 0.4), filter: filter), count)
      #expect(selection.verdicts.count == count / 5)
      for (turn, verdict) in selection.verdicts.enumerated() {
        let last = verdict.labeled.count - before.labeled.count
        let pool = try before.adding(
          Array(selection.samples.prefix(last)), labels: Array(selection.labels.prefix(last)))
        #expect(last == 5 * (turn + 1))
        // What the filter says without momentum, averaged here.
        let judgement = try judge(pool, by: plain)
        for (sample, isClean) in zip(judgement.labeled, judgement.clean) {
          said[sample, default: []].append(isClean)
        }
        let expected = verdict.labeled.map { sample in
          2 * (said[sample] ?? []).count { $0 } >= (said[sample] ?? []).count
        }
        #expect(verdict.clean == expected)
      }
    }
    #expect(said.values.map(\.count).max() == 5)
    #expect(said.values.contains { $0.contains(true) && $0.contains(false) })
    let records = try #require(experiment.pool.records[filter.identity])
    #expect(records.samples == said.keys.sorted())
    #expect(records.counts == said.keys.sorted().map { said[$0]?.count })
  }

  @Test func `shares its memory with no other filter, nor with other options`() throws {
    var pool = try smallPool(labeled: [4])
    let first = MomentumFilter(Scripted([[false], [false], [true]]), momentum: 1)
    for _ in 0..<2 { pool = pool.judged(try judge(pool, by: first)) }
    let others: [any NoiseFilter] = [
      MomentumFilter(Scripted([[true]], options: "other"), momentum: 1),
      MomentumFilter(Scripted([[true]]), momentum: 0.9), MomentumFilter(KeepAll(), momentum: 1),
    ]
    for filter in others { pool = pool.judged(try judge(pool, by: filter)) }
    #expect(pool.records.values.map { $0.counts[0] }.sorted() == [1, 1, 1, 2])
    // Two suspected and one clean.
    #expect(try judge(pool, by: first).clean == [false])
    #expect(pool.records[others[1].identity]?.records == [1])
  }
}

@Suite struct `Noise dropout` {
  @Test(arguments: [
    (12, 8, 3), (19, 1, 0), (0, 10, 1), (0, 9, 0), (5, 5, 2), (10, 10, 5), (1, 19, 1), (90, 10, 1),
    (7, 0, 0), (0, 0, 0), (1, 1, 0), (71, 29, 8), (1, 2, 0),
  ])
  func `changes the side of so many`(clean: Int, suspected: Int, flips: Int) {
    #expect(NoiseDropout.flips(clean: clean, suspected: suspected) == flips)
  }

  @Test func `keeps every sample, and the order of those that stay`() {
    var random = RandomSource(RandomKey(seed: 1, role: .query))
    let (clean, suspected) = (Array(100..<112), [7, 3, 9, 1, 8, 2, 6, 4])
    var met = Set<Int>()
    for _ in 0..<200 {
      let split = NoiseDropout.apply(clean: clean, suspected: suspected, using: &random)
      let flipped = Array(split.clean.dropFirst(12))
      #expect(Array(split.clean.prefix(12)) == clean)
      #expect(flipped.count == 3)
      #expect(flipped == suspected.filter(flipped.contains))
      #expect(split.suspected == suspected.filter { !flipped.contains($0) })
      met.formUnion(flipped)
    }
    #expect(met == Set(suspected))
  }

  @Test func `draws every set equally often`() {
    var random = RandomSource(RandomKey(seed: 3, role: .query))
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6000 {
      // Three clean of seven: ⌊3/7 · 4⌋ = 1 changes sides.
      let split = NoiseDropout.apply(clean: [10, 11, 12], suspected: [0, 1, 2, 3], using: &random)
      counts[Array(split.clean.dropFirst(3)), default: 0] += 1
    }
    #expect(counts.count == 4)
    #expect(counts.values.allSatisfy { abs($0 - 1500) < 150 })
  }

  /// The picks do not depend on what covers here, so that nothing else may differ.
  @Test func `touches coverage, and neither labels nor verdicts`() throws {
    let (features, truth) = clusters(120, classes: 4, dimensions: 6)
    let observed = try noisy(truth, classes: 4, rate: 0.5)
    let filters: [any NoiseFilter] = [
      LowBudgetAUM(epochs: 10), MomentumFilter(NearestNeighbours(k: 3), momentum: 0.7),
    ]
    for filter in filters {
      var plain = try Experiment(features, truth: truth, observed: observed, classes: 4)
      var dropping = plain
      var flipped = 0
      for count in [24, 20] {
        let (first, second) = (BeginRecorder(), BeginRecorder())
        let without = try plain.query(NoiseAwareSampling(first, filter: filter), count)
        let with = try dropping.query(
          NoiseAwareSampling(second, filter: filter, dropout: true), count)
        #expect(with.samples == without.samples && with.labels == without.labels)
        #expect(with.verdicts == without.verdicts)
        let begun = zip(first.shares.withLock { $0 }, second.shares.withLock { $0 })
        for (share, dropped) in begun {
          let flips = NoiseDropout.flips(
            clean: share.clean.count, suspected: share.suspected.count)
          #expect(dropped.suspected.count == share.suspected.count - flips)
          #expect(Set(dropped.suspected).isSubset(of: share.suspected))
          #expect(Set(dropped.clean + dropped.suspected) == Set(share.clean + share.suspected))
          flipped += flips
        }
      }
      #expect(dropping.pool.verdict == plain.pool.verdict)
      #expect(dropping.pool.records == plain.pool.records)
      #expect(dropping.pool.presumed == plain.pool.presumed)
      #expect(flipped > 0)
    }
  }

  @Test func `draws anew for each share, and the same for the same seed`() throws {
    let (features, truth) = clusters(120, classes: 4, dimensions: 6)
    let observed = try noisy(truth, classes: 4, rate: 0.5)
    let experiment = try Experiment(features, truth: truth, observed: observed, classes: 4)
    /// What is suspected at the beginning of each share but the first, by a filter that always
    /// suspects the first twelve.
    func suspected(seed: Int, dropout: Bool) throws -> [[Int]] {
      let recorder = BeginRecorder()
      let filter = Scripted([[Bool](repeating: false, count: 12)])
      var again = experiment
      again.seed = seed
      _ = try again.query(
        NoiseAwareSampling(recorder, filter: filter, share: 12, dropout: dropout), 60)
      return recorder.shares.withLock { $0.dropFirst().map(\.suspected) }
    }
    #expect(try suspected(seed: 7, dropout: false).allSatisfy { $0.count == 12 })
    let first = try suspected(seed: 7, dropout: true)
    #expect(try suspected(seed: 7, dropout: true) == first)
    #expect(try suspected(seed: 8, dropout: true) != first)
    #expect(Set(first).count > 1)
  }
}

/// Says of its judgements in turn what it was told to say, the last again and again; labels beyond a
/// list are clean.
private struct Scripted: NoiseFilter {
  let name = "scripted"
  let options: String
  private let script: [[Bool]]
  private let turn = Turn()

  init(_ script: [[Bool]], options: String = "") {
    self.script = script
    self.options = options
  }

  func judge(_ pool: Pool, using random: inout RandomSource) throws -> Verdict {
    let said = script[min(turn.next(), script.count - 1)]
    let clean = pool.labeled.indices.map { said.indices.contains($0) ? said[$0] : true }
    return Verdict(
      filter: name, options: options, labeled: pool.labeled, clean: clean,
      quality: clean.map { $0 ? 1 : 0 }, scores: clean.map { _ in nil }, threshold: 0.5)
  }

  private final class Turn: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
      count.withLock {
        $0 += 1
        return $0 - 1
      }
    }
  }
}

/// Chooses the lowest candidates, and remembers what was to cover in each share.
private final class BeginRecorder: CoverageStrategy {
  let shares = Mutex<[(clean: [Int], suspected: [Int])]>([])
  private let candidates = Mutex<[Int]>([])

  var radius: Double? { nil }

  func begin(clean: [Int], suspected: [Int], in pool: Pool) {
    shares.withLock { $0.append((clean, suspected)) }
    candidates.withLock { $0 = pool.candidates }
  }

  func next(using random: inout RandomSource) -> Pick {
    Pick(sample: candidates.withLock { $0.removeFirst() }, score: nil)
  }
}

/// Ten samples of three classes, of which some are labeled.
private func smallPool(labeled: [Int]) throws -> Pool {
  try Pool(
    embedding: Embedding(clusters(10, classes: 3, dimensions: 2).features), classes: 3,
    labeled: labeled, observed: labeled.map { $0 % 3 })
}
