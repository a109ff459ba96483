import ActiveLearning
import LinearAlgebra
import TestSupport
import Testing

@Suite struct `BADGE` {
  private func gradients(_ reference: Reference) throws -> Gradients {
    try Gradients(
      reference.matrix("embeddings"), Probabilities(rows: reference.matrix("probabilities")))
  }

  @Test func `measures gradients as the reference vectors say`() throws {
    let reference = try Reference("badge")
    let gradients = try gradients(reference)
    let squares = (0..<gradients.count).map { gradients.norm($0) * gradients.norm($0) }
    let expected = try reference.doubles("squared_norms")
    #expect(isClose(squares, expected, within: 1e-5))
    let first = Int(try reference.scalar("first"))
    #expect(squares.indices.max { squares[$0] < squares[$1] } == first)
    let distances = (0..<gradients.count).map { gradients.square($0, first) }
    #expect(try isClose(distances, reference.doubles("first_distances"), within: 1e-5))
    let rows = try reference.ints("gradient_rows")
    let whole = try reference.matrix("gradients")
    for (i, row) in rows.enumerated() {
      for (j, other) in rows.enumerated() {
        let square = zip(whole.row(i), whole.row(j)).reduce(0.0) {
          $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
        }
        #expect(abs(gradients.square(row, other) - square) < 1e-5)
      }
    }
  }

  @Test(arguments: [1, 2])
  func `draws the centres of the reference vectors`(power: Int) throws {
    let reference = try Reference("badge")
    var centres = GradientCentres(try gradients(reference), power: power)
    let expected = try reference.ints("power\(power)_centres")
    var found = [expected[0]]
    var totals: [Double] = []
    try centres.add(expected[0])
    for uniform in try reference.doubles("uniforms") {
      totals.append(centres.weights.reduce(0, +))
      let place = try #require(centres.draw(uniform))
      found.append(place)
      try centres.add(place)
    }
    #expect(found == expected)
    let sums = try reference.doubles("power\(power)_totals")
    #expect(zip(totals, sums).allSatisfy { abs($0 - $1) <= 1e-5 + 1e-5 * $1 })
  }

