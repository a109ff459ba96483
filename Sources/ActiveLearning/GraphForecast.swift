import LinearAlgebra

/// What a coverage graph will cost and take, said before it is built.
package struct GraphForecast: Sendable, Hashable {
  /// Where the graph is.
  package enum Place: Sendable, Hashable {
    /// In this process.
    case memory
    /// In the archive, from where it is read.
    case archive
    /// It has to be built.
    case nowhere
  }

  package let place: Place
  /// The sum of the degrees; where the graph has to be built or read, what a sample of rows says.
  package let edges: Int
  /// Whether the lists of neighbours are kept, so that a pick reads them.
  package let isKept: Bool
  /// Until the graph is there.
  package let seconds: Double
  /// What it takes while it is made; 0 where it is in memory already.
  package let bytes: Int
}

extension Embedding {
  /// Looks where the graph of a radius is, and measures on small parts of the work what it takes to
  /// have it. Neither graphs nor archives change. At most some 10 billion operations.
  ///
  /// - Parameters: as for `coverageGraph`.
  /// - Throws: `MethodError.range`; `Interrupted`.
  package func graphForecast(radius: Double, memory: Int) throws -> GraphForecast {
    guard radius > 0, radius.isFinite else {
      throw MethodError.range(name: "delta", value: radius, allowed: "above 0")
    }
    if let graph = shelvedGraph(radius: radius, memory: memory) {
      return GraphForecast(
        place: .memory, edges: graph.edgeCount, isKept: graph.isStored, seconds: 0, bytes: 0)
    }
    let search = NeighbourSearch(points)
    let edges = try sampledEdges(search, radius: radius)
    let listBytes = CoverageGraph.listBytes(edges: edges, rows: count)
    let isKept = listBytes <= memory
    if archivedBytes(radius: radius, isKept: isKept) != nil {
      return GraphForecast(
        place: .archive, edges: edges, isKept: isKept,
        seconds: isKept ? Double(listBytes) / Self.archivedBytesPerSecond : 0,
        bytes: isKept ? listBytes : 0)
    }
    let build = try buildForecast(search, radius: radius, edges: edges, memory: memory)
    return GraphForecast(
      place: .nowhere, edges: edges, isKept: isKept, seconds: build.seconds, bytes: build.bytes)
  }

  /// What reading and checking a file of lists goes at, at least, where the disk is not the limit.
  private static let archivedBytesPerSecond = 4e8

  /// What it takes to make lists of a pair that was found, on one thread.
  private static let secondsOfPair = 2.5e-8

  private func sampledEdges(_ search: NeighbourSearch, radius: Double) throws -> Int {
    guard count > 0 else { return 0 }
    let wanted = min(count, 256)
    let rows = (0..<wanted).map { $0 * count / wanted }
    let found = try search.neighbours(of: rows, within: radius)
    return Int(Double(found.ids.count) / Double(wanted) * Double(count))
  }

  private func buildForecast(
    _ search: NeighbourSearch, radius: Double, edges: Int, memory: Int
  ) throws -> (seconds: Double, bytes: Int) {
    let started = ContinuousClock.now
    let rounding = try search.rounding(memory: memory / 4)
    let prepared = (ContinuousClock.now - started) / .seconds(1)
    let pairs = max(0, edges - count) / 2
    let lists = CoverageGraph.listBytes(edges: edges, rows: count)
    let atOnce = lists + pairs * NeighbourPanel.bytesOfPair + rounding.roundedBytes
    let isListed = atOnce <= memory
    // Where pairs and lists do not fit together, the lists take a pass of their own over all pairs.
    let passes = isListed || lists > memory ? 1.0 : 3
    let listing = isListed ? Double(pairs) * Self.secondsOfPair / Double(Parallel.threads) : 0
    return (
      prepared + passes * (try rounding.secondsOfAllPanels(within: radius)) + listing,
      isListed ? atOnce : min(memory, max(lists, rounding.roundedBytes))
    )
  }
}
