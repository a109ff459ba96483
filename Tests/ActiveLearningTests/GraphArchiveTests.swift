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

    func bytes(named name: String) -> [UInt8]? {
      let bytes = kept.withLock { $0[name] }
      if bytes != nil { found.withLock { $0 += 1 } }
      return bytes
    }

    func keep(named name: String, seconds: Double, _ bytes: () -> [UInt8]) {
      let value = bytes()
      kept.withLock { $0[name] = value }
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
    for damage in [[], [1, 2, 3], Array(repeating: UInt8(7), count: 4 * 613)] {
      shelf.kept.withLock { $0[name] = damage.map { UInt8($0) } }
      let again = try Embedding(features, archive: shelf)
        .coverageGraph(radius: 0.4, memory: 1 << 30)
      #expect(try balls(again) == balls(graph))
    }
  }

  @Test func `are streamed all the same where they do not fit`() throws {
    let shelf = Shelf()
    _ = try Embedding(features, archive: shelf).coverageGraph(radius: 0.4, memory: 1 << 30)
    let small = try Embedding(features, archive: shelf).coverageGraph(radius: 0.4, memory: 100)
    #expect(!small.isStored)
  }
}
