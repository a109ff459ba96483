/// Where the elements of an array lie in a run of equally large elements: at
/// `offset + Σ index[axis] · strides[axis]`.
struct ArrayLayout: Sendable, Equatable {
  let shape: [Int]
  let strides: [Int]
  let offset: Int
  /// The number of elements; 1 for a scalar.
  let count: Int
  /// The part of the run that holds all of them; empty where there are none.
  let extent: Range<Int>

  static let mostDimensions = 64

  /// Elements one after another from the beginning of the run.
  /// - Precondition: the product of `shape` can be counted (`count(_:size:)`).
  init(dense shape: [Int], isFortranOrder: Bool = false) {
    self.shape = shape
    strides = Self.strides(shape, isFortranOrder: isFortranOrder)
    offset = 0
    count = shape.reduce(1, &*)
    extent = 0..<count
  }

  /// A view as torch makes them; nil where it reaches beyond the `available` elements of the run, or
  /// its own elements cannot be counted.
  init?(shape: [Int], strides: [Int], offset: Int, available: Int) {
    guard shape.count == strides.count, offset >= 0, !strides.contains(where: { $0 < 0 }),
      let count = Self.count(shape, size: 8)
    else { return nil }
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.count = count
    guard count > 0 else {
      extent = 0..<0
      return
    }
    var last = offset
    for (size, stride) in zip(shape, strides) {
      let (reach, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, beyond) = last.addingReportingOverflow(reach)
      guard !overflow, !beyond else { return nil }
      last = sum
    }
    guard last < available else { return nil }
    extent = offset..<last + 1
  }

  /// The number of elements; nil where a size is negative, or where their bytes cannot be counted,
  /// sizes of 0 left aside: then no product of sizes overflows later.
  static func count(_ shape: [Int], size: Int) -> Int? {
    var count = 1
    for length in shape where length != 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard length > 0, !overflow, product <= Int.max / max(1, size) else { return nil }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }

  private static func strides(_ shape: [Int], isFortranOrder: Bool) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    if isFortranOrder {
      for axis in shape.indices.dropFirst() {
        strides[axis] = strides[axis - 1] &* shape[axis - 1]
      }
    } else {
      for axis in shape.indices.dropLast().reversed() {
        strides[axis] = strides[axis + 1] &* shape[axis + 1]
      }
    }
    return strides
  }

  enum Order: Equatable {
    /// The extent holds the elements in C order.
    case run
    /// The extent holds each element once, in C order if its axes are taken in another order.
    /// `places` are those of its elements in C order.
    case permuted(places: ArrayPlaces)
    /// There are gaps or repetitions.
    case scattered
  }

  var order: Order {
    guard count > 0 else { return .run }
    // Axes of size 1 have strides that mean nothing.
    let axes = shape.indices.filter { shape[$0] > 1 }
    let byStride = axes.sorted { (strides[$0], $1) > (strides[$1], $0) }
    var expected = 1
    for axis in byStride.reversed() {
      guard strides[axis] == expected else { return .scattered }
      expected *= shape[axis]
    }
    if byStride == axes { return .run }
    let target = Self.strides(shape, isFortranOrder: false)
    return .permuted(
      places: ArrayPlaces(
        shape: byStride.map { shape[$0] }, strides: byStride.map { target[$0] }, offset: 0))
  }

  /// The places of the elements, in C order.
  var places: ArrayPlaces { ArrayPlaces(shape: shape, strides: strides, offset: offset) }
}

/// Places of elements one after another, the last index running fastest.
struct ArrayPlaces: Equatable, Sendable {
  private let shape: [Int]
  private let strides: [Int]
  private var index: [Int]
  private var place: Int

  /// Places with the same distance between neighbours.
  struct Run {
    let first: Int
    let stride: Int
    let count: Int
  }

  init(shape: [Int], strides: [Int], offset: Int) {
    self.shape = shape
    self.strides = strides
    index = [Int](repeating: 0, count: shape.count)
    place = offset
  }

  /// The next places, at least one and at most `limit`; may be asked for until there were as many as
  /// there are elements.
  mutating func next(atMost limit: Int) -> Run {
    guard let last = shape.indices.last else { return Run(first: place, stride: 0, count: 1) }
    let count = min(limit, shape[last] - index[last])
    let run = Run(first: place, stride: strides[last], count: count)
    index[last] += count - 1
    place += (count - 1) * strides[last]
    advance()
    return run
  }

  private mutating func advance() {
    for axis in shape.indices.reversed() {
      index[axis] += 1
      if index[axis] < shape[axis] {
        place += strides[axis]
        return
      }
      place -= strides[axis] * (shape[axis] - 1)
      index[axis] = 0
    }
  }
}
