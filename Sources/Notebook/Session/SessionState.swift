import ActiveLearning
import CommandLanguage

/// Everything that commands see of a session at one cell. A value: a command that fails leaves the
/// old one in force.
struct SessionState {
  var seed = 0
  var variables: [Variable] = []
  var data: DataHandle?
  /// The data set with the embedding that it had before one was learned from labels.
  var unlearned: DataHandle?
  var noise: NoiseRecord?
  /// The loops in which that was set.
  var noiseLoop: [String] = []
  /// The session's filter; `aum` unless `filter` said otherwise.
  var filter = Value.word("aum")
  /// Indices in the order of purchase, and what the oracle said, in the same order.
  var labeled: [Int] = []
  var observed: [Int] = []
  /// For each of `labeled` the cell that it joined them in.
  var origins: [Int] = []
  /// The cells in which people labeled samples, the newest of each sample.
  var people: [Int: Int] = [:]
  /// Labels paid for in this run: a sample that is bought costs one for each vote, one that a person
  /// labels costs one, and a label put right costs nothing, as the labeled set does not grow.
  var spent = 0
  /// The queries of this run, by their cells.
  var queries: [Int: QueryRecord] = [:]
  var verdict: Verdict?
  /// What stands in the workspace about `verdict`, and the cell that made it.
  var judgement: (cell: Int, record: VerdictRecord)?
  /// Blobs of what filters remember, under their identity.
  var records: [String: String] = [:]
  /// Blobs of what strategies remember, under their names.
  var memories: [String: String] = [:]
  var model: ModelRecord?
  /// Queries since the last `load`, `noise`, `seed` or `reset`.
  var round = 0
  /// The cell that emptied the labeled set last.
  var run = 0
  var rounds: [RoundRow] = []
  /// The newest value of each metric, for `assert`.
  var metrics: [String: Double?] = [:]

  struct Variable: Equatable {
    let name: String
    var value: Value
  }

  func variable(_ name: String) -> Value? { variables.first { $0.name == name }?.value }

  var environment: [String: Value] {
    Dictionary(variables.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
  }

  mutating func assign(_ name: String, _ value: Value) {
    if let at = variables.firstIndex(where: { $0.name == name }) {
      variables[at].value = value
    } else {
      variables.append(Variable(name: name, value: value))
    }
  }
}

/// One row of `show rounds`.
struct RoundRow {
  let round: Int
  let run: Int
  let cell: Int
  /// Of the run.
  let seed: Int
  let noise: Noise
  /// Labels paid for in the run by the end of the round.
  var spent = 0
  let strategy: String
  var filter: String?
  let loop: [SessionState.Variable]
  /// What was done in it, canonical: the query, then judgements, trainings, a person's labels.
  var commands: [String]
  var metrics: [String: Double?]
  /// Of all cells of the round together.
  var seconds = 0.0

  /// Who answered.
  struct Noise {
    /// Nil for the truth.
    let record: NoiseRecord?
    /// The loops in which that was set.
    let loop: [String]

    init(_ record: NoiseRecord?, loop: [String]) {
      self.record = record?.model == "none" ? nil : record
      self.loop = loop
    }

    var name: String { record?.model ?? "none" }
    var digest: String? { record?.digest }
  }

  /// The value of a loop variable, the innermost of its name.
  func variable(_ name: String) -> Value? { loop.last { $0.name == name }?.value }
}

/// A cell's effect with the lists that belong to it, from memory or from the workspace.
struct AppliedEffect {
  let cell: Int
  /// Canonical.
  let command: String
  let effect: Effect?
  let loop: [SessionState.Variable]
  var purchases: [(sample: Int, label: Int)] = []
  var verdict: Verdict?
  var metrics: [(key: String, value: Double?)] = []
  /// The filter that judged in this cell, for `show rounds`.
  var filter: String?
  /// What the cell took.
  var seconds = 0.0
}

extension SessionState {
  /// The one place where effects change state, for commands just run and for restored cells.
  /// - Parameter open: makes the handle of a loaded data set.
  mutating func apply(_ applied: AppliedEffect, open: (DataRecord) -> DataHandle) {
    switch applied.effect {
    case .loaded(let record):
      let kept = (seed, variables)
      self = SessionState()
      (seed, variables) = kept
      data = open(record)
      noise = record.noise
      startRun(applied.cell)
    case .noise(let record):
      noise = record
      noiseLoop = applied.loop.map(\.name)
      startRun(applied.cell)
    case .seeded(let value, let record):
      seed = value
      noise = record
      startRun(applied.cell)
    case .reset: startRun(applied.cell)
    case .queried(let record): append(record, applied)
    case .annotated(let record): correct(record, applied)
    case .filtered(let choice, let record):
      filter = Value(canonical: choice)
      judge(record, applied)
    case .trained(let record): model = record
    case .embedded(let record): embed(record, open)
    case .assigned(let name, let text): assign(name, Value(canonical: text))
    case nil: break
    }
    note(applied)
  }

