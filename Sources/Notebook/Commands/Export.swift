import ActiveLearning
import CommandLanguage
import Datasets
import WorkspaceStore

extension Vocabulary {
  static let export = Row(
    Entry(
      .command, "export", "writes a part of the session to files for other programs",
      parameters: [
        .positional(
          "kind",
          .choice(
            ["reference", "rounds", "features", "model"] + DocumentFormat.allCases.map(\.rawValue)),
          "what to write"),
        .positional("file", .newFile, "where to; a new folder for reference"),
      ],
      details: """
        reference: the rounds since the labeled set was empty last, as a run directory of the
        reference implementation, which load NAME labeled=DIR reads again. rounds: a row for each
        round since the last load, .csv, with all metrics and the values of loops. features: the
        embedding of the pool as loaded, one row per sample, .npy of 32-bit floats. model: the weights
        of the network trained last, .safetensors, or a torch state dict by any other ending, under
        torchvision's names; train NAME pretrained=FILE reads them again. winnow, md, html, ipynb, json:
        the session itself, as save writes it, as Markdown, as one web page, as a Jupyter notebook (winnow
        export FILE.ipynb --to winnow gives the script back), as records. Pages and notebooks hold what
        plot drew, which gnuplot draws anew.
        """,
      examples: [
        "load digits\nnoise sym 0.2\nquery npc 20\ntrain linear\nexport reference exported-run",
        """
        load digits
        export features digits-pca32.npy
        query random 9
        export md report.md
        export rounds results.csv
        train mlp epochs=1
        export model mlp.safetensors
        """,
      ]),
    CommandImplementation(isLong: true, action: .compute(runExport)))

  @Sendable private static func runExport(_ invocation: inout Invocation) throws -> Output {
    let path = invocation.arguments.text("file") ?? ""
    return switch invocation.arguments.text("kind") {
    case "features": try exportFeatures(path, invocation)
    case "rounds": try exportRounds(path, invocation)
    case "model": try exportModel(path, invocation)
    case "reference": try exportRun(path, invocation)
    default: try exportDocument(path, invocation)
    }
  }

  private static func exportDocument(_ path: String, _ invocation: Invocation) throws -> Output {
    let kind = invocation.arguments.text("kind") ?? ""
    let document = try SessionDocument(invocation.session, except: invocation.input)
    let text = try (DocumentFormat(rawValue: kind) ?? .winnow).text(of: document)
    try WrittenFile.write(Array(text.utf8), to: path, at: invocation.arguments.ranges["file"])
    return Output(
      record: .record(
        ("kind", .string(kind)), ("file", .string(path)), ("cells", .int(document.cells.count))),
      lines: ["\(Format.count(document.cells.count, "cell")) in \(path)"])
  }

  private static func exportFeatures(_ path: String, _ invocation: Invocation) throws -> Output {
    let features = try invocation.embedding().features
    try NumpyWriter.write(
      features.elements, shape: [features.rows, features.columns], to: path)
    return Output(
      record: .record(
        ("kind", .string("features")), ("file", .string(path)), ("rows", .int(features.rows)),
        ("columns", .int(features.columns))),
      lines: [
        "\(Format.grouped(features.rows)) rows of \(Format.grouped(features.columns)) in \(path)"
      ])
  }

  private static func exportModel(_ path: String, _ invocation: Invocation) throws -> Output {
    guard let record = invocation.state.model else {
      throw Diagnostic(
        .needsModel, "no model is trained yet", at: invocation.bound.range,
        notes: ["train a network first: train resnet18"])
    }
    guard let network = try invocation.restored(record) as? NetworkOfImages else {
      throw MethodError.refused(
        reason: "\(record.name) is no network, and has no weights under torchvision's names")
    }
    let weights = network.model.weights
    try WeightFile.write(weights, to: path)
    return Output(
      record: .record(
        ("kind", .string("model")), ("file", .string(path)), ("model", .string(record.name)),
        ("tensors", .int(weights.tensors.count))),
      lines: ["\(Format.count(weights.tensors.count, "tensor")) of \(record.name) in \(path)"])
  }

