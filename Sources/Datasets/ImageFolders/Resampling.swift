/// Resizes a picture, first its rows and then its columns, rounding to 8 bits after each.
enum Resampling {
  /// Writes three channels, each row after row.
  /// - Precondition: the filters fit the picture, and `target` has room for one byte per channel
  ///   and pair of their positions.
  static func write(
    _ picture: Picture, across: TriangleFilter, down: TriangleFilter,
    into target: UnsafeMutableRawBufferPointer
  ) {
    let width = 3 * across.starts.count
    let span = down.span
    let narrow = [UInt8](unsafeUninitializedCapacity: span.count * width) { rows, count in
      picture.pixels.withUnsafeBufferPointer { pixels in
        for (row, y) in span.enumerated() {
          let source = UnsafeBufferPointer(
            rebasing: pixels[3 * y * picture.width..<3 * (y + 1) * picture.width])
          let result = UnsafeMutableBufferPointer(
            rebasing: rows[row * width..<(row + 1) * width])
          shrinkRow(source, across, into: result)
        }
      }
      count = span.count * width
    }
    narrow.withUnsafeBufferPointer { write($0, width, span.lowerBound, down, into: target) }
  }

  // Below, the sums cannot overflow: the weights of a position are positive and add up to about
  // 2²² (each rounded by at most a half), and 255 · 2²² is far below 2³¹.

  private static func shrinkRow(
    _ source: UnsafeBufferPointer<UInt8>, _ filter: TriangleFilter,
    into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    filter.weights.withUnsafeBufferPointer { weights in
      filter.starts.withUnsafeBufferPointer { starts in
        for position in starts.indices {
          var (red, green, blue) = (half, half, half)
          var place = 3 * starts[position]
          let first = position * filter.stride
          for index in first..<first + filter.counts[position] {
            let weight = weights[index]
            red &+= weight &* Int32(source[place])
            green &+= weight &* Int32(source[place + 1])
            blue &+= weight &* Int32(source[place + 2])
            place += 3
          }
          target[3 * position] = level(red)
          target[3 * position + 1] = level(green)
          target[3 * position + 2] = level(blue)
        }
      }
    }
  }

  /// Puts together rows of `width` bytes, of which the first is that of `firstRow`.
  private static func write(
    _ rows: UnsafeBufferPointer<UInt8>, _ width: Int, _ firstRow: Int, _ filter: TriangleFilter,
    into target: UnsafeMutableRawBufferPointer
  ) {
    let area = filter.starts.count * width / 3
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: width) { sums in
      for position in filter.starts.indices {
        sums.initialize(repeating: half)
        for tap in 0..<filter.counts[position] {
          let start = (filter.starts[position] + tap - firstRow) * width
          let row = UnsafeBufferPointer(rebasing: rows[start..<start + width])
          add(row, times: filter.weights[position * filter.stride + tap], to: sums)
        }
        for column in 0..<width / 3 {
          let place = position * (width / 3) + column
          target[place] = level(sums[3 * column])
          target[area + place] = level(sums[3 * column + 1])
          target[2 * area + place] = level(sums[3 * column + 2])
        }
      }
    }
  }

  private static func add(
    _ row: UnsafeBufferPointer<UInt8>, times weight: Int32,
    to sums: UnsafeMutableBufferPointer<Int32>
  ) {
    for index in row.indices { sums[index] &+= weight &* Int32(row[index]) }
  }

  private static let half: Int32 = 1 << (TriangleFilter.precision - 1)

  private static func level(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(sum >> TriangleFilter.precision, 255))
  }
}
