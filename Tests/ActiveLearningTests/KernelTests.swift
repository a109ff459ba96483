import ActiveLearning
import LinearAlgebra
import Testing

@Suite struct `Kernels` {
  @Test(arguments: [
    (Kernel.rbf, 0.367879), (.student, 0.438691), (.laplace, 0.367879), (.cauchy, 0.5),
    (.rational, 0.666667), (.negnorm, -1), (.tophat, 0),
  ])
  func `have these values at one width`(kernel: Kernel, value: Double) {
    #expect(abs(kernel.value(at: 1, width: 1) - value) < 1e-6)
    #expect(abs(kernel.value(at: 0.3, width: 0.3) - value) < 1e-6)
  }

  @Test(arguments: Kernel.allCases)
  func `are largest at no distance and never rise`(kernel: Kernel) {
    for width in [0.3, 1, 7] {
      let values = (0...400).map { kernel.value(at: Double($0) / 100, width: width) }
      #expect(values[0] == (kernel == .negnorm ? 0 : 1))
      #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 })
      #expect(values.allSatisfy { $0 >= kernel.lowerBound(width: width, farthest: 4) })
      #expect(kernel == .negnorm || kernel.value(at: .infinity, width: width) == 0)
    }
  }

  @Test func `are bounded by the largest distance where nothing else bounds them`() {
    for kernel in Kernel.allCases {
      #expect(
        kernel.lowerBound(width: 0.5, farthest: 2) == (kernel == .negnorm ? -4 : 0))
    }
  }

  @Test(arguments: Kernel.allCases)
  func `meet the reference vectors`(kernel: Kernel) throws {
    let reference = try Reference("kernels")
    let widths = try reference.doubles("widths")
    let distances = try reference.doubles("distances")
    let found = widths.flatMap { width in distances.map { kernel.value(at: $0, width: width) } }
    #expect(try isClose(found, reference.doubles(kernel.rawValue), within: 1e-6))
    let left = PointSet(try reference.matrix("left"))
    let right = PointSet(try reference.matrix("right"))
    let pairs = (0..<left.count).map { left.distance($0, to: right, $0) }
    #expect(try isClose(pairs, reference.doubles("pair_distances"), within: 1e-6))
    let values = widths.flatMap { width in pairs.map { kernel.value(at: $0, width: width) } }
    #expect(try isClose(values, reference.doubles("\(kernel.rawValue)_pairs"), within: 1e-5))
  }
}
