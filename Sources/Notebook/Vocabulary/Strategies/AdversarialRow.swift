import ActiveLearning
import CommandLanguage
import Networks

extension Vocabulary {
  /// The strategy that trains networks of its own.
  static let adversarialStrategy = Row(
    Entry(
      .strategy, "vaal",
      "takes images that a discriminator finds unlabeled by their codes in an autoencoder",
      parameters: [
        .option("epochs", .integer(1...1_000_000), default: .value("100"), "passes"),
        .option(
          "batch", .integer(2...65_536), default: .value("64"),
          "images a step, labeled and unlabeled alike"),
        .option("lr", .number(.above(0)), default: .value("0.0005"), "of Adam, at the start"),
        .option(
          "code", .integer(1...65_536), default: .computed("32, from 64 x 64 on 64"),
          "numbers that an image is made of again"),
        .option(
          "channels", .integer(1...4096), default: .value("128"),
          "of the first of four convolutions, each of the next has twice as many"),
        .option(
          "hidden", .integer(1...65_536), default: .value("512"),
          "width of the discriminator's four hidden layers"),
        .option(
          "precision", .choice(NumberFormat.allCases.map(\.rawValue)), default: .value("f32"),
          "of numbers between layers: f32, exact, bf16 where the processor has it"),
      ],
      details: """
        Each step sees a batch x_L of labeled and one x_U of unlabeled images. An encoder gives mean m
        and variance s^2 of a code, a decoder makes the image of m + s*e. They move against
        MSE + KL(m, s) + BCE(D(m), 1), summed over both batches, then the discriminator D against
        BCE(D(m_L), 1) + BCE(D(m_U), 0). The rate falls by a tenth 25 times. The candidates with the
        smallest D(m) are taken. Images have to be square, the side a multiple of 16. It trains anew in
        each query, for hours on large pools; no label and no embedding is read. With nothing labeled
        it draws at random.
        """,
      citation: """
        Sinha, Ebrahimi, Darrell (2019), Variational adversarial active learning, arXiv 1904.00370
        """,
      examples: [
        "load digits subset=40\nquery random 10\nquery vaal 5 epochs=1 batch=8 channels=4 hidden=8",
        "load digits subset=50\nquery random 8\nquery vaal 3 epochs=1 batch=4 channels=8 code=4",
      ]),
    StrategyImplementation(
      needsEmbedding: false,
      estimate: { arguments, context, pool in
        try adversarial(arguments, context).estimate(for: pool)
      },
      make: { arguments, context in try adversarial(arguments, context) }))

  private static func adversarial(
    _ arguments: Arguments, _ context: StrategyContext
  ) throws -> VAAL {
    let images = try context.images()
    return VAAL(
      images: images,
      networks: try AdversarialNetworks(
        for: images.shape, code: arguments.integer("code"),
        channels: arguments.integer("channels") ?? 128,
        hidden: arguments.integer("hidden") ?? 512),
      settings: AdversarialSettings(
        epochs: arguments.integer("epochs") ?? 100, batch: arguments.integer("batch") ?? 64,
        learningRate: arguments.number("lr") ?? 5e-4,
        format: arguments.text("precision").flatMap(NumberFormat.init(rawValue:)) ?? .f32))
  }
}
