import LinearAlgebra
import TestSupport
import Testing

@Suite struct `Standardised columns` {
  @Test func `have the means and deviations of the reference`() throws {
    let oracle = try Oracle("fine")
    let standard = StandardisedColumns(of: try oracle.matrix("pool_features"))
    expectClose(standard.mean, try oracle.doubles("column_means"), relative: 1e-9, absolute: 1e-12)
    expectClose(standard.deviation, try oracle.doubles("column_deviations"), relative: 1e-9)
  }

  @Test func `of equal values have deviation one`() {
    let matrix = Matrix(rows: 3, columns: 2, elements: [0.1, 1, 0.1, 2, 0.1, 4])
    let standard = StandardisedColumns(of: matrix)
    #expect(standard.deviation[0] == 1)
    #expect(abs(standard.deviation[1] - (14.0 / 9).squareRoot()) < 1e-12)
  }

  /// Rows below and above the number of columns take different ways to the same numbers.
  @Test(arguments: [(1, 5), (4, 9), (9, 9), (10, 9), (1100, 7), (7, 1100)])
  func `project onto the direction that power iteration finds`(rows: Int, columns: Int) throws {
    let matrix = clusteredRows(rows, columns, seed: 5)
    let standard = StandardisedColumns(of: clusteredRows(50, columns, seed: 6))
    let found = try standard.squaredProjections(of: matrix)
    let points = (0..<rows).map { i in
      matrix.row(i).enumerated().map { j, value in
        (Double(value) - standard.mean[j]) / standard.deviation[j]
      }
    }
    var direction = [Double](repeating: 1, count: columns)
    for _ in 0..<2000 {
      var next = [Double](repeating: 0, count: columns)
      for point in points {
        let product = zip(point, direction).reduce(0) { $0 + $1.0 * $1.1 }
        for j in 0..<columns { next[j] += product * point[j] }
      }
      let norm = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
      direction = next.map { $0 / norm }
    }
    let expected = points.map { point -> Double in
      let product = zip(point, direction).reduce(0) { $0 + $1.0 * $1.1 }
      return product * product
    }
    expectClose(found, expected, relative: 1e-6, absolute: 1e-6)
  }

  @Test func `project rows of zeros, and nothing, onto nothing`() throws {
    let matrix = Matrix(zeros: 4, 3)
    let standard = StandardisedColumns(of: matrix)
    #expect(try standard.squaredProjections(of: matrix) == [0, 0, 0, 0])
    #expect(try standard.squaredProjections(of: Matrix(zeros: 2, 3)) == [0, 0])
    let empty = StandardisedColumns(of: Matrix(zeros: 2, 0))
    #expect(try empty.squaredProjections(of: Matrix(zeros: 2, 0)) == [0, 0])
    var bad = matrix
    bad[1, 1] = .nan
    #expect(throws: PCAError.notFinite) { try standard.squaredProjections(of: bad) }
  }
}

@Suite struct `The logarithm of a determinant` {
  @Test func `is that of the product of the pivots`() {
    #expect(abs(logMagnitudeOfDeterminant([2, 0, 0, 8], order: 2) - 2.772588722239781) < 1e-12)
    #expect(abs(logMagnitudeOfDeterminant([0, 4, 0.25, 9], order: 2)) < 1e-12)
    #expect(
      abs(logMagnitudeOfDeterminant([1, 2, 3, 4, 5, 6, 7, 8, 10], order: 3) - 1.0986122886681098)
        < 1e-12)
    #expect(logMagnitudeOfDeterminant([], order: 0) == 0)
  }

  @Test func `is minus infinity for a singular matrix`() {
    #expect(logMagnitudeOfDeterminant([1, 2, 2, 4], order: 2) == -.infinity)
    #expect(logMagnitudeOfDeterminant([0], order: 1) == -.infinity)
  }

  @Test func `does not overflow where the determinant would`() {
    let order = 50
    let matrix = (0..<order * order).map { $0 % (order + 1) == 0 ? 1e30 : 0 }
    let expected = 50 * 69.07755278982137
    #expect(abs(logMagnitudeOfDeterminant(matrix, order: order) - expected) < 1e-6)
  }
}
