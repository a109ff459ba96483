import ActiveLearning
import CommandLanguage
import LinearAlgebra
import Networks

extension Vocabulary {
  static let pretrain = Row(
    Entry(
      .command, "pretrain", "learns an embedding from the pool's images, without labels",
      details: """
        The embedding takes the place of the data set's until the next load; labels and verdicts stay,
        a model that was trained on the old one goes. It is the same in every round. How far it has
        come is kept as in train: resume goes on with one that was cut short. export features
        FILE.npy writes it, load NAME features=FILE.npy reads it again.
        """,
      examples: [
        "load digits subset=60\npretrain simclr epochs=1 batch=20\nexport features simclr.npy",
        "load digits subset=60\nplan pretrain simclr",
      ]),
    CommandImplementation(
      method: .pretraining, changesState: true, isLong: true,
      validate: { bound throws(Diagnostic) in
        for (one, other) in [("mean", "std"), ("std", "mean")]
        where bound.arguments.isGiven(one) && !bound.arguments.isGiven(other) {
          throw Diagnostic(
            .missingArgument, "\(one) goes with \(other)", at: bound.arguments.ranges[one],
            label: "\(other)= is needed, too")
        }
      },
      estimate: { invocation in
        try contrastiveRecipe(&invocation).estimate(seed: invocation.state.seed)
      }, action: .compute(runPretrain)))

  @Sendable private static func runPretrain(_ invocation: inout Invocation) throws -> Output {
    let recipe = try contrastiveRecipe(&invocation)
    let name = invocation.bound.method?.name ?? ""
    let checkpoints = try invocation.checkpoints(of: [])
    let result = Result {
      try recipe.learn(seed: invocation.state.seed, checkpoints: checkpoints)
    }
    if let failure = checkpoints.finish() {
      invocation.notices.append("no checkpoint of this training could be kept: \(failure)")
    }
    let learned = try result.get()
    let features = try invocation.takeEmbedding(
      learned.train, learned.test, source: name, readsLabels: false)
    return Output(
      record: .record(
        ("method", .string(name)), ("samples", .int(learned.train.rows)),
        ("epochs", .optional(invocation.arguments.integer("epochs"))),
        ("batch", .optional(invocation.arguments.integer("batch"))),
        ("train_loss", .doubles(learned.losses.map { $0 })),
        ("nearest", .double(learned.nearest)), ("features", features.json)),
      lines: [
        "\(name) on \(Format.count(learned.train.rows, "image")): loss "
          + "\(Format.number(learned.losses.last ?? 0)), "
          + "\(Format.fraction(learned.nearest)) of the views nearest to their other view",
        "  the session's embedding now: \(features.dimensions) dimensions",
      ])
  }

  private static func contrastiveRecipe(_ invocation: inout Invocation) throws -> ContrastiveRecipe
  {
    guard let entry = invocation.bound.method, let row = implementation(pretrainings, entry.name)
    else {
      throw Diagnostic(.missingArgument, "pretrain needs a method", at: invocation.bound.range)
    }
    let data = try invocation.data()
    try row.resolve(&invocation.bound.arguments, data)
    return try row.make(invocation.arguments, data)
  }

  static let embed = Row(
    Entry(
      .command, "embed", "makes the last layer but one of the network trained last the embedding",
      parameters: [
        .positional(
          "model", .choice(NetworkRecipe.names), "the network, which has to be the one trained last"
        )
      ],
      details: """
        All images of the pool and of the test split go through the network as it is in evaluation,
        without augmentation. The embedding takes the place of the data set's; labels and verdicts
        stay, a model that was trained on the old one goes. Labels had a part in it, so it goes with
        them: reset, seed, noise and load bring the data set's own embedding back.
        """,
      examples: [
        "load digits\nquery probcover 20\ntrain mlp epochs=5\nembed mlp\nquery coreset 10",
        "load digits subset=100\nquery random 20\ntrain mlp epochs=2\nembed mlp\ntrain 1nn",
      ]),
    CommandImplementation(changesState: true, isLong: true, action: .compute(runEmbed)))

  @Sendable private static func runEmbed(_ invocation: inout Invocation) throws -> Output {
    let name = invocation.arguments.text("model") ?? ""
    guard let record = invocation.state.model, record.name == name,
      let network = try invocation.restored(record) as? NetworkOfImages
    else {
      let last = invocation.state.model.map { "the model trained last is \($0.name)" }
      throw Diagnostic(
        .needsModel, last ?? "no model is trained yet", at: invocation.arguments.ranges["model"],
        notes: ["train it first: train \(name)"])
    }
    let data = try invocation.data()
    let pool = try network.model.outputs(of: network.recipe.images).penultimate
    let test = try data.testImages().map {
      try network.model.outputs(of: PipelineFeed(pipeline: $0)).penultimate
    }
    let features = try invocation.takeEmbedding(pool, test, source: name, readsLabels: true)
    return Output(
      record: .record(
        ("model", .string(name)), ("samples", .int(pool.rows)), ("features", features.json)),
      lines: [
        "\(name): \(Format.count(pool.rows, "image")), the session's embedding now has "
          + "\(features.dimensions) dimensions"
      ])
  }
}

extension Invocation {
  /// Puts rows into the place of the session's embedding, and has them stored with the cell.
  /// - Throws: `refused` where a row has a number that is none.
  fileprivate mutating func takeEmbedding(
    _ train: Matrix, _ test: Matrix?, source: String, readsLabels: Bool
  ) throws -> DataRecord.Features {
    guard (train.elements + (test?.elements ?? [])).allSatisfy(\.isFinite) else {
      throw MethodError.refused(reason: "the network makes numbers that are not finite")
    }
    let data = try data()
    let plan = try data.plan()
    let features = DataRecord.Features(
      source: source, dimensions: train.columns, normalization: plan.option("normalization"),
      metric: plan.option("metric"),
      trainBlob: keep(Digest.bytes(floats: train.elements), as: "features"),
      testBlob: test.map { keep(Digest.bytes(floats: $0.elements), as: "test_features") })
    session.adopt(data.with(features, train: train, test: test))
    effect = .embedded(EmbeddingRecord(features: features, readsLabels: readsLabels))
    return features
  }
}

extension DataRecord.Features {
  /// As results name an embedding.
  var json: JSON {
    .record(
      ("source", .string(source)), ("dimensions", .int(dimensions)),
      ("normalization", .string(normalization)))
  }
}
