import LinearAlgebra
import TestSupport
import Testing

struct PCATests {
  @Test func `meets the reference on digits`() throws {
    let oracle = try Oracle("pca")
    let pixels = try oracle.matrix("pixels")
    let pca = try PCA.fit(pixels, dimensions: 20)
    expectClose(pca.mean, try oracle.doubles("mean"), relative: 1e-4, absolute: 1e-5)
    expectClose(pca.directions, try oracle.doubles("components"), relative: 0, absolute: 2e-4)
    expectClose(pca.variances, try oracle.doubles("explained_variance"), relative: 1e-4)
    let shares = pca.variances.map { $0 / pca.totalVariance }
    expectClose(shares, try oracle.doubles("explained_variance_ratio"), relative: 1e-4)
    let projected = try pca.project(pixels.rows(at: Array(0..<47)))
    expectClose(
      projected.elements.map(Double.init), try oracle.doubles("transformed"),
      relative: 0, absolute: 5e-3)
  }

  @Test func `meets the reference where there are more columns than rows`() throws {
    let oracle = try Oracle("pca_wide")
    let pixels = try oracle.matrix("pixels")
    let pca = try PCA.fit(pixels, dimensions: 20)
    expectClose(pca.directions, try oracle.doubles("components"), relative: 0, absolute: 5e-4)
    expectClose(pca.variances, try oracle.doubles("explained_variance"), relative: 1e-4)
    let shares = pca.variances.map { $0 / pca.totalVariance }
    expectClose(shares, try oracle.doubles("explained_variance_ratio"), relative: 1e-4)
    expectClose(
      try pca.project(pixels).elements.map(Double.init), try oracle.doubles("transformed"),
      relative: 0, absolute: 1e-2)
  }

  @Test(arguments: [(7, 7), (300, 9), (9, 300), (1100, 40), (30, 1500), (530, 530)])
  func `has orthonormal directions, and the variances of what it projects`(
    rows: Int, columns: Int
  ) throws {
    let matrix = clusteredRows(rows, columns, seed: 3)
    let count = min(rows, columns, 12)
    let pca = try PCA.fit(matrix, dimensions: count)
    expectOrthonormal(pca)
    let projected = try pca.project(matrix)
    for k in 0..<count {
      let values = (0..<rows).map { Double(projected[$0, k]) }
      let mean = values.reduce(0, +) / Double(rows)
      let squares = values.map { ($0 - mean) * ($0 - mean) }
      let variance = squares.reduce(0, +) / Double(rows - 1)
      #expect(abs(mean) < 1e-5)
      #expect(abs(variance - pca.variances[k]) < 1e-5 * (1 + variance))
    }
    #expect(pca.variances == pca.variances.sorted(by: >))
  }

  @Test func `makes the largest loading of each direction positive`() throws {
    let pca = try PCA.fit(clusteredRows(90, 11, seed: 6), dimensions: 11)
    for k in 0..<11 {
      let direction = pca.directions[k * 11..<(k + 1) * 11]
      let largest = direction.max { abs($0) < abs($1) }
      #expect(largest.map { $0 > 0 } == true)
    }
  }

  @Test(arguments: [(4, 9), (9, 4), (5, 5), (1, 3), (3, 1), (1, 1)])
  func `stays orthonormal where nothing varies`(rows: Int, columns: Int) throws {
    let constant = Matrix(
      rows: rows, columns: columns, elements: [Float](repeating: 3, count: rows * columns))
    let pca = try PCA.fit(constant, dimensions: min(rows, columns))
    expectOrthonormal(pca)
    #expect(pca.variances.allSatisfy { $0 == 0 })
    #expect(try pca.project(constant).elements.allSatisfy { $0 == 0 })
  }

  @Test func `gives the same on one thread and on more`() throws {
    let matrix = clusteredRows(2100, 300, seed: 12)
    let several = try PCA.fit(matrix, dimensions: 10)
    let before = Parallel.threads
    defer { Parallel.threads = before }
    Parallel.threads = 1
    #expect(try PCA.fit(matrix, dimensions: 10) == several)
  }

  @Test(arguments: [-1, 0, 6, Int.max])
  func `refuses a number of dimensions that cannot be had`(asked: Int) {
    #expect(throws: PCAError.dimensions(asked: asked, largest: 5)) {
      try PCA.fit(clusteredRows(8, 5, seed: 1), dimensions: asked)
    }
  }

  @Test func `refuses what it cannot compute`() throws {
    #expect(throws: PCAError.dimensions(asked: 1, largest: 0)) {
      try PCA.fit(Matrix(zeros: 0, 5), dimensions: 1)
    }
    for bad in [Float.nan, .infinity] {
      var matrix = clusteredRows(8, 5, seed: 1)
      matrix[3, 2] = bad
      #expect(throws: PCAError.notFinite) { try PCA.fit(matrix, dimensions: 2) }
    }
    let pca = try PCA.fit(clusteredRows(8, 5, seed: 1), dimensions: 2)
    #expect(throws: PCAError.columns(found: 4, expected: 5)) {
      try pca.project(Matrix(zeros: 2, 4))
    }
  }

  private func expectOrthonormal(_ pca: PCA) {
    let d = pca.mean.count
    for i in 0..<pca.dimensions {
      for j in 0...i {
        let product = (0..<d).reduce(0.0) {
          $0 + pca.directions[i * d + $1] * pca.directions[j * d + $1]
        }
        #expect(abs(product - (i == j ? 1 : 0)) < 1e-9)
      }
    }
  }
}
