import CKernels
import Synchronization

/// Counts for every point of a set, at many radii at once, the points that are nearer.
///
/// One pass over all pairs, each looked at once: N² · d / 2 operations on all cores, 8 · N · radii
/// bytes. The answer is that of the double-precision formula of `PointSet.distance` for every pair:
/// dot products in `Float` decide what they can decide with certainty, the pairs in between are
/// computed in double.
package struct DistanceCurves: Sendable {
  package let points: PointSet
  /// Ascending, above 0.
  package let radii: [Double]

  /// - Precondition: the radii are finite, above 0, and each larger than the last; fewer than 30,000.
  package init(_ points: PointSet, radii: [Double]) {
    precondition(
      radii.allSatisfy { $0 > 0 && $0.isFinite }
        && zip(radii, radii.dropFirst()).allSatisfy { $0 < $1 }
        && radii.count < 30_000, "ascending radii above 0")
    self.points = points
    self.radii = radii
  }

  /// How many points y with d(x, y) < radius there are for each point x and each of the radii, x
  /// itself among them: `points.count × radii.count`, row by row.
  ///
  /// - Parameter limits: how many of the radii each point y counts at, the smallest first; nil is at
  ///   all of them.
  /// - Throws: `Interrupted`, looked for once per block of pairs.
  package func counts(limits: [Int32]? = nil) throws -> [Int32] {
    let limits = limits ?? [Int32](repeating: Int32(radii.count), count: points.count)
    precondition(limits.count == points.count, "one limit per point")
    // Per point and radius how many pairs begin to count there, less those that cease to; one more
    // place for those that never cease.
    var changes = [Int32](repeating: 0, count: points.count * (radii.count + 1))
    var mirrored = changes
    try changes.withUnsafeMutableBufferPointer { changes in
      try mirrored.withUnsafeMutableBufferPointer { mirrored in
        try limits.withUnsafeBufferPointer { limits in
          try add(PairChanges(limits: limits, rows: changes, columns: mirrored))
        }
      }
    }
    return summed(changes, mirrored)
  }

  /// In each of the passes a block of points is the rows of one task and the columns of one: no two
  /// threads write to the same place.
  private func add(_ changes: PairChanges) throws {
    let blocks = tiles(of: points.count, size: DistanceTile.rows)
    let shelf = Mutex<[DistanceTile]>([])
    let passes = blocks.count / 2 + 1
    let meter = ProgressMeter.current
    for shift in 0..<passes {
      // Half way round, the pairs of blocks come for the second time.
      let isHalf = 2 * shift == blocks.count
      try Parallel.forEach(isHalf ? shift : blocks.count) { index in
        var tile =
          shelf.withLock { $0.popLast() } ?? DistanceTile(queries: points, points: points)
        let columns = blocks[(index + shift) % blocks.count]
        tile.compute(rows: blocks[index], columns: columns)
        let table = RadiusTable(
          radii, of: points, rows: blocks[index], to: points, columns: columns)
        for (offset, x) in blocks[index].enumerated() {
          changes.add(x, offset, of: tile, columns, table, isMirrored: shift > 0)
        }
        shelf.withLock { [tile] in $0.append(tile) }
      }
      meter.report("degree curves", shift + 1, of: passes)
    }
  }

  /// Changes counts that `counts` gave to those that other limits give. As many operations for each
  /// point whose limit changes as it has distances, N · d.
  /// - Throws: `Interrupted`; the counts then are void.
  package func update(
    _ counts: inout [Int32], limits old: [Int32], to new: [Int32]
  ) throws {
    precondition(counts.count == points.count * radii.count, "counts of these radii")
    precondition(old.count == points.count && new.count == points.count, "one limit per point")
    let changed = old.indices.filter { old[$0] != new[$0] }
    guard !changed.isEmpty else { return }
    let limits = LimitChanges(
      points: points.at(changed), old: changed.map { old[$0] }, new: changed.map { new[$0] })
    let blocks = tiles(of: points.count, size: DistanceTile.rows)
    let meter = ProgressMeter.current
    let done = Mutex(0)
    try counts.withUnsafeMutableBufferPointer { buffer in
      // Each block changes counts of its own.
      nonisolated(unsafe) let counts = buffer
      try Parallel.forEach(blocks.count) { index in
        try add(limits, to: counts, rows: blocks[index])
        let count = done.withLock { count in
          count += 1
          return count
        }
        meter.report("degree curves", count, of: blocks.count)
      }
    }
  }

  private func add(
    _ limits: LimitChanges, to counts: UnsafeMutableBufferPointer<Int32>, rows: Range<Int>
  ) throws {
    let width = radii.count + 1
    var changes = [Int32](repeating: 0, count: rows.count * width)
    var tile = DistanceTile(queries: points, points: limits.points)
    for columns in tiles(of: limits.points.count, size: DistanceTile.columns) {
      try Interrupt.check()
      tile.compute(rows: rows, columns: columns)
      let table = RadiusTable(
        radii, of: points, rows: rows, to: limits.points, columns: columns)
      for (offset, x) in rows.enumerated() {
        tile.withRow(offset, query: x) { row in
          table.forEachPair(of: x, row, columns) { place, radius in
            limits.add(columns.lowerBound + place, from: radius, to: &changes, offset * width)
          }
        }
      }
    }
    for (offset, x) in rows.enumerated() {
      var change: Int32 = 0
      for k in radii.indices {
        change += changes[offset * width + k]
        counts[x * radii.count + k] += change
      }
    }
  }

  /// The running sums of the changes of each point, in the place of the longer rows of changes.
  private func summed(_ counts: consuming [Int32], _ mirrored: [Int32]) -> [Int32] {
    let width = radii.count + 1
    for x in 0..<points.count {
      var count: Int32 = 0
      for k in 0..<radii.count {
        count += counts[x * width + k] + mirrored[x * width + k]
        counts[x * radii.count + k] = count
      }
    }
    counts.removeLast(points.count)
    return counts
  }
}

