import ActiveLearning
import CommandLanguage
import LinearAlgebra
import Networks
import WorkspaceStore

extension Vocabulary {
  static let train = Row(
    Entry(
      .command, "train", "trains a model from scratch on the labeled set, and evaluates it",
      parameters: [
        .option(
          "on", .choice(["clean", "all"]), default: .value("clean"),
          "what the verdict does not suspect, or all labels")
      ],
      details: """
        Labels are always the observed ones. Samples that no filter has judged yet are taken. The
        initial weights depend on seed and model alone, so they are the same in every round; the
        model after the last epoch is the result, none is chosen by the test split.
        """,
      examples: [
        "load digits\nquery probcover 20\ntrain linear",
        "load digits\nnoise sym 0.5\nquery npc 40\ntrain linear on=all epochs=50\ntrain 1nn",
      ]),
    CommandImplementation(
      method: .model, changesState: true, isLong: true, action: .compute(runTrain)))

  @Sendable private static func runTrain(_ invocation: inout Invocation) throws -> Output {
    guard let entry = invocation.bound.method, let row = implementation(models, entry.name) else {
      throw Diagnostic(.missingArgument, "train needs a model", at: invocation.bound.range)
    }
    let data = try invocation.data()
    invocation.bound.arguments.resolve("scale", Value(canonical: data.record.scale))
    try row.resolve(&invocation.bound.arguments, data.plan().training)
    let pool = try invocation.pool()
    let set = try TrainingSet(pool, on: invocation.arguments.text("on") ?? "clean")
    let context = ModelContext(
      features: try pool.embedding.scaled(
        rows: set.samples, scale: row.scale(invocation.arguments)),
      labels: set.labels, classes: pool.classes, seed: invocation.state.seed,
      round: invocation.state.round)
    let trained = try row.train(invocation.arguments, context)
    let record = ModelRecord(
      name: entry.name, scale: row.scale(invocation.arguments).text,
      samplesBlob: invocation.keep(Digest.bytes(ints: set.samples), as: "train_samples"),
      labelsBlob: invocation.keep(Digest.bytes(ints: set.labels), as: "train_labels"),
      weightsBlob: trained.weights.map { invocation.keep($0, as: "weights") },
      command: invocation.bound.canonical)
    invocation.effect = .trained(record)
    invocation.settings.model = entry.name
    let evaluation = try Evaluating.onTest(
      trained.classifier, scale: row.scale(invocation.arguments), invocation)
    if evaluation == nil {
      invocation.notices.append("there is no test split with features to evaluate on")
    }
    invocation.note([("accuracy", evaluation?.accuracy), ("loss", evaluation?.loss ?? nil)])
    return TrainReport(
      model: entry.name, set: set, epochs: invocation.arguments.integer("epochs"),
      batch: invocation.arguments.integer("batch"), losses: trained.losses, evaluation: evaluation
    ).output
  }

  static let test = Row(
    Entry(
      .command, "test", "evaluates the model trained last again, in more detail",
      parameters: [
        .option(
          "per", .choice(["class"]), default: .absent, "a row for each class instead of one line")
      ],
      examples: [
        "load digits\nquery probcover 40\ntrain linear\ntest",
        "load digits\nquery probcover 40\ntrain 1nn\ntest per=class",
      ]),
    CommandImplementation(isLong: true, action: .compute(runTest)))

  @Sendable private static func runTest(_ invocation: inout Invocation) throws -> Output {
    guard let record = invocation.state.model else {
      throw Diagnostic(
        .needsModel, "no model is trained yet", at: invocation.bound.range,
        notes: ["train one first: train linear"])
    }
    let (classifier, scale) = try Evaluating.restore(record, invocation)
    guard let evaluation = try Evaluating.onTest(classifier, scale: scale, invocation) else {
      throw MethodError.refused(reason: "there is no test split with features to evaluate on")
    }
    return try TestReport.output(
      record.name, evaluation, names: invocation.data().classNames,
      perClass: invocation.arguments.isGiven("per"))
  }
}

/// The samples that a model is trained on, and how they were judged.
struct TrainingSet {
  let on: String
  let samples: [Int]
  let labels: [Int]
  let clean: Int
  let suspected: Int
  let unjudged: Int

  /// - Parameter on: clean or all.
  /// - Throws: `needs-labels` where nothing is labeled, `refused` where all is suspected.
  init(_ pool: Pool, on: String) throws {
    guard !pool.labeled.isEmpty else { throw MethodError.needsLabels }
    let presumed = pool.presumed
    let suspects = Set(presumed.suspected)
    let taken = pool.labeled.indices.filter {
      on == "all" || !suspects.contains(pool.labeled[$0])
    }
    guard !taken.isEmpty else {
      throw MethodError.refused(
        reason: "all \(pool.labeled.count) labels are suspected; train on=all takes them anyway")
    }
    self.on = on
    samples = taken.map { pool.labeled[$0] }
    labels = taken.map { pool.observed[$0] }
    unjudged = pool.unjudgedCount
    suspected = suspects.count
    clean = pool.labeled.count - suspected - unjudged
  }
}

/// Models on the test split.
enum Evaluating {
  /// Nil where the test split or its features are not there.
  static func onTest(_ classifier: any Classifier, scale: FeatureScale, _ invocation: Invocation)
    throws -> Evaluation?
  {
    guard let features = try invocation.data().testFeatures(),
      let labels = try invocation.data().testLabels(), !labels.isEmpty
    else { return nil }
    let rows = try invocation.embedding().scaled(features, scale: scale)
    return try classifier.evaluate(
      on: rows, labels: labels, classes: invocation.data().record.classes)
  }

  /// The model trained last, from what the workspace keeps of it.
  static func restore(_ record: ModelRecord, _ invocation: Invocation) throws -> (
    any Classifier, FeatureScale
  ) {
    guard let row = Vocabulary.implementation(Vocabulary.models, record.name) else {
      throw Diagnostic(.unknownName, "no model '\(record.name)'")
    }
    let scale = FeatureScale(Value(canonical: record.scale))
    let samples = try ints(record.samplesBlob, invocation)
    let context = ModelContext(
      features: try invocation.embedding().scaled(rows: samples, scale: scale),
      labels: try ints(record.labelsBlob, invocation),
      classes: try invocation.data().record.classes, seed: invocation.state.seed,
      round: invocation.state.round)
    let weights = try record.weightsBlob.map { try bytes($0, invocation) }
    return (try row.restore(weights, context), scale)
  }

  private static func ints(_ digest: String, _ invocation: Invocation) throws -> [Int] {
    guard let ints = Digest.ints(bytes: try bytes(digest, invocation)) else { throw lost(digest) }
    return ints
  }

  private static func bytes(_ digest: String, _ invocation: Invocation) throws -> [UInt8] {
    guard let bytes = try invocation.session.workspace.blob(digest) else { throw lost(digest) }
    return bytes
  }

  private static func lost(_ digest: String) -> Diagnostic {
    Diagnostic(.workspaceCorrupt, "the blob \(digest) is not in the workspace as it was written")
  }
}
