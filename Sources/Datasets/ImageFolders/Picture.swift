/// A decoded image of any size: 8 bits each of red, green and blue per pixel.
package struct Picture: Sendable, Equatable {
  /// More pixels than this are refused before memory is asked for: 2²⁸, as 16,384 × 16,384 has.
  package static let mostPixels = 1 << 28

  /// Pixels per row.
  package let width: Int
  /// Rows of pixels.
  package let height: Int
  /// Row after row, in each pixel after pixel, in each red, green, blue.
  package let pixels: [UInt8]

  /// Stores the parts.
  /// - Precondition: at least one pixel; `pixels.count == 3 * width * height`.
  package init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture has pixels")
    precondition(pixels.count == 3 * width * height, "a picture needs all of its pixels")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The same pixels from channels that lie one after another; a single one is taken for all three.
  /// - Precondition: `planes` has one channel or three of `width * height` bytes.
  init(planes: UnsafeRawBufferPointer, height: Int, width: Int) {
    let area = height * width
    let step = planes.count == area ? 0 : area
    let pixels = [UInt8](unsafeUninitializedCapacity: 3 * area) { target, count in
      for place in 0..<area {
        for channel in 0..<3 { target[3 * place + channel] = planes[channel * step + place] }
      }
      count = 3 * area
    }
    self.init(width: width, height: height, pixels: pixels)
  }

  /// The number of pixels of a picture whose file says that it is `width` × `height`.
  /// - Throws: `FileError` where that is none, or more than `mostPixels`.
  static func count(_ width: Int, _ height: Int, path: String) throws -> Int {
    guard width > 0, height > 0 else {
      throw FileError(
        .format, path: path, expected: "an image of at least one pixel",
        found: "\(width) × \(height) pixels")
    }
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= mostPixels else {
      throw FileError(
        .tooLarge, path: path, expected: "an image of at most \(mostPixels) pixels",
        found: "\(width) × \(height) pixels")
    }
    return count
  }
}
