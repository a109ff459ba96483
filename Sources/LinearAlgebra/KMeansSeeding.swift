import Foundation

/// Draws points as the first centres of k-means, each with a chance proportional to the square of
/// its distance from those drawn before: k-means++ (Arthur and Vassilvitskii 2007).
///
/// Of 2 + ⌊ln K⌋ draws the one is kept that leaves the least sum of these squares, the first of
/// equals. Products are in `Float`, sums in double; squares that would have lost their digits in the
/// difference of lengths and product come from the double-precision formula, so that what lies on a
/// drawn point is not drawn again. K · ln K · N · d operations, O(N · ln K) memory.
struct KMeansSeeding {
  private let points: PointSet
  /// Per point: the square of its distance to the nearest point drawn.
  private var least: [Double]
  /// Per draw and point: the same if it were kept, too.
  private var drafts: [Double] = []

  /// Points whose products are taken at a time.
  private static let block = 1024
  /// Squares below this part of the sum of the squared lengths are computed in double.
  private static let near = 1e-3

  /// - Parameter points: under the Euclidean metric.
  init(_ points: PointSet) {
    self.points = points
    least = [Double](repeating: .infinity, count: points.count)
  }

  /// `count` points. Once all points lie on drawn ones, any may come next.
  /// - Throws: `Interrupted`.
  /// - Precondition: there is a point, unless none are asked for.
  mutating func seeds(_ count: Int, using random: inout RandomSource) throws -> [Int] {
    guard count > 0 else { return [] }
    let meter = ProgressMeter.current
    let trials = 2 + Int(log(Double(count)))
    var seeds: [Int] = []
    for number in 0..<count {
      try Interrupt.check()
      let draws = seeds.isEmpty ? [random.integer(below: points.count)] : draw(trials, &random)
      let sums = try consider(draws)
      var best = 0
      for place in draws.indices where sums[place] < sums[best] { best = place }
      seeds.append(draws[best])
      least = Array(drafts[best * points.count..<(best + 1) * points.count])
      meter.report("first centres", number + 1, of: count)
    }
    return seeds
  }

  /// `trials` points, each with a chance proportional to its square; one of all if these are 0.
  private func draw(_ trials: Int, _ random: inout RandomSource) -> [Int] {
    var sum = 0.0
    let sums = least.map { square -> Double in
      sum += square
      return sum
    }
    guard sum > 0 else { return [random.integer(below: points.count)] }
    return (0..<trials).map { _ in
      let target = random.uniform() * sum
      var (low, high) = (0, sums.count)
      while low < high {
        let middle = (low + high) / 2
        if sums[middle] > target { high = middle } else { low = middle + 1 }
      }
      // The product may round up to the sum.
      return low < sums.count ? low : least.lastIndex { $0 > 0 } ?? 0
    }
  }

  /// Fills the drafts for these draws; what each leaves in sum.
  private mutating func consider(_ draws: [Int]) throws -> [Double] {
    let count = points.count
    let rows = points.at(draws)
    let blocks = tiles(of: count, size: Self.block)
    var sums = [Double](repeating: 0, count: blocks.count * draws.count)
    if drafts.count < draws.count * count {
      drafts = [Double](repeating: 0, count: draws.count * count)
    }
    let (points, least) = (points, least)
    try drafts.withUnsafeMutableBufferPointer { drafts in
      try sums.withUnsafeMutableBufferPointer { sums in
        // Each block writes entries of its own.
        nonisolated(unsafe) let (drafts, sums) = (drafts, sums)
        try Parallel.forEach(blocks.count) { index in
          let block = blocks[index]
          let dots = Self.products(rows, points, block)
          for place in 0..<rows.count {
            let squares = UnsafeMutableBufferPointer(
              rebasing: drafts[place * count + block.lowerBound..<place * count + block.upperBound])
            Self.fill(squares, dots, rows, place, points, block)
            for (k, y) in block.enumerated() { squares[k] = min(squares[k], least[y]) }
            sums[index * rows.count + place] = squares.reduce(0, +)
          }
        }
      }
    }
    return draws.indices.map { place in
      blocks.indices.reduce(0) { $0 + sums[$1 * draws.count + place] }
    }
  }

  private static func products(_ rows: PointSet, _ points: PointSet, _ block: Range<Int>) -> [Float]
  {
    var dots = [Float](repeating: 0, count: rows.count * block.count)
    let d = points.dimensions
    rows.matrix.elements.withUnsafeBufferPointer { x in
      points.matrix.elements.withUnsafeBufferPointer { y in
        dots.withUnsafeMutableBufferPointer { dots in
          guard let x = x.baseAddress, let y = y.baseAddress, let dots = dots.baseAddress else {
            return  // no dimensions: all points are equal
          }
          OpenBLAS.product(
            Block(x, leading: d), Block(y + block.lowerBound * d, leading: d, transposed: true),
            into: dots, leading: block.count, rows: rows.count, inner: d, columns: block.count)
        }
      }
    }
    return dots
  }

  /// Writes the squared distances of the draw at `place` to the points of the block.
  private static func fill(
    _ squares: UnsafeMutableBufferPointer<Double>, _ dots: [Float], _ rows: PointSet,
    _ place: Int, _ points: PointSet, _ block: Range<Int>
  ) {
    let own = rows.norms[place] * rows.norms[place]
    let factor = -2 * rows.multipliers[place]
    let isOrdinary = rows.isOrdinary[place]
    for (k, y) in block.enumerated() {
      let both = own + points.norms[y] * points.norms[y]
      let dot = Double(dots[place * block.count + k])
      let square = both + factor * points.multipliers[y] * dot
      // Negated so that a NaN goes the exact way.
      let isExact = !isOrdinary || !points.isOrdinary[y] || !(square > near * both)
      squares[k] = isExact ? rows.square(place, to: points, y) : square
    }
  }
}

extension PointSet {
  /// The square under the distance to a point of another set. O(dimensions).
  fileprivate func square(_ i: Int, to other: PointSet, _ j: Int) -> Double {
    matrix.elements.withUnsafeBufferPointer { own in
      other.matrix.elements.withUnsafeBufferPointer { others in
        squaredDistance(own, i, to: other, others, j)
      }
    }
  }
}
