import CommandLanguage

/// A command line of the reference implementation as a Winnow script.
///
/// The flags are those of its program `train_al.py`, the configuration is its YAML file; the
/// reference's own rules say which of the two counts. Without `--al`, the configuration is the
/// `config.yaml` of a run directory, which says everything itself.
package struct Translation: Sendable {
  /// The commands, without comments, one per line.
  package let commands: [String]
  /// What has no counterpart, each with its value and the reason.
  package let ignored: [Ignored]
  /// What whoever runs the script should know: a flag without effect, files to be there.
  package let notices: [String]

  /// - Parameters:
  ///   - arguments: as given to the reference's program; `python train_al.py` may stand first.
  ///   - read: gives the text of the configuration file that is named.
  /// - Throws: `Diagnostic` with the argument, or the line and column of the configuration.
  package init(_ arguments: [String], reading read: (String) throws -> String) throws {
    let flags = try CommandLineFlags(arguments)
    guard let file = flags[.configuration] else {
      throw Diagnostic(
        .missingArgument, "--cfg FILE is needed: the data set and the model stand in the file",
        source: flags.source)
    }
    let configuration = try Configuration(try read(file.text), name: file.text)
    var translator = Translator(flags: flags, configuration: configuration)
    commands = try Translation.commands(&translator)
    translator.ignore(.experimentName, "results are kept in the workspace")
    translator.ignoreRest()
    ignored = translator.ignored
    notices = translator.notices
  }

  /// The whole script: what was ignored and what to know as comments, then the commands.
  package var script: String {
    var lines = ["#!/usr/bin/env -S winnow run", "# Made by from-reference."]
    lines += notices.map { "# Note: " + Translation.oneLine($0) }
    if !ignored.isEmpty {
      lines.append("# Left out:")
      lines += ignored.map { "#   " + Translation.oneLine($0.text) }
    }
    return (lines + commands).joined(separator: "\n") + "\n"
  }

  private static func commands(_ translator: inout Translator) throws -> [String] {
    let dataset = try translator.dataset()
    let strategy = try translator.strategy()
    var lines = try translator.seed()
    lines.append(try translator.load(dataset))
    lines += try translator.noise(dataset)
    let filter = try translator.filter()
    lines.append(filter)
    lines += try translator.initial()
    let train = try translator.train(dataset)
    let (opening, amount) = heading(try translator.rounds())
    let query = try translator.query(strategy, amount)
    lines += ["\(opening) {"] + [query, filter, train].map { "  " + $0 } + ["}", "show rounds"]
    if dataset.isLarge && strategy.isRepresentationBased {
      translator.note(
        "for this strategy the reference draws 100000 samples of a larger pool; here the whole pool"
          + " is used: load … subset=100000 limits it, too")
    }
    return lines
  }

  /// The loop, and what a query in it buys.
  private static func heading(_ rounds: Rounds) -> (String, amount: String) {
    switch rounds {
    case .budgets(let budgets):
      if let first = budgets.first, budgets.allSatisfy({ $0 == first }) {
        return ("repeat \(budgets.count)", "\(first)")
      }
      return ("for b in " + budgets.map(String.init).joined(separator: " "), "$b")
    case .samplesPerClass(let counts):
      let isRun = counts.count > 1 && zip(counts, counts.dropFirst()).allSatisfy { $1 == $0 + 1 }
      let list = counts.map(String.init).joined(separator: " ")
      return ("for s in " + (isRun ? "\(counts[0])..\(counts[counts.count - 1])" : list), "spc=$s")
    }
  }

  /// Text for a comment or a line of stderr: what would break it, or is too long, is replaced.
  static func oneLine(_ text: String) -> String {
    let safe = String(Display.safe(text).map { $0.isNewline ? " " : $0 })
    return safe.count > 300 ? safe.prefix(299) + "…" : safe
  }
}

extension Ignored {
  /// `KEY value: reason`.
  package var text: String { "\(key) \(value): \(reason)" }
}
