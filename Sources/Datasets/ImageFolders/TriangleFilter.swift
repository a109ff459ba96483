/// The weights by which one side of an image is made longer or shorter: bilinear, and where it is
/// made shorter as wide as the pixels that come together in one (antialiasing).
///
/// The definition and the fixed point are those of Pillow's `resize(…, BILINEAR)`, to whose results
/// the pixels are equal; versions of it that take the columns of tall pictures first differ by 1 at
/// most.
struct TriangleFilter {
  /// Binary places of a weight.
  static let precision: Int32 = 22

  /// For each output position the first input position that has a weight.
  private(set) var starts: [Int] = []
  /// How many input positions from there on have one.
  private(set) var counts: [Int] = []
  /// The weights of output position i are those from `i * stride` on.
  private(set) var weights: [Int32] = []
  let stride: Int

  /// Weights for some positions of a side that is `input` pixels long and becomes `output`.
  /// - Parameter offset: where the side begins in a longer one of which it is a part.
  /// - Precondition: `positions` are within `0..<output`, and `input` is at least 1.
  init(from input: Int, to output: Int, positions: Range<Int>, offset: Int = 0) {
    let scale = Double(input) / Double(output)
    let reach = max(scale, 1)
    stride = min(2 * Int(reach.rounded(.up)) + 1, input)
    for position in positions {
      let centre = (Double(position) + 0.5) * scale
      let start = max(0, Int(centre - reach + 0.5))
      let end = min(input, Int(centre + reach + 0.5), start + stride)
      let raw = (start..<end).map { place in
        max(0, 1 - abs((Double(place) - centre + 0.5) / reach))
      }
      let sum = raw.reduce(0, +)
      starts.append(offset + start)
      counts.append(end - start)
      weights += raw.map { Int32(0.5 + $0 / sum * Double(1 << Self.precision)) }
      weights += [Int32](repeating: 0, count: stride - raw.count)
    }
  }

  /// The input positions that any output position needs.
  var span: Range<Int> {
    (starts.first ?? 0)..<((starts.last ?? 0) + (counts.last ?? 0))
  }
}
