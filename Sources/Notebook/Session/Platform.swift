import LinearAlgebra
import Networks
import WorkspaceStore

/// What of a machine results may depend on: threads, kernels, libraries. The workspace keeps it with the
/// cells, so that a difference can be explained by it later, and elsewhere.
struct Platform: Equatable, Sendable {
  /// `threads=2 kernels=avx2 blas=Zen onednn=2.6.3`.
  let line: RecordLine

  static var current: Platform {
    Platform(
      line: RecordLine([
        ("threads", String(Parallel.threads)), ("kernels", Kernels.name),
        ("blas", OpenBLAS.coreName), ("onednn", NetworkLibrary.version),
      ]))
  }

  subscript(key: String) -> String? { line[key] }

  /// In words, as `threads 1 and 2`.
  func differences(from other: Platform) -> [String] {
    let keys = line.pairs.map(\.key)
    let others = other.line.pairs.map(\.key).filter { !keys.contains($0) }
    return (keys + others).compactMap { key in
      self[key] == other[key]
        ? nil : "\(key) \(self[key] ?? "unknown") and \(other[key] ?? "unknown")"
    }
  }
}

/// What each cell of a session ran on.
struct Platforms: Sendable {
  private let from: [(cell: Int, platform: Platform)]

  init(_ lease: SessionLease) throws {
    from = try lease.platforms().map { ($0.cell, Platform(line: RecordLine(parsing: $0.text))) }
  }

  /// Nil for cells of a version that did not say.
  func platform(of cell: Int) -> Platform? { from.last { $0.cell <= cell }?.platform }

  /// Of the last cell that changed something on a line of cells; where there is none, this machine.
  func platform(at line: [CellRecord]) -> Platform? {
    guard let last = line.last(where: \.changesState) else { return .current }
    return platform(of: last.number)
  }
}
