import ActiveLearning
import CommandLanguage

extension Vocabulary {
  /// The query strategies.
  static let strategies: [Row<StrategyImplementation>] = basicStrategies + herdingStrategies

  private static let basicStrategies: [Row<StrategyImplementation>] = [
    Row(
      Entry(
        .strategy, "random",
        aliases: ["uniform", "passive", "RandomSampling", "QueryInstanceRandom"],
        "draws from the candidates, each equally likely",
        details: "The baseline that every comparison needs.",
        examples: ["load digits\nquery random 20", "load digits\nrepeat 3 { query random 10 }"]),
      StrategyImplementation(
        needsEmbedding: false, make: { _, _ in RandomSampling() })),
    Row(
      Entry(
        .strategy, "probcover", aliases: ["prob_cover"],
        "covers the pool greedily by balls around the labeled samples",
        parameters: [delta, ties],
        details: """
          Each pick is a candidate whose ball of radius delta holds most samples that no labeled
          sample covers yet: argmax |B(x) without the covered|, B(x) = {y : d(x, y) < delta}.
          Others test d <= delta (scikit-activeml), or build the graph on every 500 rows and drop
          the rest; here all samples of the pool are vertices and the inequality is strict.
          """,
        citation: """
          Yehuda, Dekel, Hacohen, Weinshall (2022), Active Learning Through a Covering Lens, \
          arXiv 2205.11320
          """,
        examples: [
          "load digits\nquery probcover 20",
          "load digits\nquery probcover 10 delta=0.6 ties=lowest",
        ]),
      StrategyImplementation(
        noiseAwareness: .none(version: "npc"), takesDelta: true,
        make: { arguments, context in try probCover(arguments, context) })),
    Row(
      Entry(
        .strategy, "npc", aliases: ["probcover_nas"],
        "ProbCover that counts only labels believed clean as coverage",
        parameters: [delta, ties] + noiseAwareParameters,
        details: """
          Alternates: a share of picks of probcover, the annotator's answers, the noise filter. A
          suspected sample covers nothing, so its region is sampled again; it is never bought twice,
          and a later judgement may clear it. With the ideal filter and share=1 a pick covers only
          if it turns out truly clean.
          """,
        citation: """
          Shafir, Hacohen, Weinshall (2025), Active Learning with a Noisy Annotator, \
          arXiv 2504.04506
          """,
        examples: [
          "load digits\nnoise sym 0.5\nquery npc 20",
          "load digits\nnoise sym 0.2\nquery npc 20 filter=ideal share=5 remainder=last",
        ]),
      StrategyImplementation(
        noiseAwareness: .always, takesDelta: true, resolve: resolveShare,
        make: { arguments, context in
          noiseAware(try probCover(arguments, context), arguments, context)
        })),
  ]

  /// `strategy` bought in shares and judged by the filter in force.
  static func noiseAware(
    _ strategy: some CoverageStrategy, _ arguments: Arguments, _ context: StrategyContext
  ) -> NoiseAwareSampling {
    NoiseAwareSampling(
      strategy, filter: context.filter, share: arguments.integer("share"),
      remainder: arguments.text("remainder") == "last" ? .last : .first,
      dropout: arguments.flag("noise_dropout"))
  }

  static func resolveShare(_ arguments: inout Arguments, _ context: StrategyContext) {
    let share = context.filter.knowsTruth ? 1 : min(context.classes, context.budget)
    arguments.resolve("share", Value(share))
  }

  private static let delta = Parameter.option(
    "delta", Deltas.kind, default: .computed("the data set's known value, else auto"),
    "radius of the balls, in the units of the metric; auto by the purity of the balls; a list has a "
      + "value for each round")

  private static let ties = Parameter.option(
    "ties", .choice(["random", "lowest"]), default: .value("random"),
    "which of several equally good candidates is taken")

  private static let share = Parameter.option(
    "share", aliases: ["b"], .integer(1...Int.max),
    default: .computed("the smaller of classes and budget; 1 with filter=ideal"),
    "labels bought between two runs of the filter")

  /// What every noise-aware strategy takes, besides `filter=`.
  static let noiseAwareParameters = [share, remainder, noiseDropout]

  private static let noiseDropout = Parameter.option(
    "noise_dropout", .boolean, default: .value("false"),
    "let some suspected samples, drawn anew for each share, cover all the same")

  private static let remainder = Parameter.option(
    "remainder", .choice(["first", "last"]), default: .value("first"),
    "which share takes what the share size leaves over")

  private static func probCover(_ arguments: Arguments, _ context: StrategyContext) throws
    -> ProbCover
  {
    guard let delta = context.delta else { throw MethodError.needsDelta }
    return ProbCover(
      delta: delta, ties: TieRule(rawValue: arguments.text("ties") ?? "") ?? .random,
      memory: context.memory)
  }
}
