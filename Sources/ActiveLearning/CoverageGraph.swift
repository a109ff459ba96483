import LinearAlgebra
import Synchronization

/// Who lies in whose ball: two samples are joined if their distance is below a radius.
///
/// Every sample is in its own ball, and the edges are symmetric. The lists of neighbours are kept
/// if they fit into the memory given, else computed again whenever they are asked for; they may be
/// forgotten at any time. There never is a matrix of all pairs.
package final class CoverageGraph: Sendable {
  /// In the units of the metric. Balls are open: a sample at exactly this distance is outside.
  package let radius: Double
  /// How many samples each ball holds, itself included.
  package let degrees: [Int32]
  /// The sum of the degrees.
  package let edgeCount: Int

  private let search: NeighbourSearch
  /// One for each `NeighbourSearch.blockRows` samples; nil if they are not kept.
  private let lists: Mutex<[NeighbourLists]?>

  /// Finds all pairs, block by block on all cores; N² · d operations. The lists are counted before
  /// room is taken for them: with what they are made of they never take more than `memory` and a few
  /// megabytes for each thread.
  ///
  /// - Parameters:
  ///   - memory: bytes that the lists may take.
  ///   - wider: a graph of the same points and a larger radius: where it keeps its lists, no other
  ///     pairs are looked at, in O(edges · d).
  ///   - makingRoom: told, from any thread, how many bytes the lists are about to take.
  /// - Throws: `Interrupted`.
  package convenience init(
    _ search: NeighbourSearch, radius: Double, memory: Int, wider: CoverageGraph? = nil,
    makingRoom: @Sendable (_ bytes: Int) -> Void = { _ in }
  ) throws {
    let candidates = wider?.keptLists
    let survey = try Survey.of(
      candidates.map { search.among($0) } ?? search, radius: radius, memory: memory,
      makingRoom: makingRoom)
    self.init(search, radius: radius, degrees: survey.degrees, lists: survey.lists)
  }

  /// - Parameter lists: those of each `NeighbourSearch.blockRows` samples; nil if they are not kept.
  init(
    _ search: NeighbourSearch, radius: Double, degrees: [Int32], lists: [NeighbourLists]?
  ) {
    self.search = search
    self.radius = radius
    self.degrees = degrees
    edgeCount = degrees.reduce(0) { $0 + Int($1) }
    self.lists = Mutex(lists)
  }

  /// The number of samples.
  package var count: Int { degrees.count }
  /// Whether the lists of neighbours are kept.
  package var isStored: Bool { keptLists != nil }
  /// What the lists take, or would take if they were kept.
  package var listBytes: Int { Self.listBytes(edges: edgeCount, rows: count) }
  /// What is kept, beyond the features and the degrees.
  package var bytes: Int { isStored ? listBytes : 0 }

  static func listBytes(edges: Int, rows: Int) -> Int {
    edges * MemoryLayout<Int32>.stride + rows * MemoryLayout<Int>.stride
  }

  var keptLists: [NeighbourLists]? { lists.withLock { $0 } }

  /// Gives the memory of the lists back; from now on they are computed. Nothing else changes.
  package func forgetLists() { lists.withLock { $0 = nil } }

  /// Calls `body` with each of `centers` and the ascending indices of the samples in its ball, in
  /// the order of `centers`, on the calling thread.
  ///
  /// Lists that are not kept cost |centers| · N · d operations, on all cores.
  /// - Throws: `Interrupted`, or what `body` throws.
  package func forEachBall(
    of centers: [Int], _ body: (_ center: Int, _ ball: ArraySlice<Int32>) throws -> Void
  ) throws {
    if let lists = keptLists {
      for center in centers {
        let (block, row) = center.quotientAndRemainder(dividingBy: NeighbourSearch.blockRows)
        try body(center, lists[block][row])
      }
      return
    }
    var rest = centers[...]
    while !rest.isEmpty {
      try Interrupt.check()
      let part = wave(of: rest)
      for (center, ball) in zip(part, try balls(of: Array(part))) { try body(center, ball) }
      rest = rest.dropFirst(part.count)
    }
  }

  /// The first of the centers: enough to keep all threads busy, unless their balls are large.
  private func wave(of centers: ArraySlice<Int>) -> ArraySlice<Int> {
    // 16 megabytes of neighbours for each thread.
    var room = (1 << 22) * Parallel.threads
    let part = centers.prefix(NeighbourSearch.blockRows * Parallel.threads).prefix { center in
      room -= Int(degrees[center])
      return room >= 0
    }
    return part.isEmpty ? centers.prefix(1) : part
  }

  /// The share of the samples that are in a ball of one of `coverers`; 0 of an empty pool.
  package func coverage(of coverers: [Int]) throws -> Double {
    var isCovered = [Bool](repeating: false, count: count)
    try forEachBall(of: coverers) { _, ball in
      for sample in ball { isCovered[Int(sample)] = true }
    }
    return ratio(isCovered.count { $0 }, count)
  }

  /// Neighbours computed now, the centers spread over the cores.
  private func balls(of centers: [Int]) throws -> [ArraySlice<Int32>] {
    let size = max(1, (centers.count + Parallel.threads - 1) / Parallel.threads)
    let parts = stride(from: 0, to: centers.count, by: size).map {
      Array(centers[$0..<min($0 + size, centers.count)])
    }
    let found = Mutex([NeighbourLists?](repeating: nil, count: parts.count))
    try Parallel.forEach(parts.count) { part in
      let lists = try search.neighbours(of: parts[part], within: radius)
      found.withLock { $0[part] = lists }
    }
    return found.withLock { $0 }.flatMap { lists in
      guard let lists else { return [ArraySlice<Int32>]() }
      return (0..<lists.count).map { lists[$0] }
    }
  }
}

