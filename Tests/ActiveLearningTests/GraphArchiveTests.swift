import ActiveLearning
import LinearAlgebra
import Synchronization
import Testing

/// Graphs that are kept beyond the process that built them.
@Suite struct GraphArchiveTests {
  /// An archive in memory that counts what it is asked for.
  private final class Shelf: DerivedArchive {
    let kept = Mutex<[String: [UInt8]]>([:])
    let found = Mutex(0)
    /// Bytes that were read, of all contents.
    let bytesRead = Mutex(0)

    func read<Result>(
      named name: String, _ body: (inout DerivedContent) -> Result?
    ) -> Result? {
      guard let bytes = kept.withLock({ $0[name] }) else { return nil }
      found.withLock { $0 += 1 }
      let offset = Mutex(0)
      var content = DerivedContent(bytes: bytes.count) { buffer in
        let start = offset.withLock { offset in
          defer { offset += buffer.count }
          return offset
        }
        buffer.copyBytes(from: bytes[start..<start + buffer.count])
        self.bytesRead.withLock { $0 += buffer.count }
        return true
      }
      return body(&content)
    }

    func bytes(named name: String) -> Int? { kept.withLock { $0[name]?.count } }

    func keep(
      named name: String, seconds: Double, bytes: Int,
      _ write: ((UnsafeRawBufferPointer) -> Void) -> Void
    ) {
      var value: [UInt8] = []
      write { value.append(contentsOf: $0) }
      #expect(value.count == bytes)
      kept.withLock { [value] in $0[name] = value }
    }
  }

  private let features = clusters(613, classes: 5, dimensions: 7).features

  private func balls(_ graph: CoverageGraph) throws -> [[Int32]] {
    var balls: [[Int32]] = []
    try graph.forEachBall(of: Array(0..<graph.count)) { balls.append(Array($1)) }
    return balls
  }

  @Test(arguments: [0.05, 0.4, 3]) func `come back as they were`(_ radius: Double) throws {
    let shelf = Shelf()
    let first = try Embedding(features, archive: shelf)
      .coverageGraph(radius: radius, memory: 1 << 30)
    #expect(shelf.found.withLock { $0 } == 0)
    let second = try Embedding(features, archive: shelf)
      .coverageGraph(radius: radius, memory: 1 << 30)
    #expect(shelf.found.withLock { $0 } == 1)
    #expect(first.degrees == second.degrees)
    #expect(first.edgeCount == second.edgeCount)
    #expect(try balls(first) == balls(second))
  }

  @Test func `are built anew where the bytes are those of something else`() throws {
    let shelf = Shelf()
    let embedding = Embedding(features, archive: shelf)
    let graph = try embedding.coverageGraph(radius: 0.4, memory: 1 << 30)
    let name = try #require(shelf.kept.withLock { $0.keys.first })
    let whole = try #require(shelf.kept.withLock { $0[name] })
    // One edge that leads out of the pool, below it, and a degree that is negative or much too large.
    let foreign = [(whole.count - 1, UInt8(0x40)), (whole.count - 1, 0x80), (3, 0x80), (3, 0x7f)]
      .map { place, byte in
        var damaged = whole
        damaged[place] = byte
        return damaged
      }
    let cuts = [0, 3, 4 * 613, whole.count - 4, whole.count - 1].map { Array(whole.prefix($0)) }
    for damage in foreign + cuts + [whole + [0, 0, 0, 0], Array(repeating: 7, count: 4 * 613)] {
      shelf.kept.withLock { $0[name] = damage }
      let again = try Embedding(features, archive: shelf)
        .coverageGraph(radius: 0.4, memory: 1 << 30)
      #expect(try balls(again) == balls(graph))
    }
  }

  @Test func `are not read where their lists do not fit`() throws {
    let shelf = Shelf()
    let whole = try Embedding(features, archive: shelf)
      .coverageGraph(radius: 0.4, memory: 1 << 30)
    let small = try Embedding(features, archive: shelf)
      .coverageGraph(radius: 0.4, memory: whole.listBytes - 1)
    #expect(!small.isStored)
    #expect(try balls(small) == balls(whole))
    // The degrees tell how long the lists are.
    #expect(shelf.bytesRead.withLock { $0 } == 4 * 613)
    // They are kept too: no second pass where the lists are too long for this memory.
    let passes = Mutex(0)
    let meter = ProgressMeter { _, _, _ in passes.withLock { $0 += 1 } }
    try ProgressMeter.$current.withValue(meter) {
      for memory in [0, whole.listBytes - 1] {
        let again = try Embedding(features, archive: shelf)
          .coverageGraph(radius: 0.4, memory: memory)
        #expect(!again.isStored && again.degrees == whole.degrees)
      }
    }
    #expect(passes.withLock { $0 } == 0)
    shelf.kept.withLock { $0["graph 0.4"] = nil }
    let large = try Embedding(features, archive: shelf).coverageGraph(radius: 0.4, memory: 1 << 30)
    #expect(large.isStored)
  }

