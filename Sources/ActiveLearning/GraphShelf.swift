import Synchronization

/// Keeps the graphs that were used last, of any number of embeddings, so that their lists together
/// stay within the memory allowed.
package final class GraphShelf: Sendable {
  private struct Place {
    let owner: ObjectIdentifier
    let graph: CoverageGraph

    /// With the degrees, which a graph without lists has too.
    var bytes: Int { graph.bytes + graph.count * MemoryLayout<Int32>.stride }
  }

  /// The one used last comes first.
  private let places = Mutex<[Place]>([])

  package init() {}

  /// The graph of a radius if it is as it would be made anew.
  func graph(of owner: Embedding, radius: Double, memory: Int) -> CoverageGraph? {
    places.withLock { places in
      let index = places.firstIndex {
        $0.owner == ObjectIdentifier(owner) && $0.graph.radius == radius
      }
      guard let index else { return nil }
      let place = places.remove(at: index)
      if place.graph.listBytes > memory { place.graph.forgetLists() }
      // One without lists may do better with more memory than it was made with.
      guard place.graph.isStored == (place.graph.listBytes <= memory) else { return nil }
      places.insert(place, at: 0)
      return place.graph
    }
  }

  /// The same, but nothing moves, and no graph forgets its lists.
  func peek(of owner: Embedding, radius: Double, memory: Int) -> CoverageGraph? {
    places.withLock { places in
      places.first {
        $0.owner == ObjectIdentifier(owner) && $0.graph.radius == radius
          && $0.graph.isStored == ($0.graph.listBytes <= memory)
      }?.graph
    }
  }

  /// The graph with the fewest edges among those of a larger radius that keep their lists.
  func graph(of owner: Embedding, widerThan radius: Double) -> CoverageGraph? {
    places.withLock { places in
      places.lazy.filter { $0.owner == ObjectIdentifier(owner) }.map(\.graph)
        .filter { $0.radius > radius && $0.isStored }.min { $0.edgeCount < $1.edgeCount }
    }
  }

  func keep(_ graph: CoverageGraph, of owner: Embedding, memory: Int) {
    places.withLock { places in
      places.insert(Place(owner: ObjectIdentifier(owner), graph: graph), at: 0)
      Self.shrink(&places, to: memory, atLeast: 1)
    }
  }

  /// Has the graphs used longest ago forget their lists until there is room for so many bytes more.
  func makeRoom(for bytes: Int, within memory: Int) {
    places.withLock { Self.shrink(&$0, to: memory - bytes, atLeast: 0) }
  }

  /// Drops the graphs of an embedding that goes.
  func forget(_ owner: ObjectIdentifier) {
    places.withLock { $0.removeAll { $0.owner == owner } }
  }

  private static func shrink(_ places: inout [Place], to memory: Int, atLeast count: Int) {
    var bytes = places.reduce(0) { $0 + $1.bytes }
    while places.count > count, bytes > memory, let last = places.popLast() {
      bytes -= last.bytes
      // Whoever still uses it goes on without them.
      last.graph.forgetLists()
    }
  }
}
