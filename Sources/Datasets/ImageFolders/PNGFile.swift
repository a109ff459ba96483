/// The chunks of a PNG file, checked before libpng is given them, so that nothing is allocated for
/// sizes that the file cannot have.
struct PNGFile {
  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  let width: Int
  let height: Int
  /// Whether each pixel has a transparency of its own.
  let hasAlpha: Bool
  /// The file with nothing but the chunks that make pixels: without gamma, profiles, transparency
  /// of single colours, texts, later pictures of an animation.
  let essence: [UInt8]

  /// - Throws: `FileError` with the byte where a chunk is cut off, or the picture has no pixels,
  ///   too many, or more than its packed bytes can hold.
  init(_ bytes: [UInt8], path: String) throws {
    var chunks = Chunks(bytes: bytes, path: path)
    try chunks.walk()
    let place = Self.signature.count + 8
    (width, height) = (chunks.number(place), chunks.number(place + 4))
    let (depth, kind) = (Int(bytes[place + 8]), bytes[place + 9])
    hasAlpha = kind & 4 != 0
    essence = chunks.essence
    let count = try Picture.count(width, height, path: path)
    let channels = kind & 1 != 0 ? 1 : (kind & 2 != 0 ? 3 : 1) + (hasAlpha ? 1 : 0)
    let plain = count * channels * depth / 8
    guard plain / Inflater.largestGrowth <= chunks.packedCount else {
      throw FileError(
        .format, path: path, at: .byte(place),
        expected: "a size of which \(chunks.packedCount) packed bytes can hold the pixels",
        found: "\(width) × \(height) pixels", hints: ["the file is damaged: fetch it again"])
    }
  }
}

private struct Chunks {
  let bytes: [UInt8]
  let path: String
  private(set) var essence = PNGFile.signature
  /// Bytes of packed pixels.
  private(set) var packedCount = 0

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// From the first chunk, which has to be the header of 13 bytes, to the one that says the end.
  mutating func walk() throws {
    var place = PNGFile.signature.count
    essence.reserveCapacity(bytes.count)
    while true {
      guard place + 12 <= bytes.count else { throw cut() }
      let length = number(place)
      guard length <= bytes.count - place - 12 else { throw cut() }
      let kind = bytes[place + 4..<place + 8]
      if place == PNGFile.signature.count {
        guard kind.elementsEqual("IHDR".utf8), length == 13 else { throw noHeader(place) }
      }
      if kind.elementsEqual("IDAT".utf8) { packedCount += length }
      // A capital letter first: the picture cannot be made without it.
      if bytes[place + 4] & 0x20 == 0 { essence += bytes[place..<place + length + 12] }
      place += length + 12
      if kind.elementsEqual("IEND".utf8) { return }
    }
  }

  /// The big-endian number of 32 bits at `place`, which has to be within the file.
  func number(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }

  private func cut() -> FileError {
    FileError(
      .format, path: path, at: .byte(bytes.count), expected: "the rest of a PNG image",
      found: "the end of the file", hints: ["the file may have been cut off: fetch it again"])
  }

  private func noHeader(_ place: Int) -> FileError {
    FileError(
      .format, path: path, at: .byte(place), expected: "the header of a PNG image",
      found: "another chunk")
  }
}
