import LinearAlgebra

/// How far each sample of a set is from the nearest of its coverers, while coverers come and go.
///
/// Squared distances as `PointSet.square` defines them. A coverer that joins costs its distances to
/// all samples, or only to those of which the farthest are asked for; one that leaves, the distances
/// of the samples it was nearest to, to those that stay. O(samples) memory.
struct NearestCoverers: Sendable {
  let points: PointSet
  /// Per sample: the square under the distance to the nearest coverer, infinity where none covers;
  /// more than that for a sample that has not met all coverers yet.
  private(set) var squares: [Double]
  /// Which coverer that is; -1 where none covers.
  private var owners: [Int32]
  private var isCoverer: [Bool]
  private(set) var coverers: [Int] = []
  /// Coverers that joined unseen, ...
  private var unseen: [Int] = []
  /// ... and per sample how many of them it has met.
  private var met: [Int]

  /// Samples whose rows are copied at a time: 16 megabytes of them.
  private var chunkSize: Int { max(1024, (1 << 22) / max(1, points.dimensions)) }
  /// Samples that one thread looks at between two looks at the interrupt flag.
  private static let step = 1024

  /// Nothing covers yet.
  init(_ points: PointSet) {
    self.points = points
    squares = [Double](repeating: .infinity, count: points.count)
    owners = [Int32](repeating: -1, count: points.count)
    isCoverer = [Bool](repeating: false, count: points.count)
    met = [Int](repeating: 0, count: points.count)
  }

  /// Makes `samples` cover, and nothing else.
  ///
  /// - Returns: whether some sample lost its nearest coverer, and whether anyone joined.
  /// - Throws: `Interrupted`; what stands in here then is void.
  mutating func cover(exactlyBy samples: [Int]) throws -> (losses: Bool, joined: Bool) {
    var stays = [Bool](repeating: false, count: points.count)
    for sample in samples { stays[sample] = true }
    let joining = samples.filter { !isCoverer[$0] } + unseen.filter { stays[$0] }
    try join(joining, reach: Array(0..<points.count))
    met = [Int](repeating: 0, count: points.count)
    unseen = []
    coverers = samples
    isCoverer = stays
    return (try replaceOwners(stays), !joining.isEmpty)
  }

  /// Makes `sample` cover as well.
  /// - Parameter reach: all samples that it may be nearer to than who covers them now, ascending; any
  ///   where left out.
  /// - Throws: `Interrupted`; what stands in here then is void.
  mutating func cover(alsoBy sample: Int, among reach: [UInt32]? = nil) throws {
    guard !isCoverer[sample] else { return }
    try join([sample], reach: reach?.map(Int.init) ?? Array(0..<points.count))
    coverers.append(sample)
    isCoverer[sample] = true
  }

  /// Makes `sample` cover as well, without a look at any distance: samples meet it when
  /// `settleFarthest` or `cover(exactlyBy:)` has them do so.
  mutating func cover(unseenBy sample: Int) {
    guard !isCoverer[sample] else { return }
    unseen.append(sample)
    coverers.append(sample)
    isCoverer[sample] = true
  }

  /// Has those of `candidates` meet all coverers that may be the farthest or the second farthest from
  /// them, or as far as the farthest but for a relative `tolerance` of the distance. No other then has
  /// a square as large as one of these.
  ///
  /// A square only falls when a coverer joins, so that an old one is an upper bound, and mostly few
  /// are high enough to matter (lazy greedy, Minoux 1978). O(candidates) and the distances of these.
  /// - Throws: `Interrupted`; what has been met by then has been met.
  mutating func settleFarthest(of candidates: [Int], within tolerance: Double) throws {
    var batch = Self.firstBatch
    while true {
      try Interrupt.check()
      let least = leastThatMatters(among: candidates, tolerance)
      let stale = Ranking.highest(batch, of: candidates, by: squares) {
        met[$0] < unseen.count && squares[$0] >= least
      }
      if stale.isEmpty { return }
      try meet(stale)
      batch = min(2 * batch, Self.lastBatch)
    }
  }

  /// Samples that meet coverers at a time, at first and at most.
  private static let firstBatch = 16
  private static let lastBatch = 128

  private func leastThatMatters(among candidates: [Int], _ tolerance: Double) -> Double {
    var (first, second) = (-Double.infinity, -Double.infinity)
    for sample in candidates where met[sample] == unseen.count && squares[sample] > second {
      second = min(first, squares[sample])
      first = max(first, squares[sample])
    }
    // A little less than the square of 1 - tolerance, for roundings.
    return min(second, first > 0 ? first * (1 - 2.00001 * tolerance) : first)
  }

  private mutating func meet(_ samples: [Int]) throws {
    let (points, unseen, met, squares) = (points, unseen, met, squares)
    var found = [Nearest](repeating: Nearest(), count: samples.count)
    try found.withUnsafeMutableBufferPointer { buffer in
      // Each sample has an entry of its own.
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach(samples.count) { place in
        let sample = samples[place]
        var nearest = Nearest(coverer: -1, square: squares[sample])
        for coverer in unseen[met[sample]...] {
          let square = points.square(sample, coverer)
          if square < nearest.square {
            nearest = Nearest(coverer: Int32(coverer), square: square)
          }
        }
        target[place] = nearest
      }
    }
    for (sample, nearest) in zip(samples, found) {
      self.met[sample] = unseen.count
      guard nearest.coverer >= 0 else { continue }
      self.squares[sample] = nearest.square
      owners[sample] = nearest.coverer
    }
  }

  private mutating func join(_ joining: [Int], reach: [Int]) throws {
    guard !joining.isEmpty else { return }
    let found = try nearest(among: joining, of: reach)
    for (sample, nearest) in zip(reach, found) where nearest.square < squares[sample] {
      squares[sample] = nearest.square
      owners[sample] = nearest.coverer
    }
  }

  /// Gives the samples whose owner does not stay the nearest of those who cover now; false if there
  /// are none.
  private mutating func replaceOwners(_ stays: [Bool]) throws -> Bool {
    let orphans = owners.indices.filter { owners[$0] >= 0 && !stays[Int(owners[$0])] }
    for (sample, nearest) in zip(orphans, try nearest(among: coverers, of: orphans)) {
      squares[sample] = nearest.square
      owners[sample] = nearest.coverer
    }
    return !orphans.isEmpty
  }

  private struct Nearest: Sendable {
    var coverer: Int32 = -1
    var square = Double.infinity
  }

  /// The nearest of `coverers` to each of `samples`; among equally near ones the first.
  private func nearest(among coverers: [Int], of samples: [Int]) throws -> [Nearest] {
    var found = [Nearest](repeating: Nearest(), count: samples.count)
    guard !coverers.isEmpty else { return found }
    let search = coverers.count == 1 ? nil : NearestSearch(points.at(coverers))
    let (points, size) = (points, chunkSize)
    for start in stride(from: 0, to: samples.count, by: size) {
      let chunk = Array(samples[start..<min(start + size, samples.count)])
      let places = try search?.nearest(to: points.at(chunk))
      try found.withUnsafeMutableBufferPointer { buffer in
        // Each step writes entries of its own.
        nonisolated(unsafe) let target = buffer
        let step = Self.step
        try Parallel.forEach((chunk.count + step - 1) / step) { index in
          for k in index * step..<min((index + 1) * step, chunk.count) {
            let coverer = coverers[places?[k] ?? 0]
            target[start + k] = Nearest(
              coverer: Int32(coverer), square: points.square(chunk[k], coverer))
          }
        }
      }
    }
    return found
  }
}
