import ActiveLearning
import CommandLanguage

/// The rounds of the run under way as the reference's table has them (METHODS §10.2): a column for
/// each round, a row for each figure.
struct PaperRounds {
  private let rounds: [RoundRow]
  private let noise: NoiseRecord?
  private let classes: Int
  /// Of DCoM's radii, for each round.
  private let deviations: [Double?]

  /// - Throws: `refused` where the run has no round; `workspace-corrupt`.
  init(_ invocation: Invocation) throws {
    let state = invocation.state
    rounds = state.rounds.filter { $0.run == state.run }
    guard !rounds.isEmpty else {
      throw Diagnostic(
        .refused, "the run under way has no round yet", at: invocation.bound.range,
        notes: ["begin one: query random 20"])
    }
    noise = state.noise
    classes = try invocation.data().record.classes
    deviations = try rounds.map { row in
      let memory = state.queries[row.cell]?.memoryBlob
      guard case .radii(let radii)? = try invocation.stored(StrategyMemory.self, memory) else {
        return nil
      }
      return Self.deviation(zip(radii.radii, radii.isProvisional).filter { !$0.1 }.map(\.0))
    }
  }

  /// By n, as the reference has it; 0 where there are no radii yet.
  private static func deviation(_ radii: [Double]) -> Double {
    guard !radii.isEmpty else { return 0 }
    let mean = radii.reduce(0, +) / Double(radii.count)
    let squares = radii.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(radii.count)).squareRoot()
  }

  var output: Output {
    let rows = head + radii
    return Output(
      table: Table(
        columns: [.init("figure")] + rounds.map { .init(heading($0), decimals: 3) },
        rows: (rows + foot).map { [.string($0.0)] + $0.1 }, rule: rows.count))
  }

  private typealias Line = (String, [JSON])

  private var head: [Line] {
    var lines: [Line] = []
    if let noise, noise.requestedRate ?? noise.budgetRate > 0 {
      lines.append(line("True Noise Ratios", "true_noise"))
      if rounds.contains(where: { $0.filter != "ideal" }) {
        lines += [
          line("Predicted Noise Ratios", "predicted_noise"),
          line("Noise Accuracy", "noise_accuracy"), line("Clean Recall", "clean_recall"),
          line("Clean Precision", "clean_precision"), line("Clean F1", "clean_f1"),
        ]
      }
    }
    lines.append(line("Test Accuracy", "accuracy", times: 100))
    lines.append(("Total Budgets", rounds.map { .int($0.spent) }))
    return lines
  }

  private var radii: [Line] {
    let strategies = Set(rounds.map(\.strategy))
    var lines: [Line] = []
    if !strategies.isDisjoint(with: ["probcover", "npc", "weighted_npc"]) {
      lines.append(line("ProbCover Delta", "delta"))
    }
    if strategies.contains("dcom") {
      lines.append(line("Delta Avg", "delta"))
      lines.append(("Delta Std", deviations.map { .optional($0) }))
    }
    return lines
  }

  /// What the reference does not have.
  private var foot: [Line] {
    [line("Clean Coverage", "clean_coverage"), line("Keep-all F1", "keep_all_f1")]
  }

  private func line(_ name: String, _ key: String, times factor: Double = 1) -> Line {
    (name, rounds.map { .optional(($0.metrics[key] ?? nil).map { $0 * factor }) })
  }

  /// `2 SPC`: the expected number of truly clean samples per class; a whole one where just so many
  /// labels are bought for it.
  private func heading(_ row: RoundRow) -> String {
    let rate = noise?.budgetRate ?? 0
    let spc = Double(row.spent) / Double(classes) * (1 - rate)
    let whole = spc.rounded(.down)
    let bought = try? Budget.cumulative(spc: whole, classes: classes, rate: rate)
    return (bought == row.spent ? Format.number(whole) : Format.number(spc)) + " SPC"
  }
}
