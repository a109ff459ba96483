import LinearAlgebra

/// What each sample would add to a kernel coverage of the pool, while coverers come and go.
///
/// The coverage of a target y is m(y) = max over the coverers x of k(x, y), and the gain of a sample
/// the sum over all y of w(y) max(k(x, y) − m(y), 0), with a weight w ≥ 0 for each target, 1 unless
/// others are given. Gains only fall when a coverer joins, so a gain computed earlier is an upper
/// bound, and only those that might be the largest are computed again (lazy greedy, Minoux 1978).
/// Where that would take too many, all gains are brought up to date by what has changed: the pairs
/// of those targets that have another nearest coverer since, or another weight. The same is done
/// when coverers leave. What is handed out is always a sum over all targets.
///
/// The kernel never rises with the distance, hence m(y) belongs to the nearest coverer, and only
/// pairs nearer than that add anything. Sums are in double. Where the kernel's values for all pairs
/// fit into the memory given, they are kept, and all of this but the gains of the few best reads
/// them; else memory is O(samples) and a few blocks of distances for each thread. The picks are the
/// same.
struct KernelGains: Sendable {
  let measure: KernelMeasure
  var cover: NearestCoverers
  /// m, per target.
  var values: [Double]
  /// w, per target.
  var weights: [Double]
  /// Per sample, not below its gain.
  var bounds: [Double]
  /// Per sample: the state of the cover for which its bound is its gain, ...
  var computedFor: [Int]
  /// ... or as near to it as kept values tell.
  var boundedFor: [Int]
  private(set) var state = 0
  /// All gains, up to rounding (from above where values are kept), for the cover as it was at a
  /// certain time, ...
  var gainsThen: [Double]
  /// ... and the squares, values and weights of the targets at that time.
  var squaresThen: [Double]
  var valuesThen: [Double]
  var weightsThen: [Double]
  /// More than what rounding may have taken from `gainsThen`.
  var margin = 0.0
  let tiles: TileShelf
  /// The kernel's values for all pairs, from the first pass over these on; nil where they do not fit.
  let kept: KeptKernel?
  var isFilled = false
  /// Whether `gainsThen` are sums of the values that `update` reads: what is taken away must be what
  /// was added. The first sums are exact ones, those of kept values a little higher.
  var isUpdatable = false

  /// Nothing covers yet, and no gain is known before the first `cover`.
  /// - Parameter memory: the bytes that kept values may take.
  init(_ measure: KernelMeasure, memory: Int) {
    let count = measure.points.count
    self.measure = measure
    cover = NearestCoverers(measure.points)
    values = [Double](repeating: measure.lowerBound, count: count)
    weights = [Double](repeating: 1, count: count)
    bounds = [Double](repeating: .infinity, count: count)
    computedFor = [Int](repeating: -1, count: count)
    boundedFor = computedFor
    gainsThen = bounds
    squaresThen = cover.squares
    valuesThen = values
    weightsThen = weights
    tiles = TileShelf(measure)
    kept = KeptKernel(measure, memory: memory)
  }

  var count: Int { measure.points.count }

  /// The mean over the pool of what `sample` adds, if it is one that `best` returned.
  func gain(of sample: Int) -> Double { bounds[sample] / Double(count) }

  /// Makes `samples` cover, and nothing else. The first call looks at all pairs; later ones at those
  /// of samples that join, and of targets whose nearest coverer left or whose weight changed.
  /// - Parameter weights: one per target, none below 0; the last ones where left out.
  /// - Throws: `Interrupted`; what stands in here then is void.
  mutating func cover(exactlyBy samples: [Int], weights newWeights: [Double]? = nil) throws {
    let isFirst = state == 0
    let (losses, joined) = try cover.cover(exactlyBy: samples)
    let last = weights
    weights = newWeights ?? last
    guard isFirst || joined || losses || weights != last else { return }
    beginState()
    if isFirst { return try computeAll() }
    let rising = losses || zip(weights, last).contains { $0 > $1 }
    if rising { try update(rising: true) }
  }

  /// Makes `sample` cover as well.
  /// - Throws: `Interrupted`; what stands in here then is void.
  mutating func cover(alsoBy sample: Int) throws {
    // Of the others the kept values say that they are not nearer to it than to who covers them.
    let reach = isFilled ? withTargets { kept?.reach(of: sample, $0.values) } : nil
    try cover.cover(alsoBy: sample, among: reach)
    beginState()
  }

  private mutating func beginState() {
    for y in values.indices {
      let isSame = cover.squares[y] == squaresThen[y]
      values[y] = isSame ? valuesThen[y] : measure.coverage(at: cover.squares[y])
    }
    state += 1
  }
}

