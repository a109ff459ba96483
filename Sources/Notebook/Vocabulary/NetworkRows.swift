import CommandLanguage
import Datasets
import Networks

extension Vocabulary {
  /// The networks on images, one row for each architecture.
  static let networks: [Row<ModelImplementation>] = NetworkRecipe.names.map(network)

  private static func network(_ name: String) -> Row<ModelImplementation> {
    Row(
      Entry(
        .model, name, summary(name), parameters: networkParameters,
        details: """
          Trains on the images of the labeled set, not on the embedding. Each epoch shuffles the list
          of labels, doubled until it fills a batch, and drops the last partial batch. How far it has
          come is kept after each epoch, or, where epochs are very short, as often as a tenth of the time
          allows: resume goes on with one that was cut short, to the very weights that it would have had.
          """,
        citation: citation(name),
        examples: [
          "load digits\nquery probcover 20\ntrain \(name) epochs=1 batch=4",
          "load digits subset=60\nquery random 8\ntrain \(name) epochs=1 batch=8 augment=none",
        ]),
      ModelImplementation(
        estimate: { arguments, context in
          try NetworkRecipe(name, arguments, context.data).estimate(
            samples: context.samples, labels: context.labels, tested: context.data.record.test)
        },
        resolve: { arguments, data in
          let defaults = try data.plan().training
          arguments.resolve("lr", Value(defaults.learningRate))
          arguments.resolve("batch", Value(defaults.batch))
        },
        train: { arguments, context in
          try trainNetwork(NetworkRecipe(name, arguments, context.data), context)
        },
        restore: { weights, arguments, context in
          let recipe = try NetworkRecipe(name, arguments, context.data)
          let kept = try NetworkWeights(recipe.architecture, decoding: weights ?? [])
          return NetworkOfImages(model: recipe.model(kept), recipe: recipe)
        }))
  }

  private static func trainNetwork(_ recipe: NetworkRecipe, _ context: ModelContext) throws
    -> TrainedModel
  {
    let checkpoints = context.checkpoints
    let epochs = recipe.settings.descent.epochs
    let kept = try checkpoints?.start.map {
      try NetworkCheckpoint(recipe.architecture, decoding: $0)
    }
    let (weights, losses) = try recipe.trained(
      on: context.samples, labels: context.labels, from: start(recipe, context), resuming: kept,
      seed: context.seed, round: context.round
    ) { done, checkpoint in
      guard let checkpoints, done < epochs, checkpoints.isDue else { return }
      let state = try checkpoint()
      checkpoints.keep(step: done) { state.encoded }
    }
    return TrainedModel(
      model: NetworkOfImages(model: recipe.model(weights), recipe: recipe), losses: losses,
      weights: weights.encoded)
  }

  /// What the last training ended with, or what a fresh one begins with.
  private static func start(_ recipe: NetworkRecipe, _ context: ModelContext) throws
    -> NetworkWeights
  {
    if recipe.finetunes, let previous = try context.previous() {
      return try NetworkWeights(recipe.architecture, decoding: previous)
    }
    return try recipe.initialWeights(seed: context.seed)
  }

  private static let networkParameters: [Parameter] = [
    .option("epochs", .integer(1...1_000_000), default: .value("200"), "passes"),
    .option(
      "lr", .number(.above(0)), default: .computed("the data set's, mostly 0.025"),
      "initial learning rate"),
    .option(
      "batch", .integer(1...65_536), default: .computed("the data set's, mostly 64"),
      "images a step"),
    .option("optimizer", .choice(["sgd", "adam"]), default: .value("sgd"), "how weights move"),
    .option(
      "momentum", .number(.atLeast(0, below: 1)), default: .value("0.9"), "of sgd"),
    .option("nesterov", .boolean, default: .value("true"), "of sgd, Nesterov's step"),
    .option(
      "weight_decay", aliases: ["wd"], .number(.atLeast(0)), default: .value("0.0003"),
      "on all parameters"),
    .option(
      "schedule", .choice(["cos", "steps", "exp", "lin", "none"]), default: .value("cos"),
      "of the learning rate: cos is lr/2*(1+cos(pi*e/E)) in epoch e, exp lr*0.01^(e/E), lin lr*(1-e/E)"
    ),
    .option(
      "steps", .numbers(.atLeast(0)), default: .absent,
      "with schedule=steps: epochs from which on the rate is a tenth of what it was"),
    .option(
      "dropout", .number(.atLeast(0, below: 1)), default: .value("0.5"),
      "of networks that have it"),
    .option(
      "balance", .boolean, default: .value("false"),
      "draws classes equally often, with replacement"),
    .option(
      "augment", .choice(AugmentationChoice.allCases.map(\.rawValue)),
      default: .computed("the data set's own"), "what is done to images at random"),
    .option(
      "precision", .choice(NumberFormat.allCases.map(\.rawValue)), default: .value("f32"),
      "of numbers between layers: f32, exact without the short way of Winograd, bf16 where the processor has it"
    ),
    .option(
      "finetune", .boolean, default: .value("false"),
      "begins with the weights of the last training of this model, not with fresh ones"),
    .option(
      "pretrained", .file, default: .absent,
      "begins with the weights of a torch state dict or safetensors file, torchvision's names"),
  ]

  private static func summary(_ name: String) -> String {
    switch name {
    case "mlp": "two hidden layers of 512 on the pixels"
    case "alexnet": "AlexNet in its form for small images"
    case _ where name.hasPrefix("vgg"):
      "VGG-\(name.filter(\.isNumber))" + (name.hasSuffix("_bn") ? " with batch norm" : "")
    case _ where name.hasPrefix("wide"): "a wide ResNet: bottlenecks of twice the width"
    case _ where name.hasPrefix("resnext"): "a ResNeXt: bottlenecks of 32 groups"
    default: "ResNet-\(name.filter(\.isNumber)) with a stem for small images"
    }
  }

  private static func citation(_ name: String) -> String? {
    switch name {
    case "mlp": nil
    case "alexnet":
      "Krizhevsky, Sutskever, Hinton (2012), ImageNet classification with deep convolutional networks"
    case _ where name.hasPrefix("vgg"):
      "Simonyan, Zisserman (2015), Very deep convolutional networks, arXiv 1409.1556"
    case _ where name.hasPrefix("wide"):
      "Zagoruyko, Komodakis (2016), Wide residual networks, arXiv 1605.07146"
    case _ where name.hasPrefix("resnext"):
      "Xie, Girshick, Dollár, Tu, He (2017), Aggregated residual transformations, arXiv 1611.05431"
    default: "He, Zhang, Ren, Sun (2016), Deep residual learning, arXiv 1512.03385"
    }
  }
}
