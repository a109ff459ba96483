import ActiveLearning
import CommandLanguage

extension Vocabulary {
  static let why = Row(
    Entry(
      .command, "why", "says why a sample was chosen, and what a filter holds against it",
      parameters: [
        .positional("id", .integer(0...Int.max), "the sample, a position in the training split")
      ],
      details: """
        From what was stored when it happened; nothing is computed again. Rank is the place in the
        order of choice; the runner-up is the best candidate that was not chosen in that step, and
        the gap what it was behind. Where a lot decided (badge, direct) there is its probability
        instead of a gap: another candidate may have scored more. A person's label in the place of
        the oracle's leaves all that as it was.
        """,
      examples: [
        "load digits\nquery probcover 5 ties=lowest\nwhy 281",
        "load digits\nnoise sym 0.5\nquery random 50\nfilter knn\nwhy 12",
      ]),
    CommandImplementation(action: .compute(runWhy)))

  @Sendable private static func runWhy(_ invocation: inout Invocation) throws -> Output {
    let sample = try invocation.sample("id")
    return try Explanation(sample, invocation).output
  }
}

/// What is known about one sample: who bought it and why, and how it was judged.
private struct Explanation {
  let sample: Int
  let names: [String]
  private var label: Int?
  private var choice: Choice?
  private var judgement: Judgement?
  private var coverers: [Coverer] = []

  init(_ sample: Int, _ invocation: Invocation) throws {
    self.sample = sample
    names = try invocation.data().classNames
    let state = invocation.state
    if let place = state.labeled.firstIndex(of: sample) {
      label = state.observed[place]
      choice = try Choice(at: place, invocation)
      judgement = try Judgement(sample, invocation)
    } else {
      coverers = try Self.coverers(of: sample, invocation)
    }
  }

  /// The picks that newly covered the sample, and when.
  private static func coverers(of sample: Int, _ invocation: Invocation) throws -> [Coverer] {
    var found: [Coverer] = []
    for (cell, record) in invocation.state.queries.sorted(by: { $0.key < $1.key }) {
      guard let reasons = try invocation.stored([PickReason?].self, record.reasonsBlob) else {
        continue
      }
      // What the cell bought, in the order of choice, whoever labeled it again since.
      let picks = try invocation.session.lease.purchases(in: [cell]).map(\.purchase.sample)
      for (pick, reason) in zip(picks, reasons) where reason?.covered?.contains(sample) == true {
        found.append(Coverer(sample: pick, round: record.round, cell: cell))
      }
    }
    return found
  }

  var output: Output {
    Output(
      record: .record(
        ("sample", .int(sample)), ("label", .optional(label)),
        ("choice", choice?.json ?? .null), ("judgement", judgement?.json ?? .null),
        ("covered_by", .ints(coverers.map(\.sample)))),
      lines: lines)
  }

  private var lines: [String] {
    guard let label else {
      let covered = coverers.map {
        "  covered by sample \($0.sample) since round \($0.round) (cell \($0.cell))"
      }
      return ["sample \(sample): not labeled, so nothing has chosen it"] + covered
    }
    let name = names[label] == "\(label)" ? "" : " (\(names[label]))"
    return ["sample \(sample): label \(label)\(name)\(choice?.headline ?? "")"]
      + (choice?.lines ?? []) + (judgement?.lines ?? ["  no filter has judged its label yet"])
  }
}

/// A pick whose ball a sample came into first.
private struct Coverer {
  let sample: Int
  let round: Int
  let cell: Int
}

/// The step in which a sample was chosen, and who gave its label.
private struct Choice {
  /// The cell that the present label comes from.
  private let cell: Int
  private let isFromPerson: Bool
  /// Nil for a sample that no query chose.
  private let pick: ChosenPick?
  private let round: Int

