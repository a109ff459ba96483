import ActiveLearning
import LinearAlgebra

/// Greedy kernel coverage word for word, on a matrix of all pairs: the judge of the lazy one.
struct NaiveHerding {
  /// Row by row the kernel's values.
  let values: [[Double]]
  let lowerBound: Double

  init(_ points: PointSet, kernel: Kernel, sigma: Double, farthest: Double = 2) {
    let distances = points.distances(to: points)
    values = (0..<points.count).map { i in
      (0..<points.count).map { kernel.value(at: distances[i * points.count + $0], width: sigma) }
    }
    lowerBound = kernel.lowerBound(width: sigma, farthest: farthest)
  }

  /// Ties within 1e-9 to the lowest index.
  func picks(_ number: Int, clean: [Int], suspected: [Int]) -> [Pick] {
    var taken = Set(clean + suspected)
    var best = values.indices.map { y in
      clean.reduce(lowerBound) { max($0, values[$1][y]) }
    }
    return (0..<number).map { _ in
      let candidates = values.indices.filter { !taken.contains($0) }
      let gains = candidates.map { x in
        zip(values[x], best).reduce(0) { $0 + max($1.0 - $1.1, 0) } / Double(values.count)
      }
      let floor = gains.max()! * (1 - 1e-9)
      let place = gains.firstIndex { $0 >= floor }!
      let pick = Pick(sample: candidates[place], score: gains[place])
      taken.insert(pick.sample)
      best = zip(values[pick.sample], best).map { max($0, $1) }
      return pick
    }
  }
}

extension CoverageStrategy {
  /// The picks of a share of a pool with these labeled samples.
  mutating func share(
    _ count: Int, of embedding: Embedding, clean: [Int], suspected: [Int], seed: Int = 0
  ) throws -> [Pick] {
    let labeled = clean + suspected
    let pool = try Pool(
      embedding: embedding, classes: 1, labeled: labeled, observed: labeled.map { _ in 0 })
    var random = RandomSource(RandomKey(seed: seed, role: .query))
    try begin(clean: clean, suspected: suspected, in: pool)
    return try (0..<count).map { _ in try next(using: &random) }
  }
}

/// The same samples, and scores equal up to rounding.
func isSame(_ found: [Pick], _ expected: [Pick], within tolerance: Double = 1e-12) -> Bool {
  found.map(\.sample) == expected.map(\.sample)
    && zip(found, expected).allSatisfy { found, expected in
      guard let found = found.score, let expected = expected.score else {
        return found.score == expected.score
      }
      return abs(found - expected) <= tolerance && (found == 0) == (expected == 0)
    }
}
