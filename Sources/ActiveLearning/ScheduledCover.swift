import Foundation
import LinearAlgebra

/// Greedy cover by balls, the radius of which may change on the way: what `ProbCover` and
/// `WeightedProbCover` have in common.
struct ScheduledCover: Sendable {
  /// The first radius, in the units of the embedding's metric.
  let delta: Double
  let ties: TieRule
  /// Bytes that the lists of neighbours may take.
  let listMemory: Int
  let schedule: DeltaSchedule
  let discount: CoverDiscount?

  private var work: Work?

  init(
    delta: Double, ties: TieRule, listMemory: Int, schedule: DeltaSchedule,
    discount: CoverDiscount? = nil
  ) {
    self.delta = delta
    self.ties = ties
    self.listMemory = listMemory
    self.schedule = schedule
    self.discount = discount
  }

  /// The radius in force, and what led to it.
  var state: DeltaMemory { work?.delta ?? schedule.start(at: delta) }

  /// Nil where there is nothing to remember.
  var memory: StrategyMemory? { schedule.rule == .constant ? nil : .delta(state) }

  mutating func begin(clean: [Int], suspected: [Int], in pool: Pool) throws {
    var work = try takeWork(for: pool.embedding)
    work.share = Share(clean: clean, suspected: suspected, classes: pool.classes)
    work.candidates = pool.candidates
    try work.cover.cover(exactlyBy: clean, suspects: suspected)
    self.work = work
  }

  mutating func next(using random: inout RandomSource) throws -> Pick {
    guard var work, !work.candidates.isEmpty else {
      throw MethodError.budget(requested: 1, available: 0)
    }
    self.work = nil
    try follow(schedule, in: &work)
    let pick = try pick(in: &work, using: &random)
    self.work = work
    return pick
  }

  /// The state of the last share, without a second owner so that changing it copies nothing.
  private mutating func takeWork(for embedding: Embedding) throws -> Work {
    if let work, work.embedding === embedding {
      self.work = nil
      return work
    }
    let start = schedule.start(at: delta)
    return Work(
      embedding: embedding, delta: start,
      cover: try cover(of: embedding, radius: start.current))
  }

  private func cover(of embedding: Embedding, radius: Double) throws -> GreedyCover {
    GreedyCover(
      try embedding.coverageGraph(radius: radius, memory: listMemory), discount: discount)
  }
}

/// The labeled samples that a share began with, and what it chose.
private struct Share: Sendable {
  var clean: [Int] = []
  var suspected: [Int] = []
  var classes = 1
  var picked: [Int] = []

  var labeledCount: Int { clean.count + suspected.count + picked.count }

  /// The probability that the next label is clean, as far as those bought tell.
  var cleanShare: Double {
    suspected.isEmpty ? 1 : Double(clean.count) / Double(clean.count + suspected.count)
  }
}

private struct Work: Sendable {
  let embedding: Embedding
  var delta: DeltaMemory
  var cover: GreedyCover
  /// Ascending.
  var candidates: [Int] = []
  var share = Share()
  /// Of the schedule's coverers; nil before it asks for them.
  var nearest: NearestCoverers?
  /// At the schedule's radii; nil before it asks for them.
  var degrees: ChangingDegrees?
}

extension ScheduledCover {
  /// Changes the radius if it is time to, and covers anew by all that cover now.
  private func follow(_ schedule: DeltaSchedule, in work: inout Work) throws {
    let labeled = work.share.labeledCount
    guard schedule.rule != .constant, labeled > 0, labeled.isMultiple(of: work.share.classes)
    else { return }
    let radius = try radius(for: &work)
    guard radius != work.delta.current else { return }
    work.delta.current = radius
    work.cover = try cover(of: work.embedding, radius: radius)
    try work.cover.cover(
      exactlyBy: work.share.clean + work.share.picked, suspects: work.share.suspected)
  }

  private func radius(for work: inout Work) throws -> Double {
    let embedding = work.embedding
    let share = work.share
    let labeled = share.clean + share.suspected + share.picked
    let coverers = schedule.considersNoise ? share.clean + share.picked : labeled
    return try schedule.radius(
      after: work.delta, labeledShare: ratio(labeled.count, embedding.count),
      metric: embedding.metric
    ) { radii in
      var nearest = work.nearest ?? NearestCoverers(embedding.points)
      _ = try nearest.cover(exactlyBy: coverers)
      work.nearest = nearest
      var degrees = work.degrees ?? ChangingDegrees(embedding)
      // Changed in place: a second owner would have it copied.
      work.degrees = nil
      let statistics = try degrees.statistics(
        at: radii, coveredFrom: nearest.squares.map(embedding.points.distance(ofSquare:)),
        labeled: labeled)
      work.degrees = degrees
      return statistics
    }
  }

  private func pick(in work: inout Work, using random: inout RandomSource) throws -> Pick {
    let chance = work.share.cleanShare
    guard let choice = choice(in: work, chance, using: &random) else {
      throw MethodError.budget(requested: 1, available: 0)
    }
    let sample = work.candidates[choice.place]
    var reason = PickReason(
      tied: choice.tied,
      runnerUp: choice.runnerUp.map {
        .init(sample: work.candidates[$0.place], score: $0.score)
      }, terms: terms(of: sample, in: work, chance: chance))
    if schedule.rule != .constant {
      // What a discount takes off does not count: the schedule's own degrees have none.
      let degrees = work.candidates.map { work.cover.gains[$0] }
      work.delta.lastDegree = Int(degrees.max() ?? 0)
    }
    work.candidates.remove(at: choice.place)
    work.share.picked.append(sample)
    reason.covered = try work.cover.cover(alsoBy: sample)
    return Pick(sample: sample, score: choice.score, reason: reason)
  }

  /// The candidate that gains most.
  private func choice(
    in work: Work, _ chance: Double, using random: inout RandomSource
  ) -> GreedyChoice? {
    guard discount != nil else {
      return .best(of: work.candidates, by: work.cover.gains, ties: ties, using: &random)
    }
    let sums = work.cover.gains { weight(of: $0, chance: chance) }
    return .best(by: work.candidates.map { sums[$0] }, ties: ties, using: &random)
  }

  /// What a target counts that is discounted so many times, if a label is clean with this chance.
  private func weight(of times: Int, chance: Double) -> Double { pow(chance, Double(times)) }

  private func terms(of sample: Int, in work: Work, chance: Double) -> [PickReason.Term] {
    var terms: [PickReason.Term] = []
    if schedule.rule != .constant { terms.append(.init("delta", work.delta.current)) }
    guard discount != nil else { return terms }
    terms.append(.init("c", chance))
    return terms
      + work.cover.counts(of: sample).map { .init("n\($0.times)", Double($0.targets)) }
  }
}
