import ActiveLearning
import CommandLanguage

/// One curve: what was measured between the labeled set being empty and being emptied again.
struct RunCurve {
  let run: Int
  let seed: Int
  let strategy: String
  let loop: [SessionState.Variable]
  /// Labels spent, cumulative.
  let budgets: [Int]
  /// Of each round, in order.
  let metrics: [[String: Double?]]

  func variable(_ name: String) -> Value? { loop.last { $0.name == name }?.value }
}

/// The same experiment done by several methods, each under several seeds.
struct Arms {
  struct Arm {
    let name: String
    /// By what pairs them: the value of a loop variable, or the seed.
    let runs: [(key: String, curve: RunCurve)]

    func curve(_ key: String) -> RunCurve? { runs.first { $0.key == key }?.curve }
  }

  let arms: [Arm]
  /// What tells the arms apart: a loop variable, or `strategy`.
  let variable: String
  /// What pairs their runs: a loop variable, or `seed`.
  let pairing: String

  /// - Parameters:
  ///   - variable: a loop variable or `strategy`.
  ///   - pairing: a loop variable; nil for the seed.
  ///   - range: to point at what is wrong.
  /// - Throws: `refused` where an arm has several runs under one seed.
  init(_ curves: [RunCurve], by variable: String, pairing: String?, at range: SourceRange?) throws {
    self.variable = variable
    self.pairing = pairing ?? "seed"
    var names: [String] = []
    var runs: [String: [(key: String, curve: RunCurve)]] = [:]
    for curve in curves {
      guard let name = Self.name(of: curve, by: variable),
        let key = pairing.map({ curve.variable($0)?.text }) ?? "\(curve.seed)"
      else { continue }
      if !names.contains(name) { names.append(name) }
      runs[name, default: []].append((key, curve))
    }
    arms = names.map { Arm(name: $0, runs: runs[$0] ?? []) }
    for arm in arms { try Self.requireOne(arm, self.pairing, at: range) }
  }

  /// What a run's arm is called.
  static func name(of curve: RunCurve, by variable: String) -> String? {
    variable == "strategy" ? curve.strategy : curve.variable(variable)?.text
  }

  private static func requireOne(_ arm: Arm, _ pairing: String, at range: SourceRange?) throws {
    for (key, curve) in arm.runs {
      let twins = arm.runs.filter { $0.key == key }.map(\.curve)
      guard twins.count > 1 else { continue }
      let differing = curve.loop.map(\.name).filter { name in
        Set(twins.map { $0.variable(name)?.text }).count > 1
      }
      let names = differing.joined(separator: ", ")
      throw Diagnostic(
        .refused, "\(arm.name) was run \(twins.count) times with \(pairing)=\(key)", at: range,
        notes: [
          differing.isEmpty
            ? "load the data set again to begin a new table of rounds"
            : "the runs differ in \(names); compare within one value of it"
        ])
    }
  }

  /// The arm that a value stands for: by its whole text, or by the name of its method.
  func arm(_ value: Value, at range: SourceRange?) throws -> Arm {
    if let arm = arms.first(where: { $0.name == value.text }) { return arm }
    let sought = Spelling.normalised(value.methodName ?? value.text)
    let named = arms.filter {
      Spelling.normalised(Value(canonical: $0.name).methodName ?? $0.name) == sought
    }
    if named.count == 1, case .method = value {} else if named.count == 1 { return named[0] }
    let all = arms.map(\.name)
    throw Diagnostic(
      .unknownName,
      named.count > 1
        ? "'\(value.text)' may be any of \(named.count) arms" : "no arm '\(value.text)'", at: range,
      notes: ["arms by \(variable): \(all.joined(separator: ", "))"],
      suggestions: named.isEmpty ? Spelling.nearest(value.text, among: all) : named.map(\.name))
  }

  /// The arm of random sampling, if it was run.
  var random: Arm? {
    arms.first { Value(canonical: $0.name).methodName == "random" || $0.name == "random" }
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
        loop: first.loop,
        budgets: rounds.map { Int(($0.metrics["n_labeled"] ?? nil) ?? 0) * $0.votes },
        metrics: rounds.map(\.metrics))
    }
  }
}
