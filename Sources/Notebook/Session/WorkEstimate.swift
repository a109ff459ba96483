import LinearAlgebra

/// What a command would cost, said before it runs.
struct WorkEstimate {
  let seconds: Double
  /// Bytes at the peak.
  let memory: Int
  /// What of it there is to do, in words: "7,800 steps of 256 views".
  let work: String
  /// What was measured for it; empty where nothing had to be.
  let basis: String
}

extension WorkEstimate {
  /// What works cost that are done one after the other, each while what the others took is still there.
  init(all parts: [WorkEstimate]) {
    self.init(
      seconds: parts.reduce(0) { $0 + $1.seconds }, memory: parts.reduce(0) { $0 + $1.memory },
      work: parts.map(\.work).joined(separator: "; "),
      basis: "measured: "
        + parts.map(\.basis).filter { !$0.isEmpty }.joined(separator: "; "))
  }

  /// The seconds that `body` takes once everything is in place: the least of some runs after a first
  /// one that does not count.
  static func seconds(runs: Int = 3, _ body: () throws -> Void) throws -> Double {
    try body()
    return try (0..<runs).map { _ in
      let started = ContinuousClock.now
      try body()
      return (ContinuousClock.now - started).seconds
    }.min() ?? 0
  }
}
