import LinearAlgebra
import Testing

struct MatrixTests {
  @Test(arguments: [(1, 1, 1), (3, 5, 2), (257, 19, 31), (600, 1, 7), (2, 0, 3), (0, 4, 3)])
  func `multiplies as the definition says`(rows: Int, inner: Int, columns: Int) throws {
    let a = gridRows(rows, inner, side: 9, seed: 1)
    let b = gridRows(inner, columns, side: 9, seed: 2)
    var naive = Matrix(zeros: rows, columns)
    var transposed = Matrix(zeros: columns, inner)
    for j in 0..<columns {
      for k in 0..<inner {
        transposed[j, k] = b[k, j]
        for i in 0..<rows { naive[i, j] += a[i, k] * b[k, j] }
      }
    }
    #expect(try a.product(b) == naive)
    #expect(try a.product(transposed: transposed) == naive)
  }

  @Test func `names the first of equal largest values`() {
    let matrix = Matrix(rows: 4, columns: 3, elements: [1, 3, 3, -2, -5, -2, 0, 0, 0, 1, 2, 5])
    #expect(matrix.largestOfRows() == [1, 0, 0, 2])
    #expect(Matrix(zeros: 2, 0).largestOfRows() == [0, 0])
  }

  @Test func `brings rows to length one and leaves zeros alone`() {
    let matrix = Matrix(rows: 3, columns: 2, elements: [3, 4, 0, 0, 1e-20, 0])
    #expect(matrix.rowNorms()[0] == 5)
    #expect(matrix.unitMultipliers()[0] == 0.2)
    #expect(matrix.unitMultipliers()[1] == 0)
    #expect(abs(matrix.unitMultipliers()[2] * Double(Float(1e-20)) - 1) < 1e-15)
  }

  @Test func `takes column means in double`() {
    let matrix = Matrix(rows: 2, columns: 2, elements: [16_777_216, 1, 1, 2])
    #expect(matrix.columnMeans() == [8_388_608.5, 1.5])
    #expect(Matrix(zeros: 0, 2).columnMeans() == [0, 0])
  }

  @Test func `interpolates percentiles`() {
    #expect(close(percentile(80, of: [10, 1, 3, 2, 4]), 5.2))
    #expect(close(percentile(80, of: [0, 1]), 0.8))
    #expect(close(percentile(80, of: [2, -1, -3, 0]), 0.8))
    #expect(close(percentile(99, of: [2, -1, -3, 0]), 1.94))
    #expect(percentile(0, of: [7, 5]) == 5)
    #expect(percentile(100, of: [7, 5]) == 7)
    #expect(percentile(50, of: [7]) == 7)
    #expect(percentile(50, of: []) == nil)
  }

  @Test func `differentiates the cross-entropy`() {
    let logits = Matrix(rows: 3, columns: 4, elements: [1, 2, -1, 0, 50, -50, 0, 3, 0, 0, 0, 0])
    let labels = [2, 0, 3]
    var gradients = Matrix(zeros: 3, 4)
    let loss = logits.softmaxGradient(labels: labels, into: &gradients)
    #expect(close(loss, naiveLoss(logits, labels), within: 1e-6))
    for i in logits.elements.indices {
      var (up, down) = (logits, logits)
      up.elements[i] += 1e-2
      down.elements[i] -= 1e-2
      let slope = (naiveLoss(up, labels) - naiveLoss(down, labels)) / 2e-2
      #expect(close(Double(gradients.elements[i]), slope, within: 1e-4))
    }
  }

  @Test func `keeps the cross-entropy finite for huge logits`() {
    let logits = Matrix(rows: 1, columns: 3, elements: [3e38, -3e38, 0])
    var gradients = Matrix(zeros: 1, 3)
    #expect(logits.softmaxGradient(labels: [0], into: &gradients) == 0)
    #expect(gradients.elements == [0, 0, 0])
  }
}
