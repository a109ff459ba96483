import ActiveLearning
import ArgumentParser
import Foundation
import LinearAlgebra

/// Compares a method with itself, thousands of times, and counts the winners.
struct Comparisons: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "How often a comparison of an arm with itself has a winner.",
    discussion: """
      Trains a linear probe on the built-in digits, after 30 labels drawn at random of which half
      are wrong, under thousands of seeds; draws pairs of arms from these runs and judges them as
      `compare` does: with a number of seeds fixed beforehand, and in the sequential form while
      seeds are added. Every winner is a false one. Exits with 1 where a practice that promises at
      most 5 % of them has more, beyond its 95 % binomial interval; by chance one kept promise in
      forty does, so look again with another --seed. Practices that promise nothing stand below, to
      show what they cost.
      """)

  @Option(help: "How many comparisons.")
  var runs = 2000

  @Option(help: "Seeds of a comparison: fixed at this number, and watched up to it.")
  var seeds: Int?

  @Flag(help: "Only comparisons that are watched while seeds are added.")
  var sequential = false

  @Option(help: "How many runs are trained to draw from.")
  var bank = 4000

  @Option(help: "Of the drawing of pairs.")
  var seed = 1

  func validate() throws {
    guard runs > 0, bank > 1 else {
      throw ValidationError("runs is a positive number, bank at least 2")
    }
    guard seeds ?? PairedComparison.leastSeeds >= PairedComparison.leastSeeds else {
      throw ValidationError(
        "nothing is decided with fewer than \(PairedComparison.leastSeeds) seeds")
    }
  }

  func run() throws {
    let accuracies = try Repeats(RunBank(runs: bank).accuracies)
    print(
      """
      \(runs) comparisons of an arm with itself: a linear probe on digits, \(RunBank.labels) labels, \
      half of them wrong
      """)
    print(
      String(
        format: "\(bank) runs to draw from: accuracy %.3f, sd %.3f\n", accuracies.mean,
        accuracies.deviation ?? 0))
    let practices = Self.practices(seeds: seeds, sequential: sequential)
    let results = try count(practices, accuracies.values)
    print("practice".padded(48) + "false winners      %       95 % interval")
    var isSound = true
    for (practice, result) in zip(practices, results) {
      isSound = report(practice, result) && isSound
    }
    if !isSound { throw ExitCode(1) }
  }

  /// Those with a promise first.
  private static func practices(seeds: Int?, sequential: Bool) -> [Practice] {
    let least = PairedComparison.leastSeeds
    let last = seeds ?? 200
    let each = Array(least...last)
    let some = [10, 20, 50, 100, 200].filter { $0 < last } + [last]
    let fixed = seeds.map { [$0] } ?? [10, 20, 50]
    let several = seeds ?? 20
    let watched = "after each, \(least) … \(last)"
    let all =
      (sequential ? [] : fixed.map(Practice.fixed) + [.several(several, corrected: true)])
      + [.watched(each, watched, sequential: true), .severalWatched(each, "\(least) … \(last)")]
    let uncorrected = sequential ? [] : [Practice.several(several, corrected: false)]
    return all + uncorrected + [
      .watched(some, "at \(some.map(String.init).joined(separator: ", "))", sequential: false),
      .watched(each, watched, sequential: false),
    ]
  }

  /// Every practice sees the same comparisons.
  private func count(_ practices: [Practice], _ bank: [Double]) throws -> [Proportion] {
    let width = practices.count
    var winners = [Bool](repeating: false, count: runs * width)
    try winners.withUnsafeMutableBufferPointer { buffer in
      // Each comparison writes to places of its own.
      nonisolated(unsafe) let results = buffer
      try Parallel.forEach(runs) { number in
        let arms = EqualArms(
          bank, arms: 4, seeds: max(200, seeds ?? 0), number: number, seed: seed)
        for (place, practice) in practices.enumerated() {
          results[number * width + place] = try practice.findsWinner(arms)
        }
      }
    }
    return practices.indices.map { place in
      Proportion(count: (0..<runs).count { winners[$0 * width + place] }, trials: runs)
    }
  }

  /// - Returns: false for a broken promise.
  private func report(_ practice: Practice, _ found: Proportion) -> Bool {
    let interval = found.interval
    let isKept = interval.lower <= PairedComparison.level
    let words = practice.isPromised ? (isKept ? "ok" : "NOT OK") : "(no promise)"
    print(
      practice.title.padded(48)
        + String(
          format: "%13d%7.2f%11.2f – %5.2f  %@", found.count, 100 * found.share,
          100 * interval.lower, 100 * interval.upper, words))
    return isKept || !practice.isPromised
  }
}

extension String {
  fileprivate func padded(_ length: Int) -> String {
    padding(toLength: length, withPad: " ", startingAt: 0)
  }
}
