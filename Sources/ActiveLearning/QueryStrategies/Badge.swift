import LinearAlgebra

/// Takes candidates that would change the model much, and in different ways: k-means++ on the gradients
/// that their most probable labels would give in the last layer.
///
/// BADGE (Ash et al. 2020, arXiv 1906.03671). The gradient of a sample is g = (1[c = ŷ] − p_c) z, for
/// all classes c, with ŷ the most probable class and z the input of the last layer; there is no bias.
/// The first pick has the largest norm, the lowest index among norms within 1e-9, relatively; each
/// next one is drawn with probability ∝ D², where D is the Euclidean distance to the nearest pick.
/// Labeled samples are no centres. Where all candidates left are at distance 0 the draw is uniform.
/// Where nothing is labeled all of it is blind.
///
/// The score of the first pick is its norm, that of the others their D. O(B · |U| · (d + C)) time and
/// O(|U| · (d + C)) memory: a gradient, d · C numbers, is never built.
package struct Badge: QueryStrategy {
  package let acquisition: any AcquisitionSource
  /// Of D in the weights of the draw: 2, or 1 as in implementations that forget the square.
  package let power: Int

  package init(acquisition: any AcquisitionSource, power: Int = 2) {
    self.acquisition = acquisition
    self.power = power
  }

  /// - Throws: also `MethodError.range` for a power other than 1 and 2.
  package func select(
    _ count: Int, from pool: Pool, buying purchases: inout Purchases,
    using random: inout RandomSource
  ) throws -> Selection {
    guard (1...2).contains(power) else {
      throw MethodError.range(name: "power", value: Double(power), allowed: "1 or 2")
    }
    try pool.requireCandidates(count)
    guard !pool.labeled.isEmpty else {
      return try RandomSampling().select(count, from: pool, buying: &purchases, using: &random)
    }
    let candidates = pool.candidates
    let model = try acquisition.model(for: pool)
    let probabilities = try Probabilities(of: model, candidates, in: pool)
    let features = try model.penultimate(of: candidates, in: pool)
    let gradients = Gradients(features, probabilities)
    let picks = try picks(count, of: candidates, gradients, using: &random)
    let labels = try purchases.buy(picks.map(\.sample), share: 0)
    return Selection(picks: picks, labels: labels, shares: [count])
  }

  private func picks(
    _ count: Int, of candidates: [Int], _ gradients: Gradients, using random: inout RandomSource
  ) throws -> [Pick] {
    let progress = ProgressMeter.current
    var centres = GradientCentres(gradients, power: power)
    let largest = Ranking.best(
      1, of: Array(candidates.indices), by: candidates.indices.map(gradients.norm), ties: .lowest,
      using: &random)
    var picks: [Pick] = []
    for pick in largest {
      picks.append(centres.explained(pick, among: candidates))
      try centres.add(pick.sample)
    }
    while picks.count < count {
      try Interrupt.check()
      guard let place = centres.draw(random.uniform()) else { break }
      picks.append(centres.explained(centres.drawn(place), among: candidates))
      try centres.add(place)
      progress.report("picks", picks.count, of: count)
    }
    return picks
  }
}

/// Gradients in the last layer that are never built.
///
/// With a = 1[c = ŷ] − p the gradient is the outer product of a and z, so that its squared norm is
/// |a|² |z|² and two of them are ‖g − g'‖² = |a|² |z|² + |a'|² |z'|² − 2 ⟨a, a'⟩ ⟨z, z'⟩ apart.
package struct Gradients: Sendable {
  private let features: PointSet
  /// The vectors a.
  private let errors: PointSet
  private let featureSquares: [Double]
  private let errorSquares: [Double]
  package let predictions: [Int]

  /// - Parameter features: the inputs of the last layer, one row for each row of probabilities.
  package init(_ features: Matrix, _ probabilities: Probabilities) {
    predictions = probabilities.predictions
    let errors = probabilities.errors(of: predictions)
    self.features = PointSet(features)
    self.errors = PointSet(errors)
    featureSquares = features.rowNorms().map { $0 * $0 }
    errorSquares = errors.rowNorms().map { $0 * $0 }
  }

  package var count: Int { predictions.count }

  /// The length of one.
  package func norm(_ i: Int) -> Double { (featureSquares[i] * errorSquares[i]).squareRoot() }

  /// The squared distance of two: 0, without any rounding, for equal ones. O(d + C).
  ///
  /// The formula above, written with differences alone: with s = |z|², α = |a|², u = ‖z − z'‖² and
  /// v = ‖a − a'‖², twice the result is (α − α') (s − s') + (α + α') u + v (s + s' − u). Gradients
  /// that are close lose no digits in it.
  package func square(_ i: Int, _ j: Int) -> Double {
    square(i, j, apart: errors.square(i, j))
  }

  /// The same, or nil where it is clear without a look at the features that it is not below `limit`.
  ///
  /// From |⟨z, z'⟩| ≤ |z| |z'|, and before that from |⟨a, a'⟩| ≤ |a| |a'|. What is close to the limit
  /// is computed: the slack is far more than roundings make of any of these numbers.
  func square(_ i: Int, _ j: Int, below limit: Double) -> Double? {
    let (s, t) = (featureSquares[i], featureSquares[j])
    let (alpha, beta) = (errorSquares[i], errorSquares[j])
    let sum = alpha * s + beta * t
    let most = 2 * (s * t).squareRoot()
    let reach = sum - limit - 1e-9 * sum
    if reach > most * (alpha * beta).squareRoot() { return nil }
    let v = errors.square(i, j)
    if reach > most * abs(alpha + beta - v) / 2 { return nil }
    return square(i, j, apart: v)
  }

  private func square(_ i: Int, _ j: Int, apart v: Double) -> Double {
    let (s, t) = (featureSquares[i], featureSquares[j])
    let (alpha, beta) = (errorSquares[i], errorSquares[j])
    let u = features.square(i, j)
    return max(0, (alpha - beta) * (s - t) + (alpha + beta) * u + v * (s + t - u)) / 2
  }
}

