import ActiveLearning
import CommandLanguage
import Datasets
import LinearAlgebra
import WorkspaceStore

extension Vocabulary {
  static let load = Row(
    Entry(
      .command, "load", "opens a data set: nothing labeled, filter aum, round 0",
      parameters: [
        .option(
          "features", .features, default: .computed("the data set's own"),
          "the embedding: pca:D, pixels, or a file: .npy, .npz:key, .pt or .pth with :key"),
        .option(
          "test_features", .file, default: .absent, "the test split's rows of a features file"),
        .option(
          "labels", .file, default: .absent, "true labels from a file, instead of the set's files"),
        .option("test_labels", .file, default: .absent, "the same of the test split"),
        .option("path", .file, default: .absent, "the folder of the data set's files"),
        .option(
          "imbalance", .text, default: .absent,
          "exp:F or step:F: classes of unequal size, the smallest with the share F"),
        .option(
          "subset", .either([.integer(1...Int.max), .file]), default: .absent,
          "so many training samples at random, or those at the positions in a file"),
        .option(
          "labeled", .file, default: .absent,
          "a run directory of the reference implementation: its annotator, its rounds"),
        .option(
          "rounds", .integer(0...Int.max), default: .absent,
          "with labeled=: only so many of the run's rounds, the first ones"),
        .option(
          "download", .boolean, default: .absent,
          "true fetches missing files from their official address; nothing else ever does"),
        .option(
          "metric", .choice(["l2", "cosine"]), default: .value("l2"),
          "the distance of balls and neighbours"),
        .option(
          "normalization", .choice(["unit", "max", "none"]), default: .value("unit"),
          "rows to norm 1, all by the largest norm, or as they are"),
        .option(
          "scale", scaleKind, default: .value("auto"),
          "what filters and linear models see: mean norm 2.5, raw, unit, or a mean norm"),
      ],
      details: """
        The labeled set, the noise and the model of before are gone; variables and seed stay.
        Data directories, in order: --data, $WINNOW_DATA, ./data, $XDG_CACHE_HOME/winnow,
        /usr/share/datasets. Where no embedding is known the data set loads all the same, and the
        first command that needs one says what the choices are. With labels= and features= no
        other file is needed. imbalance= and subset= draw by the seed in force and leave the test
        split whole; a features file has rows for the whole training split all the same.
        """,
      examples: [
        "load digits features=pixels",
        "load digits imbalance=exp:0.1 subset=300\nquery probcover 20",
      ]),
    CommandImplementation(
      method: .dataset, changesState: true, isLong: true, validate: LoadOptions.validate,
      action: .control(runLoad)))

  @Sendable private static func runLoad(
    _ session: Session, _ bound: BoundCommand, _ context: RunContext, _ position: inout Int
  ) throws -> Flow {
    let typed = String(context.source.slice(bound.range))
    guard let folder = bound.arguments.text("labeled") else {
      return try session.conclude(bound, typed: typed, context, &position, open)
    }
    // The data set is one cell, each round of the run another.
    var several = context
    several.isWholeInput = false
    var rounds: [ImportedRun.Round] = []
    let flow = try session.conclude(bound, typed: typed, several, &position) { invocation in
      let run = try ImportedRun(folder)
      let output = try open(&invocation)
      if !run.hasLabels {
        invocation.notices.append(
          "'\(folder)' does not hold the labels that its annotator gave: \(answering(invocation))")
      }
      rounds = try invocation.rounds(of: run)
      let most = rounds.count
      rounds.removeLast(most - min(most, invocation.arguments.integer("rounds") ?? most))
      return output
    }
    guard case .completed = flow else { return flow }
    for (index, round) in rounds.enumerated() {
      if Interrupt.isRequested { return .interrupted }
      let name = "\(bound.withWholePaths.canonical) round=\(index + 1)"
      let command = BoundCommand.part(name, range: bound.range)
      let flow = try session.conclude(
        command, typed: typed, several, &position, round.run)
      guard case .completed = flow else { return flow }
    }
    return .completed
  }

  /// Whose answers stand for those that a run does not hold.
  private static func answering(_ invocation: Invocation) -> String {
    guard case .loaded(let record) = invocation.effect, let noise = record.noise else {
      return "the true ones take their place"
    }
    return "those of noise \(noise.model) take their place"
  }

  /// Opens the data set; with `download=true` a second time, where files were missing at first.
  @Sendable private static func open(_ invocation: inout Invocation) throws -> Output {
    let before = invocation
    do {
      return try openWhatIsThere(&invocation)
    } catch let error as FileError where error.kind == .missing {
      // What the user names beside the data set's own files does not come from its authors.
      let named = invocation.bound.parameter(ofFile: error.path)
      guard invocation.arguments.flag("download"), named == nil || named == "path" else {
        throw error
      }
      invocation = before
      invocation.notices += try LoadPlan(invocation.bound).download(invocation.environment)
      return try openWhatIsThere(&invocation)
    }
  }