extension KernelGains {
  /// Gains this close to the largest, relatively, count as equal to it.
  private static let tolerance = 1e-9

  /// The candidates that gain most, ascending: all of them, or under `lowest` the first alone.
  /// - Throws: `Interrupted`.
  mutating func best(among isCandidate: [Bool], ties: TieRule) throws -> [Int] {
    let firstBatch = isFilled ? Self.keptBatch : Self.firstBatch
    var size = firstBatch
    var computed = 0
    var changed = changedTargets.count
    while true {
      try Interrupt.check()
      let leaders = leaders(among: isCandidate, ties)
      let rivals = rivals(of: leaders, among: isCandidate, ties, atMost: size)
      if rivals.isEmpty { return leaders.samples }
      if changed > 0, computed + rivals.count > changed / Self.patience {
        try update(rising: false)
        (changed, size) = (0, firstBatch)
        continue
      }
      let loose = isFilled ? rivals.filter { boundedFor[$0] != state } : []
      if !loose.isEmpty {
        try bound(loose)
      } else {
        // Bounds from kept values are so tight that the first few nearly always settle it.
        try compute(isFilled ? Array(rivals.prefix(Self.firstExact)) : rivals)
      }
      computed += rivals.count
      size = min(2 * size, SquaredDistanceTile.side)
    }
  }

  /// Gains that are computed at first.
  private static let firstBatch = 32
  /// The same where values are kept: a few at a time cost no more than many at once.
  private static let keptBatch = 16
  private static let firstExact = 2
  /// Computing single gains is given up for an update of all when it has taken this part of the
  /// update's work.
  private static let patience = 4

  /// The targets that have had another nearest coverer or weight since the last update.
  var changedTargets: [Int] {
    squaresThen.indices.filter {
      squaresThen[$0] != cover.squares[$0] || weightsThen[$0] != weights[$0]
    }
  }

  private struct Leaders {
    var most = -Double.infinity
    var floor = -Double.infinity
    var samples: [Int] = []
  }

  /// Whether a bound is the gain: it was computed for this cover, or cannot fall any lower.
  private func isExact(_ x: Int) -> Bool { computedFor[x] == state || bounds[x] <= 0 }

  private func leaders(among isCandidate: [Bool], _ ties: TieRule) -> Leaders {
    var leaders = Leaders()
    for x in 0..<count where isCandidate[x] && isExact(x) {
      leaders.most = max(leaders.most, bounds[x])
    }
    leaders.floor = leaders.most - abs(leaders.most) * Self.tolerance
    for x in 0..<count where isCandidate[x] && bounds[x] >= leaders.floor && isExact(x) {
      leaders.samples.append(x)
      if ties == .lowest { break }
    }
    return leaders
  }

  /// Of the candidates whose bounds may hide a better choice, those with the highest bounds.
  private func rivals(
    of leaders: Leaders, among isCandidate: [Bool], _ ties: TieRule, atMost size: Int
  ) -> [Int] {
    let last = ties == .lowest ? leaders.samples.first ?? count : count
    return Ranking.highest(size, of: 0..<count, by: bounds) { x in
      isCandidate[x] && !isExact(x)
        && (bounds[x] > leaders.most || (bounds[x] >= leaders.floor && x < last))
    }
  }
}

extension KernelGains {
  /// Takes the candidate that gains most, which then covers and is a candidate no longer.
  /// - Parameter terms: what else to say of the sample that is taken.
  /// - Throws: `MethodError.budget` where there is no candidate; `Interrupted`, and then what stands
  ///   in here is void.
  mutating func take(
    from isCandidate: inout [Bool], ties: TieRule, using random: inout RandomSource,
    saying terms: (_ sample: Int) -> [PickReason.Term] = { _ in [] }
  ) throws -> Pick {
    let best = try best(among: isCandidate, ties: .random)
    guard let lowest = best.first else { throw MethodError.budget(requested: 1, available: 0) }
    let isDrawn = ties == .random && best.count > 1
    let sample = isDrawn ? best[random.integer(below: best.count)] : lowest
    let gain = gain(of: sample)
    isCandidate[sample] = false
    let next = try best.first { $0 != sample } ?? self.best(among: isCandidate, ties: .lowest).first
    let runnerUp = next.map { PickReason.RunnerUp(sample: $0, score: self.gain(of: $0)) }
    try cover(alsoBy: sample)
    return Pick(
      sample: sample, score: gain,
      reason: PickReason(tied: best.count, runnerUp: runnerUp, terms: terms(sample)))
  }
}
