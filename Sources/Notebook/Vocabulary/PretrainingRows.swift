import CommandLanguage
import Networks

/// How a row of pretraining methods learns an embedding.
struct PretrainingImplementation: Sendable {
  /// Fills in defaults that depend on the data set and on other options.
  let resolve: @Sendable (inout Arguments, DataHandle) throws -> Void
  let make: @Sendable (Arguments, DataHandle) throws -> ContrastiveRecipe
}

extension Vocabulary {
  static let pretrainings: [Row<PretrainingImplementation>] = [
    Row(
      Entry(
        .pretraining, "simclr",
        "contrasts two changed views of each image with the views of all others",
        parameters: simclrParameters,
        details: """
          A residual network with a projection head sees two views of each image of a batch of n:
          resized crop, flip (but of digits), changed colours, grey. With z the projections, of norm 1,
          a view i whose other view is j costs -log(exp(<z_i,z_j>/t) / sum over k other than i of
          exp(<z_i,z_k>/t)), averaged over all 2n views. The embedding is what the network makes of an
          unchanged image before the head. The learning rate falls by a cosine to a thousandth. No
          label is read. preset=small is for some 10,000 small images on two cores within an hour.
          """,
        citation: """
          Chen, Kornblith, Norouzi, Hinton (2020), A simple framework for contrastive learning of \
          visual representations, arXiv 2002.05709; settings of Van Gansbeke et al. (2020), SCAN, \
          arXiv 2005.12320
          """,
        examples: [
          "load digits subset=60\npretrain simclr epochs=2 batch=30\nquery coreset 10\ntrain linear",
          "load digits subset=60\nplan pretrain simclr preset=small",
        ]),
      PretrainingImplementation(
        resolve: { arguments, data in
          let isSmall = arguments.text("preset") == "small"
          arguments.resolve("epochs", Value(isSmall ? 40 : 500))
          arguments.resolve(
            "batch", Value(max(2, min(isSmall ? 128 : 512, data.record.train))))
          arguments.resolve("lr", Value(0.4 * Double(arguments.integer("batch") ?? 512) / 512))
        }, make: { try ContrastiveRecipe($0, $1) }))
  ]

  private static let simclrParameters: [Parameter] = [
    .option(
      "preset", .choice(["full", "small"]), default: .value("full"),
      "epochs and batch: full is 500 and 512, small 40 and 128"),
    .option("epochs", .integer(1...1_000_000), default: .computed("by preset"), "passes"),
    .option(
      "batch", .integer(2...16_384), default: .computed("by preset, at most the pool"),
      "images a step, each seen twice"),
    .option(
      "lr", .number(.above(0)), default: .computed("0.4*batch/512"), "initial learning rate"),
    .option(
      "temperature", aliases: ["tau"], .number(.above(0)), default: .value("0.1"),
      "what similarities are divided by"),
    .option("momentum", .number(.atLeast(0, below: 1)), default: .value("0.9"), "of SGD"),
    .option(
      "weight_decay", aliases: ["wd"], .number(.atLeast(0)), default: .value("0.0001"),
      "on all parameters"),
    .option(
      "model", .choice(ResidualNetwork.named.map(\.name)), default: .value("resnet18"),
      "the network before the head"),
    .option(
      "projection", .integer(1...65_536), default: .value("128"),
      "numbers that views are compared by"),
    .option(
      "area", .number(.above(0, to: 1)), default: .value("0.2"),
      "the least share of an image's area that a view shows"),
    .option(
      "flip", .boolean, default: .computed("true, but of digits"),
      "whether half of the views are mirrored"),
    .option(
      "jitter", .number(.closed(0, 1)), default: .value("0.8"), "how often colours are changed"),
    .option("brightness", .number(.atLeast(0)), default: .value("0.4"), "factors 1 ± this"),
    .option("contrast", .number(.atLeast(0)), default: .value("0.4"), "factors 1 ± this"),
    .option("saturation", .number(.atLeast(0)), default: .value("0.4"), "factors 1 ± this"),
    .option("hue", .number(.closed(0, 0.5)), default: .value("0.1"), "turns of the circle, ± this"),
    .option(
      "grey", .number(.closed(0, 1)), default: .value("0.2"), "how often a view loses its colours"),
    .option(
      "mean", .either([.number(.closed(0, 1)), .numbers(.closed(0, 1))]), default: .absent,
      "of each channel, with std=; else .4914 .4822 .4465, or measured of grey images"),
    .option(
      "std", .either([.number(.above(0)), .numbers(.above(0))]), default: .absent,
      "of each channel, with mean=; else .2023 .1994 .2010, or measured"),
    .option(
      "precision", .choice(NumberFormat.allCases.map(\.rawValue)), default: .value("f32"),
      "of numbers between layers: f32, exact without the short way of Winograd, bf16 where the processor has it"
    ),
  ]
}