  private static func openWhatIsThere(_ invocation: inout Invocation) throws -> Output {
    let plan = try LoadPlan(invocation.bound)
    let directories = invocation.environment.data
    let opened = try plan.open(directories, seed: invocation.state.seed)
    invocation.notices += opened.whole.notices
    let chosen = try plan.chooseFeatures(directories)
    invocation.notices += try plan.checkFeatures(chosen, of: opened)
    let cache = invocation.environment.cache
    let features = try chosen.map { try plan.features($0, of: opened, cache: cache) }
    try Interrupt.check()
    var record = LoadRecord(plan: plan, opened: opened, chosen: chosen, features: features)
      .keep(&invocation)
    let workspace = invocation.session.workspace
    let handle = { (record: DataRecord) in
      DataHandle(
        record: record, workspace: workspace, directories: directories, cache: cache,
        opened: opened,
        embedding: record.features.flatMap { kept in
          features.map {
            LoadPlan.embedding($0.train, kept, archive: EmbeddingArchive(cache, record))
          }
        },
        testFeatures: features?.test)
    }
    record.noise = try ownNoise(of: plan, handle(record), &invocation)
    invocation.session.adopt(handle(record))
    invocation.effect = .loaded(record)
    invocation.settings = CellSettings(
      dataset: record.dataset, noise: record.noise?.model ?? "none", seed: invocation.state.seed)
    return LoadReport.output(record)
  }

  /// The annotator that comes with the data set, where it comes with one.
  private static func ownNoise(
    of plan: LoadPlan, _ data: DataHandle, _ invocation: inout Invocation
  ) throws -> NoiseRecord? {
    let isGiven = try data.annotation() != nil
    guard let model = isGiven ? "given" : plan.implementation.noise, isGiven || model != "given"
    else { return nil }
    return try NoiseDrawing(
      BoundCommand(canonical: "noise \(model)"), seed: invocation.state.seed, data: data, invocation
    ).keep(&invocation)
  }
}

/// What the options of `load` have to have to do with the data set.
enum LoadOptions {
  @Sendable static func validate(_ bound: BoundCommand) throws(Diagnostic) {
    guard let entry = bound.method,
      let row = Vocabulary.implementation(Vocabulary.datasets, entry.name)
    else { return }
    let isOwn = { (name: String) in entry.parameters.contains { $0.name == name } }
    if !row.hasFiles {
      for name in ["path", "labels", "test_labels", "download"] where !isOwn(name) {
        try refuse(name, bound, "\(entry.name) is not read from files of its own")
      }
    }
    if row.download == nil, bound.arguments.flag("download") {
      try refuse(
        "download", bound, "\(entry.name) cannot be fetched: its owners ask you to do that")
    }
    if bound.arguments.isGiven("labeled") {
      for name in ["imbalance", "subset"] {
        try refuse(name, bound, "a run brings its own part of the data set")
      }
    }
    if bound.arguments.isGiven("rounds"), !bound.arguments.isGiven("labeled") {
      throw Diagnostic(
        .missingArgument, "rounds goes with labeled", at: bound.arguments.ranges["rounds"],
        label: "labeled= is needed, too")
    }
    if bound.arguments.isGiven("test_labels"), !bound.arguments.isGiven("labels") {
      throw Diagnostic(
        .missingArgument, "test_labels goes with labels", at: bound.arguments.ranges["test_labels"],
        label: "labels= is needed, too")
    }
    if bound.arguments.isGiven("test_features"), !isOwn("features") {
      try requireFeaturesFile(bound)
    }
    if let text = bound.arguments.text("imbalance") {
      do {
        _ = try Imbalance(text)
      } catch {
        throw Diagnosis.diagnose(error, command: bound)
      }
    }
  }

  private static func requireFeaturesFile(_ bound: BoundCommand) throws(Diagnostic) {
    if let text = bound.arguments.text("features"), case .file? = try? FeatureSource(text) {
      return
    }
    throw Diagnostic(
      .missingArgument, "test_features goes with a file of training features",
      at: bound.arguments.ranges["test_features"], label: "features=FILE is needed, too")
  }

  private static func refuse(_ name: String, _ bound: BoundCommand, _ reason: String)
    throws(Diagnostic)
  {
    guard bound.arguments.isGiven(name) else { return }
    throw Diagnostic(
      .refused, "\(reason), so it takes no \(name)=", at: bound.arguments.ranges[name])
  }
}

extension Invocation {
  /// The rounds of a run over the data set that this cell has just loaded.
  fileprivate func rounds(of run: ImportedRun) throws -> [ImportedRun.Round] {
    guard case .loaded(let record) = effect else { return [] }
    return try run.rounds(
      samples: record.train, cut: session.handle(record).whole().cut)
  }
}
