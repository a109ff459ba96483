import Foundation
import LinearAlgebra
import Networks
import TestSupport
import Testing

@Suite struct `Logistic regression` {
  @Test(arguments: ["ten", "two", "missing"])
  func `meets the optimum that scikit-learn finds`(name: String) throws {
    let oracle = try Oracle("logistic_regression_\(name)")
    let model = try LogisticRegression.fit(
      oracle.matrix("features"), labels: oracle.ints("labels"), classes: 10)
    #expect(try model.observed == oracle.ints("classes"))
    #expect(model.slope <= 1e-6 && model.iterations < 500)
    expectClose(
      model.head.weights.elements, try oracle.doubles("weights"), relative: 0, absolute: 2e-3)
    expectClose(model.head.biases, try oracle.doubles("intercepts"), relative: 0, absolute: 2e-3)
    expectClose([model.objective], [try oracle.scalar("objective")], relative: 1e-4, absolute: 0)
    let found = try model.classProbabilities(of: oracle.matrix("queries"))
    let expected = try oracle.matrix("probabilities")
    for i in 0..<expected.rows {
      expectClose(
        model.observed.map { found[i, $0] }, expected.row(i).map { Double($0) }, relative: 0,
        absolute: 1e-3)
      for k in 0..<10 where !model.observed.contains(k) { #expect(found[i, k] == 0) }
    }
  }

  private let triangle = Matrix(
    rows: 9, columns: 2, elements: [0, 0, 1, 0, 0, 1, 2, 2, 3, 2, 2, 3, 0, 3, 0, 4, 1, 4])
  private let one = Matrix(rows: 1, columns: 2, elements: [1, 1])

  @Test func `of three classes of three points is known to five digits`() throws {
    let model = try LogisticRegression.fit(
      triangle, labels: [0, 0, 0, 1, 1, 1, 2, 2, 2], classes: 3)
    expectClose(
      model.head.weights.elements,
      [-0.41984, -0.93207, 0.98659, 0.07093, -0.56674, 0.86114], relative: 0, absolute: 1.5e-5)
    expectClose(
      model.head.biases, [2.27843, -0.96077, -1.31765], relative: 0, absolute: 1.5e-5)
    expectClose(
      try model.classProbabilities(of: one).elements, [0.63353, 0.27631, 0.09016], relative: 0,
      absolute: 1e-5)
  }

  @Test func `of two classes has one weight vector`() throws {
    let rows = triangle.rows(at: Array(0..<6))
    let model = try LogisticRegression.fit(rows, labels: [0, 0, 0, 1, 1, 1], classes: 2)
    #expect(model.head.classes == 1)
    expectClose(model.head.weights.elements, [0.86835, 0.86835], relative: 0, absolute: 1.5e-5)
    expectClose(model.head.biases, [-2.31386], relative: 0, absolute: 1.5e-5)
    expectClose(
      try model.classProbabilities(of: one).elements, [0.64042, 0.35958], relative: 0,
      absolute: 1e-5)
    #expect(try model.predictions(for: rows) == [0, 0, 0, 1, 1, 1])
    let renamed = try LogisticRegression.fit(rows, labels: [2, 2, 2, 7, 7, 7], classes: 9)
    #expect(renamed.head == model.head)
    #expect(try renamed.predictions(for: rows) == [2, 2, 2, 7, 7, 7])
  }

  @Test func `of one class is sure of it`() throws {
    let model = try LogisticRegression.fit(
      triangle, labels: Array(repeating: 2, count: 9), classes: 4)
    #expect(try model.predictions(for: one) == [2])
    #expect(try model.classProbabilities(of: one).elements == [0, 0, 1, 0])
    #expect(model.iterations == 0)
    let single = try LogisticRegression.fit(one, labels: [0], classes: 1)
    #expect(try single.classProbabilities(of: triangle).elements == Array(repeating: 1, count: 9))
  }

  /// More rows and columns than one block has, against the definition written out.
  @Test(arguments: [2, 5], [1, 0.03])
  func `has no gradient left at its end`(classes: Int, strength: Double) throws {
    let (features, labels) = samples(700, dimensions: 150, classes: classes)
    let model = try LogisticRegression.fit(
      features, labels: labels, classes: classes, strength: strength)
    #expect(model.slope <= 1e-6)
    let (value, gradient) = try naive(model, features, labels, strength)
    expectClose([model.objective], [value], relative: 1e-6, absolute: 0)
    let worst = gradient.reduce(0) { max($0, abs($1)) } / (700 * strength)
    // The weights of the head are rounded to floats.
    #expect(worst <= 3e-6, "\(worst)")
  }

  @Test func `gives the frequencies of the classes where the rows say nothing`() throws {
    let labels = [0, 0, 0, 0, 0, 0, 2, 2, 2, 3]
    for rows in [
      Matrix(zeros: 10, 0), Matrix(zeros: 10, 3),
      Matrix(rows: 10, columns: 2, elements: Array(repeating: 7, count: 20)),
    ] {
      let model = try LogisticRegression.fit(rows, labels: labels, classes: 4)
      let found = try model.classProbabilities(of: rows.rows(at: [0]))
      expectClose(found.elements, [0.6, 0, 0.3, 0.1], relative: 0, absolute: 1e-4)
    }
  }

  @Test(arguments: [1e-20, 1e-3, 1e3, 1e9, 1e18])
  func `finds an end for features of any length`(length: Double) throws {
    let (features, labels) = samples(90, dimensions: 6, classes: 3)
    let rows = Matrix(
      rows: 90, columns: 6, elements: features.elements.map { Float(Double($0) * length) })
    let model = try LogisticRegression.fit(rows, labels: labels, classes: 3)
    #expect((model.head.weights.elements + model.head.biases).allSatisfy { $0.isFinite })
    let right = zip(try model.predictions(for: rows), labels).count { $0 == $1 }
    #expect(right >= (length < 1e-3 ? 30 : 80), "\(right)")
  }

  @Test func `tells apart what a line can tell apart`() throws {
    let (features, labels) = samples(40, dimensions: 60, classes: 30)
    let model = try LogisticRegression.fit(
      features, labels: labels, classes: 30, strength: 1e6)
    #expect(try model.predictions(for: features) == labels)
    let few = try LogisticRegression.fit(
      features.rows(at: [3, 9]), labels: [29, 4], classes: 30)
    #expect(few.observed == [4, 29])
  }

  @Test func `fits duplicates with as much weight as they are many`() throws {
    let rows = triangle.rows(at: Array(0..<6))
    let labels = [0, 0, 0, 1, 1, 1]
    let twice = try LogisticRegression.fit(
      triangle.rows(at: Array(0..<6) + Array(0..<6)), labels: labels + labels, classes: 2)
    let double = try LogisticRegression.fit(rows, labels: labels, classes: 2, strength: 2)
    expectClose(
      twice.head.weights.elements, double.head.weights.elements.map { Double($0) },
      absolute: 1e-5)
  }

  @Test func `is the same on one thread and on more`() async {
    await #expect(processExitsWith: .success) {
      let (features, labels) = samples(900, dimensions: 300, classes: 3)
      Parallel.threads = 1
      let alone = try LogisticRegression.fit(features, labels: labels, classes: 3)
      Parallel.threads = 4
      let together = try LogisticRegression.fit(features, labels: labels, classes: 3)
      #expect(alone.head == together.head)
    }
  }

