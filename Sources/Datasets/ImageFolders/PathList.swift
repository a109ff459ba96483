/// Many paths below one folder, kept in one piece of memory: as strings of their own, a million of
/// them would take several times as much.
struct PathList: Sendable {
  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  init() {}

  /// The number of paths.
  var count: Int { ends.count }

  /// The bytes of a path.
  func slice(_ index: Int) -> ArraySlice<UInt8> {
    bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  /// A path as text.
  func text(_ index: Int) -> String { String(decoding: slice(index), as: UTF8.self) }

  mutating func append(_ path: some Sequence<UInt8>) {
    bytes.append(contentsOf: path)
    ends.append(bytes.count)
  }
}

/// Paths of which none is there twice, each found by its bytes.
struct PathTable: Sendable {
  /// The paths in the order in which they came.
  private(set) var paths = PathList()
  /// Indices of `paths` at the places where their hashes put them, or at the next free place; at
  /// most half of the places are taken.
  private var slots = [Int32](repeating: -1, count: 64)

  init() {}

  /// The index of a path; nil if it is not there.
  func index(of path: ArraySlice<UInt8>) -> Int? {
    let found = slots[slot(of: path)]
    return found < 0 ? nil : Int(found)
  }

  /// Adds a path at the end. False, and no change, where it is there already.
  mutating func insert(_ path: ArraySlice<UInt8>) -> Bool {
    let place = slot(of: path)
    guard slots[place] < 0 else { return false }
    slots[place] = Int32(paths.count)
    paths.append(path)
    if 2 * paths.count > slots.count { grow() }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: 2 * slots.count)
    for index in 0..<paths.count { slots[slot(of: paths.slice(index))] = Int32(index) }
  }

  /// The place of a path: where it is, or where it would have to go.
  private func slot(of path: ArraySlice<UInt8>) -> Int {
    var hasher = Hasher()
    path.withUnsafeBytes { hasher.combine(bytes: $0) }
    var place = hasher.finalize() & (slots.count - 1)
    while slots[place] >= 0, paths.slice(Int(slots[place])) != path {
      place = (place + 1) & (slots.count - 1)
    }
    return place
  }
}
