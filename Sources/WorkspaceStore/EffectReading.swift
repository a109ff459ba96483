import GRDB

extension SessionLease {
  /// The purchases of some cells, in the order of cells and, within one, of purchase.
  package func purchases(in cells: [Int]) throws(WorkspaceError) -> [PurchaseRow] {
    try rows(
      "cell, position, sample, label, source, round, share, score FROM purchase_rows", cells,
      order: "position"
    ) { row in
      PurchaseRow(
        cell: try row.number(atIndex: 0), position: try row.number(atIndex: 1),
        purchase: Purchase(
          sample: try row.number(atIndex: 2), label: try row.number(atIndex: 3),
          source: try row.decode(atIndex: 4), round: try row.number(atIndex: 5),
          share: try row.number(atIndex: 6),
          score: try row.decode(atIndex: 7)))
    }
  }

  /// The verdicts of a cell, in the order in which they were given.
  package func verdicts(in cell: Int) throws(WorkspaceError) -> [VerdictRow] {
    try rows(
      "cell, position, sample, clean, quality, score FROM verdict_rows", [cell], order: "position"
    ) { row in
      VerdictRow(
        cell: try row.number(atIndex: 0), position: try row.number(atIndex: 1),
        verdict: Verdict(
          sample: try row.number(atIndex: 2), isClean: try row.decode(atIndex: 3),
          quality: try row.decode(Double?.self, atIndex: 4) ?? .nan,
          score: try row.decode(atIndex: 5)))
    }
  }

  /// The metrics of some cells, in the order of cells and, within one, of keys.
  package func metrics(in cells: [Int]) throws(WorkspaceError) -> [MetricRow] {
    try rows("cell, key, value FROM metric_rows", cells, order: "key") { row in
      MetricRow(
        cell: try row.number(atIndex: 0),
        metric: Metric(try row.decode(atIndex: 1), try row.decode(atIndex: 2)))
    }
  }

  /// The big arrays that a cell names, by name.
  package func blobs(of cell: Int) throws(WorkspaceError) -> [NamedBlob] {
    try rows("name, digest FROM cell_blobs", [cell], order: "name") { row in
      NamedBlob(name: try row.decode(atIndex: 0), digest: try row.decode(atIndex: 1))
    }
  }

  /// Rows of the given cells. The cells go in as one JSON list, since the number of an SQL
  /// statement's arguments is limited and theirs is not.
  private func rows<T>(
    _ columns: String, _ cells: [Int], order: String, _ make: (Row) throws -> T
  ) throws(WorkspaceError) -> [T] {
    let list = "[" + cells.map(String.init).joined(separator: ",") + "]"
    return try workspace.read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT \(columns)
          WHERE session = ? AND cell IN (SELECT value FROM json_each(?)) ORDER BY cell, \(order)
          """, arguments: [number, list])
      var found: [T] = []
      while let row = try rows.next() { found.append(try make(row)) }
      return found
    }
  }
}
