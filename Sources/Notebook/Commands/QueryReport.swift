import ActiveLearning
import CommandLanguage
import LinearAlgebra
import WorkspaceStore

/// What a query did, measured: its record, its metrics and its rows of the ledger.
struct QueryReport {
  let strategy: String
  /// Nil for strategies that do not judge.
  let filter: (any NoiseFilter)?
  /// The labels that were to be bought.
  let budget: Int
  let round: Int
  /// Where the purity rule chose the radius: the share of pure balls that it has.
  var purity: Double?
  let selection: Selection
  let after: Pool

  /// Fills in what the cell leaves behind.
  func keep(_ ledger: [ActiveLearning.Purchase], _ invocation: inout Invocation) throws {
    let scores = Dictionary(
      selection.picks.map { ($0.sample, $0.score) }, uniquingKeysWith: { first, _ in first })
    invocation.purchases = ledger.map {
      WorkspaceStore.Purchase(
        sample: $0.sample, label: $0.label, source: "oracle", round: round, share: $0.share,
        score: scores[$0.sample] ?? nil)
    }
    invocation.verdict = selection.verdicts.last
    invocation.effect = .queried(try kept(ledger, &invocation))
    invocation.settings = CellSettings(
      strategy: strategy, filter: selection.verdicts.last?.filter)
    invocation.notices += selection.notices
  }

  /// The record of the query; what is too long for it is stored with the cell.
  private func kept(_ ledger: [ActiveLearning.Purchase], _ invocation: inout Invocation) throws
    -> QueryRecord
  {
    let verdict = try selection.verdicts.last.map { try invocation.keep($0) }
    let reasons = selection.picks.map(\.reason)
    let votes = ledger.map(\.votes)
    return QueryRecord(
      round: round, strategy: strategy, delta: selection.delta, verdict: verdict,
      reasonsBlob: reasons.contains { $0 != nil }
        ? try invocation.keep(reasons, as: "reasons") : nil,
      votesBlob: votes.contains { $0.count > 1 } ? try invocation.keep(votes, as: "votes") : nil,
      memoryBlob: try selection.memory.map { try invocation.keep($0, as: "memory") })
  }

  func output(_ invocation: inout Invocation) throws -> Output {
    let report = try LabeledSetReport(after, delta: selection.delta, invocation)
    invocation.note(report.metrics)
    invocation.note([
      ("delta", selection.delta), ("exhausted", Double(selection.exhausted)),
    ])
    if let verdict = selection.verdicts.last {
      _ = try invocation.measure(verdict, observed: after.observed)
    }
    return Output(record: record(report), table: table(), lines: lines(report))
  }

  private func record(_ report: LabeledSetReport) -> JSON {
    let beliefs = selection.beliefs.map {
      JSON.record(("labeled", .int($0.labeled)), ("suspected", .ints($0.suspected)))
    }
    var evaluation: [(String, JSON)] = [
      ("clean_coverage", .optional(report.clean)), ("true_noise", .optional(report.noise)),
    ]
    // A result of partial truth says how much of it there is; others keep their shape.
    if report.known < report.labeled { evaluation.append(("known", .int(report.known))) }
    var keys: [(String, JSON)] = [
      ("round", .int(round)), ("strategy", .string(strategy)), ("budget", .int(budget)),
      ("selected", .ints(selection.picks.map(\.sample))), ("labels", .ints(selection.labels)),
      ("scores", .doubles(selection.picks.map(\.score))), ("shares", .ints(selection.shares)),
      ("filter", .optional(filter?.name)),
      ("filter_options", filter.map { .string($0.options) } ?? .null),
      ("delta", .optional(selection.delta)), ("exhausted", .int(selection.exhausted)),
      ("verdicts", .array(beliefs)),
      ("coverage", .optional(report.coverage)),
      ("presumed_coverage", .optional(report.presumed)),
      ("evaluation", .object(evaluation.map { .init($0.0, $0.1) })),
    ]
    // Only where the rule chose the radius: the command has it as any other number.
    if let purity { keys.append(("purity", .double(purity))) }
    return .object(keys.map { .init($0.0, $0.1) })
  }

  private func table() -> Table {
    Table(
      columns: [.init("sample"), .init("label"), .init("score")],
      rows: zip(selection.picks, selection.labels).map {
        [.int($0.sample), .int($1), .optional($0.score)]
      })
  }

  private func lines(_ report: LabeledSetReport) -> [String] {
    var said = ["round \(round): \(Format.count(budget, "label")) by \(strategy)"]
    if let filter { said.append("filter \(filter.name)") }
    if let delta = selection.delta {
      let rule = purity.map { " by purity \(Format.fraction($0))" } ?? ""
      said.append("delta \(Value((delta * 1e6).rounded() / 1e6).text)\(rule)")
    }
    var seen: [String] = []
    var evaluated: [String] = []
    if let coverage = report.coverage {
      seen.append("coverage \(Format.fraction(coverage))")
      if filter != nil { seen.append("presumed \(Format.fraction(report.presumed))") }
      evaluated.append("clean coverage \(Format.fraction(report.clean))")
    }
    evaluated.append("noise \(Format.fraction(report.noise))")
    if report.known < report.labeled {
      evaluated.append("of the \(Format.count(report.known, "label")) whose truth is known")
    }
    let measured =
      (seen.isEmpty ? "" : seen.joined(separator: ", ") + "; ")
      + "evaluation: " + evaluated.joined(separator: ", ")
    return [said.joined(separator: ", "), "  " + measured]
  }
}
