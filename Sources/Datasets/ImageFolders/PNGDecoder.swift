import CPNG

/// Decodes PNG of every kind by libpng: grey, colour, palettes, 1 to 16 bits, interlaced or not.
///
/// 16 bits are rounded to the nearest 8. Pillow cuts colours off, never more than 1 apart from this;
/// of grey images it takes whatever is above 255 for white, which makes nothing of them.
enum PNGDecoder {
  static func decode(_ bytes: [UInt8], path: String) throws -> Picture {
    let file = try PNGFile(bytes, path: path)
    let channels = file.hasAlpha ? 4 : 3
    let count = file.width * file.height * channels
    try MemoryLimit.check(count * 2, of: UInt8.self, path: path)
    var pixels = [UInt8](repeating: 0, count: count)
    try fill(&pixels, from: file, path)
    return Picture(
      width: file.width, height: file.height, pixels: file.hasAlpha ? opaque(pixels) : pixels)
  }

  private static func fill(_ pixels: inout [UInt8], from file: PNGFile, _ path: String) throws {
    // libpng keeps the address of its state, so the state must not move.
    let image = UnsafeMutablePointer<png_image>.allocate(capacity: 1)
    image.initialize(to: png_image())
    image.pointee.version = UInt32(PNG_IMAGE_VERSION)
    defer {
      png_image_free(image)
      image.deallocate()
    }
    try file.essence.withUnsafeBytes { bytes in
      guard png_image_begin_read_from_memory(image, bytes.baseAddress, bytes.count) != 0 else {
        throw damaged(image, path)
      }
      // The buffer was made for this size.
      guard image.pointee.width == file.width, image.pointee.height == file.height else {
        throw damaged(image, path)
      }
      image.pointee.format = UInt32(
        PNG_FORMAT_FLAG_COLOR | (file.hasAlpha ? PNG_FORMAT_FLAG_ALPHA : 0))
      // Else 16 bits are taken for amounts of light and not for what a screen is given.
      image.pointee.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
      guard png_image_finish_read(image, nil, &pixels, 0, nil) != 0 else {
        throw damaged(image, path)
      }
    }
  }

  private static func opaque(_ pixels: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(pixels.count / 4 * 3)
    for start in stride(from: 0, to: pixels.count, by: 4) {
      result.append(contentsOf: pixels[start..<start + 3])
    }
    return result
  }

  private static func damaged(_ image: UnsafeMutablePointer<png_image>, _ path: String) -> FileError
  {
    let message = withUnsafeBytes(of: image.pointee.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return FileError(
      .format, path: path, expected: "a sound PNG image",
      found: "one of which libpng says '\(message)'",
      hints: ["the file is damaged: fetch it again"])
  }
}