/// What pairs of points change in the counts of both; of a pair, each counts for the other.
private struct PairChanges: @unchecked Sendable {
  let limits: UnsafeBufferPointer<Int32>
  /// Those of the points that are rows of a tile, and of those that are columns.
  let rows: UnsafeMutableBufferPointer<Int32>
  let columns: UnsafeMutableBufferPointer<Int32>

  /// Adds the pairs of the point `x` with those of a tile's columns.
  /// - Parameter isMirrored: whether `x` counts for the columns too.
  func add(
    _ x: Int, _ offset: Int, of tile: DistanceTile, _ range: Range<Int>, _ table: RadiusTable,
    isMirrored: Bool
  ) {
    let width = table.count + 1
    let own = rows.baseAddress.map { $0 + x * width }
    let others = columns.baseAddress.map { $0 + range.lowerBound * width }
    guard let own, let others, let limits = limits.baseAddress else { return }
    let limit = limits[x]
    tile.withRow(offset, query: x) { row in
      table.forEachPair(of: x, row, range) { place, radius in
        let end = limits[range.lowerBound + place]
        if radius < end {
          own[Int(radius)] &+= 1
          own[Int(end)] &-= 1
        }
        if isMirrored && radius < limit {
          others[place * width + Int(radius)] &+= 1
          others[place * width + Int(limit)] &-= 1
        }
      }
    }
  }
}

/// Points that count at other radii than before.
private struct LimitChanges: Sendable {
  let points: PointSet
  /// How many of the radii each point counted at, and how many it does now.
  let old: [Int32]
  let new: [Int32]

  /// What changes at the radii from `radius` on in the row of `changes` that begins at `start`.
  @inline(__always)
  func add(_ point: Int, from radius: Int32, to changes: inout [Int32], _ start: Int) {
    let (before, now) = (max(old[point], radius), max(new[point], radius))
    changes[start + Int(before)] += 1
    changes[start + Int(now)] -= 1
  }
}

/// Finds the first of ascending radii that is above a distance, for the pairs of one tile.
///
/// The range of squares is cut into cells. A cell that no radius comes near to belongs to one radius
/// whatever the error of a dot product in `Float`; in the others squares are compared with the radii,
/// and those too close to tell are computed in double.
private struct RadiusTable {
  /// The points that are rows of the tile, and those that are columns.
  private let points: PointSet
  private let others: PointSet
  private let radii: [Double]
  private let squares: [Double]
  /// The radius that each cell belongs to; the complement of the first that it may, where that is
  /// not certain.
  private var cells: [Int16]
  private let cellsPerUnit: Float
  /// Squares from here on are outside of all radii.
  private let end: Float
  /// How far a square may be from the true one.
  private let slack: Double
  /// Whether all points of the tile are such that this holds.
  private let isOrdinary: Bool

