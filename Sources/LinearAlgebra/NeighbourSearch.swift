import CKernels

/// The points nearer than a radius, for some rows: ascending ids, row after row in one array that is
/// exactly as long as it must be.
package struct NeighbourLists: Sendable, Equatable {
  /// The neighbours of the i-th row asked for are `ids[offsets[i]..<offsets[i + 1]]`.
  package let offsets: [Int]
  package let ids: [Int32]

  /// - Parameter degrees: the lengths of the lists, which are as many ids together.
  package init(degrees: some Sequence<Int32>, ids: [Int32]) {
    offsets = degrees.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int($1)) }
    self.ids = ids
  }

  package var count: Int { offsets.count - 1 }
  package subscript(index: Int) -> ArraySlice<Int32> { ids[offsets[index]..<offsets[index + 1]] }
}

/// Finds all points strictly nearer than a radius, exactly and without ever holding N × N values.
///
/// The answer is that of the double-precision formula of `PointSet.distance` for every pair: dot
/// products in `Float` decide what they can decide with certainty, the pairs in between are computed
/// in double. Hence edges are symmetric, a point is its own neighbour at every radius above 0, and
/// equal points have equal neighbours.
///
/// One call works on one thread and takes a few megabytes besides its result: callers run blocks of
/// `blockRows` rows side by side. O(rows · N · d).
package struct NeighbourSearch: Sendable {
  /// How many rows a block should have for the products to run at full speed.
  package static let blockRows = DistanceTile.rows

  package let points: PointSet
  /// For a first look at pairs; nil where floats are looked at.
  let rounded: RoundedPoints?
  /// For each block of rows, where panels look for pairs; nil for everywhere.
  let candidates: [NeighbourLists]?

  package init(_ points: PointSet) { self.init(points, rounded: nil, candidates: nil) }

  private init(_ points: PointSet, rounded: RoundedPoints?, candidates: [NeighbourLists]?) {
    self.points = points
    self.rounded = rounded
    self.candidates = candidates
  }

  package init(_ matrix: Matrix, multipliers: [Double]? = nil, metric: Metric = .l2) {
    self.init(PointSet(matrix, multipliers: multipliers, metric: metric))
  }

  /// The same search, its panels by rounded points where the processor has an instruction for them:
  /// the same pairs in about half of the time.
  ///
  /// - Parameter memory: bytes that the rounded points may take, two for each value; where they take
  ///   more, or there are too few points for it to pay, nothing is rounded.
  /// - Throws: `Interrupted`.
  package func rounding(memory: Int) throws -> NeighbourSearch {
    guard RoundedPoints.isFast, points.count > Self.blockRows, candidates == nil,
      Self.roundedBytes(points) <= memory
    else { return self }
    return NeighbourSearch(points, rounded: try RoundedPoints(points), candidates: nil)
  }

  /// The same search, its panels among pairs that are known to be nearer than some larger radius: the
  /// same pairs in O(candidates · d).
  ///
  /// - Parameter candidates: the neighbours within that radius, of each of `blocks`, in their order.
  /// - Precondition: no panel is asked for with a larger radius.
  package func among(_ candidates: [NeighbourLists]) -> NeighbourSearch {
    NeighbourSearch(points, rounded: nil, candidates: candidates)
  }

  /// What the rounded points take, if there are any.
  package var roundedBytes: Int { rounded == nil ? 0 : Self.roundedBytes(points) }

  private static func roundedBytes(_ points: PointSet) -> Int {
    RoundedPoints.bytes(count: points.count, dimensions: points.dimensions)
  }

  /// The neighbours of the points in `rows`, which are contiguous: the fastest form.
  /// - Parameter radius: at 0 or below (or not a number) a point has itself for its only neighbour.
  /// - Throws: `Interrupted`, looked for once per tile.
  /// - Precondition: rows of the set.
  package func neighbours(of rows: Range<Int>, within radius: Double) throws -> NeighbourLists {
    try neighbours(of: points, rows: rows, ids: Array(rows), radius: radius)
  }

  /// The neighbours of the points `rows`, in that order. Copies those rows.
  package func neighbours(of rows: [Int], within radius: Double) throws -> NeighbourLists {
    try neighbours(of: points.at(rows), rows: 0..<rows.count, ids: rows, radius: radius)
  }

  private func neighbours(of queries: PointSet, rows: Range<Int>, ids: [Int], radius: Double) throws
    -> NeighbourLists
  {
    guard radius > 0 else {
      return NeighbourLists(degrees: ids.map { _ in 1 }, ids: ids.map(Int32.init))
    }
    var tile = DistanceTile(queries: queries, points: points)
    let blocks = try tiles(of: rows.count, size: DistanceTile.rows).map { block in
      let shifted = block.lowerBound + rows.lowerBound..<block.upperBound + rows.lowerBound
      return try self.block(shifted, within: radius, using: &tile)
    }
    guard blocks.count != 1 else { return blocks[0].lists }
    return NeighbourLists(
      degrees: blocks.flatMap(\.degrees), ids: Array(blocks.map(\.lists.ids).joined()))
  }

  private func block(
    _ rows: Range<Int>, within radius: Double, using tile: inout DistanceTile
  ) throws -> BlockEntries {
    var block = BlockEntries(rows: rows.count)
    var found = [Int32](repeating: 0, count: DistanceTile.columns)
    for columns in tiles(of: points.count, size: DistanceTile.columns) {
      try Interrupt.check()
      tile.compute(rows: rows, columns: columns)
      let filter = DistanceFilter(columns: columns, of: points)
      for (offset, i) in rows.enumerated() {
        let count = neighbours(
          of: tile, offset, query: i, columns, below: radius, filter, into: &found)
        block.add(found[..<count], row: offset, from: columns.lowerBound)
      }
    }
    return block
  }

  /// Writes the neighbours of query `i`, the `offset`-th row of the tile, to the front of `found`,
  /// ascending; how many they are.
  func neighbours(
    of tile: DistanceTile, _ offset: Int, query i: Int, _ columns: Range<Int>,
    below radius: Double, _ filter: DistanceFilter, into found: inout [Int32]
  ) -> Int {
    let count = entries(
      of: tile, offset, query: i, columns, limits(of: tile.queries, i, below: radius, filter),
      &found)
    return keepTrue(&found, count, radius: radius, query: i, of: tile.queries)
  }

  /// The same for a tile of rounded points: pairs that are uncertain are looked at as floats before any
  /// is computed in double.
  /// - Returns: with the number of neighbours that of the pairs looked at again.
  func neighbours(
    ofRounded tile: DistanceTile, _ offset: Int, query i: Int, _ columns: Range<Int>,
    below radius: Double, _ filters: (rounded: DistanceFilter, exact: DistanceFilter),
    into found: inout [Int32]
  ) -> (count: Int, uncertain: Int) {
    let moved = rounded?.residuals[i] ?? 0
    let first = limits(of: points, i, below: radius, filters.rounded, moved: moved)
    var count = entries(of: tile, offset, query: i, columns, first, &found)
    let limits = limits(of: points, i, below: radius, filters.exact)
    let uncertain = lookAgain(at: &found, &count, limits, query: i)
    return (keepTrue(&found, count, radius: radius, query: i, of: points), uncertain)
  }

  /// The same for the first `count` entries of `found`, which are uncertain ids among the columns of
  /// the filter.
  func neighbours(
    among count: Int, query i: Int, below radius: Double, _ filter: DistanceFilter,
    in found: inout [Int32]
  ) -> Int {
    var count = count
    _ = lookAgain(at: &found, &count, limits(of: points, i, below: radius, filter), query: i)
    return keepTrue(&found, count, radius: radius, query: i, of: points)
  }

  private typealias Limits = (inner: Float, outer: Float)

  /// - Parameter moved: how far rounding moved the query.
  private func limits(
    of queries: PointSet, _ i: Int, below radius: Double, _ filter: DistanceFilter,
    moved: Double = 0
  ) -> Limits {
    guard queries.isOrdinary[i] else { return (-.infinity, .infinity) }
    let norm = queries.norms[i]
    return filter.limits(
      below: points.metric.square(of: radius), norm: norm,
      slack: filter.slack(norm: norm, multiplier: queries.multipliers[i], moved: moved))
  }

  /// Writes the ids that may be neighbours into `found`, uncertain ones as their complement.
  private func entries(
    of tile: DistanceTile, _ offset: Int, query i: Int, _ columns: Range<Int>, _ limits: Limits,
    _ found: inout [Int32]
  ) -> Int {
    tile.withRow(offset, query: i) { row in
      withUnsafePointer(to: row) {
        ck_entries_below($0, limits.inner, limits.outer, Int32(columns.lowerBound), &found)
      }
    }
  }

  /// Settles what floats can settle of the uncertain entries; how many of these there were.
  private func lookAgain(
    at found: inout [Int32], _ count: inout Int, _ limits: Limits, query i: Int
  ) -> Int {
    var uncertain = 0
    points.matrix.elements.withUnsafeBufferPointer { rows in
      points.floatMultipliers.withUnsafeBufferPointer { multipliers in
        points.floatSquares.withUnsafeBufferPointer { squares in
          guard let start = rows.baseAddress else { return }
          var all = ck_points(
            rows: start, multipliers: multipliers.baseAddress, squares: squares.baseAddress,
            dimensions: points.dimensions)
          count = ck_entries_again(
            &all, start + i * points.dimensions, -2 * multipliers[i], limits.inner, limits.outer,
            &found, count, &uncertain)
        }
      }
    }
    return uncertain
  }

  /// Moves the neighbours among the first `count` entries to the front; how many they are.
  private func keepTrue(
    _ found: inout [Int32], _ count: Int, radius: Double, query i: Int, of queries: PointSet
  ) -> Int {
    var kept = 0
    queries.matrix.elements.withUnsafeBufferPointer { x in
      points.matrix.elements.withUnsafeBufferPointer { y in
        for place in 0..<count {
          let entry = found[place]
          if entry < 0 {
            let square = queries.squaredDistance(x, i, to: points, y, Int(~entry))
            guard points.metric.distance(squared: square) < radius else { continue }
          }
          found[kept] = max(entry, ~entry)
          kept += 1
        }
      }
    }
    return kept
  }
}

