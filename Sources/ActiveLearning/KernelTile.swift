import CKernels
import LinearAlgebra
import Synchronization

/// A block of samples beside another, row by row: squares of distances, settled where they are too
/// close to a limit to tell, and the kernel's values for them.
///
/// Not shared between threads: it holds the buffers that each block overwrites.
struct KernelTile: Sendable {
  private let measure: KernelMeasure
  private var tile: SquaredDistanceTile
  private var columns = 0..<0
  private var values = [Double](repeating: 0, count: SquaredDistanceTile.side)
  private var places = [UInt32](repeating: 0, count: SquaredDistanceTile.side)
  /// No limit, for each column.
  private let unlimited = [Double](repeating: .infinity, count: SquaredDistanceTile.side)
  /// The values of the block as they are kept, column by column.
  private var turned: [Float] = []

  init(_ measure: KernelMeasure) {
    self.measure = measure
    tile = SquaredDistanceTile(measure.points)
  }

  /// Fills the block with the distances of `rows` to the samples `columns`.
  mutating func compute(rows: WidePoints, columns: Range<Int>) {
    self.columns = columns
    tile.compute(rows: rows, columns: columns)
  }

  /// What the columns as targets add to the gain of `x`, the row at `place`.
  mutating func gain(_ place: Int, of x: Int, _ targets: KernelTargets) -> Double {
    withValues(place, of: x, targets, limit: .infinity) { squares, values, columns in
      targets.from(columns.lowerBound).map { ck_kernel_gain(squares, values, $0, columns.count) }
        ?? 0
    }
  }

  /// Adds what `x`, the row at `place`, and the columns add to each other's gains.
  mutating func addPairs(
    _ place: Int, of x: Int, _ targets: KernelTargets, to sums: PairSums
  ) {
    let own = (targets.squares[x], targets.values[x], targets.weights[x])
    withValues(place, of: x, targets, limit: own.0) { squares, values, columns in
      guard let them = targets.from(columns.lowerBound), let gains = sums.columns.baseAddress
      else { return }
      sums.rows[x] += ck_kernel_gain(squares, values, them, columns.count)
      ck_kernel_add(
        squares, values, columns.count, own.0, own.1, own.2, gains + columns.lowerBound)
    }
  }

  /// Adds to the gains of the columns what a target, the row at `place`, adds now and did not then.
  mutating func add(
    _ change: KernelChange, _ place: Int, to gains: UnsafeMutableBufferPointer<Double>
  ) {
    guard let gains = gains.baseAddress else { return }
    settle(place, of: change.target, nil, limit: change.squareThen)
    withValues(place, of: change.target, nil, limit: change.square) { squares, values, columns in
      let gains = gains + columns.lowerBound
      ck_kernel_add(
        squares, values, columns.count, change.square, change.value, change.weight, gains)
      ck_kernel_add(
        squares, values, columns.count, change.squareThen, change.valueThen, -change.weightThen,
        gains)
    }
  }

  /// Keeps the values of the row at `place`; `turn` must follow the last of `count` rows.
  mutating func keep(_ place: Int, of x: Int, in kept: KeptKernel, rows count: Int) {
    if turned.count != count * columns.count {
      turned = [Float](repeating: 0, count: count * columns.count)
    }
    let columns = columns
    turned.withUnsafeMutableBufferPointer { turned in
      guard let turned = turned.baseAddress else { return }
      ck_keep_values(values, columns.count, turned + place, count)
      ck_keep_values(values, columns.count, kept.row(x) + columns.lowerBound, 1)
    }
  }

  /// Keeps the values of the block for the columns as rows.
  func turn(into kept: KeptKernel, rows: Range<Int>) {
    turned.withUnsafeBufferPointer { turned in
      guard let turned = turned.baseAddress else { return }
      for (place, y) in columns.enumerated() {
        (kept.row(y) + rows.lowerBound).update(
          from: turned + place * rows.count, count: rows.count)
      }
    }
  }

  /// Calls `body` with the settled squares of a row, the kernel's values for them, and the columns.
  private mutating func withValues<Result>(
    _ place: Int, of x: Int, _ targets: KernelTargets?, limit: Double,
    _ body: (UnsafePointer<Double>?, UnsafePointer<Double>?, Range<Int>) -> Result
  ) -> Result {
    settle(place, of: x, targets, limit: limit)
    let columns = columns
    return Self.fill(&values, by: measure.rows, from: &tile, place) { body($0, $1, columns) }
  }

  private static func fill<Result>(
    _ values: inout [Double], by kernel: ck_kernel, from tile: inout SquaredDistanceTile,
    _ place: Int, _ body: (UnsafePointer<Double>?, UnsafePointer<Double>?) -> Result
  ) -> Result {
    values.withUnsafeMutableBufferPointer { values in
      tile.withMutableRow(place) { squares in
        withUnsafePointer(to: kernel) {
          ck_kernel_values($0, squares.baseAddress, squares.count, values.baseAddress)
        }
        return body(
          squares.baseAddress.map { UnsafePointer($0) },
          values.baseAddress.map { UnsafePointer($0) })
      }
    }
  }

  /// Takes the exact formula for squares that are too close to the kernel's edge, to `limit` or to
  /// those of the targets to tell on which side they are.
  private mutating func settle(
    _ place: Int, of x: Int, _ targets: KernelTargets?, limit: Double
  ) {
    let close = close(place, targets?.from(columns.lowerBound)?.nearest, limit)
    guard close > 0 else { return }
    let (points, columns, places) = (measure.points, columns, places)
    tile.withMutableRow(place) { squares in
      for column in places.prefix(close).lazy.map(Int.init) {
        squares[column] = points.square(x, columns.lowerBound + column)
      }
    }
  }

  /// Writes the columns that are too close to tell to the front of `places`; how many they are.
  private mutating func close(
    _ place: Int, _ limits: UnsafePointer<Double>?, _ limit: Double
  ) -> Int {
    let (measure, unlimited) = (measure, unlimited)
    return Self.row(place, of: &tile, &places) { squares, places in
      unlimited.withUnsafeBufferPointer { unlimited in
        ck_close_squares(
          squares.baseAddress, limits ?? unlimited.baseAddress, limit, measure.edge, measure.slack,
          squares.count, places)
      }
    }
  }

  private static func row(
    _ place: Int, of tile: inout SquaredDistanceTile, _ places: inout [UInt32],
    _ body: (UnsafeMutableBufferPointer<Double>, UnsafeMutablePointer<UInt32>?) -> Int
  ) -> Int {
    places.withUnsafeMutableBufferPointer { places in
      tile.withMutableRow(place) { body($0, places.baseAddress) }
    }
  }
}

/// The gains of all samples while pairs of blocks are added up: of a pair of samples, each is a
/// target of the other.
struct PairSums: @unchecked Sendable {
  let rows: UnsafeMutableBufferPointer<Double>
  let columns: UnsafeMutableBufferPointer<Double>
}

/// Blocks that threads borrow, so that each is allocated once.
final class TileShelf: Sendable {
  private let measure: KernelMeasure
  private let free = Mutex<[KernelTile]>([])

  init(_ measure: KernelMeasure) { self.measure = measure }

  func withTile(_ body: (inout KernelTile) -> Void) {
    var tile = free.withLock { $0.popLast() } ?? KernelTile(measure)
    body(&tile)
    free.withLock { [tile] in $0.append(tile) }
  }
}