  private static let cellCount = 4096

  var count: Int { radii.count }

  init(
    _ radii: [Double], of points: PointSet, rows: Range<Int>, to others: PointSet,
    columns: Range<Int>
  ) {
    self.points = points
    self.others = others
    self.radii = radii
    squares = radii.map(points.metric.square)
    let tile = rows.filter { points.isOrdinary[$0] }
    let norm = tile.reduce(0) { max($0, points.norms[$1]) }
    let multiplier = tile.reduce(0) { max($0, points.multipliers[$1]) }
    let longest = columns.reduce(0) { others.isOrdinary[$1] ? max($0, others.norms[$1]) : $0 }
    isOrdinary = tile.count == rows.count && columns.allSatisfy { others.isOrdinary[$0] }
    // The squared norm of the row is added in `Float` too.
    slack =
      DistanceFilter(columns: columns, of: others).slack(norm: norm, multiplier: multiplier)
      + 0x1p-22 * (norm * norm + longest * longest)
    // No distance is above the sum of the lengths, and nothing below the square root of the least
    // number here tells ordinary points apart.
    let farthest = 1.01 * (norm + longest) * (norm + longest)
    let last = squares.last ?? 0
    let top = max(min(last, farthest), 1e-30)
    end = last < farthest ? Float(top + slack).nextUp : .infinity
    cellsPerUnit = Float(Double(Self.cellCount) / top)
    cells = []
    fillCells()
  }

  private mutating func fillCells() {
    let size = 1 / Double(cellsPerUnit)
    var radius = 0
    cells.reserveCapacity(Self.cellCount + 1)
    for cell in 0..<Self.cellCount {
      // What is multiplied in `Float` may fall on the other side of an edge.
      let lower = Double(cell) * size * (1 - 0x1p-20) - slack
      let upper = Double(cell + 1) * size * (1 + 0x1p-20) + slack
      while radius < squares.count, squares[radius] < lower { radius += 1 }
      let isCertain = radius == squares.count || squares[radius] > upper
      cells.append(Int16(isCertain ? radius : ~radius))
    }
    // What is beyond the last cell is compared with all radii.
    cells.append(~0)
  }

  /// Calls `body` with the place of each point in the tile's columns that is nearer to `x` than some
  /// radius, and the first such radius.
  @inline(__always)
  func forEachPair(
    of x: Int, _ row: ck_distances, _ columns: Range<Int>,
    _ body: (_ place: Int, _ radius: Int32) -> Void
  ) {
    guard let dots = row.dots, let multipliers = row.multipliers, let norms = row.squares else {
      return
    }
    let own = Float(points.norms[x] * points.norms[x])
    let (factor, end, cellsPerUnit, isOrdinary) = (row.factor, end, cellsPerUnit, isOrdinary)
    let last = Float(Self.cellCount)
    cells.withUnsafeBufferPointer { cells in
      for place in 0..<columns.count {
        let square = own + (norms[place] + factor * multipliers[place] * dots[place])
        if isOrdinary && square >= end { continue }
        var radius = Int32(cells[square > 0 ? Int(min(square * cellsPerUnit, last)) : 0])
        if radius < 0 || !isOrdinary {
          radius = settled(square, x, columns.lowerBound + place, from: Int(~radius))
        }
        body(place, radius)
      }
    }
  }

  /// - Parameter first: a radius that is not above the one asked for, if the square is certain.
  @inline(never)
  private func settled(_ square: Float, _ x: Int, _ y: Int, from first: Int) -> Int32 {
    guard points.isOrdinary[x] && others.isOrdinary[y] else { return exact(x, y) }
    let square = Double(square)
    var radius = max(0, first)
    while radius < squares.count, squares[radius] <= square { radius += 1 }
    let isAbove = radius == squares.count || squares[radius] - square > slack
    let isBelow = radius == 0 || square - squares[radius - 1] > slack
    return isAbove && isBelow ? Int32(radius) : exact(x, y)
  }

  private func exact(_ x: Int, _ y: Int) -> Int32 {
    let distance = points.distance(x, to: others, y)
    return Int32(radii.firstIndex { distance < $0 } ?? radii.count)
  }
}