  /// Twenty gradients, each in full.
  @Test func `never needs a gradient to know how far two are apart`() throws {
    let model = try model(20, classes: 7, dimensions: 5, spread: 40)
    let probabilities = try Probabilities(logits: model.logits)
    let gradients = Gradients(model.features, probabilities)
    let whole = (0..<20).map { naive(model.features, probabilities, $0) }
    for i in 0..<20 {
      for j in 0..<20 {
        let square = zip(whole[i], whole[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        #expect(abs(gradients.square(i, j) - square) <= 1e-6 * max(square, 1e-12))
      }
      #expect(gradients.square(i, i) == 0)
      #expect(gradients.predictions[i] == probabilities.predictions[i])
    }
  }

  private func naive(_ features: Matrix, _ probabilities: Probabilities, _ i: Int) -> [Double] {
    let predicted = probabilities.predictions[i]
    return probabilities.row(i).enumerated().flatMap { c, p in
      features.row(i).map { ((c == predicted ? 1 : 0) - p) * Double($0) }
    }
  }

  private func model(_ count: Int, classes: Int, dimensions: Int, spread: Double = 1) throws
    -> GivenModel
  {
    var random = RandomSource(RandomKey(seed: 3, role: .data))
    func matrix(_ columns: Int, _ spread: Double) -> Matrix {
      Matrix(
        rows: count, columns: columns,
        elements: (0..<count * columns).map { _ in Float(spread * random.normal()) })
    }
    return GivenModel(logits: matrix(classes, spread), features: matrix(dimensions, 1))
  }

  @Test func `starts with the largest gradient and says how far the others were`() throws {
    let model = try model(40, classes: 3, dimensions: 4)
    let pool = try Pool.bare(40, classes: 3, candidates: Array(5..<40))
    let selection = try pool.select(Badge(acquisition: GivenSource(model: model)), 35)
    let gradients = Gradients(model.features, try Probabilities(logits: model.logits))
    let ranked = (5..<40).sorted { gradients.norm($0) > gradients.norm($1) }
    let first = selection.picks[0]
    #expect(first.sample == ranked[0])
    #expect(first.score == gradients.norm(ranked[0]))
    #expect(first.reason?.tied == 1)
    #expect(
      first.reason?.runnerUp == .init(sample: ranked[1], score: gradients.norm(ranked[1])))
    #expect(first.term("D") == nil)
    #expect(Set(selection.samples) == Set(5..<40))
    for (rank, pick) in selection.picks.enumerated().dropFirst() {
      func distance(_ i: Int) -> Double {
        selection.samples[..<rank].reduce(.infinity) { min($0, gradients.square(i, $1)) }
          .squareRoot()
      }
      #expect(pick.score == distance(pick.sample))
      #expect(pick.term("D") == pick.score)
      #expect(pick.term("norm") == gradients.norm(pick.sample))
      #expect(pick.term("predicted class") == Double(gradients.predictions[pick.sample]))
      let rest = selection.samples[(rank + 1)...]
      let farthest = rest.max { distance($0) < distance($1) }
      #expect(pick.reason?.runnerUp?.sample == farthest)
      #expect(pick.reason?.runnerUp?.score == farthest.map(distance))
    }
  }

  /// Samples whose distance to a new centre is not computed, because a bound says enough, end with the
  /// same bits.
  @Test(arguments: [0.1, 3, 50])
  func `keeps the distance to the nearest centre, whatever it skips`(spread: Double) throws {
    let model = try model(3000, classes: 6, dimensions: 4, spread: spread)
    let gradients = Gradients(model.features, try Probabilities(logits: model.logits))
    var centres = GradientCentres(gradients)
    let places = [17, 2999, 0, 1024, 5, 1023, 801, 2048]
    for place in places { try centres.add(place) }
    let expected = (0..<3000).map { i in
      places.reduce(.infinity) { min($0, gradients.square(i, $1)) }
    }
    #expect(centres.squares == expected)
  }

  @Test(arguments: [1, 2])
  func `draws the second with the odds of its distance`(power: Int) throws {
    let model = try model(9, classes: 3, dimensions: 2)
    let pool = try Pool.bare(9, classes: 3, candidates: Array(1..<9))
    let gradients = Gradients(model.features, try Probabilities(logits: model.logits))
    let strategy = Badge(acquisition: GivenSource(model: model), power: power)
    let first = try pool.select(strategy, 1).samples[0]
    var counts = [Double](repeating: 0, count: 9)
    for seed in 0..<4000 { counts[try pool.select(strategy, 2, seed: seed).samples[1]] += 1 }
    let weights = (0..<9).map { i in
      i == 0 ? 0 : power == 1 ? gradients.square(i, first).squareRoot() : gradients.square(i, first)
    }
    let total = weights.reduce(0, +)
    for i in 0..<9 {
      let expected = weights[i] / total
      let deviation = (expected * (1 - expected) / 4000).squareRoot()
      #expect(abs(counts[i] / 4000 - expected) <= 4.5 * deviation)
    }
  }

  @Test func `leaves duplicates for last, and draws among them evenly`() throws {
    var model = try model(10, classes: 3, dimensions: 2)
    for copy in 4..<10 {
      for k in 0..<2 { model.features[copy, k] = model.features[3, k] }
    }
    var logits = model.logits
    for copy in 4..<10 { for c in 0..<3 { logits[copy, c] = logits[3, c] } }
    model = GivenModel(logits: logits, features: model.features)
    let pool = try Pool.bare(10, classes: 3, candidates: Array(1..<10))
    let strategy = Badge(acquisition: GivenSource(model: model))
    var fourth: Set<Int> = []
    for seed in 0..<200 {
      let selection = try pool.select(strategy, 9, seed: seed)
      let distinct = Set(selection.samples.prefix(3).map { min($0, 3) })
      #expect(distinct == [1, 2, 3])
      #expect(selection.scores.suffix(6) == [0, 0, 0, 0, 0, 0])
      #expect(Set(selection.samples).count == 9)
      fourth.insert(selection.samples[3])
    }
    #expect(fourth == Set(3..<10))
  }

  @Test func `knows two powers`() throws {
    let pool = try Pool.bare(4, classes: 2, candidates: [1, 2])
    let source = GivenSource(model: try model(4, classes: 2, dimensions: 2))
    #expect(throws: MethodError.range(name: "power", value: 3, allowed: "1 or 2")) {
      _ = try pool.select(Badge(acquisition: source, power: 3), 1)
    }
  }

  @Test func `draws nothing where all are centres, and the last one for a number next to 1`() throws
  {
    let model = try model(3, classes: 2, dimensions: 2)
    var centres = GradientCentres(
      Gradients(model.features, try Probabilities(logits: model.logits)))
    try centres.add(2)
    #expect(centres.draw(0) == 0)
    #expect(centres.draw((1.0).nextDown) == 1)
    try centres.add(0)
    try centres.add(1)
    #expect(centres.draw(0.5) == nil)
  }
}
