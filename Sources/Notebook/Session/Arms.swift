import ActiveLearning
import CommandLanguage

/// The same experiment done by several methods, each under several seeds.
struct Arms {
  struct Arm {
    let name: String
    /// What it was called by: a method, or another value of a loop variable.
    let value: Value
    /// By what pairs them: the value of a loop variable, or the seed.
    fileprivate(set) var runs: [(key: String, curve: RunCurve)]
    /// Runs that were made again under the same seed.
    fileprivate(set) var repeated = 0

    /// The same with some of its runs.
    func only(_ keys: Set<String>) -> Arm {
      var arm = self
      arm.runs.removeAll { !keys.contains($0.key) }
      return arm
    }

    func curve(_ key: String) -> RunCurve? { runs.first { $0.key == key }?.curve }
  }

  /// In the order of their first runs.
  let arms: [Arm]
  /// What tells the arms apart: a loop variable, or `strategy`.
  let variable: String
  /// What pairs their runs: a loop variable, or `seed`.
  let pairing: String

  /// - Parameters:
  ///   - variable: a loop variable or `strategy`.
  ///   - pairing: a loop variable; nil for the seed.
  init(_ curves: [RunCurve], by variable: String, pairing: String?) {
    self.variable = variable
    self.pairing = pairing ?? "seed"
    var arms: [Arm] = []
    for curve in curves {
      guard let value = curve.arm(by: variable),
        let key = pairing.map({ curve.variable($0)?.plain }) ?? "\(curve.seed)"
      else { continue }
      if let known = arms.firstIndex(where: { $0.name == value.plain }) {
        arms[known].runs.append((key, curve))
      } else {
        arms.append(Arm(name: value.plain, value: value, runs: [(key, curve)]))
      }
    }
    self.arms = arms
  }

  /// The arm with one run for each key, each under a seed of its own.
  /// - Throws: `refused` where its runs are not one experiment, or their keys are no seeds.
  func settled(_ arm: Arm, at range: SourceRange?) throws -> Arm {
    let experiments = Experiment.grouped(arm.runs)
    guard let experiment = experiments.first, experiments.count == 1 else {
      let ways = Experiment.differences(of: experiments).prefix(4).joined(separator: "; ")
      throw Diagnostic(
        .refused, "the runs of \(arm.name) are not one experiment: \(ways)", at: range,
        notes: [
          "give each its own value of a loop variable and compare these, or begin each with load "
            + "and compare before the next"
        ])
    }
    var settled = arm
    (settled.runs, settled.repeated) = (experiment.runs, experiment.repeated)
    try requireSeeds(settled, at: range)
    return settled
  }

  /// Two runs under one seed are the same run, whatever they are called.
  private func requireSeeds(_ arm: Arm, at range: SourceRange?) throws {
    var keys: [Int: String] = [:]
    var seeds: [String: Int] = [:]
    for (key, curve) in arm.runs {
      if let other = keys[curve.seed] {
        throw Diagnostic(
          .refused,
          "\(arm.name) was run with \(pairing)=\(other) and \(pairing)=\(key) under the same seed, "
            + "\(curve.seed): that is one run, not two", at: range,
          notes: ["begin each with a seed of its own: for \(pairing) in … { seed $\(pairing); … }"])
      }
      if let other = seeds[key] {
        throw Diagnostic(
          .refused,
          "\(arm.name) was run with \(pairing)=\(key) under the seeds \(other) and \(curve.seed)",
          at: range, notes: ["without by= the seeds pair the runs"])
      }
      keys[curve.seed] = key
      seeds[key] = curve.seed
    }
  }

  /// The arm that a value stands for: by its whole text, or by the name of its method.
  func arm(_ value: Value, at range: SourceRange?) throws -> Arm {
    if let arm = arms.first(where: { $0.name == value.plain }) { return arm }
    let sought = Spelling.normalised(value.methodName ?? value.text)
    let named = arms.filter { Spelling.normalised($0.value.methodName ?? $0.name) == sought }
    if named.count == 1, case .method = value {} else if named.count == 1 { return named[0] }
    let all = arms.map(\.name)
    throw Diagnostic(
      .unknownName,
      named.count > 1
        ? "'\(value.plain)' may be any of \(named.count) arms" : "no arm '\(value.plain)'",
      at: range, notes: ["arms by \(variable): \(all.joined(separator: ", "))"],
      suggestions: named.isEmpty ? Spelling.nearest(value.plain, among: all) : named.map(\.name))
  }

  /// The arm of random sampling, if it was run.
  var random: Arm? { arms.first { $0.value.methodName == "random" } }
}

extension RunCurve {
  /// What a run's arm is called; a loop variable of that name comes before the strategy.
  func arm(by variable: String) -> Value? {
    self.variable(variable) ?? (variable == "strategy" ? .word(strategy) : nil)
  }
}
