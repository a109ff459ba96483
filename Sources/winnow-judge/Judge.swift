import ArgumentParser

/// Judges what tests cannot judge in their time: known numbers on whole data sets, and damaged files
/// by the thousand. For whoever works on Winnow; no part of the product.
#if !FUZZING
  @main
#endif
struct Judge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-judge", abstract: "Judges Winnow by known numbers.",
    subcommands: [
      Sanity.self, Torture.self, TortureChild.self, Comparisons.self, Benchmark.self,
      NetworkJudge.self,
    ])
}
