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
/// pairs nearer than that add anything. Sums are in double. Memory is O(samples) and a few blocks
/// of distances for each thread.
struct KernelGains: Sendable {
  let measure: KernelMeasure
  private var cover: NearestCoverers
  /// m, per target.
  private var values: [Double]
  /// w, per target.
  private var weights: [Double]
  /// Per sample, not below its gain.
  private var bounds: [Double]
  /// Per sample: the state of the cover for which its bound is its gain.
  private var computedFor: [Int]
  private var state = 0
  /// All gains, up to rounding, for the cover as it was at a certain time, ...
  private var gainsThen: [Double]
  /// ... and the squares, values and weights of the targets at that time.
  private var squaresThen: [Double]
  private var valuesThen: [Double]
  private var weightsThen: [Double]
  /// More than what rounding may have taken from `gainsThen`.
  private var margin = 0.0
  private let tiles: TileShelf

  /// Nothing covers yet, and no gain is known before the first `cover`.
  init(_ measure: KernelMeasure) {
    let count = measure.points.count
    self.measure = measure
    cover = NearestCoverers(measure.points)
    values = [Double](repeating: measure.lowerBound, count: count)
    weights = [Double](repeating: 1, count: count)
    bounds = [Double](repeating: .infinity, count: count)
    computedFor = [Int](repeating: -1, count: count)
    gainsThen = bounds
    squaresThen = cover.squares
    valuesThen = values
    weightsThen = weights
    tiles = TileShelf(measure.points)
  }

