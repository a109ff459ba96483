import Foundation
import LinearAlgebra
import Synchronization

/// What the degrees of all samples are like at one radius.
package struct DegreeStatistics: Sendable, Hashable {
  package let mean: Double
  package let largest: Int
  /// The standard deviation, dividing by the number of samples.
  package let deviation: Double
  /// Of the histogram of degrees, in bits.
  package let entropy: Double

  /// All 0 where there are no samples.
  package init(of degrees: some Collection<Int32>) {
    largest = Int(degrees.max() ?? 0)
    var histogram = [Int](repeating: 0, count: largest + 1)
    for degree in degrees { histogram[Int(degree)] += 1 }
    let total = Double(max(1, degrees.count))
    let shares = histogram.enumerated().filter { $1 > 0 }
      .map { (degree: Double($0), share: Double($1) / total) }
    let mean = shares.reduce(0) { $0 + $1.share * $1.degree }
    self.mean = mean
    deviation = shares.reduce(0) {
      $0 + $1.share * ($1.degree - mean) * ($1.degree - mean)
    }.squareRoot()
    entropy = shares.reduce(0) { $0 - $1.share * log2($1.share) }
  }
}

/// The degrees of all samples at many radii: how many samples each ball holds that no coverer's ball
/// of the same radius holds.
package struct DegreeCurves: Sendable {
  /// Ascending.
  package let deltas: [Double]
  /// One for each of `deltas`.
  package let statistics: [DegreeStatistics]
  /// `count × deltas.count`, row by row.
  private let degrees: [Int32]

  /// From one pass over all pairs, each looked at once: N² · d / 2 operations, O(N · deltas) memory;
  /// and one over the pairs of a sample and a coverer. Edges are those of `CoverageGraph`.
  ///
  /// - Parameters:
  ///   - deltas: radii in the units of the metric, ascending, above 0.
  ///   - coverers: what their balls hold counts for nobody.
  ///   - labeled: samples whose degrees are 0 whatever they hold.
  /// - Throws: `MethodError.range` for radii that are none, `MethodError.noSuchSample`;
  ///   `Interrupted`.
  package static func of(
    _ embedding: Embedding, deltas: [Double], coverers: [Int] = [], labeled: [Int] = []
  ) throws -> DegreeCurves {
    try embedding.require(deltas: deltas)
    try embedding.require(samples: labeled)
    let limits = limits(try embedding.nearestDistances(to: coverers), deltas: deltas)
    return try DegreeCurves(
      deltas: deltas,
      counts: DistanceCurves(embedding.points, radii: deltas).counts(limits: limits),
      labeled: labeled)
  }

  /// At how many of the radii each target counts, by its distance to the nearest coverer: at those up
  /// to there, for under larger ones it is covered.
  static func limits(_ distances: [Double], deltas: [Double]) -> [Int32] {
    distances.map { distance in
      Int32(distance == .infinity ? deltas.count : deltas.count { $0 <= distance })
    }
  }

  /// - Parameter counts: the degrees, if nothing were labeled.
  init(deltas: [Double], counts: [Int32], labeled: [Int]) throws {
    var degrees = counts
    for sample in labeled {
      for place in sample * deltas.count..<(sample + 1) * deltas.count { degrees[place] = 0 }
    }
    self.deltas = deltas
    self.degrees = degrees
    statistics = try Self.statistics(of: degrees, radii: deltas.count)
  }

  /// The degree of a sample at the radius `deltas[place]`.
  package func degree(of sample: Int, at place: Int) -> Int {
    Int(degrees[sample * deltas.count + place])
  }

  private static func statistics(of degrees: [Int32], radii: Int) throws -> [DegreeStatistics] {
    let found = Mutex([DegreeStatistics](repeating: DegreeStatistics(of: []), count: radii))
    try Parallel.forEach(radii) { place in
      let column = stride(from: place, to: degrees.count, by: radii).map { degrees[$0] }
      let statistics = DegreeStatistics(of: column)
      found.withLock { $0[place] = statistics }
    }
    return found.withLock { $0 }
  }
}

extension Embedding {
  /// How far each sample is from the nearest of `coverers`; infinity where there is none.
  /// |coverers| · N · d operations.
  /// - Throws: `MethodError.noSuchSample`; `Interrupted`.
  func nearestDistances(to coverers: [Int]) throws -> [Double] {
    try require(samples: coverers)
    var nearest = NearestCoverers(points)
    _ = try nearest.cover(exactlyBy: coverers)
    return nearest.squares.map(points.distance(ofSquare:))
  }

  func require(samples: [Int]) throws(MethodError) {
    for sample in samples where !(0..<count).contains(sample) {
      throw .noSuchSample(sample, count: count)
    }
  }

  /// - Throws: `MethodError.range` unless these are radii, each larger than the last.
  func require(deltas: [Double]) throws(MethodError) {
    var last = 0.0
    for delta in deltas {
      guard delta > last, delta.isFinite else {
        throw .range(name: "delta", value: delta, allowed: "above \(canonical(last))")
      }
      last = delta
    }
  }
}
