import LinearAlgebra
import TestSupport
import Testing

struct KNearestSearchTests {
  /// Every distance, sorted; equal ones stay in the order of their positions.
  static func naive(_ count: Int, _ references: PointSet, to queries: PointSet) -> [[Int]] {
    (0..<queries.count).map { i in
      let distances = (0..<references.count).map { queries.distance(i, to: references, $0) }
      let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
      return Array(order.prefix(count))
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 600, 5), (1025, 513, 7), (2100, 65, 1), (1030, 20, 2000)])
  func `agrees with the definition, ties at the lowest position`(
    references: Int, queries: Int, count: Int
  ) throws {
    for (rows, asked) in [
      (clusteredRows(references, 9, seed: 1), clusteredRows(queries, 9, seed: 2)),
      (gridRows(references, 4, side: 3, seed: 1), gridRows(queries, 4, side: 3, seed: 2)),
    ] {
      for metric in Metric.allCases {
        let set = PointSet(rows, metric: metric)
        let others = PointSet(asked, metric: metric)
        let found = try KNearestSearch(set).nearest(count, to: others)
        #expect(found == Self.naive(count, set, to: others))
      }
    }
  }

  @Test func `agrees with the reference vectors`() throws {
    let oracle = try Oracle("distances")
    let queries = PointSet(try oracle.matrix("queries"))
    let found = try KNearestSearch(PointSet(try oracle.matrix("points"))).nearest(5, to: queries)
    #expect(found.flatMap { $0 } == (try oracle.ints("query_neighbours")))
  }

  @Test func `is exact where floats overflow and underflow`() throws {
    var rows = clusteredRows(30, 3, seed: 3)
    for (row, scale) in [(0, Float(1e-30)), (9, 1e30), (14, 0x1p-139), (28, 1e38)] {
      for k in 0..<3 { rows[row, k] *= scale }
    }
    let set = PointSet(rows, multipliers: rows.unitMultipliers())
    let found = try KNearestSearch(set).nearest(4, to: set)
    #expect(found == Self.naive(4, set, to: set))
    #expect(found.map(\.first) == Array(0..<30))
  }

  @Test func `the first of k is the nearest`() throws {
    let set = PointSet(clusteredRows(1500, 20, seed: 5))
    let queries = PointSet(clusteredRows(300, 20, seed: 6))
    let found = try KNearestSearch(set).nearest(3, to: queries)
    #expect(found.map { $0[0] } == (try NearestSearch(set).nearest(to: queries)))
  }

  @Test func `gives what there is where fewer references are there, or none are asked for`() throws
  {
    let set = PointSet(gridRows(3, 2, side: 3, seed: 1))
    let none = PointSet(Matrix(zeros: 0, 2))
    #expect(try KNearestSearch(set).nearest(5, to: set).allSatisfy { $0.count == 3 })
    #expect(try KNearestSearch(none).nearest(2, to: set) == [[], [], []])
    #expect(try KNearestSearch(set).nearest(0, to: set) == [[], [], []])
    #expect(try KNearestSearch(set).nearest(2, to: none).isEmpty)
  }

  @Test func `stops when interrupted`() async {
    await #expect(processExitsWith: .success) {
      Interrupt.request()
      let set = PointSet(Matrix(zeros: 10, 2))
      #expect(throws: Interrupted.self) { try KNearestSearch(set).nearest(1, to: set) }
    }
  }
}
