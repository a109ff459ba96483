import LinearAlgebra
import Synchronization

/// Who lies in whose ball: two samples are joined if their distance is below a radius.
///
/// Every sample is in its own ball, and the edges are symmetric. The lists of neighbours are kept
/// if they fit into the memory given, else computed again whenever they are asked for. There never
/// is a matrix of all pairs.
package final class CoverageGraph: Sendable {
  /// In the units of the metric. Balls are open: a sample at exactly this distance is outside.
  package let radius: Double
  /// How many samples each ball holds, itself included.
  package let degrees: [Int32]
  /// The sum of the degrees.
  package let edgeCount: Int
  /// Whether the lists of neighbours are kept.
  package let isStored: Bool

  private let search: NeighbourSearch
  /// One for each `NeighbourSearch.blockRows` samples; empty if they are not kept.
  private let lists: [StoredLists]

  /// Finds all pairs, block by block on all cores; N² · d operations.
  ///
  /// - Parameter memory: bytes that the lists may take.
  /// - Throws: `Interrupted`.
  package init(_ search: NeighbourSearch, radius: Double, memory: Int) throws {
    let survey = try Survey.of(search, radius: radius, memory: memory)
    self.search = search
    self.radius = radius
    degrees = survey.degrees
    edgeCount = survey.edgeCount
    isStored = survey.fits
    lists = survey.lists
  }

  /// The graph that `encoded` gave; nil for other bytes.
  package init?(_ search: NeighbourSearch, radius: Double, encoded bytes: [UInt8]) {
    guard let decoded = DecodedGraph(bytes, count: search.points.count) else { return nil }
    self.search = search
    self.radius = radius
    degrees = decoded.degrees
    edgeCount = decoded.neighbours.count
    isStored = true
    lists = StoredLists.blocks(decoded)
  }

  /// The number of samples.
  package var count: Int { degrees.count }
  /// What the lists take, or would take if they were kept.
  package var listBytes: Int { StoredLists.bytes(edges: edgeCount, rows: count) }
  /// What is kept, beyond the features.
  package var bytes: Int { isStored ? listBytes : 0 }

  /// Calls `body` with each of `centers` and the ascending indices of the samples in its ball, in
  /// the order of `centers`, on the calling thread.
  ///
  /// Lists that are not kept cost |centers| · N · d operations, on all cores.
  /// - Throws: `Interrupted`, or what `body` throws.
  package func forEachBall(
    of centers: [Int], _ body: (_ center: Int, _ ball: ArraySlice<Int32>) throws -> Void
  ) throws {
    guard !isStored else {
      for center in centers {
        let (block, row) = center.quotientAndRemainder(dividingBy: NeighbourSearch.blockRows)
        try body(center, lists[block][row])
      }
      return
    }
    let wave = NeighbourSearch.blockRows * Parallel.threads
    for start in stride(from: 0, to: centers.count, by: wave) {
      try Interrupt.check()
      let part = Array(centers[start..<min(start + wave, centers.count)])
      for (center, ball) in zip(part, try balls(of: part)) { try body(center, ball) }
    }
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

/// The neighbours of a block of rows in one array that is exactly as long as it must be.
private struct StoredLists: Sendable {
  private let offsets: [Int]
  private let ids: [Int32]

  init(_ lists: NeighbourLists) {
    offsets = lists.offsets
    // An array that grew by appending may hold twice the room that it needs.
    ids = lists.ids.withUnsafeBufferPointer { Array($0) }
  }

  private init(offsets: [Int], ids: [Int32]) {
    self.offsets = offsets
    self.ids = ids
  }

  /// A graph's lists, in blocks of `NeighbourSearch.blockRows` samples.
  static func blocks(_ graph: DecodedGraph) -> [StoredLists] {
    var first = graph.neighbours.startIndex
    return stride(from: 0, to: graph.degrees.count, by: NeighbourSearch.blockRows).map { start in
      let end = min(start + NeighbourSearch.blockRows, graph.degrees.count)
      let offsets = graph.degrees[start..<end].reduce(into: [0]) {
        $0.append($0[$0.count - 1] + Int($1))
      }
      let last = first + offsets[offsets.count - 1]
      defer { first = last }
      return StoredLists(offsets: offsets, ids: Array(graph.neighbours[first..<last]))
    }
  }

  subscript(row: Int) -> ArraySlice<Int32> { ids[offsets[row]..<offsets[row + 1]] }

  static func bytes(edges: Int, rows: Int) -> Int {
    edges * MemoryLayout<Int32>.stride + rows * MemoryLayout<Int>.stride
  }
}

/// One pass over all pairs: the degrees, and the lists as long as they fit.
private struct Survey: Sendable {
  var degrees: [Int32]
  var lists: [StoredLists] = []
  var edgeCount = 0
  var fits = true

  static func of(_ search: NeighbourSearch, radius: Double, memory: Int) throws -> Survey {
    let count = search.points.count
    let size = NeighbourSearch.blockRows
    let blocks = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    let meter = ProgressMeter.current
    let tally = Mutex(Tally(blocks: blocks.count, rows: count, memory: memory))
    try Parallel.forEach(blocks.count) { block in
      let lists = try search.neighbours(of: blocks[block], within: radius)
      // Copied outside of the lock, and not at all once it is clear that not everything fits.
      let kept = tally.withLock { $0.reserve(lists) } ? StoredLists(lists) : nil
      let done = tally.withLock { $0.record(block, lists.degrees, kept) }
      meter.report("coverage graph", done, of: blocks.count)
    }
    return tally.withLock { $0.survey() }
  }
}

/// What the threads of a survey have found so far.
private struct Tally {
  private var degrees: [[Int32]]
  private var lists: [StoredLists?]
  private var edges = 0
  private var done = 0
  private let memory: Int
  private let rows: Int

  init(blocks: Int, rows: Int, memory: Int) {
    degrees = [[Int32]](repeating: [], count: blocks)
    lists = [StoredLists?](repeating: nil, count: blocks)
    self.rows = rows
    self.memory = memory
  }

  private var fits: Bool { StoredLists.bytes(edges: edges, rows: rows) <= memory }

  /// Counts the edges in; false, and all lists dropped, once they are too many.
  mutating func reserve(_ found: NeighbourLists) -> Bool {
    edges += found.ids.count
    if !fits { lists = [] }
    return fits
  }

  mutating func record(_ block: Int, _ found: [Int32], _ kept: StoredLists?) -> Int {
    degrees[block] = found
    if fits { lists[block] = kept }
    done += 1
    return done
  }

  func survey() -> Survey {
    Survey(
      degrees: Array(degrees.joined()), lists: fits ? lists.compactMap(\.self) : [],
      edgeCount: edges, fits: fits)
  }
}

extension NeighbourLists {
  /// The length of each list.
  fileprivate var degrees: [Int32] {
    zip(offsets, offsets.dropFirst()).map { Int32($1 - $0) }
  }
}