/// The neighbours of a block of rows as they are found, tile after tile.
private struct BlockEntries {
  /// One for each row.
  private(set) var degrees: [Int32]
  /// Of each neighbour its place among the columns of its tile: half as long as an id, since this
  /// stands beside the lists that are made of it.
  private var places: [UInt16] = []
  /// How many of the places belong to each row, tile after tile.
  private var counts: [UInt16] = []

  init(rows: Int) { degrees = [Int32](repeating: 0, count: rows) }

  /// - Parameter first: the first column of the tile.
  mutating func add(_ ids: ArraySlice<Int32>, row: Int, from first: Int) {
    degrees[row] += Int32(ids.count)
    counts.append(UInt16(ids.count))
    places.append(contentsOf: ids.lazy.map { UInt16(truncatingIfNeeded: Int($0) - first) })
  }

  var lists: NeighbourLists {
    var ends = degrees.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int($1)) }
    let ids = [Int32](unsafeUninitializedCapacity: places.count) { ids, count in
      for (index, number) in counts.enumerated() {
        let (tile, row) = index.quotientAndRemainder(dividingBy: degrees.count)
        for place in places[count..<count + Int(number)] {
          ids[ends[row]] = Int32(tile * DistanceTile.columns) + Int32(place)
          ends[row] += 1
        }
        count += Int(number)
      }
    }
    return NeighbourLists(degrees: degrees, ids: ids)
  }
}
