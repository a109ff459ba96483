import LinearAlgebra

/// Which samples meet in which batch.
///
/// The list of positions is doubled until it has at least `size` entries; every epoch shuffles it
/// afresh, cuts it into full batches and leaves the rest out. Ten samples and batches of 64 make a
/// list of 80 and one batch an epoch.
package struct BatchOrder: Sendable {
  package let size: Int
  /// Positions 0..<count, possibly several times over.
  package let positions: [Int]

  package var batchesPerEpoch: Int { positions.count / size }

  /// - Precondition: at least one sample, and batches of at least one.
  package init(count: Int, size: Int) {
    precondition(count > 0 && size > 0, "batches need samples")
    self.size = size
    var positions = Array(0..<count)
    while positions.count < size { positions += positions }
    self.positions = positions
  }

  /// The order of visits in one epoch; consecutive runs of `size` are the batches, and what is left
  /// after the last full run is not visited.
  package func epoch(using random: inout RandomSource) -> [Int] { random.shuffled(positions) }
}
