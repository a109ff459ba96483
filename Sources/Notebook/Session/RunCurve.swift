import ActiveLearning
import CommandLanguage

/// One curve: what was measured between the labeled set being empty and being emptied again.
struct RunCurve {
  let run: Int
  let seed: Int
  let strategy: String
  let loop: [SessionState.Variable]
  let noise: RoundRow.Noise
  /// What was done, in canonical commands: queries, judgements, trainings, a person's labels.
  let commands: [String]
  /// Labels spent, cumulative.
  let budgets: [Int]
  /// Of each round, in order.
  let metrics: [[String: Double?]]

  /// The value of a loop variable, the innermost of its name.
  func variable(_ name: String) -> Value? { loop.last { $0.name == name }?.value }

  /// The rounds in which a metric was measured, with the labels spent by then.
  func points(_ metric: String) -> [(budget: Int, value: Double)] {
    zip(budgets, metrics).compactMap { budget, metrics in
      (metrics[metric] ?? nil).map { (budget, $0) }
    }
  }
}

extension SessionState {
  /// The runs since the last `load`, in their order; those without a round are none.
  var curves: [RunCurve] {
    var order: [Int] = []
    var rows: [Int: [RoundRow]] = [:]
    for row in rounds {
      if rows[row.run] == nil { order.append(row.run) }
      rows[row.run, default: []].append(row)
    }
    return order.compactMap { run in
      guard let rounds = rows[run], let first = rounds.first else { return nil }
      let strategies = Set(rounds.map(\.strategy))
      return RunCurve(
        run: run, seed: first.seed,
        strategy: strategies.count == 1 ? first.strategy : rounds.last?.strategy ?? "",
        loop: first.loop, noise: first.noise, commands: rounds.flatMap(\.commands),
        budgets: rounds.map(\.spent), metrics: rounds.map(\.metrics))
    }
  }

  /// The names of the loops that the rounds since the last `load` were made in, outermost first.
  var loopNames: [String] {
    rounds.flatMap(\.loop).map(\.name).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