  /// Labels and verdicts stay; what strategies remember of the old embedding goes, and so does a model
  /// that was trained on it.
  private mutating func embed(_ record: EmbeddingRecord, _ open: (DataRecord) -> DataHandle) {
    guard let before = data else { return }
    unlearned = record.readsLabels ? unlearned ?? before : nil
    data = open(before.record.with(record.features))
    memories = [:]
    if let name = model?.name, !NetworkRecipe.names.contains(name) { model = nil }
  }

  private mutating func startRun(_ cell: Int) {
    data = unlearned ?? data
    unlearned = nil
    labeled = []
    observed = []
    origins = []
    people = [:]
    spent = 0
    queries = [:]
    verdict = nil
    judgement = nil
    records = [:]
    memories = [:]
    model = nil
    round = 0
    run = cell
    metrics = [:]
  }

  private mutating func append(_ record: QueryRecord, _ applied: AppliedEffect) {
    round = record.round
    labeled += applied.purchases.map(\.sample)
    observed += applied.purchases.map(\.label)
    origins += applied.purchases.map { _ in applied.cell }
    spent += joined(applied) * (noise?.votes ?? 1)
    queries[applied.cell] = record
    if let memory = record.memoryBlob { memories[record.strategy] = memory }
    judge(record.verdict, applied)
    rounds.append(
      RoundRow(
        round: record.round, run: run, cell: applied.cell, seed: seed,
        noise: RoundRow.Noise(noise, loop: noiseLoop), strategy: record.strategy, filter: nil,
        loop: applied.loop, commands: [], metrics: [:]))
  }

  private mutating func judge(_ record: VerdictRecord?, _ applied: AppliedEffect) {
    guard let record else { return }
    verdict = applied.verdict
    judgement = (applied.cell, record)
    if let blob = record.recordsBlob { records["\(record.filter) \(record.options)"] = blob }
  }

  /// A person's label takes the place of another, or joins the labeled set. No filter has seen it.
  private mutating func correct(_ record: AnnotationRecord, _ applied: AppliedEffect) {
    spent += joined(applied)
    if let place = labeled.firstIndex(of: record.sample) {
      observed[place] = record.label
    } else {
      labeled.append(record.sample)
      observed.append(record.label)
      origins.append(applied.cell)
    }
    people[record.sample] = applied.cell
    verdict = verdict?.without(record.sample)
  }

  /// How many samples a cell added to the labeled set: by what it measured, as the purchases of
  /// earlier runs are not read back when a session is opened.
  private func joined(_ applied: AppliedEffect) -> Int {
    let key = "n_labeled"
    guard let after = applied.metrics.last(where: { $0.key == key })?.value else { return 0 }
    return Int(after - ((metrics[key] ?? nil) ?? 0))
  }

  /// Metrics count for the round in which they were measured; before the first round they are
  /// only the newest.
  private mutating func note(_ applied: AppliedEffect) {
    for (key, value) in applied.metrics { metrics[key] = .some(value) }
    guard round > 0, let last = rounds.indices.last, rounds[last].run == run else { return }
    for (key, value) in applied.metrics { rounds[last].metrics[key] = .some(value) }
    rounds[last].spent = spent
    rounds[last].seconds += applied.seconds
    if let effect = applied.effect, effect.belongsToRound {
      rounds[last].commands.append(applied.command)
    }
    if let filter = applied.filter { rounds[last].filter = filter }
  }
}
