import LinearAlgebra
import Synchronization

/// A kernel on the points of a pool: what pairs of them add to a coverage, given the squares of
/// their distances.
struct KernelMeasure: Sendable {
  let points: PointSet
  let kernel: Kernel
  let width: Double
  /// The coverage where nothing covers.
  let lowerBound: Double
  /// Squares closer together than this are told apart by the exact formula.
  private let slack: Double
  /// The square at which the kernel jumps; not a number where it does not.
  private let edge: Double

  /// - Parameter farthest: a bound on the distances.
  init(_ kernel: Kernel, width: Double, on points: PointSet, farthest: Double) {
    self.points = points
    self.kernel = kernel
    self.width = width
    lowerBound = kernel.lowerBound(width: width, farthest: farthest)
    slack = SquaredDistanceTile.slack(of: points)
    edge = kernel == .tophat ? points.square(ofDistance: width) : .nan
  }

  /// The kernel's value for the square under a distance, at least the lower bound.
  func coverage(at square: Double) -> Double {
    max(kernel.value(at: points.distance(ofSquare: square), width: width), lowerBound)
  }

  /// What the targets `columns` add to the gain of `x`.
  func gain(
    of x: Int, squares: UnsafeBufferPointer<Double>, of columns: Range<Int>,
    _ targets: KernelTargets
  ) -> Double {
    var sum = 0.0
    for (place, y) in columns.enumerated() {
      let nearest = targets.squares[y]
      guard squares[place] < nearest + slack else { continue }
      let square = settled(squares[place], x, y, nearest, nearest)
      if square < nearest {
        sum += targets.weights[y] * max(coverage(at: square) - targets.values[y], 0)
      }
    }
    return sum
  }

  /// Adds to the gains of the samples `columns` what a target adds now and did not add then.
  func add(
    _ change: KernelChange, squares: UnsafeBufferPointer<Double>, of columns: Range<Int>,
    to gains: UnsafeMutableBufferPointer<Double>
  ) {
    let reach = max(change.squareThen, change.square) + slack
    for (place, x) in columns.enumerated() where squares[place] < reach {
      let square = settled(
        squares[place], x, change.target, change.squareThen, change.square)
      let value = coverage(at: square)
      if square < change.square { gains[x] += change.weight * max(value - change.value, 0) }
      if square < change.squareThen {
        gains[x] -= change.weightThen * max(value - change.valueThen, 0)
      }
    }
  }

  /// The square of the pair by the exact formula if it is too close to a limit to tell.
  @inline(__always)
  fileprivate func settled(
    _ square: Double, _ x: Int, _ y: Int, _ limit: Double, _ other: Double
  ) -> Double {
    let isClear =
      abs(square - limit) > slack && abs(square - other) > slack && !(abs(square - edge) <= slack)
    return isClear ? square : points.square(x, y)
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
}

/// The gains of all samples while pairs of blocks are added up: of a pair of samples, each is a
/// target of the other.
struct PairSums: @unchecked Sendable {
  let rows: UnsafeMutableBufferPointer<Double>
  let columns: UnsafeMutableBufferPointer<Double>
}

extension PairSums {
  /// Adds what the samples of two blocks add to each other's gains.
  func add(
    _ block: Range<Int>, _ other: Range<Int>, _ measure: KernelMeasure, _ targets: KernelTargets,
    using tile: inout SquaredDistanceTile
  ) {
    tile.compute(rows: WidePoints(measure.points, Array(block)), columns: other)
    for (place, x) in block.enumerated() {
      tile.withRow(place) { squares in
        if block == other {
          rows[x] += measure.gain(of: x, squares: squares, of: other, targets)
        } else {
          addPairs(of: x, squares, other, measure, targets)
        }
      }
    }
  }

  private func addPairs(
    of x: Int, _ squares: UnsafeBufferPointer<Double>, _ others: Range<Int>,
    _ measure: KernelMeasure, _ targets: KernelTargets
  ) {
    let (own, ownValue, ownWeight) = (targets.squares[x], targets.values[x], targets.weights[x])
    var sum = 0.0
    for (place, y) in others.enumerated() {
      let nearest = targets.squares[y]
      guard measure.mayAdd(squares[place], own, nearest) else { continue }
      let square = measure.settled(squares[place], x, y, own, nearest)
      let value = measure.coverage(at: square)
      if square < nearest { sum += targets.weights[y] * max(value - targets.values[y], 0) }
      if square < own { columns[y] += ownWeight * max(value - ownValue, 0) }
    }
    rows[x] += sum
  }
}

extension KernelMeasure {
  @inline(__always)
  fileprivate func mayAdd(_ square: Double, _ one: Double, _ other: Double) -> Bool {
    square < max(one, other) + slack
  }
}

/// Blocks of distances that threads borrow, so that each is allocated once.
final class TileShelf: Sendable {
  private let points: PointSet
  private let free = Mutex<[SquaredDistanceTile]>([])

  init(_ points: PointSet) { self.points = points }

  func withTile(_ body: (inout SquaredDistanceTile) -> Void) {
    var tile = free.withLock { $0.popLast() } ?? SquaredDistanceTile(points)
    body(&tile)
    free.withLock { [tile] in $0.append(tile) }
  }
}
