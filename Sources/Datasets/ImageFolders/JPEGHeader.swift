/// What the markers in front of a JPEG's first scan say, read before libjpeg-turbo is given the
/// file, so that nothing is allocated for sizes that the file cannot have.
struct JPEGHeader {
  let width: Int
  let height: Int
  /// 1 for grey, 3 for colour, 4 for printing colours.
  let components: Int

  /// A block of 8 × 8 pixels takes at least one bit, and with the strangest subsampling that the
  /// format knows the blocks of all components cover 1024 pixels per byte or fewer. (Arithmetic
  /// coding could do with less; no data set has that.)
  private static let mostPixelsPerByte = 1024

  /// - Throws: `FileError` with the byte where the markers end too early or make no sense, where
  ///   the picture has no pixels or too many, and where the file has no end.
  init(_ bytes: [UInt8], path: String) throws {
    var walk = Markers(bytes: bytes, path: path)
    let frame = try walk.frame()
    (width, height, components) = (frame.width, frame.height, frame.components)
    let count = try Picture.count(width, height, path: path)
    guard count / Self.mostPixelsPerByte <= bytes.count else {
      throw FileError(
        .format, path: path, at: .byte(frame.offset),
        expected: "no more than \(Self.mostPixelsPerByte) pixels per byte of the file",
        found: "\(width) × \(height) pixels in \(bytes.count) bytes")
    }
    let scan = try walk.scan()
    guard Self.hasEnd(bytes, after: scan) else {
      throw FileError(
        .format, path: path, at: .byte(bytes.count), expected: "the end marker of a JPEG image",
        found: "the end of the file", hints: ["the file may have been cut off: fetch it again"])
    }
  }

  /// Within scans no FF is followed by D9 but in the end marker. What follows that is let be.
  private static func hasEnd(_ bytes: [UInt8], after scan: Int) -> Bool {
    var place = bytes.count - 2
    while place >= scan {
      if bytes[place] == 0xff && bytes[place + 1] == 0xd9 { return true }
      place -= 1
    }
    return false
  }
}

/// A walk from marker to marker, in the way of libjpeg: bytes between them are passed over.
private struct Markers {
  let bytes: [UInt8]
  let path: String
  private var place = 2

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// The sizes in the first frame header.
  mutating func frame() throws -> (width: Int, height: Int, components: Int, offset: Int) {
    while true {
      let marker = try next()
      switch marker {
      case 0xc4, 0xc8, 0xcc: try skip()
      case 0xc0...0xcf:
        guard place + 8 <= bytes.count else { throw cut() }
        return (word(place + 5), word(place + 3), Int(bytes[place + 7]), place)
      case 0x01, 0xd0...0xd7: continue
      case 0xd8, 0xd9, 0xda:
        throw FileError(
          .format, path: path, at: .byte(place - 2), expected: "the frame header of a JPEG image",
          found: "another marker")
      default: try skip()
      }
    }
  }

  /// The place behind the next start of a scan.
  mutating func scan() throws -> Int {
    while try next() != 0xda { try skip() }
    return place
  }

  private mutating func next() throws -> UInt8 {
    while true {
      while place < bytes.count && bytes[place] != 0xff { place += 1 }
      while place < bytes.count && bytes[place] == 0xff { place += 1 }
      guard place < bytes.count else { throw cut() }
      place += 1
      if bytes[place - 1] != 0 { return bytes[place - 1] }
    }
  }

  private mutating func skip() throws {
    guard place + 2 <= bytes.count else { throw cut() }
    place = min(place + max(word(place), 2), bytes.count)
  }

  private func word(_ place: Int) -> Int { Int(bytes[place]) << 8 | Int(bytes[place + 1]) }

  private func cut() -> FileError {
    FileError(
      .format, path: path, at: .byte(bytes.count), expected: "the rest of a JPEG image",
      found: "the end of the file", hints: ["the file may have been cut off: fetch it again"])
  }
}
