extension NeighbourSearch {
  /// How long all panels of a radius would take on all threads, in seconds, from one panel for each
  /// thread: at most some billions of the N² · d operations.
  /// - Throws: `Interrupted`.
  package func secondsOfAllPanels(within radius: Double) throws -> Double {
    let count = blocks.count
    // A panel has as many blocks of columns as there are from its own on: no more than 64 are looked at.
    let first = max(0, count - 64)
    let sample = Array(first..<min(count, first + Parallel.threads))
    guard !sample.isEmpty else { return 0 }
    let started = ContinuousClock.now
    try Parallel.forEach(sample.count) { place in
      _ = try panel(sample[place], within: radius) { _ in true }
    }
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    let looked = sample.reduce(0) { $0 + count - $1 }
    let busy = Double(min(count, Parallel.threads)) / Double(sample.count)
    return seconds * Double(count) * Double(count + 1) / 2 / Double(looked) / busy
  }
}
