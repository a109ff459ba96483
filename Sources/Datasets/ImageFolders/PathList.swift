import Glibc

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

  /// Whether a path has these bytes.
  func isEqual(_ index: Int, _ path: ArraySlice<UInt8>) -> Bool {
    let start = index == 0 ? 0 : ends[index - 1]
    guard ends[index] - start == path.count else { return false }
    return bytes.withUnsafeBytes { own in
      path.withUnsafeBytes { other in
        guard let first = own.baseAddress, let second = other.baseAddress else { return true }
        return memcmp(first + start, second, path.count) == 0
      }
    }
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
  /// Each path has a slot at the place that its hash says or at the next free one; at most half of
  /// the slots are taken.
  private var slots = [Slot](repeating: Slot(), count: 64)

  /// Holding the hash, a slot nearly always tells without a look at the path that it is another's.
  private struct Slot: Sendable {
    var hash: UInt32 = 0
    /// Of `paths`; −1 in a free slot.
    var index: Int32 = -1
  }

  init() {}

  /// The index of a path; nil if it is not there.
  func index(of path: ArraySlice<UInt8>) -> Int? {
    let slot = slots[place(of: path, Self.hash(path))]
    return slot.index < 0 ? nil : Int(slot.index)
  }

  /// Adds a path at the end. False, and no change, where it is there already.
  mutating func insert(_ path: ArraySlice<UInt8>) -> Bool {
    let hash = Self.hash(path)
    let place = place(of: path, hash)
    guard slots[place].index < 0 else { return false }
    slots[place] = Slot(hash: hash, index: Int32(paths.count))
    paths.append(path)
    if 2 * paths.count > slots.count { grow() }
    return true
  }

  private mutating func grow() {
    var larger = [Slot](repeating: Slot(), count: 2 * slots.count)
    for slot in slots where slot.index >= 0 {
      var place = Int(slot.hash) & (larger.count - 1)
      while larger[place].index >= 0 { place = (place + 1) & (larger.count - 1) }
      larger[place] = slot
    }
    slots = larger
  }

  /// Where a path is, or where it would have to go.
  private func place(of path: ArraySlice<UInt8>, _ hash: UInt32) -> Int {
    var place = Int(hash) & (slots.count - 1)
    while slots[place].index >= 0 {
      let slot = slots[place]
      if slot.hash == hash, paths.isEqual(Int(slot.index), path) { return place }
      place = (place + 1) & (slots.count - 1)
    }
    return place
  }

  private static func hash(_ path: ArraySlice<UInt8>) -> UInt32 {
    var hasher = Hasher()
    path.withUnsafeBytes { hasher.combine(bytes: $0) }
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }
}
