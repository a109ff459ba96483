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
  let before: Pool
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
    let coverage = try measureCoverage(invocation)
    let truth = try invocation.data().truth()
    let known = truth.known(after.labeled, after.observed)
    let noise = known.isEmpty ? nil : ratio(known.count { !$0.isRight }, known.count)
    try measure(coverage, truth, noise, &invocation)
    if let verdict = selection.verdicts.last {
      _ = try invocation.measure(verdict, observed: after.observed)
    }
    return Output(
      record: record(coverage, noise, known.count), table: table(),
      lines: lines(coverage, noise, known.count))
  }

  private func ratio(_ part: Int, _ whole: Int) -> Double { Double(part) / Double(whole) }

  private struct Coverage {
    let delta: Double
    let all: Double
    let presumed: Double
    let clean: Double?
  }

  /// By the radius in force, else by the data set's; nil where there is none.
  private func measureCoverage(_ invocation: Invocation) throws -> Coverage? {
    guard let delta = try selection.delta ?? invocation.data().record.delta else { return nil }
    let graph = try after.embedding.coverageGraph(
      radius: delta, memory: invocation.environment.memory)
    let presumed = after.presumed.clean
    let known = try invocation.data().truth().known(after.labeled, after.observed)
    let trulyClean =
      known.isEmpty ? nil : known.filter(\.isRight).map { after.labeled[$0.position] }
    return Coverage(
      delta: delta, all: try graph.coverage(of: after.labeled),
      presumed: try graph.coverage(of: presumed),
      clean: try trulyClean.map { try graph.coverage(of: $0) })
  }

  private func measure(
    _ coverage: Coverage?, _ truth: Truth, _ noise: Double?, _ invocation: inout Invocation
  ) throws {
    let counts = noise.map { _ in
      CleanCounts(
        observed: after.observed, truth: after.labeled.map { truth.label(of: $0) },
        classes: after.classes)
    }
    let measured: [(String, Double?)] = [
      ("n_labeled", Double(after.labeled.count)), ("coverage", coverage?.all),
      ("clean_coverage", coverage?.clean ?? nil), ("delta", selection.delta),
      ("exhausted", Double(selection.exhausted)), ("true_noise", noise),
      ("class_min", counts.map { Double($0.least) }),
      ("classes_empty", counts.map { Double($0.emptyClasses) }),
    ]
    invocation.note(measured)
  }

  /// - Parameter known: of how many labels it is known whether they are right.
  private func record(_ coverage: Coverage?, _ noise: Double?, _ known: Int) -> JSON {
    let judged = selection.verdicts.filter { $0.labeled.count > before.labeled.count }
    let verdicts = judged.map {
      JSON.record(("labeled", .int($0.labeled.count)), ("suspected", .ints($0.suspected)))
    }
    var evaluation: [(String, JSON)] = [
      ("clean_coverage", .optional(coverage?.clean ?? nil)), ("true_noise", .optional(noise)),
    ]
    // A result of partial truth says how much of it there is; others keep their shape.
    if known < after.labeled.count { evaluation.append(("known", .int(known))) }
    var keys: [(String, JSON)] = [
      ("round", .int(round)), ("strategy", .string(strategy)), ("budget", .int(budget)),
      ("selected", .ints(selection.picks.map(\.sample))), ("labels", .ints(selection.labels)),
      ("scores", .doubles(selection.picks.map(\.score))), ("shares", .ints(selection.shares)),
      ("filter", .optional(filter?.name)),
      ("filter_options", filter.map { .string($0.options) } ?? .null),
      ("delta", .optional(selection.delta)), ("exhausted", .int(selection.exhausted)),
      ("verdicts", .array(verdicts)),
      ("coverage", .optional(coverage?.all)),
      ("presumed_coverage", .optional(coverage?.presumed)),
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

  private func lines(_ coverage: Coverage?, _ noise: Double?, _ known: Int) -> [String] {
    var said = ["round \(round): \(Format.count(budget, "label")) by \(strategy)"]
    if let filter { said.append("filter \(filter.name)") }
    if let delta = selection.delta {
      let rule = purity.map { " by purity \(Format.fraction($0))" } ?? ""
      said.append("delta \(Value((delta * 1e6).rounded() / 1e6).text)\(rule)")
    }
    var seen: [String] = []
    var evaluated: [String] = []
    if let coverage {
      seen.append("coverage \(Format.fraction(coverage.all))")
      if filter != nil { seen.append("presumed \(Format.fraction(coverage.presumed))") }
      evaluated.append("clean coverage \(Format.fraction(coverage.clean))")
    }
    evaluated.append("noise \(Format.fraction(noise))")
    if known < after.labeled.count {
      evaluated.append("of the \(Format.count(known, "label")) whose truth is known")
    }
    let measured =
      (seen.isEmpty ? "" : seen.joined(separator: ", ") + "; ")
      + "evaluation: " + evaluated.joined(separator: ", ")
    return [said.joined(separator: ", "), "  " + measured]
  }
}
