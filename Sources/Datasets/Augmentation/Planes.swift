/// The pixels of one image while it is prepared: channel after channel, in each row after row.
///
/// A view of memory that someone else owns and that outlives it.
package struct Planes<Element: BitwiseCopyable> {
  /// All of them.
  package let pixels: UnsafeMutableBufferPointer<Element>
  /// 1 for grey images, 3 for red, green and blue.
  package let channels: Int
  /// Rows of pixels.
  package let height: Int
  /// Pixels per row.
  package let width: Int

  /// A view of `pixels`.
  /// - Precondition: `pixels.count == channels * height * width`.
  package init(
    _ pixels: UnsafeMutableBufferPointer<Element>, channels: Int, height: Int, width: Int
  ) {
    precondition(pixels.count == channels * height * width, "an image needs all of its pixels")
    self.pixels = pixels
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Pixels per channel.
  package var area: Int { height * width }

  /// The pixels of one channel.
  package func plane(_ channel: Int) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(rebasing: pixels[channel * area..<(channel + 1) * area])
  }

  /// Row `y` of a channel, or of those below it: rows are counted on through all channels.
  package func row(_ y: Int) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(rebasing: pixels[y * width..<(y + 1) * width])
  }

  /// Turns left to right.
  package func mirror() {
    for y in 0..<channels * height {
      var row = row(y)
      row.reverse()
    }
  }

  /// Hands `body` a copy of the pixels as they are now.
  package func withCopy<Result>(_ body: (Planes) throws -> Result) rethrows -> Result {
    try withUnsafeTemporaryAllocation(of: Element.self, capacity: pixels.count) { copy in
      _ = copy.initialize(fromContentsOf: pixels)
      return try body(Planes(copy, channels: channels, height: height, width: width))
    }
  }
}
