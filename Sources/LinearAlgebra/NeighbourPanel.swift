/// The pairs of near points between a block of rows and all points from it on: what one pass over half
/// of the matrix of distances finds, each pair once.
///
/// Blocks of `NeighbourSearch.blockRows` rows make panels that together hold every pair; from all
/// panels `neighbours(of:in:)` makes the lists of each block.
package struct NeighbourPanel: Sendable, Equatable {
  /// The number of the block of rows.
  package let block: Int
  /// For each point from the first row of the block on, how many of the pairs it is in. A point is no
  /// pair with itself.
  package let degrees: [Int32]
  /// Row within its block in the upper half, column within its block in the lower; block of columns
  /// after block of columns, in each by row, then by column. Nil where pairs are only counted.
  fileprivate let pairs: [UInt32]?
  /// Where the pairs with each block of columns end, the own block first.
  fileprivate let ends: [Int]

  /// How many pairs there are.
  package var count: Int { ends.last ?? 0 }
  /// Whether the pairs are there, and not only their number.
  package var isListed: Bool { pairs != nil }
  /// The bytes that a pair takes.
  package static let bytesOfPair = MemoryLayout<UInt32>.stride

  fileprivate func pairs(with columns: Int) -> ArraySlice<UInt32> {
    let place = columns - block
    return pairs?[(place == 0 ? 0 : ends[place - 1])..<ends[place]] ?? []
  }
}

extension NeighbourSearch {
  /// The blocks of all points.
  package var blocks: [Range<Int>] { tiles(of: points.count, size: Self.blockRows) }

  /// The pairs of a block of rows with themselves and all points behind them, on one thread:
  /// O(rows · N · d), on average half of what `neighbours(of:within:)` takes; less among candidates.
  /// - Parameters:
  ///   - radius: above 0.
  ///   - keeping: told after each tile how many pairs it added; false where they have become too many
  ///     to be listed.
  /// - Throws: `Interrupted`, looked for once per tile; what `keeping` throws.
  package func panel(
    _ block: Int, within radius: Double, keeping: (_ found: Int) throws -> Bool
  ) throws -> NeighbourPanel {
    let first = block * Self.blockRows
    let rows = first..<min(first + Self.blockRows, points.count)
    var draft = PanelDraft(rows: rows, points: points.count)
    var look = PanelLook(self, rows: rows, radius: radius)
    for range in tiles(of: points.count - first, size: DistanceTile.columns) {
      try Interrupt.check()
      look.compute(first + range.lowerBound..<first + range.upperBound)
      for i in rows { draft.add(look.neighbours(of: i), row: i) }
      if try !keeping(draft.endTile()) { draft.dropPairs() }
    }
    return draft.panel(block)
  }

  /// The lists of neighbours of a block of rows, themselves included, from all panels.
  /// - Parameter degrees: of the rows of the block, themselves included.
  /// - Precondition: one panel for each block, in their order, all listed.
  package static func neighbours(
    of block: Int, in panels: [NeighbourPanel], degrees: ArraySlice<Int32>
  ) -> NeighbourLists {
    var offset = 0
    var places = degrees.map { degree in
      defer { offset += Int(degree) }
      return offset
    }
    let ids = [Int32](unsafeUninitializedCapacity: offset) { ids, count in
      func append(_ id: Int, to row: Int) {
        ids[places[row]] = Int32(id)
        places[row] += 1
      }
      // Ascending: those before the block, those before the row in it, itself, those behind.
      for panel in panels[...block] {
        let first = panel.block * blockRows
        for pair in panel.pairs(with: block) {
          append(first + Int(pair >> 16), to: Int(pair & 0xffff))
        }
      }
      let own = block * blockRows
      for row in degrees.indices {
        append(own + row - degrees.startIndex, to: row - degrees.startIndex)
      }
      for columns in block..<panels.count {
        for pair in panels[block].pairs(with: columns) {
          append(columns * blockRows + Int(pair & 0xffff), to: Int(pair >> 16))
        }
      }
      count = offset
    }
    return NeighbourLists(degrees: degrees, ids: ids)
  }
}

/// The tiles of a panel, one after another, from rounded points as long as that pays.
private struct PanelLook {
  private let search: NeighbourSearch
  private let rows: Range<Int>
  private let radius: Double
  private var columns = 0..<0
  private var tile: DistanceTile
  private var filter: DistanceFilter
  private var roundedFilter: DistanceFilter
  private var found = [Int32](repeating: 0, count: DistanceTile.columns)
  /// How many pairs of the tile under way rounded points could not tell.
  private var uncertain = 0
  private var isRounding: Bool
  /// Of each row, where its next candidate stands in its list; nil where every pair is looked at.
  private var places: [Int]?

