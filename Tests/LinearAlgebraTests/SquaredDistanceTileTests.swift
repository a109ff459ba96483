import LinearAlgebra
import TestSupport
import Testing

struct SquaredDistanceTileTests {
  @Test(arguments: [(1, 1), (7, 5), (256, 33), (300, 9)], Metric.allCases)
  func `is as close to the definition as it promises`(size: (Int, Int), metric: Metric) {
    let rows = clusteredRows(size.0, size.1, seed: 4)
    let set = PointSet(rows, metric: metric)
    let slack = SquaredDistanceTile.slack(of: set)
    #expect(slack < 1e-9 * set.longest * set.longest)
    var worst = 0.0
    forEachEntry(of: set) { i, j, square in
      worst = max(worst, abs(square - set.square(i, j)))
      if i == j { #expect(square == 0) }
    }
    #expect(worst <= slack)
  }

  @Test func `takes small squares from the definition`() {
    var rows = clusteredRows(40, 12, seed: 5)
    for k in 0..<12 {
      rows[7, k] = rows[3, k]
      rows[8, k] = rows[3, k]
    }
    rows[8, 4] = rows[3, 4].nextUp
    let set = PointSet(rows, multipliers: rows.unitMultipliers())
    forEachEntry(of: set) { i, j, square in
      if [3, 7, 8].contains(i), [3, 7, 8].contains(j) { #expect(square == set.square(i, j)) }
    }
    #expect(set.square(3, 7) == 0)
    #expect(set.square(3, 8) > 0)
  }

  @Test func `knows rows of zeros, and rows beyond the range of floats`() {
    var rows = clusteredRows(30, 3, seed: 3)
    for (row, scale) in [(0, Float(1e-30)), (9, 0), (10, 0), (14, 0x1p-139), (28, 1e38)] {
      for k in 0..<3 { rows[row, k] *= scale }
    }
    for metric in Metric.allCases {
      let set = PointSet(rows, multipliers: rows.unitMultipliers(), metric: metric)
      let slack = SquaredDistanceTile.slack(of: set)
      forEachEntry(of: set) { i, j, square in
        #expect(abs(square - set.square(i, j)) <= slack)
      }
    }
  }

  @Test func `has zeros where points have no dimensions`() {
    forEachEntry(of: PointSet(Matrix(zeros: 3, 0))) { _, _, square in #expect(square == 0) }
  }

  @Test func `converts between squares and distances`() {
    let rows = clusteredRows(5, 4, seed: 1)
    for metric in Metric.allCases {
      let set = PointSet(rows, metric: metric)
      #expect(set.distance(ofSquare: set.square(0, 3)) == set.distance(0, to: set, 3))
      #expect(set.square(ofDistance: set.distance(ofSquare: 2)).isNearly(2))
    }
  }

  /// All pairs, through a tile that is used for one block after the other.
  private func forEachEntry(of set: PointSet, _ body: (Int, Int, Double) -> Void) {
    var tile = SquaredDistanceTile(set)
    let side = SquaredDistanceTile.side
    let rows = Array((0..<set.count).reversed())
    for first in stride(from: 0, to: set.count, by: 100) {
      let chosen = Array(rows[first..<min(first + 100, set.count)])
      let wide = WidePoints(set, chosen)
      for start in stride(from: 0, to: set.count, by: side) {
        let columns = start..<min(start + side, set.count)
        tile.compute(rows: wide, columns: columns)
        for (place, i) in chosen.enumerated() {
          tile.withRow(place) { squares in
            #expect(squares.count == columns.count)
            for (square, j) in zip(squares, columns) { body(i, j, square) }
          }
        }
      }
    }
  }
}

extension Double {
  fileprivate func isNearly(_ other: Double) -> Bool { abs(self - other) <= 1e-12 * abs(other) }
}
