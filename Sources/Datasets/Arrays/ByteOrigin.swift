import LinearAlgebra

/// Where the bytes of an array's elements are.
enum ByteOrigin: Sendable {
  /// As they stand in a part of a file.
  case file(FileBytes, Range<Int>)
  /// In a member of an archive, behind `skipping` other bytes.
  case member(FileBytes, ZipEntry, skipping: Int)
  /// Already read.
  case memory([UInt8])

  /// How many bytes there are, unpacked.
  var count: Int {
    switch self {
    case .file(_, let range): range.count
    case .member(_, let entry, let skipped): entry.size - skipped
    case .memory(let bytes): bytes.count
    }
  }

  /// Tells bytes in a file from other bytes in the same file.
  enum Place: Hashable {
    case range(Range<Int>)
    case member(Int)
    case memory
  }

  var place: Place {
    switch self {
    case .file(_, let range): .range(range)
    case .member(_, let entry, _): .member(entry.offset)
    case .memory: .memory
    }
  }

  /// `range` of the bytes, all at once.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    if case .memory(let all) = self, range == all.indices { return all }
    return try [UInt8](unsafeUninitializedCapacity: range.count) { target, count in
      try copy(range, into: UnsafeMutableRawBufferPointer(target))
      count = range.count
    }
  }

  /// Hands out `range` of the bytes in pieces of `step` bytes, the last of which may be shorter. The
  /// rest of a member is read, too, since only then is its checksum known to be right.
  func read(
    _ range: Range<Int>, step: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    switch self {
    case .memory(let bytes):
      try bytes.withUnsafeBytes { all in
        for piece in Pieces(range, step) { try body(UnsafeRawBufferPointer(rebasing: all[piece])) }
      }
    case .file(let file, let part):
      let start = part.lowerBound + range.lowerBound
      var stream = ByteStream(file, start..<start + range.count)
      try read(&stream, range.count, step, body)
    case .member(let file, let entry, let skipped):
      var stream = try entry.stream(file)
      try Self.pass(&stream, skipped + range.lowerBound)
      try read(&stream, range.count, step, body)
      try Self.pass(&stream, entry.size - skipped - range.upperBound)
      try stream.finish()
    }
  }

  /// Fills `target` with `range` of the bytes; what is read from a member is checked as by `read`.
  func copy(_ range: Range<Int>, into target: UnsafeMutableRawBufferPointer) throws {
    switch self {
    case .memory(let bytes):
      bytes.withUnsafeBytes {
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range]))
      }
    case .file(let file, let part):
      let start = part.lowerBound + range.lowerBound
      var stream = ByteStream(file, start..<start + range.count)
      try Self.fill(target, &stream)
    case .member(let file, let entry, let skipped):
      var stream = try entry.stream(file)
      try Self.pass(&stream, skipped + range.lowerBound)
      try Self.fill(target, &stream)
      try Self.pass(&stream, entry.size - skipped - range.upperBound)
      try stream.finish()
    }
  }

  private func read(
    _ stream: inout ByteStream, _ count: Int, _ step: Int,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(step, count), alignment: 64)
    defer { buffer.deallocate() }
    for piece in Pieces(0..<count, step) {
      try Interrupt.check()
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<piece.count])
      try stream.read(into: part)
      try body(UnsafeRawBufferPointer(part))
    }
  }

  private static func fill(
    _ target: UnsafeMutableRawBufferPointer, _ stream: inout ByteStream
  ) throws {
    for piece in Pieces(0..<target.count, 1 << 20) {
      try Interrupt.check()
      try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: target[piece]))
    }
  }

  private static func pass(_ stream: inout ByteStream, _ count: Int) throws {
    for piece in Pieces(0..<count, 1 << 16) {
      try Interrupt.check()
      _ = try stream.bytes(piece.count)
    }
  }
}

/// Consecutive parts of a range, each of `step` but for the last.
private struct Pieces: Sequence, IteratorProtocol {
  private var rest: Range<Int>
  private let step: Int

  init(_ range: Range<Int>, _ step: Int) {
    rest = range
    self.step = step
  }

  mutating func next() -> Range<Int>? {
    guard !rest.isEmpty else { return nil }
    let piece = rest.lowerBound..<rest.lowerBound + Swift.min(step, rest.count)
    rest = piece.upperBound..<rest.upperBound
    return piece
  }
}
