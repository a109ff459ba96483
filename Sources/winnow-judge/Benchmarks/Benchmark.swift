import ArgumentParser

/// Parts of Winnow that work when they are told to; `scripts/benchmark` sets them beside others.
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Works on command and says how long it took.",
    discussion: """
      Prepares the work, prints `ready`, and then answers each line it is sent with one line: \
      `round N` does the work N times and says how many seconds one took; `peak` says how many \
      bytes this process had in memory at most; `answers` says what came out last, as numbers, \
      where that can be held against another program's. Ends with its input. What \
      scripts/benchmark runs; by hand: echo 'round 3' | winnow-judge benchmark network
      """,
    subcommands: [NetworkBenchmark.self, SelectionBenchmark.self])
}