  private static func exportRounds(_ path: String, _ invocation: Invocation) throws -> Output {
    let table = Showing.results(invocation.state)
    guard !table.rows.isEmpty else { throw MethodError.needsLabels }
    try WrittenFile.write(Array(table.csv.utf8), to: path, at: invocation.arguments.ranges["file"])
    return Output(
      record: .record(
        ("kind", .string("rounds")), ("file", .string(path)), ("rounds", .int(table.rows.count))),
      lines: ["\(Format.count(table.rows.count, "round")) in \(path)"])
  }

  private static func exportRun(_ path: String, _ invocation: Invocation) throws -> Output {
    let run = try RunExport(invocation).run()
    guard !run.episodes.isEmpty else { throw MethodError.needsLabels }
    let noise = invocation.state.noise
    try run.write(
      to: path,
      labels: ReferenceRun.LabelsName(
        dataset: invocation.data().record.dataset,
        noise: noise.map { String($0.model.prefix { $0 != " " }) } ?? "none",
        rate: noise?.requestedRate ?? 0, seed: invocation.state.seed))
    return Output(
      record: .record(
        ("kind", .string("reference")), ("file", .string(path)),
        ("episodes", .int(run.episodes.count)), ("labeled", .int(run.labeled.count))),
      lines: [
        "\(Format.count(run.episodes.count, "episode")) with "
          + "\(Format.count(run.labeled.count, "label")) in \(path)"
      ])
  }
}

/// The rounds since the labeled set was empty last, in the reference's terms.
private struct RunExport {
  private let invocation: Invocation
  private var episodes: [ReferenceRun.Episode] = []
  private var labeled: [Int] = []
  private var observed: [Int] = []

  init(_ invocation: Invocation) throws {
    self.invocation = invocation
    let lease = invocation.session.lease
    for cell in try lease.lineage() where cell.number > invocation.state.run {
      guard let effect = try cell.storedEffect(in: lease.workspace) else { continue }
      if case .queried(let record) = effect {
        let rows = try lease.purchases(in: [cell.number]).map(\.purchase)
        labeled += rows.map(\.sample)
        observed += rows.map(\.label)
        episodes.append(
          ReferenceRun.Episode(purchases: rows.map(\.sample), delta: record.delta))
      }
      if case .annotated(let record) = effect { annotate(record) }
      try note(cell, effect, lease)
    }
  }

  /// A person's label: in the place of another, or one more of the episode under way.
  private mutating func annotate(_ record: AnnotationRecord) {
    if let place = labeled.firstIndex(of: record.sample) {
      observed[place] = record.label
      return
    }
    labeled.append(record.sample)
    observed.append(record.label)
    if episodes.isEmpty { episodes.append(ReferenceRun.Episode(purchases: [], delta: nil)) }
    episodes[episodes.count - 1].purchases.append(record.sample)
  }

  /// Takes a cell's judgement and accuracy into the episode it belongs to.
  private mutating func note(_ cell: CellRecord, _ effect: Effect, _ lease: SessionLease) throws {
    guard let last = episodes.indices.last else { return }
    if effect.verdict != nil {
      let verdict = try lease.verdicts(in: cell.number).map(\.verdict)
      if verdict.map(\.sample) == labeled {
        episodes[last].clean = verdict.map(\.isClean)
        episodes[last].counts = try counts(verdict.map(\.isClean))
      }
    }
    let accuracy = try lease.metrics(in: [cell.number]).last { $0.metric.key == "accuracy" }
    if let value = accuracy?.metric.value { episodes[last].accuracy = value }
  }

  /// Nil where it is not known of every label whether it is right.
  private func counts(_ clean: [Bool]) throws -> ReferenceRun.CleanCounts? {
    let known = try invocation.data().truth().known(labeled, observed)
    guard known.count == labeled.count else { return nil }
    let measured = FilterMetrics(clean: clean, trulyClean: known.map(\.isRight))
    return ReferenceRun.CleanCounts(
      truePositives: measured.cleanKept, falsePositives: measured.noisyKept,
      trueNegatives: measured.noisySuspected, falseNegatives: measured.cleanSuspected)
  }

  func run() throws -> ReferenceRun {
    let data = try invocation.data()
    // What was bought is as it was answered then, which may be later than at rest, or by a person.
    var labels = try invocation.answers().rested
    for (sample, label) in zip(labeled, observed) { labels[sample] = label }
    return ReferenceRun(
      noisyLabels: labels, subset: try data.whole().cut?.indices,
      samples: data.record.train, episodes: episodes)
  }
}
