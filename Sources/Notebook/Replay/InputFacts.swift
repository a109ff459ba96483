import ActiveLearning
import CommandLanguage
import Datasets
import WorkspaceStore

/// What an input decided, as the `#:` line behind it records it and `replay --verify` compares it:
/// digests of labels, picks and verdicts, metrics with their tolerance, and the options' values
/// that were defaults.
package struct InputFacts: Equatable, Sendable {
  /// SHA-256 of the observed labels that `noise` made last in the input.
  var labels: String?
  /// The picks of each query, in order.
  var picks: [[Int]] = []
  /// The last judgement of each query and filter: samples in the order of purchase, and whether
  /// each is clean.
  var verdicts: [[Judged]] = []
  var accuracies: [Double] = []
  var losses: [Double] = []
  /// `query.npc(delta=0.68)`: each method's options that nobody typed.
  var defaults: [String] = []

  struct Judged: Equatable, Sendable {
    let sample: Int
    let isClean: Bool
    /// How far its score is from the threshold; nil where the filter has none.
    let margin: Double?
  }

  /// The cells of the queries, and of the judgements.
  var queries: [Int] = []
  var judgements: [Int] = []
  /// How far each pick was ahead of the next best candidate; nil where no score decided.
  var gaps: [[Double?]] = []

  /// Of the given cells, which are those of one input in their order.
  init(_ cells: [CellRecord], lease: SessionLease) throws {
    for cell in cells where cell.status == .ok {
      try add(cell, lease: lease)
    }
  }

  private mutating func add(_ cell: CellRecord, lease: SessionLease) throws {
    let purchases = try lease.purchases(in: [cell.number])
    let effect = try cell.storedEffect(in: lease.workspace)
    if !purchases.isEmpty {
      queries.append(cell.number)
      picks.append(purchases.map(\.purchase.sample))
      gaps.append(try Self.gaps(purchases.map(\.purchase), effect, lease))
    }
    let threshold = effect?.verdict?.threshold
    let judged = try lease.verdicts(in: cell.number).map { row in
      let margin = zip([row.verdict.score].compactMap(\.self), [threshold].compactMap(\.self))
        .map { abs($0 - $1) }.first
      return Judged(
        sample: row.verdict.sample, isClean: row.verdict.isClean, margin: margin)
    }
    if !judged.isEmpty {
      judgements.append(cell.number)
      verdicts.append(judged)
    }
    for row in try lease.metrics(in: [cell.number]) {
      guard let value = row.metric.value else { continue }
      if row.metric.key == "accuracy" { accuracies.append(value) }
      if row.metric.key == "loss" { losses.append(value) }
    }
    for blob in try lease.blobs(of: cell.number) where blob.name == "labels" {
      labels = blob.digest
    }
    if let line = Self.defaults(of: cell), !defaults.contains(line) { defaults.append(line) }
  }

  /// From the reasons that the query kept, a pick's at its place.
  private static func gaps(
    _ picks: [WorkspaceStore.Purchase], _ effect: Effect?, _ lease: SessionLease
  ) throws
    -> [Double?]
  {
    guard case .queried(let record) = effect, let digest = record.reasonsBlob,
      let bytes = try lease.workspace.blob(digest),
      let reasons = try? Stored.value([PickReason?].self, bytes), reasons.count == picks.count
    else { return picks.map { _ in nil } }
    return zip(picks, reasons).map { pick, reason in
      guard let score = pick.score, let next = reason?.runnerUp?.score else { return nil }
      return abs(score - next)
    }
  }

  /// The options of the canonical command that the typed one does not name. Files that were found
  /// are none: where they lie is this machine's. Nor are the options of a round taken over, which
  /// nobody can type.
  private static func defaults(of cell: CellRecord) -> String? {
    guard let canonical = command(cell.command), let typed = command(cell.typed) else { return nil }
    let isRound = canonical.arguments.contains { names($0) == ["round"] }
    guard canonical.verb.text != "load" || !isRound else { return nil }
    let named = Set(typed.arguments.flatMap(names).map(Spelling.normalised))
    let rest = canonical.arguments.compactMap { argument -> String? in
      guard case .option(let name, let value) = argument,
        !named.contains(Spelling.normalised(name.text)),
        let text = try? value.evaluate(in: [:]).text, !isFoundFile(name.text, text, canonical)
      else { return nil }
      return "\(name.text)=\(text)"
    }
    guard !rest.isEmpty else { return nil }
    var title = canonical.verb.text
    if case .positional(let first) = canonical.arguments.first, case .word(let word) = first.kind {
      title += "." + word
    }
    return title + "(" + rest.joined(separator: ",") + ")"
  }

  private static func isFoundFile(_ name: String, _ text: String, _ command: Command) -> Bool {
    guard command.verb.text == "load" else { return false }
    if name == "test_features" { return true }
    guard name == "features", case .file? = try? FeatureSource(text) else { return false }
    return true
  }

  private static func names(_ argument: Argument) -> [String] {
    switch argument {
    case .option(let name, _): return [name.text]
    case .positional(let value):
      guard case .method(_, let options) = value.kind else { return [] }
      return options.map(\.name.text)
    }
  }

  private static func command(_ text: String) -> Command? {
    guard let script = try? Parser.parse(SourceText(text: text)),
      case .command(let command) = script.statements.first
    else { return nil }
    return command
  }
}
