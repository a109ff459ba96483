import Glibc
import LinearAlgebra

/// A rectangle in a picture that becomes an image of its own.
package struct PixelBox: Equatable {
  /// Its first column.
  package var left: Int
  /// Its first row.
  package var top: Int
  /// Pixels per row.
  package var width: Int
  /// Rows of pixels.
  package var height: Int

  /// Stores the numbers.
  package init(left: Int, top: Int, width: Int, height: Int) {
    self.left = left
    self.top = top
    self.width = width
    self.height = height
  }

  private static let tries = 10
  private static let ratios = 3.0 / 4...4.0 / 3

  /// A random part of a picture (Szegedy et al. 2015, 1409.4842): of a share of the area that is
  /// uniform in `shares`, and a ratio of width to height that is log-uniform in 3/4…4/3.
  ///
  /// Draws for each of at most ten tries the share and the ratio, and for the first one that fits
  /// the top, then the left side. Where none fits: the largest part in the middle that has one of
  /// these ratios. Sizes are rounded as torchvision does, halves to the even number.
  package static func random(
    width: Int, height: Int, shares: ClosedRange<Double>, using random: inout RandomSource
  ) -> PixelBox {
    for _ in 0..<tries {
      let area = Double(width * height) * random.uniform(in: shares)
      let ratio = exp(random.uniform(in: log(ratios.lowerBound)...log(ratios.upperBound)))
      let box = (
        width: rounded((area * ratio).squareRoot()), height: rounded((area / ratio).squareRoot())
      )
      guard 1...width ~= box.width, 1...height ~= box.height else { continue }
      let top = random.integer(below: height - box.height + 1)
      let left = random.integer(below: width - box.width + 1)
      return PixelBox(left: left, top: top, width: box.width, height: box.height)
    }
    return middle(width: width, height: height)
  }

  /// The largest part in the middle whose ratio is in 3/4…4/3.
  package static func middle(width: Int, height: Int) -> PixelBox {
    let ratio = Double(width) / Double(height)
    var box = PixelBox(left: 0, top: 0, width: width, height: height)
    if ratio < ratios.lowerBound {
      box.height = rounded(Double(width) / ratios.lowerBound)
    } else if ratio > ratios.upperBound {
      box.width = rounded(Double(height) * ratios.upperBound)
    }
    box.top = (height - box.height) / 2
    box.left = (width - box.width) / 2
    return box
  }

  private static func rounded(_ length: Double) -> Int {
    Int(length.rounded(.toNearestOrEven))
  }
}

extension RandomSource {
  /// Uniform in `range`; draws once.
  mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }
}
