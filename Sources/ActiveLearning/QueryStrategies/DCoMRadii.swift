import LinearAlgebra
import Synchronization

/// Balls of different radii around some samples.
package struct OwnBalls: Sendable {
  private let search: NeighbourSearch
  private let centers: [Int]
  private let radii: [Double]

  /// - Parameter radii: one for each of `centers`.
  package init(_ points: PointSet, centers: [Int], radii: [Double]) {
    search = NeighbourSearch(points)
    self.centers = centers
    self.radii = radii
  }

  /// For each sample whether it lies in one of the balls; a center always does. |centers| · N · d
  /// operations, all threads.
  /// - Throws: `Interrupted`.
  package func covered() throws -> [Bool] {
    let meter = ProgressMeter.current
    let groups = groups()
    let covered = Mutex([Bool](repeating: false, count: search.points.count))
    let done = Mutex(0)
    try Parallel.forEach(groups.count) { index in
      let lists = try search.neighbours(of: groups[index].centers, within: groups[index].radius)
      covered.withLock { covered in for id in lists.ids { covered[Int(id)] = true } }
      meter.report(
        "balls",
        done.withLock { count in
          count += 1
          return count
        }, of: groups.count)
    }
    return covered.withLock { $0 }
  }

  /// Centers of one radius each, few enough that their lists of neighbours stay short.
  private func groups() -> [(radius: Double, centers: [Int])] {
    let size = max(1, min(64, (1 << 22) / max(1, search.points.count)))
    let byRadius = Dictionary(grouping: zip(centers, radii), by: \.1)
    return byRadius.keys.sorted().flatMap { radius in
      let centers = byRadius[radius, default: []].map(\.0)
      return stride(from: 0, to: centers.count, by: size).map {
        (radius, Array(centers[$0..<min($0 + size, centers.count)]))
      }
    }
  }
}

/// Finds for labeled samples how far around them a model sees the class that was observed for them.
///
/// Halves 0 … `widest` until it is at most `resolution` wide, going up where the purity of the ball is
/// at least 0.2 c + 0.4, c being the share of the pool that is covered: the purity is the share of its
/// samples, the center included, whose predicted class is the observed one. Where a radius had
/// exactly that purity and the next larger one has less, it is the one. Compared as whole numbers, so
/// that rounding decides nothing (Mishal and Weinshall 2024, arXiv 2407.01804).
package struct RadiusSearch: Sendable {
  private let points: PointSet
  private let classes: [Int32]
  private let covered: Int
  private let widest: Double
  private let resolution: Double

  /// - Parameters:
  ///   - classes: the predicted class of each sample.
  ///   - covered: how many samples are covered.
  package init(
    _ points: PointSet, classes: [Int32], covered: Int, widest: Double, resolution: Double
  ) {
    self.points = points
    self.classes = classes
    self.covered = covered
    self.widest = widest
    self.resolution = resolution
  }

  /// As radii are kept: to two decimals, at least 0.01.
  package static func rounded(_ radius: Double) -> Double {
    max(0.01, (radius * 100).rounded() / 100)
  }

  /// The rounded radius of each sample. N · d operations each, all threads; 16 megabytes for each
  /// thread, or 8 · N bytes where that is more.
  /// - Parameter observed: the label of each.
  /// - Throws: `Interrupted`.
  package func radii(of samples: [Int], observed: [Int]) throws -> [Double] {
    let meter = ProgressMeter.current
    let size = max(1, min(32, (1 << 21) / max(1, points.count)))
    let blocks = stride(from: 0, to: samples.count, by: size).map {
      $0..<min($0 + size, samples.count)
    }
    let done = Mutex(0)
    var radii = [Double](repeating: 0, count: samples.count)
    try radii.withUnsafeMutableBufferPointer { buffer in
      // Each block writes entries of its own.
      nonisolated(unsafe) let target = buffer
      try Parallel.forEach(blocks.count) { index in
        let block = blocks[index]
        let squares = try squares(of: Array(samples[block]))
        for (row, place) in block.enumerated() {
          let row = squares[row * points.count..<(row + 1) * points.count]
          target[place] = radius(of: samples[place], Int32(observed[place]), row)
        }
        let count = done.withLock { done in
          done += block.count
          return done
        }
        meter.report("radii", count, of: samples.count)
      }
    }
    return radii
  }

  /// Row by row the squared distances to all samples.
  private func squares(of centers: [Int]) throws -> [Double] {
    var squares = [Double](repeating: 0, count: centers.count * points.count)
    let rows = WidePoints(points, centers)
    var tile = SquaredDistanceTile(points)
    for start in stride(from: 0, to: points.count, by: SquaredDistanceTile.side) {
      try Interrupt.check()
      tile.compute(
        rows: rows, columns: start..<min(start + SquaredDistanceTile.side, points.count))
      for place in centers.indices {
        let first = place * points.count + start
        tile.withRow(place) { for (k, square) in $0.enumerated() { squares[first + k] = square } }
      }
    }
    return squares
  }

  private func radius(of center: Int, _ label: Int32, _ squares: ArraySlice<Double>) -> Double {
    var (low, high) = (0.0, widest)
    var middle = widest / 2
    var exact: Double?
    while high - low > resolution {
      let excess = excess(of: center, label, squares, within: middle)
      if excess < 0, let exact, exact < middle { return Self.rounded(exact) }
      exact = excess == 0 ? middle : nil
      if excess < 0 { high = middle } else { low = middle }
      middle = (low + high) / 2
    }
    return Self.rounded(middle)
  }

  /// By how much the purity of the ball exceeds what is demanded, times a positive number.
  private func excess(
    of center: Int, _ label: Int32, _ squares: ArraySlice<Double>, within radius: Double
  ) -> Int {
    let limit = points.square(ofDistance: radius)
    let slack = SquaredDistanceTile.slack(of: points)
    var (ball, matches) = (0, 0)
    for (sample, square) in squares.enumerated() {
      // Too close to the limit to tell: by the exact formula.
      let isInside =
        abs(square - limit) > slack
        ? square < limit : points.distance(center, to: points, sample) < radius
      guard isInside else { continue }
      ball += 1
      if classes[sample] == label { matches += 1 }
    }
    // matches / ball against 0.2 · covered / N + 0.4, both times 5 · N · ball.
    return 5 * points.count * matches - ball * (covered + 2 * points.count)
  }
}