  init(_ search: NeighbourSearch, rows: Range<Int>, radius: Double) {
    self.search = search
    self.rows = rows
    self.radius = radius
    tile = DistanceTile(queries: search.points, points: search.points)
    filter = DistanceFilter(columns: columns, of: search.points)
    roundedFilter = filter
    isRounding = search.rounded != nil
    places = candidates?.offsets.dropLast()
  }

  private var candidates: NeighbourLists? {
    search.candidates?[rows.lowerBound / NeighbourSearch.blockRows]
  }

  mutating func compute(_ columns: Range<Int>) {
    self.columns = columns
    uncertain = 0
    filter = DistanceFilter(columns: columns, of: search.points)
    guard places == nil else { return }
    if isRounding, let rounded = search.rounded {
      tile.compute(rounded: rounded, rows: rows, columns: columns)
      roundedFilter = DistanceFilter(columns: columns, of: search.points, rounded: rounded)
    } else {
      tile.compute(rows: rows, columns: columns)
    }
  }

  /// The neighbours of a row among the columns of the tile.
  mutating func neighbours(of row: Int) -> ArraySlice<Int32> {
    // To look at a pair again takes what rounding saves of some six; no more than a third of it is
    // spent.
    if isRounding, uncertain > rows.count * columns.count / 16 {
      isRounding = false
      compute(columns)
    }
    let offset = row - rows.lowerBound
    if let count = candidates(of: row, offset) {
      let kept = search.neighbours(
        among: count, query: row, below: radius, filter, in: &found)
      return found[..<kept]
    }
    guard isRounding else {
      let count = search.neighbours(
        of: tile, offset, query: row, columns, below: radius, filter, into: &found)
      return found[..<count]
    }
    let (count, more) = search.neighbours(
      ofRounded: tile, offset, query: row, columns, below: radius, (roundedFilter, filter),
      into: &found)
    uncertain += more
    return found[..<count]
  }

  /// Writes the row's candidates among the columns of the tile to the front of `found`, as uncertain
  /// ones: how many they are; nil where all columns are. Those before the row are left to its partners.
  private mutating func candidates(of row: Int, _ offset: Int) -> Int? {
    guard let lists = candidates, var place = places?[offset] else { return nil }
    let end = lists.offsets[offset + 1]
    var count = 0
    while place < end, lists.ids[place] < columns.upperBound {
      if lists.ids[place] > row {
        found[count] = ~lists.ids[place]
        count += 1
      }
      place += 1
    }
    places?[offset] = place
    return count
  }
}

/// A panel as it is found, tile after tile.
private struct PanelDraft {
  private let rows: Range<Int>
  private let points: Int
  private var degrees: [Int32]
  /// Of the tile under way, for each block of columns in it.
  private var halves: [[UInt32]]
  private var isListed = true
  private var pairs: [UInt32] = []
  private var ends: [Int] = []
  private var columns: Int

  private static let blocksOfTile = DistanceTile.columns / NeighbourSearch.blockRows

  init(rows: Range<Int>, points: Int) {
    self.rows = rows
    self.points = points
    degrees = [Int32](repeating: 0, count: points - rows.lowerBound)
    halves = [[UInt32]](repeating: [], count: Self.blocksOfTile)
    columns = rows.lowerBound
  }

  /// - Parameter ids: ascending, of the tile under way.
  mutating func add(_ ids: ArraySlice<Int32>, row: Int) {
    let own = row - rows.lowerBound
    var count: Int32 = 0
    for id in ids where Int(id) > row {
      let (half, place) = (Int(id) - columns).quotientAndRemainder(
        dividingBy: NeighbourSearch.blockRows)
      halves[half].append(UInt32(own) << 16 | UInt32(place))
      degrees[Int(id) - rows.lowerBound] += 1
      count += 1
    }
    degrees[own] += count
  }

  /// Returns how many pairs the tile had.
  mutating func endTile() -> Int {
    var found = 0
    for half in halves.indices where columns < points {
      found += halves[half].count
      ends.append((ends.last ?? 0) + halves[half].count)
      if isListed { pairs += halves[half] }
      halves[half].removeAll(keepingCapacity: true)
      columns += NeighbourSearch.blockRows
    }
    return found
  }

  mutating func dropPairs() {
    isListed = false
    pairs = []
  }

  func panel(_ block: Int) -> NeighbourPanel {
    NeighbourPanel(block: block, degrees: degrees, pairs: isListed ? pairs : nil, ends: ends)
  }
}
