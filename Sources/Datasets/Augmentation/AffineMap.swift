import Glibc

/// Where in an image the pixels of a changed one come from: a point (x, y) from
/// (xByX · x + xByY · y + xShift, yByX · x + yByY · y + yShift).
package struct AffineMap {
  package var xByX: Double
  package var xByY: Double
  package var xShift: Double
  package var yByX: Double
  package var yByY: Double
  package var yShift: Double

  /// Stores the numbers; those not given are those of the map that changes nothing.
  package init(
    xByX: Double = 1, xByY: Double = 0, xShift: Double = 0, yByX: Double = 0, yByY: Double = 1,
    yShift: Double = 0
  ) {
    self.xByX = xByX
    self.xByY = xByY
    self.xShift = xShift
    self.yByX = yByX
    self.yByY = yByY
    self.yShift = yShift
  }
}

extension AffineMap {
  /// A turn around the middle, against the clock.
  package init(degrees: Double, width: Int, height: Int) {
    let angle = -degrees * Double.pi / 180
    let (x, y) = (Double(width) / 2, Double(height) / 2)
    self.init(xByX: cos(angle), xByY: sin(angle), yByX: -sin(angle), yByY: cos(angle))
    xShift = x - xByX * x - xByY * y
    yShift = y - yByX * x - yByY * y
  }
}

extension Planes<UInt8> {
  /// Takes for each pixel the one that `map` says, black where that is outside.
  ///
  /// Places are counted in 1/65536 of a pixel, as Pillow does, so that the same pixel is the nearest
  /// on every machine.
  /// - Precondition: sides below 2¹⁵, and no number of `map` beyond twice that.
  package func transform(_ map: AffineMap) {
    let fixed = { (value: Double) in Int((value * 65536 + 0.5).rounded(.down)) }
    // From the middle of the first pixel on.
    let start = (
      x: fixed(map.xShift + map.xByX / 2 + map.xByY / 2),
      y: fixed(map.yShift + map.yByX / 2 + map.yByY / 2)
    )
    let steps = (fixed(map.xByX), fixed(map.xByY), fixed(map.yByX), fixed(map.yByY))
    withCopy { source in
      for y in 0..<height {
        for x in 0..<width {
          let column = (start.x + x * steps.0 + y * steps.1) >> 16
          let line = (start.y + x * steps.2 + y * steps.3) >> 16
          let isInside = 0..<width ~= column && 0..<height ~= line
          for channel in 0..<channels {
            pixels[channel * area + y * width + x] =
              isInside ? source.pixels[channel * area + line * width + column] : 0
          }
        }
      }
    }
  }

  /// Blackens a square around a pixel, as far as it lies in the image.
  package func cutOut(side: Int, _ row: Int, _ column: Int) {
    let rows = max(0, row - side / 2)..<min(height, row - side / 2 + side)
    let columns = max(0, column - side / 2)..<min(width, column - side / 2 + side)
    for channel in 0..<channels {
      for y in rows {
        UnsafeMutableBufferPointer(rebasing: self.row(channel * height + y)[columns])
          .update(repeating: 0)
      }
    }
  }
}
