import CommandLanguage

/// The same commands with the same noise, under one seed or several: what may be averaged.
struct Experiment {
  /// One for each key, in the order in which they were first run.
  let runs: [(key: String, curve: RunCurve)]
  /// How many more there were: under the same seed they are the same again, or a part of it.
  let repeated: Int

  /// The runs by experiment, in the order of their first ones.
  ///
  /// A run that stopped half-way belongs to the experiment that it is the beginning of. Of several
  /// with one key and one seed the longest counts, of equally long ones the newest.
  /// O(runs × experiments × commands).
  static func grouped(_ runs: [(key: String, curve: RunCurve)]) -> [Experiment] {
    let longestFirst = runs.indices.sorted {
      (runs[$0].curve.commands.count, $1) > (runs[$1].curve.commands.count, $0)
    }
    var groups: [[Int]] = []
    for index in longestFirst {
      let group = groups.firstIndex { runs[$0[0]].curve.begins(like: runs[index].curve) }
      if let group { groups[group].append(index) } else { groups.append([index]) }
    }
    return groups.sorted { ($0.min() ?? 0) < ($1.min() ?? 0) }
      .map { group in Experiment(group.sorted().map { runs[$0] }) }
  }

  private init(_ all: [(key: String, curve: RunCurve)]) {
    var kept: [(key: String, curve: RunCurve)] = []
    for run in all {
      let twin = kept.firstIndex { $0.key == run.key && $0.curve.seed == run.curve.seed }
      guard let twin else {
        kept.append(run)
        continue
      }
      if run.curve.commands.count >= kept[twin].curve.commands.count { kept[twin] = run }
    }
    runs = kept
    repeated = all.count - kept.count
  }

  /// What tells experiments apart, as few `name=value` as are enough, for each of them.
  static func differences(of experiments: [Experiment]) -> [String] {
    let facts = experiments.map(\.facts)
    var names: [String] = []
    var labels = [[String]](repeating: [], count: facts.count)
    for name in facts.flatMap({ $0.map(\.name) }) where !names.contains(name) {
      names.append(name)
      let said = facts.map { own in own.first { $0.name == name }?.text ?? "no \(name)" }
      let finer = zip(labels, said).map { $0 + [$1] }
      if Set(finer).count > Set(labels).count { labels = finer }
    }
    return labels.map { $0.joined(separator: ", ") }
  }

  /// Of the noise, the queries and what came after them, in this order.
  private var facts: [Fact] {
    guard let longest = runs.map(\.curve).max(by: { $0.commands.count < $1.commands.count })
    else { return [] }
    var facts = [Fact(name: "noise", values: [longest.noise.record?.model ?? "none"])]
    for said in longest.commands.flatMap(Fact.all) {
      if let known = facts.firstIndex(where: { $0.name == said.name }) {
        facts[known].values += said.values.filter { !facts[known].values.contains($0) }
      } else {
        facts.append(said)
      }
    }
    return facts
  }
}

/// `delta=0.5`: one thing that was said in the commands of a run, with all of its values.
private struct Fact {
  let name: String
  var values: [String]

  var text: String { "\(name)=\(values.joined(separator: "/"))" }

  /// What a canonical command says: its method, its number, its options.
  static func all(_ command: String) -> [Fact] {
    guard let script = try? Parser.parse(SourceText(text: command)),
      case .command(let parsed) = script.statements.first
    else { return [Fact(name: "command", values: [command])] }
    let verb = parsed.verb.text
    var places = verb == "query" ? ["strategy", "n"] : [verb]
    return parsed.arguments.map { argument in
      switch argument {
      case .positional(let value):
        Fact(name: places.isEmpty ? verb : places.removeFirst(), values: [text(value)])
      case .option(let name, let value):
        Fact(name: verb == "query" ? name.text : "\(verb) \(name.text)", values: [text(value)])
      }
    }
  }

  private static func text(_ value: Expression) -> String {
    (try? value.evaluate(in: [:]))?.plain ?? ""
  }
}

extension RunCurve {
  /// Whether one of the two did what the other did, as far as it went, with the same noise.
  fileprivate func begins(like other: RunCurve) -> Bool {
    noise.record?.command == other.noise.record?.command
      && zip(commands, other.commands).allSatisfy { $0 == $1 }
  }
}
