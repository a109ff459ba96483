import LinearAlgebra
import Testing

struct NeighbourSearchTests {
  @Test(arguments: [(1, 3), (2, 1), (37, 2), (511, 5), (513, 19), (1024, 3), (1300, 32)])
  func `agrees with the definition for pools that divide no tile`(count: Int, dimensions: Int)
    throws
  {
    let rows = clusteredRows(count, dimensions, seed: count)
    for multipliers in [nil, rows.unitMultipliers()] {
      let points = PointSet(rows, multipliers: multipliers)
      for radius in [0.05, 0.3, 0.9, 2.5] {
        let found = try NeighbourSearch(points).neighbours(of: 0..<count, within: radius)
        #expect(found.lists == naiveNeighbours(points, within: radius))
      }
    }
  }

  @Test(arguments: [1.0, 2.0.squareRoot(), 3.0.squareRoot(), 2.0, 5.0.squareRoot()])
  func `excludes points at exactly the radius`(radius: Double) throws {
    let rows = gridRows(700, 6, side: 3, seed: 1)
    let found = try NeighbourSearch(rows).neighbours(of: 0..<700, within: radius)
    for i in 0..<700 {
      let inside = (0..<700).filter { j in
        naiveDistance(rows.row(i), 1, rows.row(j), 1) < radius
      }
      #expect(found[i].map(Int.init) == inside)
    }
  }

  @Test func `decides in double at the very distance of a pair`() throws {
    let rows = clusteredRows(300, 64, seed: 9)
    let points = PointSet(rows, multipliers: rows.unitMultipliers())
    let search = NeighbourSearch(points)
    for i in 0..<299 {
      let j = i + 1 + (i * 97) % (299 - i)
      let distance = points.distance(i, to: points, j)
      let at = try search.neighbours(of: [i, j], within: distance)
      let above = try search.neighbours(of: [i, j], within: distance.nextUp)
      #expect(!at[0].contains(Int32(j)) && !at[1].contains(Int32(i)))
      #expect(above[0].contains(Int32(j)) && above[1].contains(Int32(i)))
    }
  }

