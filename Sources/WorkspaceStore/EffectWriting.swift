import GRDB

/// The rows that a cell leaves beside itself; their order in the arrays is their position.
extension SessionLease {
  func insertPurchases(_ purchases: [Purchase], of cell: Int, _ db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "INSERT INTO purchase_rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for (position, purchase) in purchases.enumerated() {
      try statement.execute(arguments: [
        number, cell, position, purchase.sample, purchase.label, purchase.source, purchase.round,
        purchase.share, purchase.score,
      ])
    }
  }

  func insertVerdicts(_ verdicts: [Verdict], of cell: Int, _ db: Database) throws {
    let statement = try db.cachedStatement(
      sql: "INSERT INTO verdict_rows VALUES (?, ?, ?, ?, ?, ?, ?)")
    for (position, verdict) in verdicts.enumerated() {
      try statement.execute(arguments: [
        number, cell, position, verdict.sample, verdict.isClean, verdict.quality, verdict.score,
      ])
    }
  }

  func insertMetrics(_ metrics: [Metric], of cell: Int, _ db: Database) throws {
    let statement = try db.cachedStatement(sql: "INSERT INTO metric_rows VALUES (?, ?, ?, ?)")
    for metric in metrics {
      try statement.execute(arguments: [number, cell, metric.key, metric.value])
    }
  }

  func insertBlobs(_ blobs: [NamedBlob], of cell: Int, _ db: Database) throws {
    let statement = try db.cachedStatement(sql: "INSERT INTO cell_blobs VALUES (?, ?, ?, ?)")
    for blob in blobs {
      if let bytes = blob.bytes { try Workspace.store(bytes, digest: blob.digest, db) }
      try statement.execute(arguments: [number, cell, blob.name, blob.digest])
    }
  }
}
