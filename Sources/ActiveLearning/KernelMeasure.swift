import CKernels
import LinearAlgebra

/// A kernel on the points of a pool: what pairs of them add to a coverage, given the squares of
/// their distances.
struct KernelMeasure: Sendable {
  let points: PointSet
  let kernel: Kernel
  let width: Double
  /// The coverage where nothing covers.
  let lowerBound: Double
  /// Squares closer together than this are told apart by the exact formula.
  let slack: Double
  /// The square at which the kernel jumps; not a number where it does not.
  let edge: Double
  /// The same kernel for rows of squares.
  let rows: ck_kernel

  /// - Parameter farthest: a bound on the distances.
  init(_ kernel: Kernel, width: Double, on points: PointSet, farthest: Double) {
    self.points = points
    self.kernel = kernel
    self.width = width
    lowerBound = kernel.lowerBound(width: width, farthest: farthest)
    slack = SquaredDistanceTile.slack(of: points)
    edge = kernel == .tophat ? points.square(ofDistance: width) : .nan
    rows = ck_kernel(
      shape: kernel.shape, is_squared: points.metric == .l2 ? 0 : 1,
      factor: points.distance(ofSquare: 1) / (points.metric == .l2 ? width * width : width),
      least: lowerBound)
  }

  /// The kernel's value for the square under a distance, at least the lower bound.
  func coverage(at square: Double) -> Double {
    max(kernel.value(at: points.distance(ofSquare: square), width: width), lowerBound)
  }

  /// What the targets `places` add to the gain of `x`, each pair by the exact formula.
  func gain(of x: Int, by places: [UInt32], _ targets: KernelTargets) -> Double {
    var sum = 0.0
    for y in places.lazy.map(Int.init) {
      let square = points.square(x, y)
      guard square < targets.squares[y] else { continue }
      sum += targets.weights[y] * max(coverage(at: square) - targets.values[y], 0)
    }
    return sum
  }
}

extension Kernel {
  fileprivate var shape: ck_kernel_shape {
    switch self {
    case .rbf: CK_RBF
    case .tophat: CK_TOPHAT
    case .student: CK_STUDENT
    case .laplace: CK_LAPLACE
    case .cauchy: CK_CAUCHY
    case .rational: CK_RATIONAL
    case .negnorm: CK_NEGNORM
    }
  }
}

/// A target, how well it was covered and what it weighed at some time, and now.
struct KernelChange: Sendable {
  let target: Int
  let squareThen: Double
  let valueThen: Double
  let weightThen: Double
  let square: Double
  let value: Double
  let weight: Double
}

/// How well the samples are covered and what they weigh, as buffers that someone holds open.
struct KernelTargets: @unchecked Sendable {
  /// The squares under the distances to the nearest coverers.
  let squares: UnsafeBufferPointer<Double>
  /// The kernel's values for these.
  let values: UnsafeBufferPointer<Double>
  let weights: UnsafeBufferPointer<Double>

  /// The targets from `start` on, as the loops want them; nil of none.
  func from(_ start: Int) -> ck_targets? {
    guard let squares = squares.baseAddress, let values = values.baseAddress,
      let weights = weights.baseAddress
    else { return nil }
    return ck_targets(nearest: squares + start, covered: values + start, weights: weights + start)
  }
}
