import LinearAlgebra
import TestSupport
import Testing

struct DistanceTests {
  @Test func `meets the reference distances`() throws {
    let oracle = try Oracle("distances")
    let points = PointSet(try oracle.matrix("points"))
    let queries = PointSet(try oracle.matrix("queries"))
    let all = points.distances(to: points).map { $0 * $0 }
    expectClose(Array(all.prefix(19 * 337)), try oracle.doubles("squared_first_rows"))
    let sums = (0..<337).map { all[$0 * 337..<($0 + 1) * 337].reduce(0, +) }
    expectClose(sums, try oracle.doubles("squared_row_sums"))
    let squared = queries.at(Array(0..<7)).distances(to: points).map { $0 * $0 }
    expectClose(squared, try oracle.doubles("squared_queries"))
  }

  @Test func `meets the reference cosines`() throws {
    let oracle = try Oracle("distances")
    let points = PointSet(try oracle.matrix("points"), metric: .cosine)
    let distances = points.at(Array(0..<13)).distances(to: points)
    expectClose(distances, try oracle.doubles("cosine_first_rows"))
  }

  @Test func `is exact on whole numbers`() throws {
    let oracle = try Oracle("distances_exact")
    let pixels = PointSet(try oracle.matrix("pixels"))
    let distances = pixels.at(Array(0..<37)).distances(to: pixels)
    let expected = try oracle.ints("squared").map { Double($0).squareRoot() }
    #expect(distances == expected)
  }

  @Test func `finds the reference's nearest points`() throws {
    let oracle = try Oracle("distances")
    let queries = PointSet(try oracle.matrix("queries"))
    let nearest = try NearestSearch(PointSet(try oracle.matrix("points"))).nearest(to: queries)
    let expected = try oracle.ints("query_neighbours")
    #expect(nearest == (0..<53).map { expected[$0 * 5] })
  }

  @Test func `is the same in both directions, to the last bit`() {
    let rows = clusteredRows(50, 13, seed: 1)
    let points = PointSet(rows, multipliers: rows.unitMultipliers())
    for i in 0..<50 {
      for j in 0..<50 {
        #expect(points.distance(i, to: points, j) == points.distance(j, to: points, i))
      }
      #expect(points.distance(i, to: points, i) == 0)
    }
  }

  @Test func `is the plain formula`() {
    let rows = clusteredRows(20, 21, seed: 2)
    let multipliers = rows.unitMultipliers()
    let points = PointSet(rows, multipliers: multipliers)
    for i in 0..<20 {
      for j in 0..<20 {
        let naive = naiveDistance(rows.row(i), multipliers[i], rows.row(j), multipliers[j])
        #expect(abs(points.distance(i, to: points, j) - naive) < 1e-14)
      }
    }
  }

  /// The bits hold for every variant of the kernels: the order of the additions is part of the
  /// definition.
  @Test func `gives the same bits on every processor`() {
    let x = (0..<37).map { Float($0 * $0 % 11) / 7 - 0.5 }
    let y = (0..<37).map { Float($0 * 5 % 13) / 3 - 1 }
    let points = PointSet(
      Matrix(rows: 2, columns: 37, elements: x + y), multipliers: [1.0 / 3, 0.7])
    #expect(points.distance(0, to: points, 1).bitPattern == Self.expectedBits)
  }

  private static let expectedBits: UInt64 = 0x401b_6782_76bb_f139
}

struct NearestSearchTests {
  @Test(arguments: [(1, 1), (3, 700), (1025, 513), (2100, 65)])
  func `agrees with the definition, ties at the lowest position`(references: Int, queries: Int)
    throws
  {
    for (rows, asked) in [
      (clusteredRows(references, 9, seed: 1), clusteredRows(queries, 9, seed: 2)),
      (gridRows(references, 4, side: 3, seed: 1), gridRows(queries, 4, side: 3, seed: 2)),
    ] {
      let set = PointSet(rows)
      let others = PointSet(asked)
      let naive = (0..<queries).map { i in
        let distances = (0..<references).map { others.distance(i, to: set, $0) }
        return distances.indices.min { distances[$0] < distances[$1] }
      }
      #expect(try NearestSearch(set).nearest(to: others) == naive)
    }
  }

  @Test func `is exact where floats overflow and underflow`() throws {
    var rows = clusteredRows(30, 3, seed: 3)
    for (row, scale) in [(0, Float(1e-30)), (9, 1e30), (14, 0x1p-139), (28, 1e38)] {
      for k in 0..<3 { rows[row, k] *= scale }
    }
    let set = PointSet(rows, multipliers: rows.unitMultipliers())
    #expect(try NearestSearch(set).nearest(to: set) == Array(0..<30))
  }

  @Test func `takes the earlier of equal references`() throws {
    let rows = Matrix(rows: 4, columns: 2, elements: [9, 9, 1, 0, 1, 0, 0, 1])
    let found = try NearestSearch(PointSet(rows))
      .nearest(to: PointSet(Matrix(rows: 2, columns: 2, elements: [1, 0.1, 0.5, 0.5])))
    #expect(found == [1, 1])
  }

  @Test func `has no answer without references`() throws {
    let none = NearestSearch(PointSet(Matrix(zeros: 0, 2)))
    #expect(try none.nearest(to: PointSet(Matrix(zeros: 3, 2))).isEmpty)
  }
}
