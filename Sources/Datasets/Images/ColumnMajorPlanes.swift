import LinearAlgebra

/// Turns images whose planes run column by column, as MATLAB writes them, into rows.
enum ColumnMajorPlanes {
  /// Bytes read between two looks at the interrupt flag, at most, if an image is not larger.
  private static let piece = 1 << 20

  /// Fills `target` with images of square planes, each of `side` × `side` bytes.
  ///
  /// `read` is asked for the bytes of some whole images at a time, in order.
  /// - Precondition: `target` holds whole images of `channels` planes.
  /// - Throws: what `read` throws; `Interrupted`.
  static func read(
    into target: UnsafeMutableRawBufferPointer, side: Int, channels: Int,
    _ read: (UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let plane = side * side
    let step = max(1, piece / (channels * plane)) * channels * plane
    let columns = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(step, target.count), alignment: 64)
    defer { columns.deallocate() }
    for start in stride(from: 0, to: target.count, by: step) {
      try Interrupt.check()
      let count = min(step, target.count - start)
      try read(UnsafeMutableRawBufferPointer(rebasing: columns[..<count]))
      for first in stride(from: 0, to: count, by: plane) {
        transpose(
          UnsafeRawBufferPointer(rebasing: columns[first..<first + plane]),
          into: UnsafeMutableRawBufferPointer(
            rebasing: target[start + first..<start + first + plane]), side)
      }
    }
  }

  /// Writes rows in order, so that only reading jumps; one plane fits in the innermost cache.
  private static func transpose(
    _ columns: UnsafeRawBufferPointer, into rows: UnsafeMutableRawBufferPointer, _ side: Int
  ) {
    for row in 0..<side {
      for column in 0..<side { rows[row * side + column] = columns[column * side + row] }
    }
  }
}
