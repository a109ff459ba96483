/// Changes of the levels of 8-bit images, by the definitions of Pillow and with its rounding.
extension Planes<UInt8> {
  // MARK: a mixture with a duller image; the factor 1 changes nothing

  /// With the grey image.
  package func enhanceColor(by factor: Float) {
    guard channels == 3 else { return }
    let (red, green, blue) = (plane(0), plane(1), plane(2))
    for place in 0..<area {
      let dull = grey(place)
      red[place] = Self.blend(dull, red[place], factor)
      green[place] = Self.blend(dull, green[place], factor)
      blue[place] = Self.blend(dull, blue[place], factor)
    }
  }

  /// With an image that has the mean grey everywhere.
  package func enhanceContrast(by factor: Float) {
    var sum = 0
    for place in 0..<area { sum += Int(grey(place)) }
    let dull = UInt8((2 * sum + area) / (2 * area))
    for place in pixels.indices { pixels[place] = Self.blend(dull, pixels[place], factor) }
  }

  /// With a black image.
  package func enhanceBrightness(by factor: Float) {
    for place in pixels.indices { pixels[place] = Self.blend(0, pixels[place], factor) }
  }

  /// With a smoothed image: means of nine pixels, the middle one counted five times. Border pixels
  /// stay.
  package func enhanceSharpness(by factor: Float) {
    guard height > 2, width > 2 else { return }
    withCopy { source in
      for channel in 0..<channels {
        for y in channel * height + 1..<(channel + 1) * height - 1 {
          let rows = (source.row(y - 1), source.row(y), source.row(y + 1))
          let target = row(y)
          for x in 1..<width - 1 {
            var sum = 4 * Int(rows.1[x])
            for column in x - 1...x + 1 {
              sum += Int(rows.0[column]) + Int(rows.1[column]) + Int(rows.2[column])
            }
            // 13 is odd, so no mean is half-way between two levels.
            target[x] = Self.blend(UInt8((2 * sum + 13) / 26), rows.1[x], factor)
          }
        }
      }
    }
  }

  private static func blend(_ dull: UInt8, _ level: UInt8, _ factor: Float) -> UInt8 {
    let mixed = Float(dull) + factor * Float(Int(level) - Int(dull))
    return mixed <= 0 ? 0 : mixed >= 255 ? 255 : UInt8(mixed)
  }

  /// The weights of the eye (ITU-R 601), in 65536ths.
  private func grey(_ place: Int) -> UInt8 {
    guard channels == 3 else { return pixels[place] }
    let (red, green, blue) = (pixels[place], pixels[area + place], pixels[2 * area + place])
    let sum: UInt32 = 19595 * UInt32(red) + 38470 * UInt32(green) + 7471 * UInt32(blue)
    return UInt8(truncatingIfNeeded: (sum + 32768) >> 16)
  }

  // MARK: another level for each level

  /// Keeps the highest bits only.
  /// - Precondition: `bits` is in 1…8.
  package func posterize(bits: Int) {
    let mask = UInt8(truncatingIfNeeded: 0xff << (8 - bits))
    for place in pixels.indices { pixels[place] &= mask }
  }

  /// Inverts the levels from `threshold` on.
  package func solarize(from threshold: Double) {
    for place in pixels.indices where Double(pixels[place]) >= threshold {
      pixels[place] = 255 - pixels[place]
    }
  }

  /// Stretches each channel so that its darkest pixel is black and its lightest one white.
  package func stretchLevels() {
    for channel in 0..<channels {
      let plane = plane(channel)
      guard let (least, most) = Self.extremes(plane), least < most else { continue }
      let scale = 255.0 / Double(most - least)
      let offset = -Double(least) * scale
      let levels = (0..<256).map { level in
        UInt8(Swift.max(0, Swift.min(255, Double(level) * scale + offset)))
      }
      Self.map(plane, levels)
    }
  }

  /// Makes all levels of each channel about equally frequent.
  package func equalize() {
    for channel in 0..<channels {
      let plane = plane(channel)
      let counts = Self.histogram(plane)
      guard let last = counts.last(where: { $0 > 0 }) else { continue }
      let step = (area - last) / 255
      guard step > 0 else { continue }
      var sum = step / 2
      let levels = counts.map { count in
        defer { sum += count }
        return UInt8(Swift.min(255, sum / step))
      }
      Self.map(plane, levels)
    }
  }

  private static func histogram(_ plane: UnsafeMutableBufferPointer<UInt8>) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    for level in plane { counts[Int(level)] += 1 }
    return counts
  }

  private static func extremes(
    _ plane: UnsafeMutableBufferPointer<UInt8>
  ) -> (least: UInt8, most: UInt8)? {
    guard let least = plane.min(), let most = plane.max() else { return nil }
    return (least, most)
  }

  private static func map(_ plane: UnsafeMutableBufferPointer<UInt8>, _ levels: [UInt8]) {
    for place in plane.indices { plane[place] = levels[Int(plane[place])] }
  }
}
