import Glibc

/// Blurs images: each pixel becomes a mean of those around it, with weights that fall off like a
/// Gaussian. At the borders the image is continued by its mirror image.
package struct GaussianBlur {
  /// From the pixel itself outwards; with both sides they add up to 1.
  package let weights: [Float]

  /// - Parameters:
  ///   - deviation: of the Gaussian, in pixels, above 0.
  ///   - side: of the image; a tenth of it, rounded down and then up to an odd number, is how many
  ///     pixels in a row are averaged.
  package init(deviation: Double, side: Int) {
    let raw = (0...side / 10 / 2).map { place in
      exp(-0.5 * (Double(place) / deviation) * (Double(place) / deviation))
    }
    let sum = 2 * raw.reduce(0, +) - 1
    weights = raw.map { Float($0 / sum) }
  }

  /// Blurs `image` in place.
  package func apply(to image: Planes<Float>) {
    guard weights.count > 1 else { return }
    image.withCopy { source in
      for row in 0..<image.channels * image.height {
        average(source.row(row), into: image.row(row))
      }
    }
    image.withCopy { source in
      for row in 0..<image.channels * image.height { averageColumns(source, at: row, into: image) }
    }
  }

  private func average(
    _ source: UnsafeMutableBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>
  ) {
    for place in source.indices { target[place] = weights[0] * source[place] }
    let reach = weights.count - 1
    for (distance, weight) in weights.enumerated().dropFirst() {
      for place in reach..<max(reach, source.count - reach) {
        target[place] += weight * (source[place - distance] + source[place + distance])
      }
      let ends = [0..<reach, max(reach, source.count - reach)..<source.count].joined()
      for place in ends {
        let before = Self.mirrored(place - distance, source.count)
        let behind = Self.mirrored(place + distance, source.count)
        target[place] += weight * (source[before] + source[behind])
      }
    }
  }

  /// Row `row`, counted through all channels, from those above and below it.
  private func averageColumns(_ source: Planes<Float>, at row: Int, into image: Planes<Float>) {
    let (channel, y) = row.quotientAndRemainder(dividingBy: image.height)
    let target = image.row(row)
    for place in target.indices { target[place] *= weights[0] }
    for (distance, weight) in weights.enumerated().dropFirst() {
      let first = channel * image.height
      let above = source.row(first + Self.mirrored(y - distance, image.height))
      let below = source.row(first + Self.mirrored(y + distance, image.height))
      for place in target.indices { target[place] += weight * (above[place] + below[place]) }
    }
  }

  /// A place outside `0..<count` counted back from the border, which is not repeated.
  private static func mirrored(_ place: Int, _ count: Int) -> Int {
    let place = abs(place)
    return place < count ? place : 2 * (count - 1) - place
  }
}
