import LinearAlgebra

/// Who is covered, and how many uncovered samples each sample's ball holds, while coverers come
/// and go. Targets in balls of suspected samples can be counted apart.
///
/// A change costs the balls of the samples that change sides and of the targets whose state flips,
/// no matter how many coverers there are. O(N) memory, and as much again for each number of times
/// that some target is discounted.
package struct GreedyCover: Sendable {
  package let graph: CoverageGraph
  /// What suspected samples do to the targets in their balls; nil is nothing.
  package let discount: CoverDiscount?
  /// Per sample: the uncovered samples in its ball, |B(x) \ covered|.
  package private(set) var gains: [Int32]
  /// At r − 1, per sample: those of its gain that are discounted r times. Empty where no target is.
  private var discounted: [[Int32]] = []
  /// How many targets are discounted r times, at r − 1.
  private var populations: [Int] = []
  /// Per target, as the gains know it: how often it is discounted, -1 once it is covered.
  private var levels: [Int32]
  private var covering: BallTally
  private var suspecting: BallTally

  /// Nothing covers yet: each gain is the size of the ball.
  package init(_ graph: CoverageGraph, discount: CoverDiscount? = nil) {
    self.graph = graph
    self.discount = discount
    gains = graph.degrees
    levels = [Int32](repeating: 0, count: graph.count)
    covering = BallTally(count: graph.count)
    suspecting = covering
  }

  /// The share of the samples that are covered; 0 of an empty pool.
  package var coverage: Double { ratio(levels.count { $0 < 0 }, graph.count) }

  /// Makes `samples` cover and `suspects` discount, and nothing else.
  /// - Throws: `Interrupted`; what stands in here then is void.
  package mutating func cover(exactlyBy samples: [Int], suspects: [Int] = []) throws {
    try covering.become(samples, in: graph)
    if discount != nil { try suspecting.become(suspects, in: graph) }
    try settle(levels.indices.filter { levels[$0] != level(of: $0) })
  }

  /// Makes `sample` cover as well.
  ///
  /// - Returns: the samples that nothing covered before, ascending.
  /// - Throws: `Interrupted`; what stands in here then is void.
  @discardableResult
  package mutating func cover(alsoBy sample: Int) throws -> [Int] {
    let flips = try covering.add(sample, in: graph)
    try settle(flips)
    return flips
  }

  /// Brings the gains in line with the targets that flip: by symmetry the samples that lose or win the
  /// target y are the samples in y's own ball.
  private mutating func settle(_ flips: [Int]) throws {
    try graph.forEachBall(of: flips) { target, ball in
      let (old, new) = (levels[target], level(of: target))
      if old < 0 { for sample in ball { gains[Int(sample)] += 1 } }
      if new < 0 { for sample in ball { gains[Int(sample)] -= 1 } }
      if old > 0 { count(ball, at: Int(old) - 1, -1) }
      if new > 0 { count(ball, at: Int(new) - 1, 1) }
      levels[target] = new
    }
  }

  private func level(of target: Int) -> Int32 {
    if covering.counts[target] > 0 { return -1 }
    return discount == .once
      ? min(suspecting.counts[target], 1) : suspecting.counts[target]
  }

  /// A target in all the samples' balls `ball` begins or ceases to be discounted `place` + 1 times.
  private mutating func count(_ ball: ArraySlice<Int32>, at place: Int, _ step: Int32) {
    while discounted.count <= place {
      discounted.append([])
      populations.append(0)
    }
    if populations[place] == 0 { discounted[place] = [Int32](repeating: 0, count: graph.count) }
    populations[place] += Int(step)
    for sample in ball { discounted[place][Int(sample)] += step }
    if populations[place] == 0 { discounted[place] = [] }
  }
}

extension GreedyCover {
  /// How often some uncovered target is discounted, ascending, without those that are not at all.
  private var usedPlaces: [Int] { populations.indices.filter { populations[$0] > 0 } }

  /// Per sample: the sum over the uncovered targets of its ball of `weight(r)` for one that is
  /// discounted r times, 1 for one that is not.
  ///
  /// Made of the whole numbers of such targets in the order of r, so that equal numbers give
  /// equal sums.
  package func gains(weighing weight: (_ times: Int) -> Double) -> [Double] {
    let places = usedPlaces
    var sums = gains.indices.map { sample in
      Double(places.reduce(gains[sample]) { $0 - discounted[$1][sample] })
    }
    for place in places {
      let factor = weight(place + 1)
      for sample in sums.indices { sums[sample] += factor * Double(discounted[place][sample]) }
    }
    return sums
  }

  /// How many uncovered targets of the ball of `sample` are discounted how often; those that are not
  /// come first, the others ascending, none of them 0.
  package func counts(of sample: Int) -> [(times: Int, targets: Int)] {
    let rest = usedPlaces.map { ($0 + 1, Int(discounted[$0][sample])) }.filter { $0.1 > 0 }
    return [(0, Int(gains[sample]) - rest.reduce(0) { $0 + $1.1 })] + rest
  }
}

/// What it does to a target to lie in balls of suspected samples while it is uncovered.
package enum CoverDiscount: Sendable, Hashable {
  /// It is discounted once, however many they are.
  case once
  /// It is discounted once by each of them.
  case each
}

/// The members of a set of samples, and in how many of their balls each sample lies.
private struct BallTally: Sendable {
  private(set) var counts: [Int32]
  private var isMember: [Bool]

  init(count: Int) {
    counts = [Int32](repeating: 0, count: count)
    isMember = [Bool](repeating: false, count: count)
  }

  /// Makes `samples` the members; costs the balls of those who join or leave.
  mutating func become(_ samples: [Int], in graph: CoverageGraph) throws {
    var wanted = [Bool](repeating: false, count: isMember.count)
    for sample in samples { wanted[sample] = true }
    let joining = wanted.indices.filter { wanted[$0] && !isMember[$0] }
    let leaving = wanted.indices.filter { isMember[$0] && !wanted[$0] }
    try count(1, ballsOf: joining, in: graph)
    try count(-1, ballsOf: leaving, in: graph)
    isMember = wanted
  }

  /// Makes `sample` a member.
  /// - Returns: the samples that lie in its ball and in that of no other member, ascending; none if it
  ///   is one already.
  mutating func add(_ sample: Int, in graph: CoverageGraph) throws -> [Int] {
    guard !isMember[sample] else { return [] }
    isMember[sample] = true
    var first: [Int] = []
    try graph.forEachBall(of: [sample]) { _, ball in
      for other in ball.lazy.map(Int.init) {
        counts[other] += 1
        if counts[other] == 1 { first.append(other) }
      }
    }
    return first
  }

  private mutating func count(
    _ step: Int32, ballsOf centers: [Int], in graph: CoverageGraph
  ) throws {
    try graph.forEachBall(of: centers) { _, ball in
      for sample in ball { counts[Int(sample)] += step }
    }
  }
}
