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
      method: .model, changesState: true, isLong: true, estimate: estimateTraining,
      action: .compute(runTrain)))

  @Sendable private static func estimateTraining(_ invocation: inout Invocation) throws
    -> WorkEstimate?
  {
    guard let entry = invocation.bound.method, let row = implementation(models, entry.name) else {
      throw Diagnostic(.missingArgument, "train needs a model", at: invocation.bound.range)
    }
    let data = try invocation.data()
    try row.resolve(&invocation.bound.arguments, data)
    let set = try TrainingSet(invocation.pool(), on: invocation.arguments.text("on") ?? "clean")
    return try row.estimate?(
      invocation.arguments,
      ModelContext(
        data: data, samples: set.samples, labels: set.labels, seed: invocation.state.seed,
        round: invocation.state.round))
  }

  @Sendable private static func runTrain(_ invocation: inout Invocation) throws -> Output {
    guard let entry = invocation.bound.method, let row = implementation(models, entry.name) else {
      throw Diagnostic(.missingArgument, "train needs a model", at: invocation.bound.range)
    }
    let data = try invocation.data()
    try row.resolve(&invocation.bound.arguments, data)
    let set = try TrainingSet(
      invocation.pool(), on: invocation.arguments.text("on") ?? "clean")
    var context = ModelContext(
      data: data, samples: set.samples, labels: set.labels, seed: invocation.state.seed,
      round: invocation.state.round)
    let checkpoints = try invocation.checkpoints(of: [
      Digest.sha256(ints: set.samples + set.labels), "round=\(invocation.state.round)",
      invocation.state.model?.weightsBlob ?? "",
    ])
    context.checkpoints = checkpoints
    context.previous = invocation.previousWeights(of: entry.name)
    let result = Result { try row.train(invocation.arguments, context) }
    if let failure = checkpoints.finish() {
      invocation.notices.append("no checkpoint of this training could be kept: \(failure)")
    }
    let trained = try result.get()
    let record = ModelRecord(
      name: entry.name,
      samplesBlob: invocation.keep(Digest.bytes(ints: set.samples), as: "train_samples"),
      labelsBlob: invocation.keep(Digest.bytes(ints: set.labels), as: "train_labels"),
      weightsBlob: trained.weights.map { invocation.keep($0, as: "weights") },
      command: invocation.bound.canonical)
    invocation.effect = .trained(record)
    invocation.settings.model = entry.name
    let evaluation = try trained.model.evaluation(on: data)
    if evaluation == nil { invocation.notices.append(TestReport.nothingToTestOn) }
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
    let record = try invocation.trainedModel()
    let model = try invocation.restored(record)
    guard let evaluation = try model.evaluation(on: invocation.data()) else {
      throw MethodError.refused(reason: TestReport.nothingToTestOn)
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

extension Invocation {
  /// Where this training keeps how far it has come, and finds how far it had come.
  /// - Parameter more: whatever else than command, data, seed and threads it depends on.
  func checkpoints(of more: [String]) throws -> Checkpoints {
    let record = try data().record
    let work =
      [
        bound.canonical, record.digest, record.cut?.blob ?? "", "seed=\(state.seed)",
        "threads=\(Parallel.threads)",
      ] + more
    return try Checkpoints(
      work: work.joined(separator: "\n"), lease: session.lease, cell: cell, cutShort: cutShort)
  }

  /// Reads them when they are asked for.
  fileprivate func previousWeights(of name: String) -> () throws -> [UInt8]? {
    {
      guard let record = state.model, record.name == name else { return nil }
      return try record.weightsBlob.map { try session.workspace.kept($0) }
    }
  }

  /// The model trained last, from what the workspace keeps of it.
  func restored(_ record: ModelRecord) throws -> any SessionModel {
    guard let row = Vocabulary.implementation(Vocabulary.models, record.name) else {
      throw Diagnostic(.unknownName, "no model '\(record.name)'")
    }
    var arguments = try BoundCommand(canonical: record.command ?? "train \(record.name)").arguments
    if let scale = record.scale { arguments.resolve("scale", Value(canonical: scale)) }
    let data = try data()
    let (samples, labels) = (try ints(record.samplesBlob), try ints(record.labelsBlob))
    guard samples.count == labels.count, samples.allSatisfy((0..<data.record.train).contains),
      labels.allSatisfy((0..<data.record.classes).contains)
    else { throw Workspace.lost("the array of labels", record.labelsBlob) }
    let context = ModelContext(
      data: data, samples: samples, labels: labels, seed: state.seed, round: state.round)
    return try row.restore(
      record.weightsBlob.map { try session.workspace.kept($0) }, arguments, context)
  }

  func ints(_ digest: String) throws -> [Int] {
    guard let ints = Digest.ints(bytes: try session.workspace.kept(digest)) else {
      throw Workspace.lost("the array", digest)
    }
    return ints
  }
}
