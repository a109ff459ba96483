import CommandLanguage
import WorkspaceStore

extension Showing {
  /// All that changed the session as a tree: the way to where it stands is filled, what was undone or
  /// left on a branch hollow. What only looked is passed over.
  static func tree(_ invocation: Invocation) throws -> Output {
    let lease = invocation.session.lease
    let tree = CellTree(
      try lease.cells(), head: try lease.head(), branches: try lease.branches())
    let table = Table(
      columns: [
        .init("cell"), .init("parent"), .init("input"), .init("command"), .init("live"),
        .init("branches"),
      ],
      rows: tree.cells.map { cell in
        [
          .int(cell.number), .optional(tree.parents[cell.number] ?? nil), .int(cell.input),
          .string(cell.command), .bool(tree.live.contains(cell.number)),
          .array((tree.branches[cell.number] ?? []).map { .string($0.name) }),
        ]
      })
    return Output(
      record: table.json, table: table,
      lines: tree.cells.isEmpty ? ["nothing has changed the session yet"] : [],
      picture: tree.lines)
  }
}

/// Cells as lines: one below the other where one followed the other, those that were left to the side.
struct CellTree {
  /// Those that ended well and changed something, by their numbers.
  let cells: [CellRecord]
  /// The nearest of them before each.
  private(set) var parents: [Int: Int?] = [:]
  /// From the first cell to where the session stands.
  private(set) var live: Set<Int> = []
  /// Which end at a cell, or looked on from there; nil is before the first.
  private(set) var branches: [Int?: [Branch]] = [:]

  /// - Parameters:
  ///   - all: the cells of a session, of every kind.
  ///   - head: where it stands.
  init(_ all: [CellRecord], head: Int?, branches known: [Branch]) {
    let places = all.filter { $0.isNode && $0.status == .ok }
    cells = places.filter(\.changesState)
    // A parent's number is below its child's, so that its own place is known already.
    var nearest: [Int: Int?] = [:]
    for cell in places {
      let before = cell.parent.flatMap { nearest[$0] ?? nil }
      nearest[cell.number] = cell.changesState ? cell.number : before
      if cell.changesState { parents[cell.number] = before }
    }
    branches = Dictionary(grouping: known) { $0.head.flatMap { nearest[$0] ?? nil } }
    var place = head.flatMap { nearest[$0] ?? nil }
    while let cell = place {
      live.insert(cell)
      place = parents[cell] ?? nil
    }
  }

  /// What is still to be drawn: a cell, what stands before it and before what follows it.
  private struct Pending {
    let cell: CellRecord
    let first: String
    let rest: String
  }

  var lines: [String] {
    let children = Dictionary(grouping: cells) { parents[$0.number] ?? nil }
    var pending = stacked(children[nil] ?? [], rest: "")
    var lines: [String] = []
    while let next = pending.popLast() {
      lines.append(next.first + line(next.cell))
      pending += stacked(children[next.cell.number] ?? [], rest: next.rest)
    }
    return lines
  }

  /// The children of one cell, the first to be drawn last: those that were left, then the one that the
  /// session went on with, else the newest.
  private func stacked(_ children: [CellRecord], rest: String) -> [Pending] {
    guard let trunk = children.last(where: { live.contains($0.number) }) ?? children.last else {
      return []
    }
    let left = children.filter { $0.number != trunk.number }.map {
      Pending(cell: $0, first: rest + "├─", rest: rest + "│ ")
    }
    return [Pending(cell: trunk, first: rest, rest: rest)] + left.reversed()
  }

  private func line(_ cell: CellRecord) -> String {
    let mark = live.contains(cell.number) ? "●" : "○"
    let names = (branches[cell.number] ?? []).map { $0.isCurrent ? "\($0.name), here" : $0.name }
    let tags = names.isEmpty ? "" : "  [\(names.joined(separator: "] ["))]"
    return "\(mark) \(cell.number) \(Display.safe(cell.typed.firstCodeLine))\(tags)"
  }
}
