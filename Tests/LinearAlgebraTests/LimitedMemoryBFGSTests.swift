import Glibc
import LinearAlgebra
import Testing

@Suite struct `The search for a minimum` {
  @Test func `solves a badly conditioned quadratic`() throws {
    let curvatures = (0..<40).map { pow(10, Double($0) / 13) }
    let found = try LimitedMemoryBFGS(tolerance: 1e-7).minimum(
      from: [Double](repeating: 0, count: 40)
    ) { point, gradient in
      var value = 0.0
      for i in point.indices {
        let offset = point[i] - Double(i)
        gradient[i] = curvatures[i] * offset
        value += 0.5 * gradient[i] * offset
      }
      return value
    }
    #expect(found.slope <= 1e-7)
    #expect(found.point.enumerated().allSatisfy { abs($1 - Double($0)) <= 1e-6 })
    #expect(found.iterations < 400)
  }

  @Test func `finds the point where a steep function and a flat one balance`() throws {
    // The derivative exp(x) − 1000 exp(−x) is 0 at ½ ln 1000.
    let found = try LimitedMemoryBFGS().minimum(from: [50]) { point, gradient in
      gradient[0] = exp(point[0]) - 1000 * exp(-point[0])
      return exp(point[0]) + 1000 * exp(-point[0])
    }
    #expect(abs(found.point[0] - log(1000) / 2) < 1e-7)
  }

  @Test func `comes back from where the function overflows`() throws {
    let found = try LimitedMemoryBFGS().minimum(from: [-20]) { point, gradient in
      gradient[0] = exp(exp(point[0])) * exp(point[0]) - 1
      return exp(exp(point[0])) - point[0]
    }
    #expect(found.slope <= 1e-6)
  }

  @Test func `ends where there is no way down, or after so many steps`() throws {
    let linear = try LimitedMemoryBFGS(iterations: 7).minimum(from: [0]) { point, gradient in
      gradient[0] = -1
      return -point[0]
    }
    #expect(linear.iterations <= 7)
    let wrong = try LimitedMemoryBFGS().minimum(from: [1, 1]) { _, gradient in
      gradient = [1, -1]
      return 3
    }
    #expect(wrong.point == [1, 1] && wrong.iterations == 0)
    let still = try LimitedMemoryBFGS().minimum(from: [4]) { _, gradient in
      gradient[0] = 0
      return 2
    }
    #expect(still.point == [4] && still.value == 2 && still.iterations == 0)
    let none = try LimitedMemoryBFGS().minimum(from: []) { _, _ in 1 }
    #expect(none.point.isEmpty)
    let odd = try LimitedMemoryBFGS().minimum(from: [2]) { _, gradient in
      gradient[0] = .nan
      return .nan
    }
    #expect(odd.point == [2] && odd.iterations == 0)
  }

  @Test func `passes on what the function throws`() {
    struct Trouble: Error {}
    #expect(throws: Trouble.self) {
      try LimitedMemoryBFGS().minimum(from: [0]) { _, _ in throw Trouble() }
    }
  }
}
