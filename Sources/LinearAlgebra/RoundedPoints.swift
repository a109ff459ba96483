import CKernels
import Synchronization

/// The rows of a point set rounded to bfloat16, where the processor multiplies these twice as fast as
/// floats: enough to tell most pairs of points from neighbours.
///
/// How much rounding moved each point is known exactly, so that `DistanceFilter` can bound what it did
/// to a distance (METHODS §1.7 asks for the same edges as in double). Two bytes a value.
struct RoundedPoints: Sendable {
  /// Panels of `panelRows` rows as `ck_rounded_products` reads them.
  private let panels: [UInt32]
  private let wordsOfPanel: Int
  private let pairs: Int
  /// How far each point is from the rounded one, with its multiplier.
  let residuals: [Double]

  private static let panelRows = Int(ck_rounded_rows)

  /// Whether this processor multiplies bfloat16.
  static var isFast: Bool { ck_multiplies_rounded() }

  /// The bytes of so many rounded points.
  static func bytes(count: Int, dimensions: Int) -> Int {
    (count + panelRows - 1) / panelRows * panelRows * ((dimensions + 1) / 2) * 4
  }

  /// On all cores; O(N · d).
  /// - Throws: `Interrupted`.
  init(_ points: PointSet) throws {
    let (d, count) = (points.dimensions, points.count)
    let pairs = (d + 1) / 2
    let words = Self.panelRows * pairs
    let blocks = tiles(of: count, size: Self.panelRows)
    var residuals = [Double](repeating: 0, count: count)
    panels = try [UInt32](unsafeUninitializedCapacity: blocks.count * words) { panels, written in
      written = blocks.count * words
      guard let panels = panels.baseAddress else { return }
      try points.matrix.elements.withUnsafeBufferPointer { rows in
        try residuals.withUnsafeMutableBufferPointer { residuals in
          guard let rows = rows.baseAddress, let residuals = residuals.baseAddress else { return }
          // Each block writes a panel and residuals of its own, and the buffers outlive the loop.
          nonisolated(unsafe) let (from, into, moved) = (rows, panels, residuals)
          try Parallel.forEach(blocks.count) { block in
            let first = blocks[block].lowerBound
            ck_round_rows(
              from + first * d, blocks[block].count, d, into + block * words, moved + first)
          }
        }
      }
    }
    wordsOfPanel = words
    self.pairs = pairs
    // Sums of squares in double are off by less than the factor that is multiplied in.
    self.residuals = zip(residuals, points.multipliers).map { $0.squareRoot() * $1 * 1.000_001 }
  }

  /// The dot products of rows with columns, a row's at `dots + row * leading`. Writes whole panels: up
  /// to the next multiple of `panelRows` rows and columns.
  /// - Precondition: both ranges begin with a panel.
  func products(
    _ rows: Range<Int>, _ columns: Range<Int>, into dots: UnsafeMutablePointer<Float>, leading: Int
  ) {
    let size = Self.panelRows
    precondition(rows.lowerBound % size == 0 && columns.lowerBound % size == 0)
    panels.withUnsafeBufferPointer { panels in
      guard let panels = panels.baseAddress else { return }
      for column in stride(from: columns.lowerBound, to: columns.upperBound, by: size) {
        for row in stride(from: rows.lowerBound, to: rows.upperBound, by: size) {
          ck_rounded_products(
            panels + row / size * wordsOfPanel, panels + column / size * wordsOfPanel, pairs,
            dots + (row - rows.lowerBound) * leading + column - columns.lowerBound, leading)
        }
      }
    }
  }
}
