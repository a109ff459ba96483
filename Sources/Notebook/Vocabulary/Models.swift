import ActiveLearning
import CommandLanguage
import LinearAlgebra
import Networks

extension Vocabulary {
  /// The models.
  static let models = modelsOfFeatures + networks

  private static let modelsOfFeatures: [Row<ModelImplementation>] = [
    Row(
      Entry(
        .model, "linear", aliases: ["linear_probe", "probe"],
        "one linear layer on the scaled embedding",
        parameters: [
          .option("epochs", .integer(1...1_000_000), default: .value("200"), "passes"),
          .option(
            "lr", .number(.above(0)), default: .computed("the data set's, mostly 0.025"),
            "initial learning rate"),
          .option(
            "batch", .integer(1...65_536), default: .computed("the data set's, mostly 64"),
            "samples a step"),
          .option(
            "momentum", .number(.atLeast(0, below: 1)), default: .value("0.9"),
            "of SGD with Nesterov's step"),
          .option(
            "weight_decay", aliases: ["wd"], .number(.atLeast(0)), default: .value("0.0003"),
            "on all parameters"),
          .option(
            "schedule", .choice(["cos", "none"]), default: .value("cos"),
            "of the learning rate: cos is lr/2*(1+cos(pi*e/E)) in epoch e"),
          .option(
            "dropout", .number(.atLeast(0, below: 1)), default: .value("0"), "on the input"),
          .option(
            "scale", scaleKind, default: .computed("the data set's, else auto"),
            "mean norm of the rows: auto is 2.5, raw as loaded, unit each row, or a number"),
        ],
        details: """
          Softmax cross-entropy, SGD. The list of indices is doubled until it fills a batch; each
          epoch shuffles it anew and drops the last partial batch.
          """,
        examples: [
          "load digits\nquery probcover 40\ntrain linear",
          "load digits\nquery random 40\ntrain linear epochs=50 lr=0.1 schedule=none",
        ]),
      ModelImplementation(
        resolve: { arguments, data in
          let defaults = try data.plan().training
          arguments.resolve("scale", Value(canonical: data.record.scale))
          arguments.resolve("lr", Value(defaults.learningRate))
          arguments.resolve("batch", Value(defaults.batch))
        },
        train: trainLinear,
        restore: { weights, arguments, _ in
          linear(LinearProbe(try LinearHead(decoding: weights ?? [])), arguments)
        })),
    Row(
      Entry(
        .model, "1nn", aliases: ["1-nn", "knn1", "nearest"],
        "the label of the nearest training sample, on unit rows",
        details: "No training and no loss. Of equally near samples the earlier purchase decides.",
        citation: "Cover, Hart (1967), Nearest neighbor pattern classification",
        examples: [
          "load digits\nquery probcover 40\ntrain 1nn",
          "load digits\nnoise sym 0.2\nquery npc 40 filter=ideal\ntrain 1nn",
        ]),
      ModelImplementation(
        train: { _, context in
          TrainedModel(model: try nearestNeighbour(context), losses: [], weights: nil)
        },
        restore: { _, _, context in try nearestNeighbour(context) })),
  ]

  @Sendable private static func trainLinear(_ arguments: Arguments, _ context: ModelContext) throws
    -> TrainedModel
  {
    var weights = RandomSource(
      RandomKey(seed: context.seed, role: .initialWeights, method: "linear"))
    var batches = RandomSource(
      RandomKey(seed: context.seed, role: .batches, round: context.round, method: "linear"))
    let (probe, losses) = try LinearProbe.fit(
      context.features(scale(arguments)), labels: context.labels, classes: context.classes,
      settings: sgd(arguments), weights: &weights, batches: &batches)
    return TrainedModel(
      model: linear(probe, arguments), losses: losses, weights: probe.head.encoded)
  }

  private static func linear(_ probe: LinearProbe, _ arguments: Arguments) -> any SessionModel {
    ProbeOfFeatures(probe: probe, settings: sgd(arguments), scale: scale(arguments))
  }

  private static func scale(_ arguments: Arguments) -> FeatureScale {
    FeatureScale(arguments["scale"] ?? .word("auto"))
  }

  private static func nearestNeighbour(_ context: ModelContext) throws -> any SessionModel {
    NeighbourOfFeatures(
      classifier: try NearestNeighbour(context.features(.raw), labels: context.labels))
  }

  /// How a linear model is trained, by its row's options.
  static func sgd(_ arguments: Arguments) -> SGDSettings {
    SGDSettings(
      epochs: arguments.integer("epochs") ?? 200, batch: arguments.integer("batch") ?? 64,
      learningRate: arguments.number("lr") ?? 0.025,
      momentum: arguments.number("momentum") ?? 0.9,
      weightDecay: arguments.number("weight_decay") ?? 3e-4,
      schedule: arguments.text("schedule") == "none" ? .constant : .cosine,
      dropout: arguments.number("dropout") ?? 0)
  }
}
