import CommandLanguage

extension Showing {
  /// One row per round since the last `load`: loop variables, then the keys of METHODS §10.1.
  static func rounds(_ invocation: Invocation) -> Output {
    let rounds = invocation.state.rounds
    var loops: [String] = []
    for row in rounds {
      for variable in row.loop where !loops.contains(variable.name) { loops.append(variable.name) }
    }
    // A loop over strategies says the same as their column.
    let isSaid = rounds.allSatisfy { row in
      row.loop.contains { $0.value.methodName == row.strategy }
    }
    let full = table(
      rounds, loops: loops, named: ["strategy", "filter"], keys: Metrics.keys + ["seconds"])
    let brief = table(rounds, loops: loops, named: isSaid ? [] : ["strategy"], keys: mainKeys)
    return Output(table: full, drawn: brief)
  }

  private static func table(
    _ rounds: [RoundRow], loops: [String], named: [String], keys: [String]
  ) -> Table {
    Table(
      columns: loops.map { .init($0) } + [.init("round")] + named.map { .init($0) }
        + keys.map { .init($0, unit: $0 == "seconds" ? "s" : nil) },
      rows: rounds.map { row in
        loops.map { name in
          row.loop.first { $0.name == name }.map { Values.json($0.value) } ?? .null
        }
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
