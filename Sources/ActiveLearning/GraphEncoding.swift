import LinearAlgebra

/// A coverage graph as bytes: little-endian 32-bit integers, the degrees of all samples and then all
/// neighbours, one list after the other. Written from the lists themselves and read into them.
extension CoverageGraph {
  /// How many bytes there are: the degrees alone where the lists are not kept.
  var encodedBytes: Int { MemoryLayout<Int32>.stride * (count + (isStored ? edgeCount : 0)) }

  /// Hands over the bytes, piece by piece.
  func encode(_ write: (UnsafeRawBufferPointer) -> Void) {
    degrees.withUnsafeBytes(write)
    for block in keptLists ?? [] { block.ids.withUnsafeBytes(write) }
  }

  /// The graph whose bytes these are; nil for other bytes.
  ///
  /// - Parameter hasRoom: asked, once the degrees are read, whether its lists may take so many bytes.
  convenience init?(
    _ search: NeighbourSearch, radius: Double, from content: inout DerivedContent,
    hasRoom: (_ bytes: Int) -> Bool
  ) {
    let count = search.points.count
    guard let degrees = content.degrees(count) else { return nil }
    let edges = degrees.reduce(0) { $0 + Int($1) }
    guard content.left == edges * MemoryLayout<Int32>.stride,
      hasRoom(Self.listBytes(edges: edges, rows: count))
    else { return nil }
    var lists: [NeighbourLists] = []
    for start in stride(from: 0, to: count, by: NeighbourSearch.blockRows) {
      let block = degrees[start..<min(start + NeighbourSearch.blockRows, count)]
      guard let ids = content.numbers(block.reduce(0) { $0 + Int($1) }, of: Int32.self),
        ids.allSatisfy({ 0 <= $0 && $0 < count })
      else { return nil }
      lists.append(NeighbourLists(degrees: block, ids: ids))
    }
    self.init(search, radius: radius, degrees: degrees, lists: lists)
  }

  /// The graph whose degrees alone these bytes are; nil for other bytes, and where its lists take no
  /// more than `memory`: then it may have them.
  convenience init?(
    _ search: NeighbourSearch, radius: Double, degreesFrom content: inout DerivedContent,
    memory: Int
  ) {
    guard let degrees = content.degrees(search.points.count), content.left == 0 else { return nil }
    self.init(search, radius: radius, degrees: degrees, lists: nil)
    guard listBytes > memory else { return nil }
  }
}

extension DerivedContent {
  /// The degrees of so many samples; nil where they are none.
  fileprivate mutating func degrees(_ count: Int) -> [Int32]? {
    guard let degrees = numbers(count, of: Int32.self),
      degrees.allSatisfy({ 0 <= $0 && $0 <= count })
    else { return nil }
    return degrees
  }
}
