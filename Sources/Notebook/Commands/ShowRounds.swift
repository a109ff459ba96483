import CommandLanguage

extension Showing {
  /// One row per round since the last `load`: loop variables, then the keys of METHODS §10.1.
  static func rounds(_ invocation: Invocation) throws -> Output {
    if invocation.arguments.text("layout") == "paper" {
      return try PaperRounds(invocation).output
    }
    let rounds = invocation.state.rounds
    let loops = invocation.state.loopNames
    // A loop over strategies says the same as their column.
    let isSaid = rounds.allSatisfy { row in
      row.loop.contains { $0.value.methodName == row.strategy }
    }
    let full = table(
      rounds, loops: loops, named: ["strategy", "filter"], keys: Metrics.keys + ["seconds"])
    let brief = table(rounds, loops: loops, named: isSaid ? [] : ["strategy"], keys: mainKeys)
    return Output(table: full, drawn: brief)
  }

  /// The same for other programs: first the columns that others write, in their order (METHODS
  /// §9.5), then what is left.
  static func results(_ state: SessionState) -> Table {
    let main = ["n_labeled", "accuracy", "clean_coverage", "clean_f1"]
    let keys = main + Metrics.keys.filter { !main.contains($0) } + ["seconds"]
    let loops = state.loopNames
    return Table(
      columns: (["seed", "strategy", "filter", "round"] + keys + loops.map { "loop_" + $0 })
        .map { .init($0) },
      rows: state.rounds.map { row in
        [.int(row.seed), .string(row.strategy), .optional(row.filter), .int(row.round)]
          + keys.map { value($0 == "seconds" ? row.seconds : row.metrics[$0] ?? nil, $0) }
          + loops.map { row.variable($0).map(Values.json) ?? .null }
      })
  }

  private static func table(
    _ rounds: [RoundRow], loops: [String], named: [String], keys: [String]
  ) -> Table {
    let own = ["round", "strategy", "filter", "seconds"] + Metrics.keys
    return Table(
      columns: loops.map { .init(own.contains($0) ? "loop_" + $0 : $0) } + [.init("round")]
        + named.map { .init($0) }
        + keys.map { .init($0, unit: $0 == "seconds" ? "s" : nil) },
      rows: rounds.map { row in
        loops.map { name in row.variable(name).map(Values.json) ?? .null }
          + [.int(row.round)]
          + named.map { $0 == "strategy" ? .string(row.strategy) : .optional(row.filter) }
          + keys.map { value($0 == "seconds" ? row.seconds : row.metrics[$0] ?? nil, $0) }
      })
  }

  private static func value(_ number: Double?, _ key: String) -> JSON {
    guard let number else { return .null }
    return Metrics.counts.contains(key) ? .int(Int(number)) : .double(number)
  }

  private static let mainKeys = [
    "n_labeled", "clean_coverage", "clean_f1", "keep_all_f1", "accuracy",
  ]
}
