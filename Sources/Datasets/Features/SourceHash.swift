import Dispatch

/// Takes the SHA-256 of values on another thread while they are still being read: the values of a
/// large file are hashed by the time they are all there.
///
/// Pieces are hashed in the order in which they are handed over. Their memory must stay as it is
/// until `wait` has returned.
final class SourceHash: @unchecked Sendable {
  // Only ever touched on the queue, which runs one block at a time.
  private var sha = SHA256()
  private let queue = DispatchQueue(label: "source hash")

  /// Adds `values` behind those before, as little-endian 32-bit floats.
  func add(_ values: UnsafeBufferPointer<Float>) {
    nonisolated(unsafe) let values = values
    queue.async { [self] in
      guard 1.littleEndian != 1 else { return sha.update(.init(values)) }
      for value in values {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { sha.update($0) }
      }
    }
  }

  /// Returns when all pieces are hashed, with the hash so far.
  @discardableResult
  func wait() -> SHA256 { queue.sync { sha } }
}