/// One pass over half of all pairs: the degrees, and the lists if they fit.
private struct Survey: Sendable {
  let degrees: [Int32]
  let lists: [NeighbourLists]?

  static func of(
    _ search: NeighbourSearch, radius: Double, memory: Int,
    makingRoom: @Sendable (Int) -> Void
  ) throws -> Survey {
    let blocks = search.blocks.count
    let meter = ProgressMeter.current
    let search = try search.rounding(memory: memory / 4)
    let tally = Mutex(
      Tally(
        blocks: blocks, rows: search.points.count, memory: memory, besides: search.roundedBytes))
    let done = Atomic<Int>(0)
    try Parallel.forEach(blocks) { block in
      let panel = try search.panel(block, within: radius) { found in
        guard let bytes = tally.withLock({ $0.reserve(found) }) else { return false }
        makingRoom(bytes)
        return true
      }
      tally.withLock { $0.record(panel) }
      // A panel has as many tiles as there are blocks behind it.
      let tiles = done.add(blocks - block, ordering: .relaxed).newValue
      meter.report("coverage graph", tiles, of: blocks * (blocks + 1) / 2)
    }
    let survey = tally.withLock { $0 }
    return Survey(degrees: survey.degrees, lists: try survey.lists(search, radius, makingRoom))
  }
}

/// What the threads of a survey have found so far.
private struct Tally: Sendable {
  private(set) var degrees: [Int32]
  private var panels: [NeighbourPanel?]
  /// Pairs of different samples.
  private var pairs = 0
  private let memory: Int
  /// Bytes that go again when all pairs are found.
  private let besides: Int

  init(blocks: Int, rows: Int, memory: Int, besides: Int) {
    // Every sample is in its own ball.
    degrees = [Int32](repeating: 1, count: rows)
    panels = [NeighbourPanel?](repeating: nil, count: blocks)
    self.memory = memory
    self.besides = besides
  }

  /// What the lists take.
  private var bytes: Int {
    CoverageGraph.listBytes(edges: degrees.count + 2 * pairs, rows: degrees.count)
  }
  /// What they take while they are made of pairs.
  private var bytesAtOnce: Int { bytes + pairs * NeighbourPanel.bytesOfPair + besides }

  /// Counts pairs in, and says what all lists take with them; nil, and all pairs dropped, once that
  /// is too much.
  mutating func reserve(_ found: Int) -> Int? {
    pairs += found
    guard bytesAtOnce <= memory else {
      panels = []
      return nil
    }
    return bytesAtOnce
  }

  mutating func record(_ panel: NeighbourPanel) {
    let first = degrees.count - panel.degrees.count
    panel.degrees.withUnsafeBufferPointer { more in
      for place in more.indices { degrees[first + place] += more[place] }
    }
    if !panels.isEmpty { panels[panel.block] = panel }
  }

  /// The lists, unless they do not fit: made of the pairs, or found once more where only both together
  /// were too much.
  func lists(
    _ search: NeighbourSearch, _ radius: Double, _ makingRoom: @Sendable (Int) -> Void
  ) throws -> [NeighbourLists]? {
    guard bytes <= memory else { return nil }
    makingRoom(bytes)
    let panels = panels.compactMap(\.self)
    let isListed = panels.count == search.blocks.count && panels.allSatisfy(\.isListed)
    let degrees = degrees
    let blocks = search.blocks
    let lists = Mutex([NeighbourLists?](repeating: nil, count: blocks.count))
    try Parallel.forEach(blocks.count) { block in
      let found =
        isListed
        ? NeighbourSearch.neighbours(of: block, in: panels, degrees: degrees[blocks[block]])
        : try search.neighbours(of: blocks[block], within: radius)
      lists.withLock { $0[block] = found }
    }
    return lists.withLock { $0 }.compactMap(\.self)
  }
}
