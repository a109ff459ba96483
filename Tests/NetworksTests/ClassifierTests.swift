import Foundation
import LinearAlgebra
import Networks
import Testing

struct LinearHeadTests {
  private var head: LinearHead {
    var random = RandomSource(RandomKey(seed: 3, role: .initialWeights))
    return LinearHead(classes: 3, dimensions: 5, using: &random)
  }

  @Test func `computes logits as the definition says`() throws {
    var random = RandomSource(RandomKey(seed: 4, role: .data))
    let rows = Matrix(
      rows: 4, columns: 5, elements: (0..<20).map { _ in Float(random.normal()) })
    let logits = try head.logits(of: rows)
    for i in 0..<4 {
      for c in 0..<3 {
        let products = zip(rows.row(i), head.weights.row(c)).map { Double($0) * Double($1) }
        #expect(abs(Double(logits[i, c]) - products.reduce(Double(head.biases[c]), +)) < 1e-5)
      }
    }
    #expect(throws: NetworkError.columns(found: 4, expected: 5)) {
      try head.logits(of: Matrix(zeros: 1, 4))
    }
  }

  @Test func `comes back from its bytes`() throws {
    #expect(try LinearHead(decoding: head.encoded) == head)
    #expect(head.encoded.count == 4 * (2 + 15 + 3))
    #expect(Array(head.encoded.prefix(8)) == [3, 0, 0, 0, 5, 0, 0, 0])
  }

  @Test func `refuses bytes that are not those of one head`() {
    let bytes = head.encoded
    for length in 0..<bytes.count {
      #expect(throws: NetworkError.self) { try LinearHead(decoding: Array(bytes.prefix(length))) }
    }
    #expect(throws: NetworkError.storedWeights(bytes: bytes.count + 1, expected: bytes.count)) {
      try LinearHead(decoding: bytes + [0])
    }
    #expect(throws: NetworkError.self) {
      try LinearHead(decoding: [UInt8](repeating: 255, count: 400))
    }
  }
}

struct EvaluationTests {
  @Test func `counts what was named rightly`() throws {
    let evaluation = try Evaluation(
      predictions: [0, 1, 1, 2, 0], labels: [0, 0, 1, 2, 2], classes: 4)
    #expect(evaluation.accuracy == 0.6)
    #expect(evaluation.loss == nil)
    #expect(evaluation.perClass == [0.5, 1, 0.5, nil])
    #expect(evaluation.confusion == [[1, 1, 0, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]])
  }

  @Test func `takes the mean cross-entropy of logits`() throws {
    let logits = Matrix(rows: 2, columns: 3, elements: [1, 2, 3, 0, 0, 0])
    let evaluation = try Evaluation(logits: logits, labels: [2, 1])
    let first = log(exp(-2.0) + exp(-1.0) + 1)
    #expect(abs((evaluation.loss ?? 0) - (first + log(3.0)) / 2) < 1e-12)
    #expect(evaluation.accuracy == 0.5)
    #expect(evaluation.confusion == [[0, 0, 0], [1, 0, 0], [0, 0, 1]])
  }

  @Test func `keeps the loss finite for large logits`() throws {
    let logits = Matrix(rows: 1, columns: 2, elements: [1e30, -1e30])
    #expect(try Evaluation(logits: logits, labels: [0]).loss == 0)
    #expect(abs((try Evaluation(logits: logits, labels: [1]).loss ?? 0) / 2e30 - 1) < 1e-6)
  }

  @Test func `refuses nothing, and classes that do not exist`() {
    #expect(throws: NetworkError.noSamples) {
      try Evaluation(predictions: [], labels: [], classes: 2)
    }
    #expect(throws: NetworkError.label(2, position: 1, classes: 2)) {
      try Evaluation(predictions: [0, 0], labels: [0, 2], classes: 2)
    }
    #expect(throws: NetworkError.counts(rows: 1, labels: 2)) {
      try Evaluation(predictions: [0], labels: [0, 1], classes: 2)
    }
  }
}

struct NearestNeighbourTests {
  @Test func `names the label of the nearest direction`() throws {
    let rows = Matrix(rows: 3, columns: 2, elements: [10, 0, 0, 0.1, -1, -1])
    let model = try NearestNeighbour(rows, labels: [4, 2, 7])
    let queries = Matrix(rows: 3, columns: 2, elements: [0.01, 0.001, 1, 90, -5, -4])
    #expect(try model.predictions(for: queries) == [4, 2, 7])
    #expect(try model.probabilities(of: queries) == nil)
    let evaluation = try model.evaluate(on: queries, labels: [4, 2, 2], classes: 8)
    #expect(evaluation.loss == nil && abs(evaluation.accuracy - 2.0 / 3) < 1e-12)
  }

  @Test func `prefers the earlier purchase of two at the same place`() throws {
    let rows = Matrix(rows: 3, columns: 2, elements: [0, 1, 1, 0, 1, 0])
    let model = try NearestNeighbour(rows, labels: [0, 5, 6])
    #expect(try model.predictions(for: Matrix(rows: 1, columns: 2, elements: [2, 0.1])) == [5])
  }

  @Test func `refuses what it cannot compare`() throws {
    #expect(throws: NetworkError.noSamples) {
      try NearestNeighbour(Matrix(zeros: 0, 2), labels: [])
    }
    #expect(throws: NetworkError.counts(rows: 1, labels: 0)) {
      try NearestNeighbour(Matrix(zeros: 1, 2), labels: [])
    }
    let model = try NearestNeighbour(Matrix(zeros: 1, 2), labels: [0])
    #expect(throws: NetworkError.columns(found: 3, expected: 2)) {
      try model.predictions(for: Matrix(zeros: 1, 3))
    }
  }
}
