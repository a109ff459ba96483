import WorkspaceStore

/// What a session did on its way to a cell: the cells that changed something, with all that they
/// decided.
struct Trail {
  struct Step {
    let cell: CellRecord
    /// SHA-256 of the data that were loaded, of the observed labels that were made; nil for other cells.
    var data: String?
    var labels: String?
    let purchases: [Purchase]
    let verdicts: [Verdict]
    let metrics: [Metric]
    /// What the cell ran on; nil where that was not kept.
    let platform: Platform?
  }

  /// As messages call it: "session 2", "branch other".
  let name: String
  let seed: Int
  let steps: [Step]

  /// - Parameter head: the last cell; nil is before the first.
  init(_ name: String, _ lease: SessionLease, to head: Int?) throws {
    self.name = name
    seed = lease.seed
    let line = try head.map { try lease.lineage(of: $0) } ?? []
    let platforms = try Platforms(lease)
    steps = try line.filter(\.changesState).map { cell in
      var step = Step(
        cell: cell, purchases: try lease.purchases(in: [cell.number]).map(\.purchase),
        verdicts: try lease.verdicts(in: cell.number).map(\.verdict),
        metrics: try lease.metrics(in: [cell.number]).map(\.metric),
        platform: platforms.platform(of: cell.number))
      if let text = cell.effect, case .loaded(let record)? = try? Effect(text: text) {
        step.data = record.digest
      }
      step.labels = try lease.blobs(of: cell.number).first { $0.name == "labels" }?.digest
      return step
    }
  }
}

/// Where two ways part, and why.
struct Difference: Equatable {
  /// One side's part of it.
  struct Side: Equatable {
    let name: String
    /// The cell, or the line of a script; nil where it has ended.
    var place: Int?
    var command: String?
    var value: String?
  }

  /// `end`, `command`, `data`, `labels`, `pick`, `label`, `verdict`, `metric`, `record`.
  let what: String
  var a: Side
  var b: Side
  /// Between the scores of two picks, the values of a metric; nil where there is none.
  var gap: Double?
  /// What of the machines differs, in words.
  var platform: [String] = []
  var reason: String
}

extension Trail {
  /// The first difference from another way; nil where there is none.
  func difference(from other: Trail) -> Difference? {
    for place in 0..<max(steps.count, other.steps.count) {
      guard steps.indices.contains(place), other.steps.indices.contains(place) else {
        return ending(at: place, other)
      }
      if let found = compare(steps[place], other.steps[place], other) { return found }
    }
    return nil
  }

  private func side(_ step: Step?, _ value: String? = nil) -> Difference.Side {
    Difference.Side(
      name: name, place: step?.cell.number, command: step?.cell.command, value: value)
  }

  private func ending(at place: Int, _ other: Trail) -> Difference {
    let (mine, theirs) = (
      steps.indices.contains(place) ? steps[place] : nil,
      other.steps.indices.contains(place) ? other.steps[place] : nil
    )
    return Difference(
      what: "end", a: side(mine), b: other.side(theirs),
      reason: "\(mine == nil ? name : other.name) ends there; all before is the same")
  }

  private func compare(_ mine: Step, _ theirs: Step, _ other: Trail) -> Difference? {
    let platform = mine.platform.flatMap { one in
      theirs.platform.map { one.differences(from: $0) }
    }
    let why = unlike(other, platform)
    func found(_ what: String, _ values: (String?, String?), gap: Double? = nil, _ why: String)
      -> Difference
    {
      Difference(
        what: what, a: side(mine, values.0), b: other.side(theirs, values.1), gap: gap,
        platform: platform ?? [], reason: why)
    }
    let (a, b) = (mine.cell.command, theirs.cell.command)
    if a != b { return found("command", (nil, nil), Options.difference(a, b)) }
    if mine.data != theirs.data {
      return found(
        "data", (mine.data, theirs.data),
        seed == other.seed ? "other data under the same name" : why)
    }
    if mine.labels != theirs.labels {
      return found("labels", (mine.labels, theirs.labels), why)
    }
    if let (place, values, gap, isLabel) = picks(mine.purchases, theirs.purchases) {
      return found(
        isLabel ? "label" : "pick", values, gap: gap,
        "pick \(place + 1) of the query; \(why)")
    }
    if let values = verdicts(mine.verdicts, theirs.verdicts) {
      return found("verdict", values, why)
    }
    if let (values, gap) = metrics(mine.metrics, theirs.metrics) {
      return found("metric", values, gap: gap, why)
    }
    return nil
  }

  /// Why the same command on the same state may give something else.
  /// - Parameter platform: what of the machines differs; nil where that is not known.
  private func unlike(_ other: Trail, _ platform: [String]?) -> String {
    guard seed == other.seed else {
      return "the sessions have other seeds: \(seed) and \(other.seed)"
    }
    let causes =
      switch platform?.isEmpty {
      case nil: "other versions, kernels or threads"
      case true?: "a file has changed, or Winnow's version"
      case false?: "on another platform"
      }
    return "the same command gave another result: \(causes)"
  }

  private func picks(_ mine: [Purchase], _ theirs: [Purchase]) -> (
    place: Int, values: (String?, String?), gap: Double?, isLabel: Bool
  )? {
    func text(_ purchase: Purchase?) -> String? {
      purchase.map { one in
        "sample \(one.sample) labeled \(one.label)"
          + (one.score.map { ", score \(Format.decimal($0))" } ?? "")
      }
    }
    for place in 0..<max(mine.count, theirs.count) {
      let a = mine.indices.contains(place) ? mine[place] : nil
      let b = theirs.indices.contains(place) ? theirs[place] : nil
      guard a?.sample != b?.sample || a?.label != b?.label else { continue }
      var gap: Double?
      if let one = a?.score, let two = b?.score { gap = abs(one - two) }
      return (place, (text(a), text(b)), gap, a?.sample == b?.sample)
    }
    return nil
  }

  private func verdicts(_ mine: [Verdict], _ theirs: [Verdict]) -> (String?, String?)? {
    func text(_ verdict: Verdict?) -> String? {
      verdict.map { "sample \($0.sample) \($0.isClean ? "clean" : "suspected")" }
    }
    for place in 0..<max(mine.count, theirs.count) {
      let a = mine.indices.contains(place) ? mine[place] : nil
      let b = theirs.indices.contains(place) ? theirs[place] : nil
      if a?.sample != b?.sample || a?.isClean != b?.isClean { return (text(a), text(b)) }
    }
    return nil
  }

  /// Equal but for rounding.
  private static let rounding = 1e-12

  private func metrics(_ mine: [Metric], _ theirs: [Metric]) -> ((String?, String?), Double?)? {
    let other = Dictionary(
      theirs.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    for metric in mine {
      let (a, b) = (metric.value, other[metric.key] ?? nil)
      guard a != b else { continue }
      let gap = zip([a].compactMap(\.self), [b].compactMap(\.self)).map { abs($0 - $1) }.first
      if let gap, gap <= Self.rounding * max(1, abs(a ?? 0)) { continue }
      func text(_ value: Double?) -> String { "\(metric.key) \(value.map { "\($0)" } ?? "none")" }
      return ((text(a), text(b)), gap)
    }
    return nil
  }
}

/// Which options two canonical commands differ in.
enum Options {
  static func difference(_ a: String, _ b: String) -> String {
    let (one, two) = (a.split(separator: " "), b.split(separator: " "))
    guard one.first == two.first, one.count == two.count else { return "other commands" }
    let pairs = zip(one, two).filter { $0 != $1 }.map { "\($0) and \($1)" }
    return "other options: " + pairs.joined(separator: ", ")
  }
}