  @Test func `a forecast knows where the graph is and how large, and builds nothing`() throws {
    let archive = Shelf()
    let embedding = Embedding(features, archive: archive)
    let before = try embedding.graphForecast(radius: 0.4, memory: 1 << 30)
    #expect(before.place == .nowhere && before.isKept && before.seconds > 0 && before.bytes > 0)
    #expect(archive.kept.withLock { $0.isEmpty })
    let graph = try embedding.coverageGraph(radius: 0.4, memory: 1 << 30)
    #expect(abs(Double(before.edges) / Double(graph.edgeCount) - 1) < 0.2)
    let after = try embedding.graphForecast(radius: 0.4, memory: 1 << 30)
    #expect(after.place == .memory && after.edges == graph.edgeCount && after.seconds == 0)
    let other = Embedding(features, archive: archive)
    #expect(try other.graphForecast(radius: 0.4, memory: 1 << 30).place == .archive)
    let little = try embedding.graphForecast(radius: 0.4, memory: 10_000)
    #expect(!little.isKept && little.place == .nowhere)
    #expect(throws: MethodError.self) { try embedding.graphForecast(radius: 0, memory: 1) }
  }
}

/// The clusters of the purity rule.
extension GraphArchiveTests {
  @Test func `and so does the purity of balls`() throws {
    let shelf = Shelf()
    let runs = try (0..<2).map { _ in
      try PurityRule().curve(of: Embedding(features, archive: shelf), classes: 5).distances
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0].count == 613)
    #expect(shelf.found.withLock { $0 } == 1)
    _ = try PurityRule().curve(of: Embedding(features, archive: shelf), classes: 4)
    #expect(shelf.found.withLock { $0 } == 1)
  }
}

/// What is kept of graphs within a process.
@Suite struct GraphShelfTests {
  private func embedding(_ seed: Int, _ shelf: GraphShelf) -> Embedding {
    Embedding(clusters(300, classes: 4, dimensions: 5, seed: seed).features, shelf: shelf)
  }

  @Test func `holds the lists of several data sets within one limit`() throws {
    let shelf = GraphShelf()
    let (first, second) = (embedding(1, shelf), embedding(2, shelf))
    let old = try first.coverageGraph(radius: 0.5, memory: 1 << 20)
    let new = try second.coverageGraph(radius: 0.5, memory: 1 << 20)
    #expect(old.isStored && new.isStored)
    let room = max(old.listBytes, new.listBytes) + 8 * 300
    let third = try second.coverageGraph(radius: 0.4, memory: max(room, new.listBytes * 2))
    #expect(third.isStored)
    #expect(!old.isStored)
  }

  @Test func `takes the lists from whoever still has the graph, whose answers stay the same`()
    throws
  {
    let shelf = GraphShelf()
    let (first, second) = (embedding(1, shelf), embedding(2, shelf))
    let graph = try first.coverageGraph(radius: 0.5, memory: 1 << 20)
    var before: [[Int32]] = []
    try graph.forEachBall(of: Array(0..<300)) { before.append(Array($1)) }
    var cover = GreedyCover(graph)
    try cover.cover(exactlyBy: [3, 77])
    let other = try embedding(2, GraphShelf()).coverageGraph(radius: 0.5, memory: 0)
    _ = try second.coverageGraph(
      radius: 0.5, memory: max(graph.listBytes, other.listBytes) + 2400)
    #expect(!graph.isStored)
    var after: [[Int32]] = []
    try graph.forEachBall(of: Array(0..<300)) { after.append(Array($1)) }
    #expect(after == before)
    try cover.cover(alsoBy: 5)
    var anew = GreedyCover(try first.coverageGraph(radius: 0.5, memory: 0))
    try anew.cover(exactlyBy: [3, 5, 77])
    #expect(cover.gains == anew.gains)
  }

  @Test func `lets go of a data set that is gone`() throws {
    let shelf = GraphShelf()
    weak var graph: CoverageGraph?
    do {
      let short = embedding(1, shelf)
      graph = try short.coverageGraph(radius: 0.5, memory: 1 << 20)
      #expect(graph != nil)
      withExtendedLifetime(short) {}
    }
    #expect(graph == nil)
  }
}
