import CTurboJPEG

/// Decodes JPEG by libjpeg-turbo: accurate transform, smooth colour upsampling.
///
/// Damage is an error, also where libjpeg would go on with what it can make out: a cut file, bits
/// that stand for nothing, a restart marker in the wrong place. What it merely mentions is not:
/// bytes too many between segments, numbers of versions that it does not know. (It keeps the text
/// of the first mention only; damage behind one of these is not seen.)
enum JPEGDecoder {
  /// Decoding holds the pixels and, for progressive files, all coefficients, 2 bytes each.
  private static let bytesPerPixel = 16

  static func decode(_ bytes: [UInt8], path: String) throws -> Picture {
    let header = try JPEGHeader(bytes, path: path)
    let count = header.width * header.height
    try MemoryLimit.check(count * bytesPerPixel, of: UInt8.self, path: path)
    let isPrinted = header.components == 4
    var pixels = [UInt8](repeating: 0, count: count * (isPrinted ? 4 : 3))
    try fill(&pixels, from: bytes, header, isPrinted ? TJPF_CMYK : TJPF_RGB, path)
    return Picture(
      width: header.width, height: header.height, pixels: isPrinted ? rgb(pixels) : pixels)
  }

  /// `pixels` has room for the size in the header. Given that size, libjpeg-turbo never writes
  /// more: were the picture larger for it, it would scale it down to fit.
  private static func fill(
    _ pixels: inout [UInt8], from bytes: [UInt8], _ header: JPEGHeader, _ format: TJPF,
    _ path: String
  ) throws {
    guard let handle = tjInitDecompress() else {
      throw FileError(
        .tooLarge, path: path, expected: "memory to decode it", found: "none left")
    }
    defer { tjDestroy(handle) }
    let pitch = Int32(pixels.count / header.height)
    let status = tjDecompress2(
      handle, bytes, UInt(bytes.count), &pixels, Int32(header.width), pitch, Int32(header.height),
      Int32(format.rawValue), TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS)
    guard status != 0 else { return }
    let message = String(cString: tjGetErrorStr2(handle))
    let isWarning = tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue)
    if isWarning && harmless.contains(where: message.contains) { return }
    throw FileError(
      .format, path: path, expected: "a sound JPEG image",
      found: "one of which libjpeg says '\(message)'",
      hints: ["the file is damaged or of a rare kind: fetch it again, or save it anew"])
  }

  private static let harmless = [
    "extraneous bytes before marker", "unknown JFIF revision", "Unknown Adobe color transform",
  ]

  /// Red, green and blue of cyan, magenta, yellow and black, which are stored inverted, as Adobe's
  /// programs do it; whole numbers as Pillow rounds them.
  private static func rgb(_ printed: [UInt8]) -> [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(printed.count / 4 * 3)
    for start in stride(from: 0, to: printed.count, by: 4) {
      let light = Int(printed[start + 3])
      for ink in 0..<3 {
        let product = (255 - Int(printed[start + ink])) * light + 128
        pixels.append(UInt8(max(0, light - (product >> 8 + product) >> 8)))
      }
    }
    return pixels
  }
}