  @Test func `has symmetric edges, and every point as its own neighbour`() throws {
    let rows = clusteredRows(613, 8, seed: 4)
    let lists = try NeighbourSearch(rows).neighbours(of: 0..<613, within: 0.8).lists
    for (i, list) in lists.enumerated() {
      #expect(list.contains(Int32(i)))
      for j in list { #expect(lists[Int(j)].contains(Int32(i))) }
    }
  }

  @Test func `keeps equal points together at the smallest radius`() throws {
    var rows = clusteredRows(40, 5, seed: 2)
    for k in 0..<5 { rows[31, k] = rows[7, k] }
    let search = NeighbourSearch(rows, multipliers: rows.unitMultipliers())
    let found = try search.neighbours(of: [7, 31, 8], within: .leastNonzeroMagnitude)
    #expect(found.lists == [[7, 31], [7, 31], [8]])
  }

  @Test(arguments: [0, -1, -Double.infinity, Double.nan])
  func `has only the point itself without a radius`(radius: Double) throws {
    let found = try NeighbourSearch(clusteredRows(9, 2, seed: 3))
      .neighbours(of: 2..<5, within: radius)
    #expect(found.lists == [[2], [3], [4]])
  }

  @Test func `has all points within an infinite radius`() throws {
    let found = try NeighbourSearch(clusteredRows(9, 2, seed: 3))
      .neighbours(of: [4], within: .infinity)
    #expect(found.lists == [Array(0..<9)])
  }

  @Test func `treats rows of zeros as points of their own`() throws {
    var rows = clusteredRows(30, 4, seed: 5)
    for row in [3, 20] { for k in 0..<4 { rows[row, k] = 0 } }
    for metric in Metric.allCases {
      let points = PointSet(rows, multipliers: rows.unitMultipliers(), metric: metric)
      for radius in [0.2, 0.99, 1.0, 1.01, 1.7] {
        let found = try NeighbourSearch(points).neighbours(of: 0..<30, within: radius)
        #expect(found.lists == naiveNeighbours(points, within: radius))
        #expect(found[3].contains(20) && found[20].contains(3))
      }
    }
  }

  @Test func `is exact where floats overflow and underflow`() throws {
    var rows = clusteredRows(60, 6, seed: 6)
    for (row, scale) in [(4, Float(1e-30)), (5, 1e30), (6, 0x1p-139), (7, 3e38), (8, 1e-30)] {
      for k in 0..<6 { rows[row, k] = rows[row - 3, k] * 0.2 * scale }
    }
    for multipliers in [nil, rows.unitMultipliers()] {
      let points = PointSet(rows, multipliers: multipliers)
      for radius in [1e-31, 0.01, 0.7, 1e29] {
        let found = try NeighbourSearch(points).neighbours(of: 0..<60, within: radius)
        #expect(found.lists == naiveNeighbours(points, within: radius))
      }
    }
  }

  @Test func `finds by cosine what it finds by the distance of unit rows`() throws {
    let rows = clusteredRows(400, 7, seed: 8)
    let unit = NeighbourSearch(rows, multipliers: rows.unitMultipliers())
    let cosine = NeighbourSearch(rows, metric: .cosine)
    for delta in [0.2, 0.5, 0.9] {
      let expected = try unit.neighbours(of: 0..<400, within: delta)
      #expect(try cosine.neighbours(of: 0..<400, within: delta * delta / 2) == expected)
    }
  }

  @Test func `answers for scattered rows as for contiguous ones`() throws {
    let search = NeighbourSearch(clusteredRows(1100, 6, seed: 10))
    let all = try search.neighbours(of: 0..<1100, within: 0.7)
    let scattered = (0..<700).map { ($0 * 389) % 1100 }
    let found = try search.neighbours(of: scattered, within: 0.7)
    for (k, i) in scattered.enumerated() { #expect(found[k] == all[i]) }
    let one = try search.neighbours(of: [1099], within: 0.7)
    #expect(one[0] == all[1099])
    #expect(try search.neighbours(of: [], within: 0.7).count == 0)
  }

  @Test(arguments: [1, 5, 511, 512, 513, 1024, 1100, 2300])
  func `pairs found once make the lists of all`(_ count: Int) throws {
    let search = NeighbourSearch(clusteredRows(count, 6, seed: 10))
    let panels = try search.blocks.indices.map { block in
      try search.panel(block, within: 0.7) { _ in true }
    }
    var degrees = [Int32](repeating: 1, count: count)
    for panel in panels {
      for (place, more) in panel.degrees.enumerated() {
        degrees[count - panel.degrees.count + place] += more
      }
    }
    for (block, rows) in search.blocks.enumerated() {
      let expected = try search.neighbours(of: rows, within: 0.7)
      let found = NeighbourSearch.neighbours(of: block, in: panels, degrees: degrees[rows])
      #expect(found == expected)
    }
  }

  @Test(arguments: [(513, 1), (700, 5), (1300, 64), (2300, 31)])
  func `panels by rounded points hold the same pairs`(_ count: Int, _ dimensions: Int) throws {
    let rows = Self.rowsOfAllSizes(count, dimensions)
    for multipliers in [nil, rows.unitMultipliers()] {
      let search = NeighbourSearch(PointSet(rows, multipliers: multipliers))
      let rounding = try search.rounding(memory: .max)
      // Few, some, and nearly all pairs are too close to the radius for rounded points.
      for radius in [0.01, 0.3, 0.9, 1.4, 2.5] {
        for block in search.blocks.indices {
          let exact = try search.panel(block, within: radius) { _ in true }
          let found = try rounding.panel(block, within: radius) { _ in true }
          #expect(found == exact)
        }
      }
    }
  }

  @Test(arguments: [(513, 1), (700, 5), (1300, 64), (2300, 31)])
  func `panels among the pairs of a larger radius hold the same pairs`(
    _ count: Int, _ dimensions: Int
  ) throws {
    let rows = Self.rowsOfAllSizes(count, dimensions)
    let pair = PointSet(rows).distance(1, to: PointSet(rows), 400)
    for (multipliers, metric) in [
      (nil, Metric.l2), (rows.unitMultipliers(), .l2), (nil, .cosine),
    ] {
      let search = NeighbourSearch(PointSet(rows, multipliers: multipliers, metric: metric))
      for (wide, narrow) in [(0.3, 0.01), (0.9, 0.3), (2.5, 1.4), (pair.nextUp, pair)] {
        let candidates = try search.blocks.map { try search.neighbours(of: $0, within: wide) }
        let among = try search.rounding(memory: .max).among(candidates)
        for block in search.blocks.indices {
          let exact = try search.panel(block, within: narrow) { _ in true }
          #expect(try among.panel(block, within: narrow) { _ in true } == exact)
        }
      }
    }
  }

  /// Rows in clusters, a few of them so short or long that floats cannot tell their distances.
  private static func rowsOfAllSizes(_ count: Int, _ dimensions: Int) -> Matrix {
    var rows = clusteredRows(count, dimensions, seed: count)
    for (row, scale) in [(4, Float(1e-30)), (5, 1e30), (6, 0x1p-139), (7, 3e38), (8, 0)] {
      for k in 0..<dimensions { rows[row, k] = rows[row - 3, k] * 0.2 * scale }
    }
    return rows
  }

  @Test func `rounds nothing where there is no room for it`() throws {
    let search = NeighbourSearch(clusteredRows(2300, 6, seed: 10))
    #expect(try search.rounding(memory: 1000).roundedBytes == 0)
  }

  @Test func `counts on where pairs have become too many to be listed`() throws {
    let search = NeighbourSearch(clusteredRows(2300, 6, seed: 10))
    var seen: [Int] = []
    let whole = try search.panel(0, within: 0.7) {
      seen.append($0)
      return true
    }
    #expect(whole.isListed)
    // Three tiles of columns.
    #expect(seen.count == 3 && seen.reduce(0, +) == whole.count)
    var room = seen[0]
    let cut = try search.panel(0, within: 0.7) {
      room -= $0
      return room >= 0
    }
    #expect(!cut.isListed)
    #expect(cut.degrees == whole.degrees && cut.count == whole.count)
    #expect(room == seen[0] - whole.count)
  }

  @Test func `works without any features`() throws {
    let rows = Matrix(zeros: 3, 0)
    for metric in Metric.allCases {
      let found = try NeighbourSearch(rows, metric: metric).neighbours(of: 0..<3, within: 0.5)
      #expect(found.lists == [[0, 1, 2], [0, 1, 2], [0, 1, 2]])
    }
  }

  @Test func `stops when interrupted`() async {
    await #expect(processExitsWith: .success) {
      Interrupt.request()
      #expect(throws: Interrupted.self) {
        try NeighbourSearch(Matrix(zeros: 10, 2)).neighbours(of: 0..<10, within: 1)
      }
    }
  }
}