  /// - Parameter place: in the labeled set.
  init(at place: Int, _ invocation: Invocation) throws {
    let state = invocation.state
    let (sample, origin) = (state.labeled[place], state.origins[place])
    cell = state.people[sample] ?? origin
    isFromPerson = state.people[sample] != nil
    pick = try state.queries[origin].flatMap {
      try ChosenPick(sample, cell: origin, $0, invocation)
    }
    round = pick?.record.round ?? state.round
  }

  var json: JSON {
    let reason = pick?.reason
    let runnerUp = reason?.runnerUp.map {
      JSON.record(("sample", .int($0.sample)), ("score", .double($0.score)))
    }
    return .record(
      ("source", .string(isFromPerson ? "person" : "oracle")), ("cell", .int(cell)),
      ("picked_in", .optional(pick?.cell)), ("round", .int(round)),
      ("strategy", .optional(pick?.record.strategy)), ("rank", .optional(pick?.rank)),
      ("of", .optional(pick?.count)), ("score", .optional(pick?.score)),
      ("runner_up", runnerUp ?? .null), ("gap", .optional(pick?.gap)),
      ("probability", .optional(pick?.probability)), ("tied", .optional(reason?.tied)),
      ("covered", reason?.covered.map(JSON.ints) ?? .null),
      ("terms", .object((reason?.terms ?? []).map { .init($0.name, .double($0.value)) })),
      ("votes", pick?.votes.map(JSON.ints) ?? .null))
  }

  var headline: String {
    let person = isFromPerson ? ", from a person (cell \(cell))" : ""
    return person + (pick.map { (isFromPerson ? "; " : ", ") + $0.headline } ?? "")
  }

  var lines: [String] { pick?.lines ?? [] }
}

/// A pick as its query stored it.
private struct ChosenPick {
  let cell: Int
  let record: QueryRecord
  /// Its place in the order of choice, from 1, and how many were chosen.
  let rank: Int
  let count: Int
  let score: Double?
  let reason: PickReason?
  /// What each annotator said; nil where there is one.
  let votes: [Int]?

  /// Nil where the cell did not buy the sample.
  init?(_ sample: Int, cell: Int, _ record: QueryRecord, _ invocation: Invocation) throws {
    let rows = try invocation.session.lease.purchases(in: [cell]).map(\.purchase)
    guard let place = rows.firstIndex(where: { $0.sample == sample }) else { return nil }
    (self.cell, self.record) = (cell, record)
    (rank, count, score) = (place + 1, rows.count, rows[place].score)
    func entry<Element>(_ list: [Element]?) -> Element? {
      list.flatMap { $0.indices.contains(place) ? $0[place] : nil }
    }
    reason =
      entry(try invocation.stored([PickReason?].self, record.reasonsBlob)) ?? nil
    votes = entry(try invocation.stored([[Int]].self, record.votesBlob))
  }

  /// What the runner-up was behind; nil where the best score did not decide.
  var gap: Double? {
    guard let score, let runnerUp = reason?.runnerUp, reason?.rule == nil else { return nil }
    return abs(score - runnerUp.score)
  }

  /// Of having been drawn; nil where no lot decided.
  var probability: Double? {
    if case .drawn(let probability)? = reason?.rule { probability } else { nil }
  }

  var headline: String {
    "pick \(rank) of \(count) by \(record.strategy) in round \(record.round) (cell \(cell))"
  }

  var lines: [String] {
    guard let reason else { return ["  drawn blindly: it had no score"] + voted }
    var lines = ["  " + comparison(reason).joined(separator: "; ")]
    if !reason.terms.isEmpty {
      let terms = reason.terms.map { "\($0.name) \(Format.number($0.value))" }
      lines.append("  from " + terms.joined(separator: ", "))
    }
    if let covered = reason.covered {
      lines.append(
        "  newly covers \(Format.count(covered.count, "sample"))" + Explained.list(covered))
    }
    return lines + voted
  }

