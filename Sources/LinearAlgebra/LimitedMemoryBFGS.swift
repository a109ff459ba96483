/// Finds the minimum of a smooth convex function of many numbers from its values and gradients: the
/// quasi-Newton method that remembers only the last few steps (L-BFGS; Nocedal 1980, Liu and
/// Nocedal 1989).
///
/// Deterministic. Besides one evaluation or little more, a step costs O(memory · numbers).
package struct LimitedMemoryBFGS: Sendable {
  /// Writes the gradient at a point, and returns the value there.
  package typealias Function = (_ point: [Double], _ gradient: inout [Double]) throws -> Double

  /// Where a search ended.
  package struct Minimum: Sendable {
    package let point: [Double]
    package let value: Double
    /// The largest magnitude among the gradient's components.
    package let slope: Double
    /// How many steps were taken.
    package let iterations: Int

    package init(point: [Double], value: Double, slope: Double, iterations: Int) {
      self.point = point
      self.value = value
      self.slope = slope
      self.iterations = iterations
    }
  }

  /// The search is over when no component of the gradient is larger than this.
  package let tolerance: Double
  /// … or after this many steps.
  package let iterations: Int
  /// How many steps are remembered.
  package let memory: Int

  package init(tolerance: Double = 1e-6, iterations: Int = 500, memory: Int = 10) {
    self.tolerance = tolerance
    self.iterations = iterations
    self.memory = memory
  }

  /// Walks downhill from `start`. It may end early where the numbers' precision shows no way down.
  /// - Throws: what `function` throws; `Interrupted`, looked for once per step.
  package func minimum(from start: [Double], of function: Function) throws -> Minimum {
    var place = Place(point: start, gradient: start, value: 0)
    place.value = try function(place.point, &place.gradient)
    // Both places keep their storage: a step allocates nothing for them.
    var next = place
    var steps = StepMemory(capacity: memory)
    var taken = 0
    while taken < iterations, !(place.slope <= tolerance) {
      try Interrupt.check()
      let direction = steps.direction(from: place.gradient)
      let found = try search(from: place, along: direction, steps.isEmpty, into: &next, function)
      if found {
        steps.remember(from: place, to: next)
        swap(&place, &next)
        taken += 1
      } else if steps.isEmpty {
        break
      } else {
        steps.forget()
      }
    }
    return Minimum(
      point: place.point, value: place.value, slope: place.slope, iterations: taken)
  }

  /// Looks along a direction for a point that is low enough and flat enough (Wolfe's conditions, by
  /// bracketing). On a convex function a point is too near where it is still steep, else too far.
  /// - Returns: whether there is one; it is then in `next`.
  private func search(
    from place: Place, along direction: [Double], _ isFirst: Bool, into next: inout Place,
    _ function: Function
  ) throws -> Bool {
    let slope = dot(place.gradient, direction)
    guard slope < 0 else { return false }
    var bracket = Bracket(slope: slope)
    // Without a memory of the curvature the first step is short. It can still be too long by the
    // square of the numbers' magnitude, and an attempt may do no more than halve it.
    var length = isFirst ? min(1, 1 / place.gradient.reduce(0) { $0 + abs($1) }) : 1
    for _ in 0..<200 where !bracket.isEmpty {
      next.move(from: place, along: direction, by: length)
      next.value = try function(next.point, &next.gradient)
      let steepness = dot(next.gradient, direction)
      if !isLower(next.value, steepness, than: place.value, slope, length) {
        bracket.tooFar(length, steepness)
      } else if steepness < 0.9 * slope {
        bracket.tooNear(length, steepness)
      } else {
        return true
      }
      length = bracket.nextLength
    }
    return false
  }

  /// Armijo's condition; where values differ by rounding alone, its form in slopes (Hager and Zhang
  /// 2005). False for what is not finite.
  private func isLower(
    _ value: Double, _ steepness: Double, than start: Double, _ slope: Double, _ length: Double
  ) -> Bool {
    guard value.isFinite, steepness.isFinite else { return false }
    return value <= start + 1e-4 * length * slope
      || (value <= start + 1e-13 * abs(start) && steepness <= (2e-4 - 1) * slope)
  }
}

/// A point with the function's value and gradient there.
private struct Place {
  var point: [Double]
  var gradient: [Double]
  var value: Double

  /// The largest magnitude in the gradient; not a number where there is one that is none.
  var slope: Double {
    gradient.reduce(0) { $0.isNaN || $1.isNaN ? .nan : max($0, abs($1)) }
  }

  mutating func move(from place: Place, along direction: [Double], by length: Double) {
    for i in point.indices { point[i] = place.point[i] + length * direction[i] }
  }
}

/// Between which lengths a good step lies, and how steep the function is at both.
private struct Bracket {
  private var low = 0.0
  private var lowSlope: Double
  private var high = Double.infinity
  private var highSlope = Double.nan
  /// How far to go from low to high at most: where the end was too far, back by half at least.
  private var reach = 0.9

  init(slope: Double) { lowSlope = slope }

  mutating func tooNear(_ length: Double, _ slope: Double) {
    (low, lowSlope, reach) = (length, slope, 0.9)
  }

  mutating func tooFar(_ length: Double, _ slope: Double) {
    (high, highSlope, reach) = (length, slope, 0.5)
  }

  /// Whether no number is left between them.
  var isEmpty: Bool { high <= low.nextUp }

  /// Twice as far while nothing was too far; then where the slope, if it were a straight line, would
  /// be 0, but not too close to either end.
  var nextLength: Double {
    guard high.isFinite else { return 2 * low }
    let width = high - low
    let zero = low - lowSlope * width / (highSlope - lowSlope)
    guard zero.isFinite else { return low + width / 2 }
    return min(max(zero, low + width / 10), low + reach * width)
  }
}

/// The last steps and what they did to the gradient: all that is kept of the curvature.
private struct StepMemory {
  private struct Step {
    let move: [Double]
    let change: [Double]
    /// move · change, above 0.
    let product: Double
  }

  private let capacity: Int
  private var steps: [Step] = []

  init(capacity: Int) { self.capacity = capacity }

  var isEmpty: Bool { steps.isEmpty }
  mutating func forget() { steps = [] }

  mutating func remember(from old: Place, to new: Place) {
    let move = zip(new.point, old.point).map { $0 - $1 }
    let change = zip(new.gradient, old.gradient).map { $0 - $1 }
    let product = dot(move, change)
    // Rounding can leave a step without curvature; it would spoil the others.
    guard product > 0, product.isFinite else { return }
    if steps.count == capacity { steps.removeFirst() }
    steps.append(Step(move: move, change: change, product: product))
  }

  /// Less the inverse of the approximate second derivative, times the gradient (the two loops of
  /// Nocedal 1980).
  func direction(from gradient: [Double]) -> [Double] {
    var direction = gradient.map { -$0 }
    guard let last = steps.last else { return direction }
    var weights = [Double](repeating: 0, count: steps.count)
    for (i, step) in steps.enumerated().reversed() {
      weights[i] = dot(step.move, direction) / step.product
      add(-weights[i], step.change, to: &direction)
    }
    let scale = last.product / dot(last.change, last.change)
    for i in direction.indices { direction[i] *= scale }
    for (i, step) in steps.enumerated() {
      let weight = weights[i] - dot(step.change, direction) / step.product
      add(weight, step.move, to: &direction)
    }
    return direction
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for i in a.indices { sum += a[i] * b[i] }
  return sum
}

private func add(_ factor: Double, _ a: [Double], to b: inout [Double]) {
  for i in b.indices { b[i] += factor * a[i] }
}
