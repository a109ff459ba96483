import ActiveLearning
import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `Uncertainty sampling` {
  private static let keys: [(Uncertainty.Measure, String)] = [
    (.leastConfident, "least_confidence"), (.margin, "margin"), (.entropy, "entropy"),
  ]

  @Test(arguments: keys)
  func `scores the rows of the reference vectors`(measure: Uncertainty.Measure, key: String) throws
  {
    let reference = try Reference("uncertainty")
    let rows = Probabilities(rows: try reference.matrix("probabilities"))
    let appraisal = measure.appraise(rows)
    let said = appraisal.scores.map(appraisal.saying)
    #expect(try isClose(said, reference.doubles(key), within: 1e-6))
    #expect(said.allSatisfy { $0.sign == .plus })
  }

  /// The candidates are the rows of the file; one sample more is labeled.
  @Test(arguments: keys)
  func `takes the candidates of the reference vectors in their order`(
    measure: Uncertainty.Measure, key: String
  ) throws {
    let reference = try Reference("uncertainty")
    var rows = try reference.matrix("probabilities").logarithms
    rows = Matrix(
      rows: rows.rows + 1, columns: rows.columns, elements: rows.elements + rows.row(0))
    let pool = try Pool.bare(rows.rows, classes: 10, candidates: Array(0..<rows.rows - 1))
    let strategy = Uncertainty(
      measure: measure, acquisition: GivenSource(model: GivenModel(logits: rows)))
    let selection = try pool.select(strategy, 97)
    #expect(try selection.samples == reference.ints("\(key)_order"))
    let expected = try reference.doubles(key)
    let scores = selection.picks.map { $0.score ?? .nan }
    #expect(isClose(scores, selection.samples.map { expected[$0] }, within: 2e-6))
    #expect(try pool.select(strategy, 20).picks == Array(selection.picks.prefix(20)))
  }

  @Test func `says what the score was made of, and what came next`() throws {
    let rows = Matrix(
      rows: 5, columns: 3,
      elements: [0.5, 0.3, 0.2, 0.9, 0.1, 0, 0.45, 0.45, 0.1, 1, 0, 0, 0.1, 0.45, 0.45])
    let pool = try Pool.bare(5, classes: 3, candidates: [0, 1, 2, 4])
    let source = GivenSource(model: GivenModel(logits: rows.logarithms))
    func first(_ measure: Uncertainty.Measure, _ ties: TieRule = .lowest, seed: Int = 0) throws
      -> Pick
    {
      let strategy = Uncertainty(measure: measure, acquisition: source, ties: ties)
      return try pool.select(strategy, 1, seed: seed).picks[0]
    }
    let margin = try first(.margin)
    #expect(margin.sample == 2)
    #expect(margin.reason?.tied == 2)
    #expect(margin.reason?.runnerUp == .init(sample: 4, score: 0))
    #expect(abs((margin.term("p1") ?? 0) - 0.45) < 1e-7)
    #expect(margin.term("p1") == margin.term("p2"))
    let entropy = try first(.entropy)
    #expect(entropy.sample == 0)
    #expect(entropy.reason?.tied == 1)
    #expect(entropy.term("entropy") == entropy.score)
    #expect(abs((entropy.score ?? 0) - 1.4854753) < 1e-6)
    let least = try first(.leastConfident)
    #expect(least.sample == 2)
    #expect(abs((least.score ?? 0) - 0.55) < 1e-7)
    let drawn = try Set((0..<40).map { try first(.margin, .random, seed: $0).sample })
    #expect(drawn == [2, 4])
  }
}

@Suite struct `Probabilities of classes` {
  @Test func `are the softmax of the logits at a temperature`() throws {
    let logits = Matrix(rows: 2, columns: 3, elements: [1, 2, 4, -1, 0, 0])
    for temperature in [0.5, 1, 7.5] {
      let found = try Probabilities(logits: logits, temperature: temperature)
      for row in 0..<2 {
        let powers = logits.row(row).map { exp(Double($0) / temperature) }
        let expected = powers.map { $0 / powers.reduce(0, +) }
        #expect(isClose(Array(found.row(row)), expected, within: 1e-15))
        #expect(
          Probabilities.softmax(logits.row(row), temperature: temperature) == Array(found.row(row)))
      }
      #expect(found.predictions == [2, 1])
    }
  }

  @Test func `survive logits that no exponential survives`() throws {
    let infinity = Float.infinity
    let logits = Matrix(
      rows: 4, columns: 3,
      elements: [
        3e38, 3e38, -3e38, infinity, 0, infinity, -infinity, -infinity, -infinity, -infinity, 5, 5,
      ])
    let found = try Probabilities(logits: logits)
    #expect(found.row(0).elementsEqual([0.5, 0.5, 0]))
    #expect(found.row(1).elementsEqual([0.5, 0, 0.5]))
    #expect(found.row(2).allSatisfy { $0 == 1.0 / 3 })
    #expect(found.row(3).elementsEqual([0, 0.5, 0.5]))
  }

  @Test func `are the same in one block and in many`() throws {
    let (features, labels) = clusters(9001, classes: 3, dimensions: 3)
    let pool = try Pool(
      embedding: Embedding(features), classes: 3, labeled: [0, 1, 2],
      observed: Array(labels[0..<3]))
    let source = ProbeAcquisition(untrained: true, seed: 4, round: 1)
    let model = try source.model(for: pool)
    let samples = Array((0..<9001).reversed())
    let found = try Probabilities(of: model, samples, in: pool, temperature: 2)
    #expect(found.count == 9001)
    for place in stride(from: 0, to: 9001, by: 89) {
      let alone = try Probabilities.softmax(
        model.logits(of: [samples[place]], in: pool).row(0), temperature: 2)
      #expect(isClose(Array(found.row(place)), alone, within: 1e-6))
    }
    #expect(abs(found.values.reduce(0, +) - 9001) < 1e-6)
  }

  @Test(arguments: [0, -1, .infinity, .nan])
  func `need a temperature above 0`(temperature: Double) throws {
    let error = #expect(throws: MethodError.self) {
      _ = try Probabilities(logits: Matrix(zeros: 1, 2), temperature: temperature)
    }
    guard case .range("temperature", _, "above 0") = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `of one class are certain, and of none say nothing`() throws {
    #expect(Probabilities.topTwo([1.0]) == (1, 0))
    #expect(Probabilities.margin([1.0]) == 1)
    #expect(Probabilities.entropy([1.0, 0.0]) == 0)
    #expect(Probabilities.leastConfidence([1.0, 0.0]) == 0)
    #expect(Probabilities.mostProbable(in: [0.25, 0.375, 0.375]) == 1)
    #expect(Probabilities(rows: Matrix(zeros: 0, 4)).count == 0)
  }
}
