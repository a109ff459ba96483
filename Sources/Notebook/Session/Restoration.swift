import ActiveLearning
import CommandLanguage
import Foundation
import WorkspaceStore

/// Reads the effects of a line of cells back from the workspace, with as few of their lists as the
/// state at its end needs: purchases of the last run, the last judgement, metrics since `load`.
struct Restoration {
  let lease: SessionLease
  let records: [CellRecord]

  func effects() throws -> [AppliedEffect] {
    let effects = try records.map { try $0.storedEffect(in: lease.workspace) }
    let loaded = effects.lastIndex { if case .loaded = $0 { true } else { false } } ?? 0
    let run = effects.lastIndex { $0?.startsRun ?? false } ?? 0
    let judged = effects.lastIndex { $0?.verdict != nil }
    let purchases = try Dictionary(
      grouping: lease.purchases(in: records.dropFirst(run).map(\.number)), by: \.cell)
    let metrics = try Dictionary(
      grouping: lease.metrics(in: records.dropFirst(loaded).map(\.number)), by: \.cell)
    let line = try records.indices.map { index in
      let record = records[index]
      return AppliedEffect(
        cell: record.number, command: record.command, effect: effects[index],
        loop: LoopVariables.decoded(record.variables),
        purchases: (purchases[record.number] ?? []).map {
          ($0.purchase.sample, $0.purchase.label)
        },
        verdict: index == judged ? try verdict(record, effects[index]) : nil,
        metrics: (metrics[record.number] ?? []).map { ($0.metric.key, $0.metric.value) },
        filter: record.settings.filter, seconds: record.seconds ?? 0)
    }
    if let flaw = StoredSoundness.flaw(of: line) {
      throw WorkspaceError.corrupt(path: lease.workspace.path, detail: flaw)
    }
    return line
  }

  private func verdict(_ record: CellRecord, _ effect: Effect?) throws -> ActiveLearning.Verdict? {
    guard let kept = effect?.verdict else { return nil }
    let rows = try lease.verdicts(in: record.number).map(\.verdict)
    return ActiveLearning.Verdict(
      filter: kept.filter, options: kept.options, labeled: rows.map(\.sample),
      clean: rows.map(\.isClean), quality: rows.map(\.quality), scores: rows.map(\.score),
      threshold: kept.threshold)
  }
}

extension CellRecord {
  /// What the cell left behind, if it did.
  /// - Throws: `WorkspaceError.corrupt` where the text that was kept is no effect.
  func storedEffect(in workspace: Workspace) throws(WorkspaceError) -> Effect? {
    guard let effect else { return nil }
    guard let effect = try? Effect(text: effect), effect.isSound else {
      throw .corrupt(
        path: workspace.path, detail: "what cell \(number) left behind cannot be read")
    }
    return effect
  }
}

extension Effect {
  /// The judgement that the cell left behind.
  var verdict: VerdictRecord? {
    switch self {
    case .queried(let record): record.verdict
    case .filtered(_, let record): record
    case .loaded, .noise, .seeded, .reset, .annotated, .trained, .embedded, .assigned: nil
    }
  }

  init(text: String) throws {
    self = try JSONDecoder().decode(Effect.self, from: Data(text.utf8))
  }

  var text: String {
    get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
  }
}

/// Loop variables as the workspace keeps them: a JSON object of canonical texts.
enum LoopVariables {
  /// Of several with one name the innermost, which hides the others.
  static func encoded(_ variables: [SessionState.Variable]) -> String? {
    guard !variables.isEmpty else { return nil }
    let seen = variables.indices.filter { index in
      !variables[(index + 1)...].contains { $0.name == variables[index].name }
    }
    return JSON.object(seen.map { .init(variables[$0].name, .string(variables[$0].value.text)) })
      .text
  }

  /// In the order in which they were written, the innermost last.
  static func decoded(_ text: String?) -> [SessionState.Variable] {
    guard let text,
      let pairs = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    else { return [] }
    // A decoded object has lost its order. A key is found by its quotes and colon: inside a value
    // every quote has a backslash.
    func place(_ key: String) -> String.Index? { text.firstRange(of: "\"\(key)\":")?.lowerBound }
    return pairs.keys.sorted { place($0) ?? text.endIndex < place($1) ?? text.endIndex }
      .map { SessionState.Variable(name: $0, value: Value(canonical: pairs[$0] ?? "")) }
  }
}