/// The centres that k-means++ chooses among gradients.
package struct GradientCentres: Sendable {
  package let gradients: Gradients
  private let power: Int
  private var isCentre: [Bool]
  /// To the nearest centre; infinite before the first.
  package private(set) var squares: [Double]

  /// Gradients whose distances one thread computes between two looks at the interrupt flag.
  private static let step = 1024

  /// - Parameter power: of the distance in the weights, 1 or 2.
  package init(_ gradients: Gradients, power: Int = 2) {
    self.gradients = gradients
    self.power = power
    isCentre = [Bool](repeating: false, count: gradients.count)
    squares = [Double](repeating: .infinity, count: gradients.count)
  }

  /// Makes the gradient at `place` a centre. At most O(count · (d + C)), on all threads.
  package mutating func add(_ place: Int) throws {
    let gradients = gradients
    isCentre[place] = true
    try squares.withUnsafeMutableBufferPointer { buffer in
      // Each step writes entries of its own.
      nonisolated(unsafe) let target = buffer
      let (count, step) = (buffer.count, Self.step)
      try Parallel.forEach((count + step - 1) / step) { index in
        for i in index * step..<min((index + 1) * step, count) {
          let square = gradients.square(i, place, below: target[i])
          target[i] = min(target[i], square ?? .infinity)
        }
      }
    }
  }

  /// What each weighs in the next draw: D to the power, 0 for a centre; 1 for all that are left where
  /// every D is 0.
  package var weights: [Double] {
    let weights = squares.indices.map { i in
      isCentre[i] ? 0 : power == 1 ? squares[i].squareRoot() : squares[i]
    }
    return weights.contains { $0 > 0 } ? weights : isCentre.map { $0 ? 0 : 1 }
  }

  /// The first place whose cumulated weight exceeds `uniform`, in [0, 1), times their sum; nil where all
  /// are centres.
  package func draw(_ uniform: Double) -> Int? {
    let weights = weights
    let target = uniform * weights.reduce(0, +)
    var sum = 0.0
    for (place, weight) in weights.enumerated() where weight > 0 {
      sum += weight
      if sum > target { return place }
    }
    // A product that was rounded up to the sum itself.
    return weights.lastIndex { $0 > 0 }
  }

  /// The pick of the place that a draw chose, how likely that was, and the farthest of those that it
  /// passed over.
  fileprivate func drawn(_ place: Int) -> Pick {
    let distance = squares[place].squareRoot()
    let weights = weights
    var (tied, farthest) = (0, -1)
    for i in squares.indices where !isCentre[i] {
      if abs(squares[i].squareRoot() - distance) <= 1e-9 * distance { tied += 1 }
      if i != place, farthest < 0 || squares[i] > squares[farthest] { farthest = i }
    }
    let other =
      farthest < 0
      ? nil : PickReason.RunnerUp(sample: farthest, score: squares[farthest].squareRoot())
    return Pick(
      sample: place, score: distance,
      reason: PickReason(
        tied: tied, runnerUp: other,
        rule: .drawn(probability: weights[place] / weights.reduce(0, +))))
  }

  /// A pick among places as one among the samples there, with its terms.
  fileprivate func explained(_ pick: Pick, among samples: [Int]) -> Pick {
    let place = pick.sample
    let distance = squares[place].squareRoot()
    let own: [PickReason.Term] = [
      .init("norm", gradients.norm(place)),
      .init("predicted class", Double(gradients.predictions[place])),
    ]
    let terms = distance.isFinite ? [.init("D", distance)] + own : own
    let reason = pick.reason.map { reason in
      PickReason(
        tied: reason.tied,
        runnerUp: reason.runnerUp.map { .init(sample: samples[$0.sample], score: $0.score) },
        terms: terms, rule: reason.rule)
    }
    return Pick(sample: samples[place], score: pick.score, reason: reason)
  }
}

extension Probabilities {
  /// 1[c = predicted] − p_c for each row and class.
  fileprivate func errors(of predictions: [Int]) -> Matrix {
    var elements = values.map { Float(-$0) }
    for (row, c) in predictions.enumerated() {
      // In double, so that nearly certain rows keep their digits.
      elements[row * classes + c] = Float(1 - values[row * classes + c])
    }
    return Matrix(rows: count, columns: classes, elements: elements)
  }
}
