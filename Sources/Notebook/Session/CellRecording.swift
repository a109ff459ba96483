import ActiveLearning
import WorkspaceStore

/// Turns what a command did into the rows that the workspace keeps.
enum CellRecording {
  static func outcome(_ report: CellReport, _ invocation: Invocation, seconds: Double) throws
    -> CellOutcome
  {
    guard report.status == .ok else {
      return CellOutcome(
        status: report.status == .interrupted ? .interrupted : .error, seconds: seconds,
        error: report.failure?.json.text)
    }
    return CellOutcome(
      status: .ok, seconds: seconds, result: report.output?.json.text,
      effect: try invocation.effect?.text, begins: boundary(invocation.effect),
      settings: invocation.settings, purchases: invocation.purchases,
      verdicts: rows(invocation.verdict),
      metrics: invocation.metrics.map { Metric($0.key, $0.value) }, blobs: invocation.blobs,
      headMove: invocation.headMove)
  }

  private static func boundary(_ effect: Effect?) -> CellBoundary? {
    switch effect {
    case .loaded, .noise, .seeded, .reset: .run
    case .queried: .round
    case .annotated, .filtered, .trained, .embedded, .assigned, nil: nil
    }
  }

  private static func rows(_ verdict: ActiveLearning.Verdict?) -> [WorkspaceStore.Verdict] {
    guard let verdict else { return [] }
    return verdict.labeled.indices.map { i in
      WorkspaceStore.Verdict(
        sample: verdict.labeled[i], isClean: verdict.clean[i], quality: verdict.quality[i],
        score: verdict.scores[i])
    }
  }
}
