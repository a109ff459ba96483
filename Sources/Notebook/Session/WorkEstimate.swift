import LinearAlgebra

/// What a command would cost, said before it runs.
struct WorkEstimate {
  let seconds: Double
  /// Bytes at the peak.
  let memory: Int
  /// What of it there is to do, in words: "7,800 steps of 256 views".
  let work: String
  /// What was measured for it.
  let basis: String
}

extension WorkEstimate {
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
