import ActiveLearning
import CommandLanguage

/// Strategies that cover the pool by kernels or by distances, and their noise-aware versions.
extension Vocabulary {
  static let herdingStrategies: [Row<StrategyImplementation>] = [
    Row(
      Entry(
        .strategy, "maxherding", aliases: ["max_herding", "herding"],
        "covers the pool greedily by a kernel around the labeled samples; needs no delta",
        parameters: [sigma, kernel, lowestTies],
        details: """
          Each pick is a candidate that adds most to the mean over all samples y of the largest
          k(x, y) of a labeled x; with d / sigma = z: rbf exp(-z^2), tophat z < 1, student
          (1 + 2 z^2)^-0.75, laplace exp(-z), cauchy 1 / (1 + z^2), rational 1 / (1 + z^2 / 2),
          negnorm -z. ProbCover is this with tophat. No candidate is left out; others draw 35,000 of
          them and ignore sigma in three kernels (the reference) or average over candidates
          (scikit-activeml).
          """,
        citation: bae,
        examples: [
          "load digits\nquery maxherding 20",
          "load digits\nquery maxherding 10 sigma=0.5 kernel=student",
        ]),
      StrategyImplementation(
        noiseAwareness: .none(version: "maxherding_nas"), growth: herdingGrowth,
        mode: herdingMode, bytes: herdingBytes,
        make: { arguments, context in maxHerding(arguments, context) })),
    Row(
      Entry(
        .strategy, "maxherding_nas", aliases: ["max_herding_nas"],
        "MaxHerding that counts only labels believed clean as coverage",
        parameters: [sigma, kernel, lowestTies] + noiseAwareParameters,
        details: """
          As npc is to probcover: shares of picks, the annotator's answers, the noise filter; what is
          suspected covers nothing, so that its surroundings are sampled again.
          """,
        citation: "Shafir, Hacohen, Weinshall (2025), arXiv 2504.04506, after " + bae,
        examples: [
          "load digits\nnoise sym 0.5\nquery maxherding_nas 20",
          "load digits\nnoise sym 0.5\nquery maxherding_nas 20 filter=ideal sigma=0.8",
        ]),
      StrategyImplementation(
        noiseAwareness: .always, growth: herdingGrowth, mode: herdingMode, bytes: herdingBytes,
        resolve: resolveShare,
        make: { arguments, context in noiseAware(maxHerding(arguments, context), arguments, context)
        })),
    Row(
      Entry(
        .strategy, "coreset",
        aliases: ["core_set", "kcenter", "k_greedy_center", "kcentergreedy"],
        "takes the candidate that is farthest from all labeled samples, again and again",
        parameters: [lowestTies],
        details: """
          argmax over the candidates of min over the labeled x of |z_u - z_x|, again after each pick;
          z are the rows that a linear model sees (scale= of load). With nothing labeled it draws at
          random. Some others mix up positions and ids of candidates (small-text 1.4.1), or see
          augmented images (the reference).
          """,
        citation: sener,
        examples: [
          "load digits\nquery random 10\nquery coreset 20", "load digits\nquery coreset 10",
        ]),
      StrategyImplementation(
        noiseAwareness: .none(version: "coreset_nas"),
        make: { arguments, context in coreSet(arguments, context) })),
    Row(
      Entry(
        .strategy, "coreset_nas",
        "core-set in which only labels believed clean count as centres",
        parameters: [lowestTies] + noiseAwareParameters,
        details: """
          The first share of an empty labeled set is drawn at random; where everything labeled is
          suspected, the first pick of a share is.
          """,
        citation: "Shafir, Hacohen, Weinshall (2025), arXiv 2504.04506, after " + sener,
        examples: [
          "load digits\nnoise sym 0.5\nquery coreset_nas 30",
          "load digits\nnoise sym 0.2\nquery coreset_nas 20 filter=ideal share=5",
        ]),
      StrategyImplementation(
        noiseAwareness: .always, resolve: resolveShare,
        make: { arguments, context in
          noiseAware(coreSet(arguments, context), arguments, context)
        })),
  ]

  private static let bae =
    "Bae, Noh, Sutherland (2024), Generalized coverage for more robust low-budget active learning, "
    + "arXiv 2407.12212"
  private static let sener =
    "Sener, Savarese (2018), Active learning for convolutional neural networks, arXiv 1708.00489"

  private static let sigma = Parameter.option(
    "sigma", insteadOf: ["delta"], .number(.above(0)), default: .value("1"),
    "width of the kernel, in the units of the metric")

  private static let kernel = Parameter.option(
    "kernel", .choice(Kernel.allCases.map(\.rawValue)), default: .value("rbf"),
    "how much a sample covers another, by their distance")

  static let lowestTies = Parameter.option(
    "ties", .choice(["lowest", "random"]), default: .value("lowest"),
    "which of several equally good candidates is taken")

  /// All pairs are looked at; where their values are not kept, each pick looks at its own again.
  @Sendable static func herdingGrowth(_ arguments: Arguments, _ context: StrategyContext)
    -> QueryGrowth
  { .both }

  @Sendable static func herdingMode(
    _ arguments: Arguments, _ context: StrategyContext, _ count: Int
  ) -> String? {
    MaxHerding.keeps(count, memory: context.memory)
      ? "the kernel's values for all pairs kept"
      : "the kernel's values not kept (set memory): computed again, with the same picks"
  }

  @Sendable static func herdingBytes(
    _ arguments: Arguments, _ context: StrategyContext, _ size: PoolSize
  ) -> Int {
    let kept = MaxHerding.keeps(size.count, memory: context.memory)
    return (kept ? 4 * size.count * size.count : 0) + 64 * size.count
  }

  private static func maxHerding(
    _ arguments: Arguments, _ context: StrategyContext
  ) -> MaxHerding {
    MaxHerding(
      sigma: arguments.number("sigma") ?? 1,
      kernel: arguments.text("kernel").flatMap(Kernel.init) ?? .rbf, ties: tieRule(arguments),
      memory: context.memory)
  }

  private static func coreSet(_ arguments: Arguments, _ context: StrategyContext) -> CoreSet {
    CoreSet(.embedding(context.scale), ties: tieRule(arguments))
  }

  /// - Precondition: the row has `ties=`, so that it has a value.
  static func tieRule(_ arguments: Arguments) -> TieRule {
    arguments.text("ties").flatMap(TieRule.init) ?? .lowest
  }
}
