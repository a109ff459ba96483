/// A coverage graph as bytes: little-endian 32-bit integers, the degrees of all samples and then all
/// neighbours, one list after the other.
extension CoverageGraph {
  /// Nil where the lists are not kept.
  package var encoded: [UInt8]? {
    guard isStored else { return nil }
    var words = degrees
    words.reserveCapacity(count + edgeCount)
    // Stored lists are read from memory: nothing here can be interrupted or fail.
    try? forEachBall(of: Array(0..<count)) { _, ball in words.append(contentsOf: ball) }
    guard words.count == count + edgeCount else { return nil }
    return words.withUnsafeBytes { Array($0) }
  }
}

/// The inverse: degrees and neighbour lists of a graph over `count` samples.
struct DecodedGraph {
  let degrees: [Int32]
  /// All neighbours, list after list.
  let neighbours: ArraySlice<Int32>

  /// Nil for what is no graph over so many samples.
  init?(_ bytes: [UInt8], count: Int) {
    guard bytes.count.isMultiple(of: 4), bytes.count / 4 >= count else { return nil }
    let words = bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self) }
    }
    degrees = Array(words.prefix(count))
    neighbours = words.dropFirst(count)
    let edges = degrees.reduce(0) { $0 + Int($1) }
    guard degrees.allSatisfy({ $0 >= 0 }), edges == neighbours.count,
      neighbours.allSatisfy({ 0 <= $0 && $0 < count })
    else { return nil }
  }
}
