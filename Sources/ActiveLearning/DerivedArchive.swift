/// Keeps what was worked out from one embedding, for whoever asks for the same again: another arm,
/// another seed, another day. What is not there is worked out; losing it loses time only.
package protocol DerivedArchive: Sendable {
  /// What `body` makes of the content that was kept under a name; nil where there is none, where it is
  /// not as it was written, and where `body` wants none of it. It has to read all.
  func read<Result>(named name: String, _ body: (inout DerivedContent) -> Result?) -> Result?

  /// How many bytes are kept under a name, without reading them; nil for none.
  func bytes(named name: String) -> Int?

  /// Keeps what took `seconds` to work out, if that is worth the room.
  /// - Parameters:
  ///   - bytes: how many there are.
  ///   - write: hands all of them over, piece by piece; not called where they are not wanted.
  func keep(
    named name: String, seconds: Double, bytes: Int,
    _ write: ((UnsafeRawBufferPointer) -> Void) -> Void)
}

/// Something that was kept, read from front to end. There is never a copy of the whole.
package struct DerivedContent {
  /// How many bytes are still to be read.
  package private(set) var left: Int
  private let fill: (UnsafeMutableRawBufferPointer) -> Bool

  /// - Parameter fill: fills a buffer with the next bytes; false where it cannot.
  package init(bytes: Int, fill: @escaping (UnsafeMutableRawBufferPointer) -> Bool) {
    left = bytes
    self.fill = fill
  }

  /// The next `count` numbers, as they lie in memory; nil where there are not as many.
  package mutating func numbers<Number: Numeric & BitwiseCopyable>(
    _ count: Int, of type: Number.Type = Number.self
  ) -> [Number]? {
    let size = MemoryLayout<Number>.stride
    guard count >= 0, count <= left / size else { return nil }
    var isFilled = true
    let numbers = [Number](unsafeUninitializedCapacity: count) { buffer, filled in
      isFilled = count == 0 || fill(UnsafeMutableRawBufferPointer(buffer))
      filled = isFilled ? count : 0
    }
    left -= count * size
    return isFilled ? numbers : nil
  }
}