  @Test func `refuses what it cannot fit`() throws {
    #expect(throws: NetworkError.noSamples) {
      try LogisticRegression.fit(Matrix(zeros: 0, 2), labels: [], classes: 2)
    }
    #expect(throws: NetworkError.counts(rows: 1, labels: 2)) {
      try LogisticRegression.fit(one, labels: [0, 1], classes: 2)
    }
    #expect(throws: NetworkError.label(2, position: 0, classes: 2)) {
      try LogisticRegression.fit(one, labels: [2], classes: 2)
    }
    #expect(throws: NetworkError.setting(name: "strength", value: 0, allowed: "above 0")) {
      try LogisticRegression.fit(one, labels: [1], classes: 2, strength: 0)
    }
    let endless = Matrix(rows: 2, columns: 1, elements: [1, .infinity])
    #expect(
      throws: NetworkError.setting(name: "features", value: .infinity, allowed: "finite numbers")
    ) { try LogisticRegression.fit(endless, labels: [0, 1], classes: 2) }
    let model = try LogisticRegression.fit(one, labels: [1], classes: 2)
    #expect(throws: NetworkError.columns(found: 3, expected: 2)) {
      try model.predictions(for: Matrix(zeros: 1, 3))
    }
  }

  @Test func `stops when interrupted`() async {
    await #expect(processExitsWith: .success) {
      let (features, labels) = samples(90, dimensions: 6, classes: 3)
      Interrupt.request()
      #expect(throws: Interrupted.self) {
        try LogisticRegression.fit(features, labels: labels, classes: 3)
      }
    }
  }

  /// The objective and its gradient, word for word.
  private func naive(
    _ model: LogisticRegression, _ features: Matrix, _ labels: [Int], _ strength: Double
  ) throws -> (value: Double, gradient: [Double]) {
    let (head, d) = (model.head, features.columns)
    let isBinary = head.classes == 1
    var value = head.weights.elements.reduce(0) { $0 + Double($1) * Double($1) / 2 }
    var gradient = head.weights.elements.map { Double($0) }
    var intercepts = head.biases.map { _ in 0.0 }
    for i in 0..<features.rows {
      var scores = (0..<head.classes).map { k in
        (0..<d).reduce(Double(head.biases[k])) {
          $0 + Double(features[i, $1]) * Double(head.weights[k, $1])
        }
      }
      if isBinary { scores.insert(0, at: 0) }
      let total = log(scores.reduce(0) { $0 + exp($1) })
      value += strength * (total - scores[labels[i]])
      for k in 0..<head.classes {
        let label = isBinary ? 1 : k
        let residual = exp(scores[label] - total) - (labels[i] == label ? 1 : 0)
        for j in 0..<d { gradient[k * d + j] += strength * residual * Double(features[i, j]) }
        intercepts[k] += strength * residual
      }
    }
    return (value, gradient + intercepts)
  }
}

/// Points around a centre for each class, overlapping a little.
private func samples(
  _ count: Int, dimensions: Int, classes: Int
) -> (features: Matrix, labels: [Int]) {
  var random = RandomSource(RandomKey(seed: 5, role: .data))
  let centers = (0..<classes * dimensions).map { _ in random.normal() }
  let labels = (0..<count).map { $0 % classes }
  let elements = labels.flatMap { label in
    (0..<dimensions).map { Float(centers[label * dimensions + $0] + 0.8 * random.normal()) }
  }
  return (Matrix(rows: count, columns: dimensions, elements: elements), labels)
}
