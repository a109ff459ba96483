import LinearAlgebra

/// Who is covered, and how many uncovered samples each sample's ball holds, while coverers come
/// and go.
///
/// A change costs the balls of the coverers that change and of the samples whose state flips, no
/// matter how many coverers there are.
package struct GreedyCover: Sendable {
  package let graph: CoverageGraph
  /// Per sample: the uncovered samples in its ball, |B(x) \ covered|.
  package private(set) var gains: [Int32]
  /// Per sample: how many coverers' balls hold it.
  private var coverCounts: [Int32]
  private var isCovered: [Bool]
  private var isCoverer: [Bool]

  /// Nothing covers yet: each gain is the size of the ball.
  package init(_ graph: CoverageGraph) {
    self.graph = graph
    gains = graph.degrees
    coverCounts = [Int32](repeating: 0, count: graph.count)
    isCovered = [Bool](repeating: false, count: graph.count)
    isCoverer = isCovered
  }

  /// The share of the samples that are covered; 0 of an empty pool.
  package var coverage: Double {
    graph.count == 0 ? 0 : Double(isCovered.count { $0 }) / Double(graph.count)
  }

  /// Makes `samples` cover, and nothing else.
  /// - Throws: `Interrupted`; what stands in here then is void.
  package mutating func cover(exactlyBy samples: [Int]) throws {
    var wanted = [Bool](repeating: false, count: graph.count)
    for sample in samples { wanted[sample] = true }
    let joining = samples.filter { !isCoverer[$0] }
    let leaving = isCoverer.indices.filter { isCoverer[$0] && !wanted[$0] }
    try change(joining: joining, leaving: leaving)
  }

  /// Makes `sample` cover as well.
  /// - Throws: `Interrupted`; what stands in here then is void.
  package mutating func cover(alsoBy sample: Int) throws {
    guard !isCoverer[sample] else { return }
    try change(joining: [sample], leaving: [])
  }

  private mutating func change(joining: [Int], leaving: [Int]) throws {
    try count(1, ballsOf: joining)
    try count(-1, ballsOf: leaving)
    for sample in joining { isCoverer[sample] = true }
    for sample in leaving { isCoverer[sample] = false }
    try settle(becoming: true)
    try settle(becoming: false)
  }

  private mutating func count(_ step: Int32, ballsOf centers: [Int]) throws {
    try graph.forEachBall(of: centers) { _, ball in
      for sample in ball { coverCounts[Int(sample)] += step }
    }
  }

  /// Brings the gains in line for the samples whose state flips to `covered`: by symmetry those who
  /// lose or win the target y are the samples in y's own ball.
  private mutating func settle(becoming covered: Bool) throws {
    let flips = isCovered.indices.filter {
      isCovered[$0] != covered && (coverCounts[$0] > 0) == covered
    }
    let step: Int32 = covered ? -1 : 1
    try graph.forEachBall(of: flips) { _, ball in
      for sample in ball { gains[Int(sample)] += step }
    }
    for sample in flips { isCovered[sample] = covered }
  }
}
