/// How pictures of any size become images of one: the shorter side is resized, then a square is cut
/// out of the middle. This is how test images are prepared nearly everywhere.
package struct Framing: Sendable, Equatable {
  /// The length in pixels that the shorter side gets; the longer one keeps the proportion.
  package let shorterSide: Int
  /// The side in pixels of the square.
  package let side: Int

  /// Stores the sizes.
  /// - Precondition: `1 <= side <= shorterSide`.
  package init(shorterSide: Int, side: Int) {
    precondition(1 <= side && side <= shorterSide, "the square lies within the picture")
    self.shorterSide = shorterSide
    self.side = side
  }

  /// 224 out of 256, for photographs.
  package static let photograph = Framing(shorterSide: 256, side: 224)

  /// Where the square lies in the resized picture of this width and height.
  struct Layout: Equatable {
    var width: Int
    var height: Int
    var columns: Range<Int>
    var rows: Range<Int>
  }

  /// Rounds as torchvision does: the longer side down, the margins to the nearest even number
  /// where they are not whole.
  func layout(width: Int, height: Int) -> Layout {
    let longerSide = shorterSide * max(width, height) / min(width, height)
    let size =
      width <= height
      ? (width: shorterSide, height: longerSide) : (width: longerSide, height: shorterSide)
    return Layout(
      width: size.width, height: size.height, columns: middle(of: size.width),
      rows: middle(of: size.height))
  }

  private func middle(of length: Int) -> Range<Int> {
    let start = Int((Double(length - side) / 2).rounded(.toNearestOrEven))
    return start..<start + side
  }

  /// Writes the image that `picture` becomes: three channels, each row after row.
  ///
  /// Only what is cut out is computed, so that a picture of one pixel by many thousands takes no
  /// more memory than others.
  /// - Precondition: `target.count == 3 * side * side`.
  package func write(_ picture: Picture, into target: UnsafeMutableRawBufferPointer) {
    precondition(target.count == 3 * side * side, "an image needs all of its pixels")
    let layout = layout(width: picture.width, height: picture.height)
    if layout.width == picture.width && layout.height == picture.height {
      return copy(picture, layout, into: target)
    }
    let across = TriangleFilter(
      from: picture.width, to: layout.width, positions: layout.columns)
    let down = TriangleFilter(from: picture.height, to: layout.height, positions: layout.rows)
    Resampling.write(picture, across: across, down: down, into: target)
  }

  private func copy(
    _ picture: Picture, _ layout: Layout, into target: UnsafeMutableRawBufferPointer
  ) {
    for (row, y) in layout.rows.enumerated() {
      for (column, x) in layout.columns.enumerated() {
        let source = 3 * (y * picture.width + x)
        let place = row * side + column
        for channel in 0..<3 {
          target[channel * side * side + place] = picture.pixels[source + channel]
        }
      }
    }
  }
}