  private var count: Int { measure.points.count }

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
    try cover.cover(alsoBy: sample)
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
    var size = Self.firstBatch
    var computed = 0
    var changed = changedTargets.count
    while true {
      try Interrupt.check()
      let leaders = leaders(among: isCandidate, ties)
      let rivals = rivals(of: leaders, among: isCandidate, ties, atMost: size)
      if rivals.isEmpty { return leaders.samples }
      if changed > 0, computed + rivals.count > changed / Self.patience {
        try update(rising: false)
        (changed, size) = (0, Self.firstBatch)
        continue
      }
      try compute(rivals)
      computed += rivals.count
      size = min(2 * size, SquaredDistanceTile.side)
    }
  }

  /// Gains that are computed at first.
  private static let firstBatch = 32
  /// Computing single gains is given up for an update of all when it has taken this part of the
  /// update's work.
  private static let patience = 4

  /// The targets that have had another nearest coverer or weight since the last update.
  private var changedTargets: [Int] {
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
    var rivals: [Int] = []
    for x in 0..<count where isCandidate[x] && !isExact(x) {
      let bound = bounds[x]
      guard bound > leaders.most || (bound >= leaders.floor && x < last) else { continue }
      if rivals.count == size {
        guard bound > bounds[rivals[size - 1]] else { continue }
        rivals.removeLast()
      }
      var place = rivals.count
      while place > 0, bound > bounds[rivals[place - 1]] { place -= 1 }
      rivals.insert(x, at: place)
    }
    return rivals
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

  private var blocks: [Range<Int>] {
    let side = SquaredDistanceTile.side
    return stride(from: 0, to: count, by: side).map { $0..<min($0 + side, count) }
  }

  /// Replaces the bounds of `samples` by their gains; |samples| · N · d operations.
  private mutating func compute(_ samples: [Int]) throws {
    let rows = WidePoints(measure.points, samples)
    let blocks = blocks
    let (measure, tiles) = (measure, tiles)
    // Per block and sample; added in the order of the blocks, whoever computed them.
    var parts = [Double](repeating: 0, count: blocks.count * samples.count)
    try withTargets { targets in
      try parts.withUnsafeMutableBufferPointer { parts in
        nonisolated(unsafe) let parts = parts
        try Parallel.forEach(blocks.count) { index in
          tiles.withTile { tile in
            tile.compute(rows: rows, columns: blocks[index])
            for (place, x) in samples.enumerated() {
              parts[index * samples.count + place] = tile.withRow(place) {
                measure.gain(of: x, squares: $0, of: blocks[index], targets)
              }
            }
          }
        }
      }
    }
    for (place, x) in samples.enumerated() {
      bounds[x] = blocks.indices.reduce(0) { $0 + parts[$1 * samples.count + place] }
      computedFor[x] = state
    }
  }

  /// Replaces all bounds by gains: each pair of samples is looked at once, N² · d / 2 operations.
  ///
  /// In each of the passes a block of samples is the rows of one task and the columns of one: no two
  /// threads add to the same number, and the order of the additions is that of the passes.
  private mutating func computeAll() throws {
    let blocks = blocks
    let (measure, tiles) = (measure, tiles)
    let passes = blocks.count / 2 + 1
    let meter = ProgressMeter.current
    var asRows = [Double](repeating: 0, count: count)
    var asColumns = asRows
    try withTargets { targets in
      try asRows.withUnsafeMutableBufferPointer { asRows in
        try asColumns.withUnsafeMutableBufferPointer { asColumns in
          let sums = PairSums(rows: asRows, columns: asColumns)
          for shift in 0..<passes {
            // Half way round, the pairs of blocks come for the second time.
            let isHalf = 2 * shift == blocks.count
            try Parallel.forEach(isHalf ? shift : blocks.count) { index in
              let other = (index + shift) % blocks.count
              tiles.withTile {
                sums.add(blocks[index], blocks[other], measure, targets, using: &$0)
              }
            }
            meter.report("kernel sums", shift + 1, of: passes)
          }
        }
      }
    }
    bounds = zip(asRows, asColumns).map { $0 + $1 }
    computedFor = [Int](repeating: state, count: count)
    gainsThen = bounds
    (squaresThen, valuesThen, weightsThen) = (cover.squares, values, weights)
    margin = 1e-12 * (bounds.max() ?? 0)
  }

  /// Brings all gains up to date by what the changed targets added then and add now;
  /// |changed| · N · d operations.
  /// - Parameter rising: whether gains may have risen, so that the bounds say nothing any more.
  private mutating func update(rising: Bool) throws {
    let changed = changedTargets
    // A pass over all pairs sees each of them once.
    if changed.count > count / 2 { return try computeAll() }
    let side = SquaredDistanceTile.side
    for start in stride(from: 0, to: changed.count, by: side) {
      try addChanges(of: Array(changed[start..<min(start + side, changed.count)]))
    }
    for y in changed {
      squaresThen[y] = cover.squares[y]
      valuesThen[y] = values[y]
      weightsThen[y] = weights[y]
    }
    margin = max(margin, 1e-12 * (gainsThen.max() ?? 0))
    for x in bounds.indices {
      // Above 0: what is left of a gain by rounding does not say that there is none.
      let bound = max(gainsThen[x] + margin, .leastNormalMagnitude)
      if rising || bound < bounds[x] {
        bounds[x] = bound
        computedFor[x] = -1
      }
    }
  }

  private mutating func addChanges(of changed: [Int]) throws {
    let rows = WidePoints(measure.points, changed)
    let changes = changed.map {
      KernelChange(
        target: $0, squareThen: squaresThen[$0], valueThen: valuesThen[$0],
        weightThen: weightsThen[$0], square: cover.squares[$0], value: values[$0],
        weight: weights[$0])
    }
    let blocks = blocks
    let (measure, tiles) = (measure, tiles)
    try gainsThen.withUnsafeMutableBufferPointer { buffer in
      // Each task writes the gains of its own block.
      nonisolated(unsafe) let gains = buffer
      try Parallel.forEach(blocks.count) { index in
        tiles.withTile { tile in
          tile.compute(rows: rows, columns: blocks[index])
          for (place, change) in changes.enumerated() {
            tile.withRow(place) {
              measure.add(change, squares: $0, of: blocks[index], to: gains)
            }
          }
        }
      }
    }
  }

  private func withTargets(_ body: (KernelTargets) throws -> Void) rethrows {
    try cover.squares.withUnsafeBufferPointer { squares in
      try values.withUnsafeBufferPointer { values in
        try weights.withUnsafeBufferPointer { weights in
          try body(KernelTargets(squares: squares, values: values, weights: weights))
        }
      }
    }
  }
}