  /// How it stood beside the other candidates.
  private func comparison(_ reason: PickReason) -> [String] {
    var said: [String] = []
    if let score { said.append("score \(Format.number(score))") }
    switch reason.rule {
    case .drawn(let probability):
      said.append("drawn with probability \(Format.number(probability)), not for its score")
    case .inTurn: said.append("the next in turn, not the best score")
    case nil: break
    }
    if let other = reason.runnerUp {
      let behind = gap.map { ", gap \(Format.number($0))" } ?? ""
      said.append(
        "\(reason.rule == nil ? "runner-up" : "not taken:") sample \(other.sample) with "
          + Format.number(other.score) + behind)
    }
    if reason.tied > 1 { said.append("\(Format.grouped(reason.tied)) candidates tied") }
    return said
  }

  private var voted: [String] {
    votes.map { ["  votes: " + $0.map(String.init).joined(separator: " ")] } ?? []
  }
}

/// How a filter judged a sample.
private struct Judgement {
  private let filter: String
  private let clean: Bool
  private let quality: Double
  private let score: Double?
  private let threshold: Double?
  private let cell: Int
  /// The numbers that decided.
  private let terms: [(name: String, value: Double?)]
  private let neighbours: [(sample: Int, label: Int?)]?

  /// Nil where no filter has judged the sample's present label.
  init?(_ sample: Int, _ invocation: Invocation) throws {
    let state = invocation.state
    guard let verdict = state.verdict, let place = verdict.labeled.firstIndex(of: sample),
      let judgement = state.judgement
    else { return nil }
    filter = verdict.filter
    clean = verdict.clean[place]
    quality = verdict.quality[place]
    score = verdict.scores[place]
    threshold = verdict.threshold
    cell = judgement.cell
    let stored = try invocation.stored(StoredEvidence.self, judgement.record.evidenceBlob)
    guard let stored, let row = stored.samples.firstIndex(of: sample) else {
      (terms, neighbours) = ([], nil)
      return
    }
    terms = stored.evidence.columns.compactMap { column in
      column.values.indices.contains(row) ? (column.name, column.values[row]) : nil
    }
    let labels = Dictionary(
      zip(state.labeled, state.observed), uniquingKeysWith: { first, _ in first })
    neighbours = stored.evidence.neighbours.flatMap {
      $0.indices.contains(row) ? $0[row].map { ($0, labels[$0]) } : nil
    }
  }

  var json: JSON {
    .record(
      ("filter", .string(filter)), ("cell", .int(cell)), ("clean", .bool(clean)),
      ("quality", .double(quality)), ("score", .optional(score)),
      ("threshold", .optional(threshold)),
      ("evidence", .object(terms.map { .init($0.name, .optional($0.value)) })),
      ("neighbours", neighbours.map { JSON.ints($0.map(\.sample)) } ?? .null))
  }

  var lines: [String] {
    let side = threshold.map { " (threshold \(Format.number($0)))" } ?? ""
    var lines = [
      "  \(clean ? "clean" : "suspected") by \(filter) in cell \(cell): "
        + "quality \(Format.number(quality))\(side)"
    ]
    let said = terms.compactMap { term in
      term.value.map { "\(term.name) \(Format.number($0))" }
    }
    if !said.isEmpty { lines.append("  from " + said.joined(separator: ", ")) }
    if let neighbours {
      let shown = neighbours.prefix(20).map { neighbour in
        "\(neighbour.sample)" + (neighbour.label.map { " (\($0))" } ?? "")
      }
      let more = neighbours.count > 20 ? " and \(neighbours.count - 20) more" : ""
      lines.append(
        "  neighbours and their labels: " + shown.joined(separator: ", ") + more)
    }
    return lines
  }
}

private enum Explained {
  /// `: 3, 17, 40 and 5 more`; the record has all of them.
  static func list(_ samples: [Int]) -> String {
    guard !samples.isEmpty else { return "" }
    let shown = samples.prefix(12).map(String.init).joined(separator: ", ")
    return ": " + shown + (samples.count > 12 ? " and \(samples.count - 12) more" : "")
  }
}
